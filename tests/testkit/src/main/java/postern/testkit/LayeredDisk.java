package postern.testkit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import postern.base.Disk;
import postern.base.DiskFile;

/** A disk over another one: what a test counts, forgets or changes on the way is a layer. */
public final class LayeredDisk implements Disk {
    private final Disk disk;
    private final Layer layer;

    /** What lies between; as it stands, it passes everything on. */
    public interface Layer {
        default int read(DiskFile file, ByteBuffer into, long position) throws IOException {
            return file.read(into, position);
        }

        default void write(DiskFile file, long position, ByteBuffer... buffers) throws IOException {
            file.write(position, buffers);
        }

        default void sync(DiskFile file) throws IOException {
            file.sync();
        }

        default void syncDirectory(Disk disk, Path directory) throws IOException {
            disk.syncDirectory(directory);
        }
    }

    public LayeredDisk(Disk disk, Layer layer) {
        this.disk = disk;
        this.layer = layer;
    }

    @Override
    public DiskFile create(Path path) throws IOException {
        return new LayeredFile(disk.create(path), layer);
    }

    @Override
    public DiskFile open(Path path) throws IOException {
        return new LayeredFile(disk.open(path), layer);
    }

    @Override
    public DiskFile openRead(Path path) throws IOException {
        return new LayeredFile(disk.openRead(path), layer);
    }

    @Override
    public DiskFile scratch(Path directory) throws IOException {
        return disk.scratch(directory);
    }

    @Override
    public List<String> list(Path directory) throws IOException {
        return disk.list(directory);
    }

    @Override
    public boolean exists(Path path) {
        return disk.exists(path);
    }

    @Override
    public void createDirectories(Path directory) throws IOException {
        disk.createDirectories(directory);
    }

    @Override
    public void move(Path from, Path to) throws IOException {
        disk.move(from, to);
    }

    @Override
    public void delete(Path path) throws IOException {
        disk.delete(path);
    }

    @Override
    public void syncDirectory(Path directory) throws IOException {
        layer.syncDirectory(disk, directory);
    }

    @Override
    public long usableOctets(Path path) throws IOException {
        return disk.usableOctets(path);
    }

    @Override
    public long usableFiles(Path path) throws IOException {
        return disk.usableFiles(path);
    }

    private record LayeredFile(DiskFile file, Layer layer) implements DiskFile {
        @Override
        public long size() throws IOException {
            return file.size();
        }

        @Override
        public int read(ByteBuffer into, long position) throws IOException {
            return layer.read(file, into, position);
        }

        @Override
        public void write(long position, ByteBuffer... buffers) throws IOException {
            layer.write(file, position, buffers);
        }

        @Override
        public void sync() throws IOException {
            layer.sync(file);
        }

        @Override
        public void truncate(long size) throws IOException {
            file.truncate(size);
        }

        @Override
        public boolean tryLock() throws IOException {
            return file.tryLock();
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
