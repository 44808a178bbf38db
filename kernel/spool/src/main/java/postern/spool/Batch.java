package postern.spool;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.zip.CRC32C;
import postern.spool.QueueLog.Position;
import postern.spool.QueueLog.Record;
import postern.spool.QueueLog.Sync;

/** A batch on its way to the disk. Made by a producer, then the committer's. */
final class Batch {
    private final List<Record> records;
    private final int[] lengths;
    private final int[] payloadCrcs;
    private final int octets;
    private final Sync when;
    private final boolean last;
    private final CompletableFuture<List<Position>> done = new CompletableFuture<>();
    private long segment;
    private long offset;

    /** Checksums are taken here, where the octets were touched last. */
    Batch(List<Record> records, Sync when) {
        this(records, when, false);
    }

    private Batch(List<Record> records, Sync when, boolean last) {
        this.records = records;
        this.when = when;
        this.last = last;
        this.lengths = new int[records.size()];
        this.payloadCrcs = new int[records.size()];
        CRC32C crc = new CRC32C();
        long sum = 0;
        for (int i = 0; i < lengths.length; i++) {
            crc.reset();
            long length = 0;
            for (ByteBuffer part : records.get(i).payload()) {
                length += part.remaining();
                crc.update(part.duplicate());
            }
            lengths[i] = (int) Math.min(Integer.MAX_VALUE, length);
            payloadCrcs[i] = (int) crc.getValue();
            sum +=
                    length > QueueLog.PAYLOAD_OCTETS_MAX
                            ? Integer.MAX_VALUE
                            : RecordHeader.recordOctets(lengths[i]);
        }
        this.octets = (int) Math.min(Integer.MAX_VALUE, sum);
    }

    /** What makes the committer end once all before it is durable. */
    static Batch end() {
        return new Batch(List.of(), Sync.NOW, true);
    }

    CompletableFuture<List<Position>> done() {
        return done;
    }

    Sync when() {
        return when;
    }

    boolean last() {
        return last;
    }

    /** On disk; {@link Integer#MAX_VALUE} when a record is too long. */
    int octets() {
        return octets;
    }

    long highestId() {
        long highest = 0;
        for (Record record : records) {
            highest = Math.max(highest, record.id().value());
        }
        return highest;
    }

    /** Puts all records into the buffer, each with its header for that generation. */
    void stage(ByteBuffer into, long generation, byte[] headerScratch) {
        for (int i = 0; i < lengths.length; i++) {
            Record record = records.get(i);
            int end = into.position() + RecordHeader.recordOctets(lengths[i]);
            new RecordHeader(
                            record.type().code(),
                            generation,
                            record.id().value(),
                            lengths[i],
                            payloadCrcs[i])
                    .encode(headerScratch);
            into.put(headerScratch);
            for (ByteBuffer part : record.payload()) {
                into.put(part.duplicate());
            }
            while (into.position() < end) {
                into.put((byte) 0);
            }
        }
    }

    void lies(long inSegment, long atOffset) {
        segment = inSegment;
        offset = atOffset;
    }

    void complete() {
        List<Position> positions = new ArrayList<>(lengths.length);
        long at = offset;
        for (int length : lengths) {
            positions.add(new Position(segment, at + RecordHeader.OCTETS, length));
            at += RecordHeader.recordOctets(length);
        }
        done.complete(positions);
    }
}
