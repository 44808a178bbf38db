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

/** Reads all segments into a sink, sets aside what is damaged, and cuts a torn end. */
final class Replay {
    private static final int COPY_OCTETS = 1 << 20;

    private final World world;
    private final DamagedFiles aside;
    private final Segments segments;
    private final RecordSink sink;
    private final List<Segment> empty = new ArrayList<>();
    private long highestId;

    Replay(World world, Path directory, Segments segments, RecordSink sink) {
        this.world = world;
        this.aside = new DamagedFiles(world, directory);
        this.segments = segments;
        this.sink = sink;
    }

    /** Returns the highest id seen. */
    long run() throws IOException {
        List<SegmentSize> all = segments.sizes();
        for (SegmentSize each : all) {
            Segment segment = segments.hold(each.segment());
            try {
                boolean newest = each.equals(all.getLast());
                if (newest) {
                    segment.file().sync(); // a killed writer may have left it to the page cache
                }
                read(segment, newest);
            } finally {
                segment.letGo();
            }
        }
        return highestId;
    }

    /** Segments in which nothing was ever written go once their successor is safe. */
    void removeEmpty() throws IOException {
        for (Segment segment : empty) {
            segments.remove(segment);
        }
    }

    private void read(Segment segment, boolean newest) throws IOException {
        long size = segment.octets();
        SegmentScanner scanner =
                new SegmentScanner(segment.file(), size, segment.header().generation());
        List<Found.Unsound> unsound = new ArrayList<>(); // since the last sound record
        boolean any = false;
        for (var found = scanner.next(); found.isPresent(); found = scanner.next()) {
            any = true;
            switch (found.get()) {
                case Found.Unsound region -> unsound.add(region);
                case Found.Sound record -> {
                    report(segment, unsound, false);
                    deliver(segment, record);
                }
            }
        }
        if (!unsound.isEmpty()) {
            if (newest) {
                cut(segment, unsound, scanner.soundEnd());
            } else {
                report(segment, unsound, false);
            }
        }
        if (!any) {
            empty.add(segment);
        }
    }

    private void deliver(Segment segment, Found.Sound record) throws IOException {
        highestId = Math.max(highestId, record.id());
        ByteBuffer payload = record.payload();
        Position position = new Position(segment.number(), record.offset(), payload.remaining());
        sink.record(record.type(), new QueueId(record.id()), position, payload);
    }

    /** Reports the regions and forgets them; whether all of them were set aside. */
    private boolean report(Segment segment, List<Found.Unsound> regions, boolean tail)
            throws IOException {
        boolean safe = true;
        for (Found.Unsound region : regions) {
            highestId = Math.max(highestId, tail ? 0 : plausible(region.id()));
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

    /** A damaged id must not push the ids of the future beyond all sense. */
    private long plausible(long id) {
        long nowMicros = world.clock().now().toEpochMilli() * 1_000;
        return id <= nowMicros ? id : 0;
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
    private void cut(Segment segment, List<Found.Unsound> regions, long soundEnd)
            throws IOException {
        boolean safe =
                blank(segment.file(), soundEnd, segment.octets()) || report(segment, regions, true);
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
