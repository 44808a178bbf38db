package postern.base;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Files. What was written is safe only after {@link DiskFile#sync} of the file and, for a new,
 * moved or deleted name, {@link #syncDirectory} of its directory.
 */
public interface Disk {

    /** Creates a new file for reading and writing, mode 0600; fails when the name exists. */
    DiskFile create(Path path) throws IOException;

    /** Opens an existing file for reading and writing. */
    DiskFile open(Path path) throws IOException;

    /** Opens an existing file for reading. */
    DiskFile openRead(Path path) throws IOException;

    /**
     * The first octets of a file, as {@link DiskFile#head} gives them.
     *
     * @throws NoSuchFileException there is none
     */
    default byte[] head(Path path, int octetsMax) throws IOException {
        try (DiskFile file = openRead(path)) {
            return file.head(octetsMax);
        }
    }

    /** A file without a name, for what outgrows memory; gone when closed. */
    DiskFile scratch(Path directory) throws IOException;

    /** The names in a directory, sorted. */
    List<String> list(Path directory) throws IOException;

    boolean exists(Path path);

    /** Whether there is a file where links lead to: cheaper than {@link #exists} where not. */
    default boolean leads(Path path) {
        return exists(path);
    }

    /** When the file was written last; empty when there is none, or the disk does not know. */
    default Optional<Instant> modified(Path path) throws IOException {
        return Optional.empty();
    }

    /**
     * Adds octets at the end of an existing file, whoever else does so at the same time.
     *
     * @throws java.nio.file.NoSuchFileException there is none
     */
    default void append(Path path, byte[] octets) throws IOException {
        try (DiskFile file = open(path)) {
            file.write(file.size(), ByteBuffer.wrap(octets));
        }
    }

    void createDirectories(Path directory) throws IOException;

    /** Moves within one file system, atomically; fails when the target exists. */
    void move(Path from, Path to) throws IOException;

    void delete(Path path) throws IOException;

    /** Makes the names in a directory safe. */
    void syncDirectory(Path directory) throws IOException;

    /**
     * What tells one state of a file from another; empty when there is no such file, or the disk
     * cannot tell states apart.
     */
    default Optional<Stamp> stamp(Path path) throws IOException {
        return Optional.empty();
    }

    /**
     * A file's state.
     *
     * @param file which file it is, under whatever name
     */
    record Stamp(String file, long octets, Instant modified) {}

    /**
     * Moves within one file system, atomically; what was at the target is gone. Not safe before
     * {@link #syncDirectory}.
     */
    default void replace(Path from, Path to) throws IOException {
        if (exists(to)) {
            delete(to);
        }
        move(from, to);
    }

    /**
     * Which file system a file lies on, where links lead to; empty when the disk cannot tell.
     *
     * @throws java.nio.file.NoSuchFileException there is no such file
     */
    default OptionalLong device(Path path) throws IOException {
        if (!exists(path)) {
            throw new NoSuchFileException(path.toString());
        }
        return OptionalLong.empty();
    }

    /** Octets that may still be written below the path. */
    long usableOctets(Path path) throws IOException;

    /**
     * Files that may still be made below the path (inodes); {@link Long#MAX_VALUE} where the file
     * system sets no number or it cannot be known.
     */
    long usableFiles(Path path) throws IOException;
}
