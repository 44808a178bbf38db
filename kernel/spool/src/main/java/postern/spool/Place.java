package postern.spool;

import java.util.List;
import postern.spool.QueueLog.Position;

/**
 * Where a live message lies in the log.
 *
 * @param progressOctets of the progress records that went forward with its envelope, on disk
 */
record Place(Position envelope, List<Position> bodies, int progressOctets) {
    Place {
        bodies = List.copyOf(bodies);
    }

    /** Told for each record, or for several in one segment. */
    interface Holding {
        void holds(long segment, long octets);
    }

    /** What it keeps alive, where; a segment may come more than once. */
    void each(Holding told) {
        told.holds(
                envelope.segment(),
                RecordHeader.recordOctets(envelope.length()) + (long) progressOctets);
        for (Position body : bodies) {
            told.holds(body.segment(), RecordHeader.recordOctets(body.length()));
        }
    }

    /** What it keeps alive in all. */
    long octets() {
        long octets = RecordHeader.recordOctets(envelope.length()) + (long) progressOctets;
        for (Position body : bodies) {
            octets += RecordHeader.recordOctets(body.length());
        }
        return octets;
    }

    /** Whether a part of it lies in the segment. */
    boolean within(long segment) {
        return envelope.segment() == segment
                || bodies.stream().anyMatch(body -> body.segment() == segment);
    }
}
