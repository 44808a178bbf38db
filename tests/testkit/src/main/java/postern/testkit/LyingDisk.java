package postern.testkit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import postern.base.Disk;
import postern.base.DiskFile;

/**
 * A disk in memory that keeps its word and not one word more: after {@link #crash} what was not
 * synced is there or not, sector by sector and name by name, as chance wills. It fails or stops at
 * any chosen operation; reading does not count as one. Any thread.
 *
 * <p>Directories themselves are safe once created: nobody's queue hangs on a moment so early.
 */
public final class LyingDisk implements Disk {

    /** How an operation may fail, once. */
    public enum Fault {
        NO_SPACE("No space left on device"),
        IO_ERROR("Input/output error");

        private final String message;

        Fault(String message) {
            this.message = message;
        }
    }

    private final TreeSet<Path> directories = new TreeSet<>();
    private final TreeMap<Path, LyingFile> seen = new TreeMap<>();
    private final TreeMap<Path, LyingFile> safe = new TreeMap<>();
    private final List<Renaming> unsynced = new ArrayList<>();
    private long operations;
    private long failAt = -1;
    private Fault fault = Fault.IO_ERROR;
    private long crashAt = -1;
    private boolean off;
    private long life;
    private long capacity = Long.MAX_VALUE;
    private long files = Long.MAX_VALUE;

    /**
     * One change of names: {@code from} goes (null: made new), {@code to} comes (null: deleted).
     */
    private record Renaming(@Nullable Path from, @Nullable Path to, LyingFile file) {
        boolean within(Path directory) {
            return from != null && directory.equals(from.getParent())
                    || to != null && directory.equals(to.getParent());
        }

        void apply(Map<Path, LyingFile> names) {
            if (from != null) {
                names.remove(from, file);
            }
            if (to != null) {
                names.put(to, file);
            }
        }
    }

    /** How many operations that change something were begun. */
    public synchronized long operations() {
        return operations;
    }

    /** The operation of that number (the first is 1) fails; a write is half done. */
    public synchronized void failAt(long operation, Fault with) {
        failAt = operation;
        fault = with;
    }

    /** At the operation of that number (the first is 1) the machine stops; a write is half done. */
    public synchronized void crashAt(long operation) {
        crashAt = operation;
    }

    /** Power fails and comes back: open files are gone, and so is what chance takes. */
    public synchronized void crash(long seed) {
        Random chance = new Random(seed);
        int keepPercent = chance.nextInt(3) * 50;
        seen.clear();
        seen.putAll(safe);
        for (Renaming renaming : unsynced) {
            if (chance.nextInt(100) < keepPercent) {
                renaming.apply(seen);
            }
        }
        seen.values().forEach(file -> file.lose(chance));
        settle();
    }

    /** Every process is killed: open files and locks are gone; what was written stays. */
    public synchronized void kill() {
        seen.values().forEach(file -> file.locker = null);
        off = false;
        crashAt = -1;
        life++;
    }

    /** From now on so many octets fit in all. */
    public synchronized void capacity(long octets) {
        capacity = octets;
    }

    /** From now on so many files more may be made. */
    public synchronized void files(long more) {
        files = more;
    }

    /** Inverts one bit, on the platter as well. */
    public synchronized void flip(Path path, long position, int bit) throws IOException {
        existing(path).flip(Math.toIntExact(position), bit);
    }

    /** From now on the disk cannot read that octet of the file. */
    public synchronized void spoil(Path path, long position) throws IOException {
        existing(path).spoil(position);
    }

    /** All of a file, as programs see it. */
    public synchronized byte[] contents(Path path) throws IOException {
        return existing(path).contents();
    }

    @Override
    public synchronized DiskFile create(Path path) throws IOException {
        operation();
        if (exists(path)) {
            throw new FileAlreadyExistsException(path.toString());
        }
        parent(path);
        if (files == 0) {
            throw new IOException(Fault.NO_SPACE.message);
        }
        files -= files == Long.MAX_VALUE ? 0 : 1;
        LyingFile file = new LyingFile();
        rename(new Renaming(null, path, file));
        return new Handle(file);
    }

    @Override
    public synchronized DiskFile open(Path path) throws IOException {
        alive(life);
        return new Handle(existing(path));
    }

    @Override
    public DiskFile openRead(Path path) throws IOException {
        return open(path);
    }

    @Override
    public synchronized DiskFile scratch(Path directory) throws IOException {
        operation();
        parent(directory.resolve("scratch"));
        return new Handle(new LyingFile());
    }

    @Override
    public synchronized List<String> list(Path directory) throws IOException {
        alive(life);
        parent(directory.resolve("any"));
        TreeSet<String> names = new TreeSet<>();
        for (Path path : seen.keySet()) {
            if (directory.equals(path.getParent())) {
                names.add(String.valueOf(path.getFileName()));
            }
        }
        for (Path path : directories) {
            if (directory.equals(path.getParent())) {
                names.add(String.valueOf(path.getFileName()));
            }
        }
        return List.copyOf(names);
    }

    @Override
    public synchronized boolean exists(Path path) {
        alive(life);
        return seen.containsKey(path) || directories.contains(path);
    }

