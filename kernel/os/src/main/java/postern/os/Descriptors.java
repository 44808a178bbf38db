package postern.os;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Plain file descriptors, for what crosses from one process to the next. All are made
 * close-on-exec; whoever makes one closes it.
 */
public final class Descriptors {
    private static final int O_CLOEXEC = 0x80000;
    private static final int MFD_CLOEXEC = 1;
    private static final int F_DUPFD_CLOEXEC = 1030;
    private static final int CHUNK = 8192;

    private Descriptors() {}

    /** The two ends of a pipe. */
    public record Pipe(int readEnd, int writeEnd) {}

    public static Pipe pipe() throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment ends = arena.allocate(8, 8);
            Errno.check("pipe", Syscall.call(Syscall.PIPE2, ends.address(), O_CLOEXEC));
            return new Pipe(ends.get(ValueLayout.JAVA_INT, 0), ends.get(ValueLayout.JAVA_INT, 4));
        }
    }

    /** A file in memory without a name in any folder, which holds that text. */
    public static int memoryFile(String name, String content) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment label = arena.allocateFrom(name);
            int descriptor =
                    (int)
                            Errno.check(
                                    "memory file",
                                    Syscall.call(
                                            Syscall.MEMFD_CREATE, label.address(), MFD_CLOEXEC));
            write(descriptor, content);
            return descriptor;
        }
    }

    /** The whole content of a file, whatever its position. */
    public static String content(int descriptor, int octetsMax) throws IOException {
        var all = new ByteArrayOutputStream();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(CHUNK);
            while (true) {
                long got =
                        Syscall.call(
                                Syscall.PREAD, descriptor, buffer.address(), CHUNK, all.size());
                int octets = (int) Errno.check("read", got);
                if (octets == 0) {
                    return all.toString(StandardCharsets.UTF_8);
                }
                all.writeBytes(buffer.asSlice(0, octets).toArray(ValueLayout.JAVA_BYTE));
                if (all.size() > octetsMax) {
                    throw new IOException("read: more than " + octetsMax + " octets");
                }
            }
        }
    }

    /**
     * The next line of a pipe, without its end; empty at the end of the stream. Blocks its platform
     * thread.
     *
     * @param octetsMax where a longer line is cut in two
     */
    public static Optional<String> readLine(int descriptor, int octetsMax) throws IOException {
        var line = new ByteArrayOutputStream();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment one = arena.allocate(1);
            while (line.size() < octetsMax) {
                long got = Syscall.call(Syscall.READ, descriptor, one.address(), 1);
                if (Errno.check("read", got) == 0) {
                    return Optional.empty();
                }
                byte octet = one.get(ValueLayout.JAVA_BYTE, 0);
                if (octet == '\n') {
                    break;
                }
                line.write(octet);
            }
        }
        return Optional.of(line.toString(StandardCharsets.UTF_8));
    }

    /** Writes all of the text. */
    public static void write(int descriptor, String text) throws IOException {
        byte[] octets = text.getBytes(StandardCharsets.UTF_8);
        write(descriptor, octets, 0, octets.length);
    }

    /** Writes all of the octets. */
    static void write(int descriptor, byte[] octets, int offset, int length) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(Math.max(1, length));
            MemorySegment.copy(octets, offset, buffer, ValueLayout.JAVA_BYTE, 0, length);
            long done = 0;
            while (done < length) {
                long put =
                        Syscall.call(
                                Syscall.WRITE, descriptor, buffer.address() + done, length - done);
                done += Errno.check("write", put);
            }
        }
    }

    public static void close(int descriptor) {
        Syscall.call(Syscall.CLOSE, descriptor);
    }

    /** Another descriptor for the same, numbered {@code from} or above. */
    static int copy(int descriptor, int from) throws IOException {
        return (int)
                Errno.check(
                        "descriptor " + descriptor,
                        Syscall.call(Syscall.FCNTL, descriptor, F_DUPFD_CLOEXEC, from));
    }

    /** Makes {@code target} stand for the same as {@code source}, closing what it was. */
    static void replace(int source, int target) throws IOException {
        Errno.check("dup", Syscall.call(Syscall.DUP3, source, target, O_CLOEXEC));
    }
}
