package postern.spool;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import postern.base.DiskFile;
import postern.base.World;
import postern.mail.QueueId;
import postern.spool.QueueLog.Damage;
import postern.spool.QueueLog.Position;
import postern.spool.QueueLog.RecordSink;
import postern.spool.QueueLog.SegmentSize;
import postern.spool.SegmentScanner.Found;

/**
 * Reads all segments into a sink, sets aside what is damaged, and cuts a torn end. The end comes
 * first: once it is settled the log can grow behind it, while all before it is being read.
 */
final class Replay {
    private static final int COPY_OCTETS = 1 << 20;

    private final World world;
    private final DamagedFiles aside;
    private final Segments segments;
    private final List<SegmentSize> before; // what there was at the start
    private final List<Segment> empty = new ArrayList<>();
    private boolean successor;
    private boolean endReported;
    private long highestId;

    Replay(World world, Path directory, Segments segments) {
        this.world = world;
        this.aside = new DamagedFiles(world, directory);
        this.segments = segments;
        this.before = segments.sizes();
    }

    /**
     * Makes sure of the end of the log. Returns the highest id there is: each segment's header
     * knows it of all segments before, so that only those from the last sound header on are read.
     */
    long settleEnd(RecordSink sink) throws IOException {
        boolean known = false;
        for (int i = before.size() - 1; i >= 0 && !known; i--) {
            Segment segment = segments.hold(before.get(i).segment());
            try {
                if (i == before.size() - 1) {
                    segment.file().sync(); // a killed writer may have left it to the page cache
                    settleEnd(segment, sink);
                } else {
                    SegmentScanner scanner = scanner(segment);
                    for (var found = scanner.next(); found.isPresent(); found = scanner.next()) {
                        named(found.get());
                    }
                }
                known = segment.header().epoch() > 0; // else it could not be read
            } finally {
                segment.letGo();
            }
        }
        return highestId;
    }

    private void settleEnd(Segment newest, RecordSink sink) throws IOException {
        List<Found.Unsound> unsound = new ArrayList<>(); // since the last sound record
        SegmentScanner scanner = scanner(newest);
        for (var found = scanner.next(); found.isPresent(); found = scanner.next()) {
            switch (found.get()) {
                case Found.Unsound region -> unsound.add(region);
                case Found.Sound record -> {
                    unsound.forEach(this::named);
                    unsound.clear(); // it is told by run
                    named(record);
                }
            }
        }
        if (!unsound.isEmpty()) {
            cut(newest, unsound, scanner.soundEnd(), sink);
            endReported = true;
        }
    }

    private void named(Found found) {
        highestId =
                Math.max(
                        highestId,
                        switch (found) {
                            case Found.Sound record -> record.id();
                            case Found.Unsound region -> plausible(region.id());
                        });
    }

    /** A damaged id must not push the ids of the future beyond all sense. */
    private long plausible(long id) {
        long nowMicros = world.clock().now().toEpochMilli() * 1_000;
        return id <= nowMicros ? id : 0;
    }

    private static SegmentScanner scanner(Segment segment) {
        return new SegmentScanner(segment.file(), segment.octets(), segment.header().generation());
    }

    /** Whether a segment was begun behind those that are read: then the empty ones can go. */
    void successor(boolean begun) {
        successor = begun;
    }

    void run(RecordSink sink) throws IOException {
        for (SegmentSize each : before) {
            Segment segment = segments.hold(each.segment());
            try {
                read(segment, each.equals(before.getLast()), sink);
            } finally {
                segment.letGo();
            }
        }
        if (successor) {
            for (Segment segment : empty) {
                segments.remove(segment);
            }
        }
    }

    private void read(Segment segment, boolean newest, RecordSink sink) throws IOException {
        SegmentScanner scanner = scanner(segment);
        List<Found.Unsound> unsound = new ArrayList<>(); // since the last sound record
        boolean any = false;
        for (var found = scanner.next(); found.isPresent(); found = scanner.next()) {
            any = true;
            switch (found.get()) {
                case Found.Unsound region -> unsound.add(region);
                case Found.Sound record -> {
                    boolean _ = report(segment, unsound, false, sink);
                    deliver(segment, record, sink);
                }
            }
        }
        if (!newest || !endReported) {
            boolean _ = report(segment, unsound, false, sink);
        }
        if (!any) {
            empty.add(segment);
        }
    }

    private static void deliver(Segment segment, Found.Sound record, RecordSink sink)
            throws IOException {
        ByteBuffer payload = record.payload();
        Position position = new Position(segment.number(), record.offset(), payload.remaining());
        sink.record(record.type(), new QueueId(record.id()), position, payload);
    }

    /** Reports the regions and forgets them; whether all of them were set aside. */
    private boolean report(
            Segment segment, List<Found.Unsound> regions, boolean tail, RecordSink sink)
            throws IOException {
        boolean safe = true;
        for (Found.Unsound region : regions) {
            String copy = setAside(segment, region);
            safe &= !copy.isEmpty();
            sink.damaged(
                    new Damage(
                            segment.number(),
                            region.offset(),
                            region.octets(),
                            region.id(),
                            copy,
                            tail));
        }
        regions.clear();
        return safe;
    }

    private String setAside(Segment segment, Found.Unsound region) {
        String name = Segments.name(segment.number()) + "-" + Segments.name(region.offset());
        try {
            return aside.copy(
                    name,
                    region.octets(),
                    (into, offset) -> segment.file().read(into, region.offset() + offset));
        } catch (IOException failed) {
            return "";
        }
    }

    /**
     * The end of the newest segment was perhaps being written when we stopped. Nobody was promised
     * what it held, but a copy is cheap, and bits rot at the end as well. It must go, or the next
     * replay would take it for damage.
     */
    private void cut(Segment segment, List<Found.Unsound> regions, long soundEnd, RecordSink sink)
            throws IOException {
        boolean safe =
                blank(segment.file(), soundEnd, segment.octets())
                        || report(segment, regions, true, sink);
        if (safe) {
            segment.file().truncate(soundEnd);
            segment.file().sync();
            segment.octets(soundEnd);
        }
    }

    private static boolean blank(DiskFile file, long from, long to) {
        ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(COPY_OCTETS, to - from));
        for (long at = from; at < to; at += buffer.flip().limit()) {
            buffer.clear();
            try {
                if (file.read(buffer, at) <= 0) {
                    return true;
                }
            } catch (IOException unreadable) {
                return false;
            }
            for (int i = 0; i < buffer.position(); i++) {
                if (buffer.get(i) != 0) {
                    return false;
                }
            }
        }
        return true;
    }
}
