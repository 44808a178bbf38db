package postern.spool;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * The beginning of a segment file, there twice so that one damaged copy is no loss.
 *
 * @param segment its number, as in the file's name
 * @param generation a random number that every record of this segment carries: no stale record, and
 *     none that a sender wrote into a message's text, ever passes for one of the segment's own
 * @param epoch of the writer
 * @param highestId the highest queue id named by any record before this segment
 */
record SegmentHeader(long segment, long generation, long epoch, Instant created, long highestId) {
    static final int COPY_OCTETS = 64;

    /** Where the first record begins. */
    static final int OCTETS = 2 * COPY_OCTETS;

    private static final long MAGIC = 0x506f737465726e51L; // "PosternQ"

    /**
     * Of the format as a whole: it grows with any change of a record or a payload that an older
     * Postern could not read (ADR-0050). 2 since envelopes have terms.
     */
    static final int VERSION = 2;

    private static final int CRC_AT = COPY_OCTETS - 4;

    ByteBuffer encoded() {
        ByteBuffer both = ByteBuffer.allocate(OCTETS);
        for (int copy = 0; copy < 2; copy++) {
            int start = copy * COPY_OCTETS;
            both.position(start);
            both.putLong(MAGIC).putInt(VERSION).putInt(0);
            both.putLong(segment).putLong(generation).putLong(epoch);
            both.putLong(created.toEpochMilli()).putLong(highestId);
            both.putInt(start + CRC_AT, crc(both.array(), start));
        }
        return both.clear();
    }

    /**
     * Reads whichever copy is sound; empty where neither is.
     *
     * @throws Spool.NewerFormat the segment is of a version that we do not know
     */
    static Optional<SegmentHeader> decode(byte[] octets, int length) throws Spool.NewerFormat {
        for (int start = 0; start + COPY_OCTETS <= length; start += COPY_OCTETS) {
            ByteBuffer copy = ByteBuffer.wrap(octets, start, COPY_OCTETS).slice();
            if (copy.getLong(0) != MAGIC || copy.getInt(CRC_AT) != crc(octets, start)) {
                continue;
            }
            if (copy.getInt(8) > VERSION || copy.getInt(8) < 1) {
                throw new Spool.NewerFormat(
                        "queue log of version "
                                + copy.getInt(8)
                                + ", this Postern knows "
                                + VERSION);
            }
            return Optional.of(
                    new SegmentHeader(
                            copy.getLong(16),
                            copy.getLong(24),
                            copy.getLong(32),
                            Instant.ofEpochMilli(copy.getLong(40)),
                            copy.getLong(48)));
        }
        return Optional.empty();
    }

    private static int crc(byte[] octets, int start) {
        CRC32C crc = new CRC32C();
        crc.update(octets, start, CRC_AT);
        return (int) crc.getValue();
    }
}
