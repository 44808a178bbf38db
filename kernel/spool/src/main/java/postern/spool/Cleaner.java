package postern.spool;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import postern.base.Bug;
import postern.base.LogLine;
import postern.base.Mailbox;
import postern.base.World;
import postern.spool.Index.Moving;
import postern.spool.QueueLog.Position;
import postern.spool.QueueLog.Record;
import postern.spool.QueueLog.SegmentSize;
import postern.spool.QueueLog.Sync;
import postern.spool.QueueLog.Type;

/**
 * Gives space back: releases dead segments and, when the log is more than twice what is live in it
 * and two segments, copies what is live in the oldest one forward.
 *
 * <p>Segments go strictly oldest first. A record that undoes another (progress, done, a copy) lies
 * behind it, so what undoes is never gone before what it undoes. The price is that a lasting
 * message at the front is copied once for each time that the live octets, and two segments, were
 * written behind it.
 */
final class Cleaner implements Runnable {
    /** Octets and messages in one step: bounds memory, and what a commit may have to wait for. */
    private static final long STEP_OCTETS_MAX = 1L << 20;

    private static final int STEP_MESSAGES_MAX = 256;

    /** Progress of so many recipients goes into one record: well below its longest payload. */
    private static final int PROGRESS_PER_RECORD = 100;

    private final World world;
    private final QueueLog log;
    private final Index index;
    private final long segmentOctets;
    private final FreeSpace freeSpace;
    private final Mailbox<Boolean> bell;
    private volatile boolean stopped;
    private long leftOctets; // since the last ring; the log's thread only

    private final List<LiveMessage> step = new ArrayList<>();
    private final List<CompletionStage<Place>> copies = new ArrayList<>();
    private long stepOctets;

    Cleaner(World world, QueueLog log, Index index, long segmentOctets, FreeSpace freeSpace) {
        this.world = world;
        this.log = log;
        this.index = index;
        this.segmentOctets = segmentOctets;
        this.freeSpace = freeSpace;
        this.bell = world.tasks().mailbox(1);
    }

    /** There may be something to do. Never waits. */
    void ring() {
        bell.offer(true);
    }

    /** A message has left from there. On the log's thread. */
    void left(Place place) {
        place.each((_, octets) -> leftOctets += octets);
        if (leftOctets > segmentOctets / 4 || !index.needed(place.envelope().segment())) {
            leftOctets = 0;
            ring();
        }
    }

    void stop() {
        stopped = true;
        ring();
    }

    @Override
    public void run() {
        while (!stopped) {
            bell.take();
            try {
                while (!stopped && clean()) {}
            } catch (IOException failed) {
                if (!stopped) {
                    world.log()
                            .warning(
                                    LogLine.about("queue")
                                            .with("error", failed.getMessage())
                                            .say("cleaning put off"));
                }
            }
        }
    }

    /** One segment's worth of work; false when there is none. */
    private boolean clean() throws IOException {
        List<SegmentSize> segments = log.segments();
        if (segments.size() < 2) {
            return false;
        }
        long oldest = segments.getFirst().segment();
        if (!index.needed(oldest)) {
            log.release(oldest);
            index.released(oldest);
            return true;
        }
        long total = segments.stream().mapToLong(SegmentSize::octets).sum();
        boolean wasteful = total > 2 * index.liveOctets() + 2 * segmentOctets;
        if (!wasteful || index.pinned(oldest)) {
            return false;
        }
        try {
            for (LiveMessage message : index.within(oldest)) {
                if (!freeSpace.allowsCopy(message.place().octets())) {
                    return false; // what leaves the queue makes room without a copy
                }
                move(message);
            }
        } finally {
            settle();
        }
        return !index.needed(oldest);
    }

    private void move(LiveMessage message) throws IOException {
        Optional<Moving> moving = index.beginMove(message);
        if (moving.isEmpty()) {
            return; // it changes just now: another time
        }
        step.add(message);
        Place place = message.place();
        byte[] envelope = LogSpool.whole(log, place.envelope());
        var former = EnvelopeRecord.decode(message.id(), ByteBuffer.wrap(envelope));
        List<Position> ahead = new ArrayList<>();
        List<Record> batch = new ArrayList<>();
        int lastBody = -1;
        for (int i = 0; i < place.bodies().size(); i++) {
            byte[] octets = LogSpool.whole(log, place.bodies().get(i));
            var body = new Record(Type.BODY, message.id(), List.of(ByteBuffer.wrap(octets)));
            if (i < place.bodies().size() - 1) {
                ahead.add(awaited(log.append(List.of(body), Sync.LATER)).getFirst());
            } else {
                batch.add(body);
                lastBody = octets.length;
            }
            stepOctets += octets.length;
        }
        var copy =
                new EnvelopeRecord(
                        former.envelope(),
                        former.octets(),
                        former.dotLines(),
                        ahead,
                        lastBody,
                        Optional.empty());
        int envelopeAt = batch.size();
        batch.add(new Record(Type.ENVELOPE, message.id(), List.of(copy.encoded())));
        int progressOctets = addProgress(batch, moving.get());
        copies.add(
                log.append(batch, Sync.SOON)
                        .thenApply(
                                positions -> {
                                    Position at = positions.get(envelopeAt);
                                    var to = new Place(at, copy.allBodies(at), progressOctets);
                                    index.moved(message, to);
                                    return to;
                                }));
        if (stepOctets >= STEP_OCTETS_MAX || step.size() >= STEP_MESSAGES_MAX) {
            settle();
        }
    }

    /** What was recorded so far, behind the envelope; returns its octets on disk. */
    private static int addProgress(List<Record> batch, Moving moving) {
        ProgressRecord progress = moving.progress();
        List<Progress> all = progress.changes();
        int octets = 0;
        int from = 0;
        while (from < all.size() || from == 0 && progress.delayNoticeSent()) {
            int to = Math.min(all.size(), from + PROGRESS_PER_RECORD);
            var part = new ProgressRecord(progress.delayNoticeSent(), all.subList(from, to));
            ByteBuffer payload = part.encoded();
            octets += RecordHeader.recordOctets(payload.remaining());
            batch.add(new Record(Type.PROGRESS, moving.message().id(), List.of(payload)));
            from = Math.max(to, 1);
        }
        return octets;
    }

    /** Waits until the step's copies are durable, and lets its messages go on. */
    private void settle() throws IOException {
        try {
            for (CompletionStage<Place> copy : copies) {
                Place _ = awaited(copy);
            }
        } finally {
            copies.clear();
            stepOctets = 0;
            List<LiveMessage> moved = List.copyOf(step);
            step.clear();
            moved.forEach(message -> index.endMove(message).forEach(Runnable::run));
        }
    }

    private <T> T awaited(CompletionStage<T> stage) throws IOException {
        try {
            return world.tasks().await(stage);
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof IOException known) {
                throw known;
            }
            throw new Bug("a copy fails by the disk alone", failed);
        }
    }
}
