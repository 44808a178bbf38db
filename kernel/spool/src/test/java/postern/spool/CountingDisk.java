package postern.spool;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import postern.base.Disk;
import postern.base.DiskFile;

/** Counts what segment files cost. */
final class CountingDisk implements Disk {
    int writes;
    int syncs;
    private final Disk disk;

    CountingDisk(Disk disk) {
        this.disk = disk;
    }

    @Override
    public DiskFile create(Path path) throws IOException {
        return new Counting(disk.create(path));
    }

    @Override
    public DiskFile open(Path path) throws IOException {
        return new Counting(disk.open(path));
    }

    @Override
    public DiskFile openRead(Path path) throws IOException {
        return disk.openRead(path);
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
        disk.syncDirectory(directory);
    }

    @Override
    public long usableOctets(Path path) throws IOException {
        return disk.usableOctets(path);
    }

    private final class Counting implements DiskFile {
        private final DiskFile file;

        Counting(DiskFile file) {
            this.file = file;
        }

        @Override
        public long size() throws IOException {
            return file.size();
        }

        @Override
        public int read(ByteBuffer into, long position) throws IOException {
            return file.read(into, position);
        }

        @Override
        public void write(long position, ByteBuffer... buffers) throws IOException {
            writes++;
            file.write(position, buffers);
        }

        @Override
        public void sync() throws IOException {
            syncs++;
            file.sync();
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
