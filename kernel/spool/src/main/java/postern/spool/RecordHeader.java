package postern.spool;

import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * The 40 octets before each record's payload. The header has a checksum of its own, so that a
 * record whose payload is damaged still tells its length and whose it is.
 */
record RecordHeader(int type, long generation, long id, int length, int payloadCrc) {
    static final int OCTETS = 40;
    static final int MAGIC = 0x50715263; // "PqRc"
    private static final int ALIGNMENT = 8;
    private static final int CRC_AT = OCTETS - 4;

    /** What a record with such a payload takes on disk. */
    static int recordOctets(int payloadOctets) {
        return OCTETS + (payloadOctets + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }

    /** Encodes into an array of {@link #OCTETS}. */
    void encode(byte[] into) {
        ByteBuffer header = ByteBuffer.wrap(into);
        header.putInt(MAGIC).putInt(type).putLong(generation).putLong(id);
        header.putInt(length).putInt(payloadCrc).putInt(0);
        header.putInt(crc(into, 0));
    }

    /** Reads a header of that generation; empty where there is no sound one. */
    static Optional<RecordHeader> decode(byte[] octets, int at, long generation) {
        ByteBuffer header = ByteBuffer.wrap(octets, at, OCTETS).slice();
        if (header.getInt(0) != MAGIC
                || header.getLong(8) != generation
                || header.getInt(CRC_AT) != crc(octets, at)) {
            return Optional.empty();
        }
        int length = header.getInt(24);
        if (length < 0 || length > QueueLog.PAYLOAD_OCTETS_MAX || header.getLong(16) <= 0) {
            return Optional.empty();
        }
        return Optional.of(
                new RecordHeader(
                        header.getInt(4),
                        generation,
                        header.getLong(16),
                        length,
                        header.getInt(28)));
    }

    /** The id in a header that is not sound, where its beginning is; else 0. */
    static long idHint(byte[] octets, int at, long generation) {
        ByteBuffer header = ByteBuffer.wrap(octets, at, OCTETS).slice();
        boolean ours = header.getInt(0) == MAGIC && header.getLong(8) == generation;
        return ours ? Math.max(0, header.getLong(16)) : 0;
    }

    /** The generation in the header, whatever it is, where the header is sound by itself. */
    static Optional<Long> generationAt(byte[] octets, int at) {
        long generation = ByteBuffer.wrap(octets, at, OCTETS).slice().getLong(8);
        return decode(octets, at, generation).map(RecordHeader::generation);
    }

    private static int crc(byte[] octets, int at) {
        CRC32C crc = new CRC32C();
        crc.update(octets, at, CRC_AT);
        return (int) crc.getValue();
    }
}
