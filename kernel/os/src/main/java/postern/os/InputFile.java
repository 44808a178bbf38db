package postern.os;

import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/**
 * A file without a name that becomes a child's standard input: written here, read there from its
 * start. The child gets a descriptor that cannot write. A file, not a pipe: a child that does not
 * read holds nobody up. One thread only.
 */
public final class InputFile implements Closeable {
    private static final int O_WRONLY_CREAT_EXCL_CLOEXEC = 1 | 0x40 | 0x80 | 0x80000;
    private static final int O_CLOEXEC = 0x80000;
    private static final int OWNER_ONLY = 0600;

    private final int forWriting;
    private final int forReading;

    private InputFile(int forWriting, int forReading) {
        this.forWriting = forWriting;
        this.forReading = forReading;
    }

    /** A file on the file system of that folder. */
    public static InputFile create(Path folder) throws IOException {
        while (true) {
            Path path = folder.resolve("input-" + Long.toUnsignedString(System.nanoTime(), 36));
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment name = arena.allocateFrom(path.toString());
                long written = open(name, O_WRONLY_CREAT_EXCL_CLOEXEC);
                if (written == -Errno.EEXIST) {
                    continue;
                }
                Errno.check(path.toString(), written);
                long read = open(name, O_CLOEXEC);
                Syscall.call(Syscall.UNLINKAT, Syscall.AT_FDCWD, name.address(), 0);
                if (read < 0) {
                    Descriptors.close((int) written);
                    throw Errno.failure(path.toString(), read);
                }
                return new InputFile((int) written, (int) read);
            }
        }
    }

    private static long open(MemorySegment name, int flags) {
        return Syscall.call(Syscall.OPENAT, Syscall.AT_FDCWD, name.address(), flags, OWNER_ONLY);
    }

    public void write(byte[] octets, int offset, int length) throws IOException {
        Descriptors.write(forWriting, octets, offset, length);
    }

    /** For reading; ours until {@link #close}. */
    int descriptor() {
        return forReading;
    }

    @Override
    public void close() {
        Descriptors.close(forWriting);
        Descriptors.close(forReading);
    }
}
