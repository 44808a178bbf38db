package postern.os;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;

/** What file systems say of themselves. */
public final class FileSystems {
    /** Where struct statvfs of glibc has its fields, on 64-bit machines. */
    private static final int FILES_AT = 40;

    private static final int FREE_FILES_AT = 56;
    private static final int STRUCT_OCTETS = 112;

    private FileSystems() {}

    /**
     * Inodes that an unprivileged user may still take below the path; {@link Long#MAX_VALUE} where
     * the file system makes them as it goes (btrfs), or does not say.
     */
    public static long usableFiles(Path path) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment says = arena.allocate(STRUCT_OCTETS, 8);
            int failed =
                    (int)
                            Libc.FileSystem.STATVFS.invokeExact(
                                    arena.allocateFrom(path.toString()), says);
            boolean unknown = failed != 0 || says.get(ValueLayout.JAVA_LONG, FILES_AT) == 0;
            return unknown ? Long.MAX_VALUE : says.get(ValueLayout.JAVA_LONG, FREE_FILES_AT);
        } catch (Throwable thrown) {
            throw Libc.rethrow(thrown);
        }
    }
}
