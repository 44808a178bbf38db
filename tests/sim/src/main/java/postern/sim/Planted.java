package postern.sim;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import postern.base.Disk;
import postern.base.DiskFile;
import postern.testkit.SimWorld;

/**
 * A bug planted below the programs, to see that the ledger finds it: the programs believe that what
 * they wrote is safe when it is not.
 */
enum Planted {
    NOTHING,
    /** The fdatasync of files was forgotten. */
    NEVER_SYNCED,
    /** The sync is begun and not waited for: 250 comes before the message is safe. */
    ACKNOWLEDGED_EARLY,
    /** The fsync of directories was forgotten. */
    NAMES_NEVER_SYNCED;

    /** How late the sync comes that nobody waits for. */
    private static final Duration LATE = Duration.ofSeconds(20);

    Disk in(Disk disk, SimWorld sim) {
        return this == NOTHING ? disk : new Faithless(disk, sim, this);
    }

    private record Faithless(Disk disk, SimWorld sim, Planted bug) implements Disk {
        @Override
        public DiskFile create(Path path) throws IOException {
            return new FaithlessFile(disk.create(path), sim, bug);
        }

        @Override
        public DiskFile open(Path path) throws IOException {
            return new FaithlessFile(disk.open(path), sim, bug);
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
            if (bug != NAMES_NEVER_SYNCED) {
                disk.syncDirectory(directory);
            }
        }

        @Override
        public long usableOctets(Path path) throws IOException {
            return disk.usableOctets(path);
        }
    }

    private record FaithlessFile(DiskFile file, SimWorld sim, Planted bug) implements DiskFile {
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
            file.write(position, buffers);
        }

        @Override
        public void sync() throws IOException {
            switch (bug) {
                case NEVER_SYNCED -> {}
                case ACKNOWLEDGED_EARLY -> sim.after(LATE, this::syncAtLast);
                case NAMES_NEVER_SYNCED, NOTHING -> file.sync();
            }
        }

        private void syncAtLast() {
            try {
                file.sync();
            } catch (IOException | Error gone) {
                // the process or the machine is no more: so is what was not safe
            }
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