    @Override
    public synchronized void createDirectories(Path directory) throws IOException {
        operation();
        for (Path path = directory; path != null; path = path.getParent()) {
            directories.add(path);
        }
    }

    @Override
    public synchronized void move(Path from, Path to) throws IOException {
        operation();
        if (exists(to)) {
            throw new FileAlreadyExistsException(to.toString());
        }
        parent(to);
        rename(new Renaming(from, to, existing(from)));
    }

    @Override
    public synchronized void delete(Path path) throws IOException {
        operation();
        rename(new Renaming(path, null, existing(path)));
    }

    @Override
    public synchronized void syncDirectory(Path directory) throws IOException {
        operation();
        parent(directory.resolve("any"));
        unsynced.removeIf(
                renaming -> {
                    boolean here = renaming.within(directory);
                    if (here) {
                        renaming.apply(safe);
                    }
                    return here;
                });
    }

    @Override
    public synchronized long usableOctets(Path path) {
        alive(life);
        return capacity == Long.MAX_VALUE ? 1L << 50 : Math.max(0, capacity - used());
    }

    @Override
    public synchronized long usableFiles(Path path) {
        alive(life);
        return files;
    }

    private void rename(Renaming renaming) {
        renaming.apply(seen);
        unsynced.add(renaming);
    }

    private LyingFile existing(Path path) throws IOException {
        LyingFile file = seen.get(path);
        if (file == null) {
            throw new NoSuchFileException(path.toString());
        }
        return file;
    }

    private void parent(Path path) throws IOException {
        Path parent = path.getParent();
        if (parent != null && !directories.contains(parent)) {
            throw new NoSuchFileException(parent.toString());
        }
    }

    /** Octets that all files hold together. */
    public synchronized long used() {
        return seen.values().stream().mapToLong(LyingFile::size).sum();
    }

    private void settle() {
        safe.clear();
        safe.putAll(seen);
        unsynced.clear();
        kill();
    }

    private void alive(long of) {
        if (off || of != life) {
            throw new PowerLost();
        }
    }

    /** Begins an operation: it may fail or be the last. */
    private void operation() throws IOException {
        alive(life);
        operations++;
        if (operations == crashAt) {
            off = true;
            throw new PowerLost();
        }
        if (operations == failAt) {
            throw new IOException(fault.message);
        }
    }

    /** An open file. */
    private final class Handle implements DiskFile {
        private final LyingFile file;
        private final long born = life;
        private boolean closed;

        Handle(LyingFile file) {
            this.file = file;
        }

        @Override
        public long size() throws IOException {
            synchronized (LyingDisk.this) {
                usable();
                return file.size();
            }
        }

        @Override
        public int read(ByteBuffer into, long position) throws IOException {
            synchronized (LyingDisk.this) {
                usable();
                byte[] octets = new byte[into.remaining()];
                if (file.spoilt(position, octets.length)) {
                    throw new IOException(Fault.IO_ERROR.message);
                }
                int count = file.read(octets, 0, octets.length, position);
                if (count > 0) {
                    into.put(octets, 0, count);
                }
                return count;
            }
        }

        @Override
        public void write(long position, ByteBuffer... buffers) throws IOException {
            synchronized (LyingDisk.this) {
                usable();
                byte[] octets = gathered(buffers);
                int half = octets.length / 2;
                try {
                    operation();
                } catch (IOException | PowerLost failed) {
                    file.write(position, Arrays.copyOf(octets, half));
                    throw failed;
                }
                long room = capacity - used() - (position + octets.length - file.size());
                if (capacity != Long.MAX_VALUE && room < 0) {
                    file.write(position, Arrays.copyOf(octets, half));
                    throw new IOException(Fault.NO_SPACE.message);
                }
                file.write(position, octets);
            }
        }

        private static byte[] gathered(ByteBuffer... buffers) {
            int length = 0;
            for (ByteBuffer buffer : buffers) {
                length += buffer.remaining();
            }
            ByteBuffer all = ByteBuffer.allocate(length);
            for (ByteBuffer buffer : buffers) {
                all.put(buffer);
            }
            return all.array();
        }

        @Override
        public void sync() throws IOException {
            synchronized (LyingDisk.this) {
                usable();
                try {
                    operation();
                } catch (IOException failed) {
                    file.syncFailed();
                    throw failed;
                }
                file.sync();
            }
        }

        @Override
        public void truncate(long size) throws IOException {
            synchronized (LyingDisk.this) {
                usable();
                operation();
                file.truncate(size);
            }
        }

        @Override
        public boolean tryLock() throws IOException {
            synchronized (LyingDisk.this) {
                usable();
                if (file.locker != null) {
                    return false;
                }
                file.locker = this;
                return true;
            }
        }

        @Override
        public void close() {
            synchronized (LyingDisk.this) {
                closed = true;
                if (equals(file.locker)) {
                    file.locker = null;
                }
            }
        }

        private void usable() throws IOException {
            alive(born);
            if (closed) {
                throw new IOException("file is closed");
            }
        }
    }
}
