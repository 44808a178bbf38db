package postern.testkit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import postern.base.Disk;
import postern.base.DiskFile;

/**
 * A disk as one process sees it: each call may hand over, a sync takes time, and when the process
 * dies its files are closed and its locks given up.
 */
final class SimDisk implements Disk {
    /** A sync takes at most so long; half of it before what was written is safe, half after. */
    private static final long SYNC_NANOS_MAX = Duration.ofMillis(10).toNanos();

    private final Baton baton;
    private final Disk disk;
    private final SplittableRandom random;
    private final Set<SimFile> open = new LinkedHashSet<>();

    SimDisk(Baton baton, Disk disk, SplittableRandom random) {
        this.baton = baton;
        this.disk = disk;
        this.random = random;
    }

    void died() {
        for (SimFile file : List.copyOf(open)) {
            file.close();
        }
    }

    @Override
    public DiskFile create(Path path) throws IOException {
        baton.pause();
        return opened(disk.create(path));
    }

    @Override
    public DiskFile open(Path path) throws IOException {
        baton.pause();
        return opened(disk.open(path));
    }

    @Override
    public DiskFile openRead(Path path) throws IOException {
        baton.pause();
        return opened(disk.openRead(path));
    }

    @Override
    public DiskFile scratch(Path directory) throws IOException {
        baton.pause();
        return opened(disk.scratch(directory));
    }

    @Override
    public List<String> list(Path directory) throws IOException {
        baton.pause();
        return disk.list(directory);
    }

    @Override
    public boolean exists(Path path) {
        baton.pause();
        return disk.exists(path);
    }

    @Override
    public void createDirectories(Path directory) throws IOException {
        baton.pause();
        disk.createDirectories(directory);
    }

    @Override
    public void move(Path from, Path to) throws IOException {
        baton.pause();
        disk.move(from, to);
    }

    @Override
    public void delete(Path path) throws IOException {
        baton.pause();
        disk.delete(path);
    }

    @Override
    public void syncDirectory(Path directory) throws IOException {
        dawdle();
        disk.syncDirectory(directory);
        dawdle();
    }

    @Override
    public long usableOctets(Path path) throws IOException {
        baton.pause();
        return disk.usableOctets(path);
    }

    @Override
    public long usableFiles(Path path) throws IOException {
        return disk.usableFiles(path); // in one breath with the octets
    }

    private DiskFile opened(DiskFile file) {
        SimFile mine = new SimFile(file);
        open.add(mine);
        return mine;
    }

    private void dawdle() {
        baton.pause();
        baton.sleep(random.nextLong(SYNC_NANOS_MAX / 2));
    }

    private final class SimFile implements DiskFile {
        private final DiskFile file;

        SimFile(DiskFile file) {
            this.file = file;
        }

        @Override
        public long size() throws IOException {
            baton.pause();
            return file.size();
        }

        @Override
        public int read(ByteBuffer into, long position) throws IOException {
            baton.pause();
            return file.read(into, position);
        }

        @Override
        public void write(long position, ByteBuffer... buffers) throws IOException {
            baton.pause();
            file.write(position, buffers);
        }

        @Override
        public void sync() throws IOException {
            dawdle();
            file.sync();
            dawdle();
        }

        @Override
        public void truncate(long size) throws IOException {
            baton.pause();
            file.truncate(size);
        }

        @Override
        public boolean tryLock() throws IOException {
            baton.pause();
            return file.tryLock();
        }

        @Override
        public void close() {
            open.remove(this);
            try {
                file.close();
            } catch (IOException ignored) {
                // a disk of memory has nothing left to write
            }
        }
    }
}
