package postern.spool;

import postern.base.Bug;

/**
 * The bounds of a queue.
 *
 * @param minimumFreeOctets what must stay free on the disk beside a message for it to be taken, so
 *     that outcomes, notices and cleaning never lack room
 * @param segmentOctets size at which a segment is full; what is released comes back in such pieces
 * @param bufferedOctetsMax content held in memory on its way to the log, all receptions together;
 *     beyond it each writes through in small records
 */
public record SpoolLimits(long minimumFreeOctets, long segmentOctets, long bufferedOctetsMax) {
    /** Room for one new segment: house rule, a queue that is full can still finish its work. */
    private static final long MINIMUM_FREE_OCTETS = 64L << 20;

    /** Figure measured: large enough that starting one costs nothing. */
    private static final long SEGMENT_OCTETS = 64L << 20;

    private static final long BUFFERED_OCTETS = 32L << 20;

    /** Places in a segment are counted in eighths by an int; a batch may come on top. */
    private static final long SEGMENT_OCTETS_MAX = 8L << 30;

    public static final SpoolLimits DEFAULT =
            new SpoolLimits(MINIMUM_FREE_OCTETS, SEGMENT_OCTETS, BUFFERED_OCTETS);

    public SpoolLimits {
        Bug.unless(segmentOctets > SegmentHeader.OCTETS, "a segment holds more than its header");
        Bug.unless(segmentOctets <= SEGMENT_OCTETS_MAX, "a segment is of bounded length");
        Bug.unless(minimumFreeOctets >= 0 && bufferedOctetsMax >= 0, "bounds are not negative");
    }
}
