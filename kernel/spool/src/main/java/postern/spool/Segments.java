package postern.spool;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import postern.base.Bug;
import postern.base.Disk;
import postern.base.DiskFile;
import postern.base.World;
import postern.spool.QueueLog.SegmentSize;

/** The segment files of a log: found, begun, read, released. Any thread. */
final class Segments {
    static final String SUFFIX = ".seg";
    private static final int NAME_DIGITS = 16;

    /** No log ever gets there; a file with a higher number would leave no room for the next. */
    static final long NUMBER_MAX = 1L << 48;

    /** Odd, so that products with different numbers differ. */
    private static final long GOLDEN_RATIO = 0x9e3779b97f4a7c15L;

    private final World world;
    private final Path directory;
    private final Object lock = new Object();
    private final TreeMap<Long, Segment> open = new TreeMap<>(); // guarded by lock
    private final SplittableRandom random; // of our own: the world's is shared between tasks
    private long nextNumber = 1;

    Segments(World world, Path directory) {
        this.world = world;
        this.directory = directory;
        this.random = new SplittableRandom(world.random().nextLong());
    }

    /** The numbers of the segment files, oldest first. Other names are not ours: left alone. */
    List<Long> found() throws IOException {
        List<Long> numbers = numbers(world.disk(), directory);
        for (long number : numbers) {
            nextNumber = number <= NUMBER_MAX ? number + 1 : nextNumber;
        }
        return numbers;
    }

    /** The numbers of the segment files in a directory, oldest first. */
    static List<Long> numbers(Disk disk, Path directory) throws IOException {
        return disk.list(directory).stream()
                .filter(Segments::named)
                .map(name -> Long.parseLong(name, 0, NAME_DIGITS, 16))
                .sorted()
                .toList();
    }

    private static boolean named(String name) {
        return name.length() == NAME_DIGITS + SUFFIX.length()
                && name.endsWith(SUFFIX)
                && name.substring(0, NAME_DIGITS)
                        .chars()
                        .allMatch(c -> c >= '0' && c <= '9' || c >= 'a' && c <= 'f')
                && name.charAt(0) < '8';
    }

    Path path(long number) {
        return directory.resolve(name(number) + SUFFIX);
    }

    static String name(long number) {
        String digits = Long.toHexString(number);
        return "0".repeat(NAME_DIGITS - digits.length()) + digits;
    }

    void add(Segment segment) {
        synchronized (lock) {
            open.put(segment.number(), segment);
        }
    }

    /**
     * Begins a segment: header and name are durable before anything else goes into it.
     *
     * @throws IOException it could not be made; nothing is left of it but perhaps an empty file,
     *     which replay removes
     */
    Segment begin(long epoch, long highestId) throws IOException {
        long number = nextNumber++;
        SegmentHeader header =
                new SegmentHeader(
                        number, generation(number), epoch, world.clock().now(), highestId);
        Path path = path(number);
        DiskFile file = world.disk().create(path);
        try {
            file.write(0, header.encoded());
            file.sync();
            world.disk().syncDirectory(directory);
        } catch (IOException failed) {
            drop(file, path, failed);
            throw failed;
        }
        Segment segment = new Segment(header, file, SegmentHeader.OCTETS);
        add(segment);
        return segment;
    }

    /** Differs from segment to segment even where chance repeats itself. */
    private long generation(long number) {
        return random.nextLong() ^ number * GOLDEN_RATIO;
    }

    private void drop(DiskFile file, Path path, IOException failed) {
        try {
            file.close();
            world.disk().delete(path);
        } catch (IOException alsoFailed) {
            failed.addSuppressed(alsoFailed);
        }
    }

    /** The segment, held: {@link Segment#letGo} it after use. */
    Segment hold(long number) throws Released {
        Segment segment;
        synchronized (lock) {
            segment = open.get(number);
        }
        if (segment == null || !segment.hold()) {
            throw new Released(number);
        }
        return segment;
    }

    List<SegmentSize> sizes() {
        synchronized (lock) {
            return open.values().stream()
                    .map(segment -> new SegmentSize(segment.number(), segment.octets()))
                    .toList();
        }
    }

    /** Takes a file out of the log. */
    interface Removal {
        void remove(Path file) throws IOException;
    }

    /**
     * Removes the oldest segment. That is made durable before the next may go, for that one may
     * hold what undoes this one's records.
     */
    void release(long number, Removal removal) throws IOException {
        Segment segment = oldest(number).orElseThrow(() -> new Bug("segments go oldest first"));
        removal.remove(path(number));
        syncNames();
        synchronized (lock) {
            open.remove(number);
        }
        segment.letGo();
    }

    private Optional<Segment> oldest(long number) {
        synchronized (lock) {
            boolean oldest = open.size() > 1 && open.firstKey() == number;
            return oldest ? Optional.of(open.firstEntry().getValue()) : Optional.empty();
        }
    }

    /** Deletes a segment without any record in it, wherever it stands. */
    void remove(Segment empty) throws IOException {
        synchronized (lock) {
            open.remove(empty.number());
        }
        empty.letGo();
        world.disk().delete(path(empty.number()));
    }

    void syncNames() {
        try {
            world.disk().syncDirectory(directory);
        } catch (IOException failed) {
            throw new SyncFailed("names of segments", failed);
        }
    }

    void close() throws IOException {
        List<Segment> all;
        synchronized (lock) {
            all = List.copyOf(open.values());
            open.clear();
        }
        for (Segment segment : all) {
            segment.letGo();
        }
    }
}
