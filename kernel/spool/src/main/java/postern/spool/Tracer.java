package postern.spool;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;
import postern.mail.QueueId;
import postern.spool.QueueLog.Position;
import postern.spool.QueueLog.RecordSink;
import postern.spool.QueueLog.SegmentSize;
import postern.spool.QueueLog.Type;

/**
 * Finds the records about one message in segments that are in use. It goes from header to header,
 * so that the content of others is not read; what is damaged is passed over, replay reports it. One
 * thread only.
 */
final class Tracer {
    private static final int WINDOW_OCTETS = 64 << 10;
    private static final int ALIGNMENT = 8;

    private final Segments segments;
    private final long id;
    private final RecordSink sink;
    private final byte[] window = new byte[WINDOW_OCTETS];
    private long windowAt;
    private int windowOctets;

    Tracer(Segments segments, QueueId id, RecordSink sink) {
        this.segments = segments;
        this.id = id.value();
        this.sink = sink;
    }

    void run() throws IOException {
        List<SegmentSize> all = segments.sizes();
        for (int i = 0; i < all.size(); i++) {
            long next = i + 1 < all.size() ? highestBefore(all.get(i + 1).segment()) : 0;
            if (next > 0 && next < id) {
                continue; // the message is younger than all that is in there
            }
            Segment segment;
            try {
                segment = segments.hold(all.get(i).segment());
            } catch (Released gone) {
                continue;
            }
            try {
                windowOctets = 0;
                read(segment);
            } finally {
                segment.letGo();
            }
        }
    }

    /** The highest id before the segment; 0 where that is not known. */
    private long highestBefore(long number) throws IOException {
        Segment segment;
        try {
            segment = segments.hold(number);
        } catch (Released gone) {
            return 0;
        }
        try {
            return segment.header().highestId();
        } finally {
            segment.letGo();
        }
    }

    private void read(Segment segment) throws IOException {
        long size = segment.octets();
        long at = SegmentHeader.OCTETS;
        while (size - at >= RecordHeader.OCTETS) {
            if (!load(segment, at, RecordHeader.OCTETS)) {
                return;
            }
            Optional<RecordHeader> header =
                    RecordHeader.decode(
                            window, (int) (at - windowAt), segment.header().generation());
            if (header.isEmpty()) {
                at += ALIGNMENT;
                continue;
            }
            long end = at + RecordHeader.recordOctets(header.get().length());
            if (end > size) {
                return;
            }
            record(segment, at, header.get());
            at = end;
        }
    }

    private void record(Segment segment, long at, RecordHeader header) throws IOException {
        Optional<Type> type = Type.of(header.type());
        if (type.isEmpty() || type.get() == Type.BODY) {
            return;
        }
        long payloadAt = at + RecordHeader.OCTETS;
        if (header.id() != id) {
            int start = Math.min(header.length(), EnvelopeRecord.FLAGS_END);
            boolean mayTell = type.get() == Type.ENVELOPE && header.id() > id;
            if (!mayTell
                    || !load(segment, payloadAt, start)
                    || !EnvelopeRecord.tellsOfAnother(window, (int) (payloadAt - windowAt))) {
                return;
            }
        }
        byte[] payload = new byte[header.length()];
        var position = new Position(segment.number(), payloadAt, payload.length);
        if (fill(segment, ByteBuffer.wrap(payload), position.offset())) {
            CRC32C crc = new CRC32C();
            crc.update(payload);
            if ((int) crc.getValue() == header.payloadCrc()) {
                sink.record(
                        type.get(), new QueueId(header.id()), position, ByteBuffer.wrap(payload));
            }
        }
    }

    /** Brings a region into the window; false where the file ends before it. */
    private boolean load(Segment segment, long at, int octets) throws IOException {
        if (at >= windowAt && at + octets <= windowAt + windowOctets) {
            return true;
        }
        windowAt = at;
        windowOctets = 0;
        int wanted = (int) Math.min(window.length, segment.octets() - at);
        while (windowOctets < wanted) {
            ByteBuffer rest = ByteBuffer.wrap(window, windowOctets, wanted - windowOctets);
            int count = segment.file().read(rest, at + windowOctets);
            if (count <= 0) {
                break;
            }
            windowOctets += count;
        }
        return windowOctets >= octets;
    }

    private static boolean fill(Segment segment, ByteBuffer into, long at) throws IOException {
        while (into.hasRemaining()) {
            int count = segment.file().read(into, at + into.position());
            if (count <= 0) {
                return false;
            }
        }
        return true;
    }
}
