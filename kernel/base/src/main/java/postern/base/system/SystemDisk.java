package postern.base.system;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import postern.base.Disk;
import postern.base.DiskFile;

/** The file system of this machine. */
final class SystemDisk implements Disk {
    private static final FileAttribute<?> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    private static final FileAttribute<?> OWNER_DIRECTORY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    private final ToLongFunction<Path> files;

    /**
     * @param files what {@link #usableFiles} says: the JDK has no call for it
     */
    SystemDisk(ToLongFunction<Path> files) {
        this.files = files;
    }

    @Override
    public DiskFile create(Path path) throws IOException {
        return new ChannelFile(
                FileChannel.open(
                        path,
                        Set.of(
                                StandardOpenOption.CREATE_NEW,
                                StandardOpenOption.READ,
                                StandardOpenOption.WRITE),
                        OWNER_ONLY));
    }

    @Override
    public DiskFile open(Path path) throws IOException {
        return new ChannelFile(
                FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE));
    }

    @Override
    public DiskFile openRead(Path path) throws IOException {
        return new ChannelFile(FileChannel.open(path, StandardOpenOption.READ));
    }

    @Override
    public DiskFile scratch(Path directory) throws IOException {
        Path path = Files.createTempFile(directory, "scratch", "", OWNER_ONLY);
        FileChannel channel =
                FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            Files.delete(path);
        } catch (IOException failed) {
            channel.close();
            throw failed;
        }
        return new ChannelFile(channel);
    }

    @Override
    public List<String> list(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.map(path -> String.valueOf(path.getFileName())).sorted().toList();
        }
    }

    @Override
    public boolean exists(Path path) {
        return Files.exists(path, LinkOption.NOFOLLOW_LINKS);
    }

    @Override
    public boolean leads(Path path) {
        return Files.exists(path); // unlike a look at the link itself, without an exception
    }

    @Override
    public Optional<Instant> modified(Path path) throws IOException {
        try {
            return Optional.of(
                    Files.getLastModifiedTime(path, LinkOption.NOFOLLOW_LINKS).toInstant());
        } catch (NoSuchFileException none) {
            return Optional.empty();
        }
    }

    @Override
    public void append(Path path, byte[] octets) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.APPEND)) {
            ByteBuffer left = ByteBuffer.wrap(octets);
            while (left.hasRemaining()) {
                channel.write(left);
            }
        }
    }

    @Override
    public void createDirectories(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            Files.createDirectories(directory, OWNER_DIRECTORY);
        }
    }

    @Override
    public void move(Path from, Path to) throws IOException {
        if (leads(to)) {
            throw new FileAlreadyExistsException(to.toString());
        }
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    }

    @Override
    public Optional<Stamp> stamp(Path path) throws IOException {
        try {
            var now = Files.readAttributes(path, BasicFileAttributes.class);
            return Optional.of(
                    new Stamp(
                            String.valueOf(now.fileKey()),
                            now.size(),
                            now.lastModifiedTime().toInstant()));
        } catch (NoSuchFileException none) {
            return Optional.empty();
        }
    }

    @Override
    public OptionalLong device(Path path) throws IOException {
        return OptionalLong.of((Long) Files.getAttribute(path, "unix:dev"));
    }

    @Override
    public void replace(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    @Override
    public void delete(Path path) throws IOException {
        Files.delete(path);
    }

    @Override
    public void syncDirectory(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    @Override
    public long usableOctets(Path path) throws IOException {
        long usable = path.toFile().getUsableSpace(); // one statvfs; 0 on an error as well
        return usable > 0 ? usable : Files.getFileStore(path).getUsableSpace();
    }

    @Override
    public long usableFiles(Path path) {
        return files.applyAsLong(path);
    }
}
