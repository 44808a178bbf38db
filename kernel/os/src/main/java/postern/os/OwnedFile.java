package postern.os;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A file's text with what the kernel says about the very file that was opened, so that nobody can
 * swap it between the look and the read.
 *
 * @param regular whether it is a plain file; of any other nothing is read
 * @param mode permission bits
 */
public record OwnedFile(String text, boolean regular, int uid, int gid, int mode) {
    /** O_NONBLOCK: a FIFO in the place of a file must not hold us. */
    private static final int O_NONBLOCK_NOCTTY_CLOEXEC = 0x800 | 0x100 | 0x80000;

    private static final int AT_EMPTY_PATH = 0x1000;
    private static final int AT_SYMLINK_NOFOLLOW = 0x100;
    private static final int STATX_BASIC = 0x7ff;
    private static final int STATX_OCTETS = 256;

    // struct statx
    private static final int UID_AT = 20;
    private static final int GID_AT = 24;
    private static final int MODE_AT = 28;

    private static final int KIND = 0170000;
    private static final int PLAIN_FILE = 0100000;
    private static final int PERMISSIONS = 07777;

    /** Whether others than the owner and the group may change it. */
    public boolean worldWritable() {
        return (mode & 02) != 0;
    }

    /**
     * Reads it, as whoever the calling thread is; empty when there is none.
     *
     * @throws IOException it is there and cannot be read, or is longer than that
     */
    public static Optional<OwnedFile> read(Path path, int octetsMax) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = arena.allocateFrom(path.toString());
            long opened =
                    Syscall.call(
                            Syscall.OPENAT,
                            Syscall.AT_FDCWD,
                            name.address(),
                            O_NONBLOCK_NOCTTY_CLOEXEC,
                            0);
            if (opened == -Errno.ENOENT || opened == -Errno.ENOTDIR) {
                return Optional.empty();
            }
            int descriptor = (int) Errno.check(path.toString(), opened);
            try {
                return Optional.of(read(arena, path, descriptor, octetsMax));
            } finally {
                Descriptors.close(descriptor);
            }
        }
    }

    /**
     * What stands under the name, links not followed, and nothing of its text; empty when there is
     * nothing.
     */
    public static Optional<OwnedFile> look(Path path) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = arena.allocateFrom(path.toString());
            MemorySegment facts = arena.allocate(STATX_OCTETS, 8);
            long looked =
                    Syscall.call(
                            Syscall.STATX,
                            Syscall.AT_FDCWD,
                            name.address(),
                            AT_SYMLINK_NOFOLLOW,
                            STATX_BASIC,
                            facts.address());
            if (looked == -Errno.ENOENT || looked == -Errno.ENOTDIR) {
                return Optional.empty();
            }
            Errno.check(path.toString(), looked);
            return Optional.of(of(facts, ""));
        }
    }

    private static OwnedFile of(MemorySegment facts, String text) {
        int mode = Short.toUnsignedInt(facts.get(ValueLayout.JAVA_SHORT, MODE_AT));
        return new OwnedFile(
                text,
                (mode & KIND) == PLAIN_FILE,
                facts.get(ValueLayout.JAVA_INT, UID_AT),
                facts.get(ValueLayout.JAVA_INT, GID_AT),
                mode & PERMISSIONS);
    }

    private static OwnedFile read(Arena arena, Path path, int descriptor, int octetsMax)
            throws IOException {
        MemorySegment facts = arena.allocate(STATX_OCTETS, 8);
        MemorySegment none = arena.allocateFrom("", StandardCharsets.US_ASCII);
        Errno.check(
                path.toString(),
                Syscall.call(
                        Syscall.STATX,
                        descriptor,
                        none.address(),
                        AT_EMPTY_PATH,
                        STATX_BASIC,
                        facts.address()));
        OwnedFile file = of(facts, "");
        return file.regular ? of(facts, Descriptors.content(descriptor, octetsMax)) : file;
    }
}
