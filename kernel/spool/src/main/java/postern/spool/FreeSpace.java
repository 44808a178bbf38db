package postern.spool;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import postern.base.World;
import postern.spool.Spool.NoSpace;

/**
 * Room on the disk, granted to each message before anything of it is written. The disk is asked at
 * most once a second while there is plenty, and anew whenever what was granted or written since
 * would leave too little: however fast clients are, they do not run through the reserve. Any
 * thread.
 */
final class FreeSpace {
    private static final Duration TRUSTED = Duration.ofSeconds(1);

    /** No disk has more; whoever announces it gets his refusal, and no sum overflows. */
    private static final long OCTETS_MAX = 1L << 56;

    /**
     * Files that must still be possible: a queue that cannot begin a segment can record nothing,
     * and by then the mailboxes and scratch files beside it have long run out.
     */
    static final long FILES_MIN = 64;

    private final World world;
    private final Path directory;
    private final long floorOctets;
    private final Object lock = new Object();
    private Known known; // guarded by lock
    private long granted; // guarded by lock: to messages on their way, not written yet
    private long written; // guarded by lock: in all

    /**
     * What the disk said.
     *
     * @param writtenBefore of {@link #written}, what it has counted for certain
     */
    private record Known(long usableOctets, long usableFiles, long nanoTime, long writtenBefore) {}

    FreeSpace(World world, Path directory, long floorOctets) {
        this.world = world;
        this.directory = directory;
        this.floorOctets = floorOctets;
        this.known = new Known(0, 0, world.clock().nanoTime() - TRUSTED.toNanos(), 0);
    }

    /**
     * Grants room for a message of so many octets and its envelope, beside the reserve.
     *
     * @throws NoSpace there is none
     */
    Grant grant(long announcedOctets) throws IOException {
        long octets = Math.clamp(announcedOctets, 0, OCTETS_MAX) + LogReception.OVERHEAD_OCTETS;
        demand(octets, floorOctets);
        return new Grant(octets, floorOctets);
    }

    /** For what finishes other mail: it may use the reserve, which is kept for nothing else. */
    Grant reserved() {
        return new Grant(0, 0);
    }

    /**
     * Whether so much may be copied forward. Half of the reserve is left alone: without room for
     * outcomes no delivery goes on, and then nothing would ever make room.
     */
    boolean allowsCopy(long octets) throws IOException {
        try {
            demand(octets, floorOctets / 2);
        } catch (NoSpace none) {
            return false;
        }
        wrote(octets, octets);
        return true;
    }

    private void demand(long octets, long floor) throws IOException {
        long now = world.clock().nanoTime();
        synchronized (lock) {
            if (now - known.nanoTime() < TRUSTED.toNanos() && fits(octets, floor)) {
                granted += octets;
                return;
            }
        }
        long before;
        synchronized (lock) {
            before = written;
        }
        long usable = world.disk().usableOctets(directory);
        long files = world.disk().usableFiles(directory);
        synchronized (lock) {
            known = new Known(usable, files, now, before);
            if (!fits(octets, floor)) {
                throw new NoSpace(refusal(octets, floor));
            }
            granted += octets;
        }
    }

    private boolean fits(long octets, long floor) {
        return known.usableFiles() >= FILES_MIN && left() - floor >= octets;
    }

    private long left() {
        return known.usableOctets() - (written - known.writtenBefore()) - granted;
    }

    private String refusal(long octets, long floor) {
        if (known.usableFiles() < FILES_MIN) {
            return "queue disk has room for %d files, needs %d in reserve"
                    .formatted(known.usableFiles(), FILES_MIN);
        }
        return "queue disk has %d octets free, needs %d and %d in reserve"
                .formatted(left(), octets, floor);
    }

    private void wrote(long octets, long ofGranted) {
        synchronized (lock) {
            written += octets;
            granted -= ofGranted;
        }
    }

    /** What one message may take. Any thread. */
    final class Grant {
        private final long floor;
        private long left; // guarded by lock

        private Grant(long octets, long floor) {
            this.left = octets;
            this.floor = floor;
        }

        /**
         * Makes sure of so many octets more, before they are written.
         *
         * @throws NoSpace it came to more than was granted, and there is no room for that
         */
        void need(long octets) throws IOException {
            long more;
            synchronized (lock) {
                more = octets - left;
            }
            if (more > 0 && floor > 0) {
                demand(more, floor);
                synchronized (lock) {
                    left += more;
                }
            }
        }

        /** So much was written, or has failed. */
        void used(long octets) {
            synchronized (lock) {
                long mine = Math.min(left, octets);
                left -= mine;
                wrote(octets, mine);
            }
        }

        /** Gives back what is not needed. */
        void close() {
            synchronized (lock) {
                wrote(0, left);
                left = 0;
            }
        }
    }

    /** A failure of the disk, as {@link NoSpace} where that is what it says. */
    static Throwable said(Throwable failure) {
        String message = String.valueOf(failure.getMessage());
        boolean full =
                message.contains("No space left") || message.contains("quota exceeded"); // errno(3)
        if (!full || !(failure instanceof IOException)) {
            return failure;
        }
        NoSpace noSpace = new NoSpace(message);
        noSpace.initCause(failure);
        return noSpace;
    }
}
