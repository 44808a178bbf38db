package postern.spool;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
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
 * Gives space back: releases dead segments and copies what is live in the oldest one forward, so
 * that the log stays within twice what is live in it and two segments. It begins in good time and
 * goes slowly, riding along with the syncs of commits and resting between its steps; only where
 * mail leaves faster than that makes room does it hurry, still in steps that a commit hardly
 * notices.
 *
 * <p>Segments go strictly oldest first. A record that undoes another (progress, done, a copy) lies
 * behind it, so what undoes is never gone before what it undoes. The price is that a lasting
 * message at the front is copied once for each time that the live octets, and two segments, were
 * written behind it.
 */
final class Cleaner implements Runnable {
    /** Octets and messages in one step: bounds memory, and what a commit may have to wait for. */
    private static final long STEP_OCTETS = 256L << 10;

    private static final long STEP_OCTETS_HURRIED = 1L << 20;
    private static final int STEP_MESSAGES_MAX = 256;

    /** After a step it rests this many times as long as the step took, at most {@link #REST}. */
    private static final int RESTS_PER_STEP = 3;

    private static final Duration REST = Duration.ofMillis(500);

    /** When it looks again after what it could not move: messages that were being changed. */
    private static final Duration RETRY = Duration.ofSeconds(1);

    /** Progress of so many recipients goes into one record: well below its longest payload. */
    private static final int PROGRESS_PER_RECORD = 100;

    private final World world;
    private final QueueLog log;
    private final Index index;
    private final long segmentOctets;
    private final FreeSpace freeSpace;
    private final Mailbox<Boolean> bell;
    private volatile boolean stopped;
    private long changedOctets; // left or came, since the last ring; the log's thread only
    private long newest; // segment, which stays whatever leaves it; the log's thread only

    private boolean hurried; // as of the last look
    private long stepBegan;
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
        changed(place.octets());
        long segment = place.envelope().segment();
        if (segment < newest && !index.needed(segment)) {
            ring();
        }
    }

    /** So many octets were appended, the last of them to that segment. On the log's thread. */
    void appended(long octets, long segment) {
        if (segment > newest) {
            newest = segment;
            ring(); // the one before may be empty already, and can go now
        }
        changed(octets);
    }

    private void changed(long octets) {
        changedOctets += octets;
        if (changedOctets > segmentOctets / 8) {
            changedOctets = 0;
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
            Next next = Next.ON;
            while (!stopped && next != Next.DONE) {
                next = tried();
                if (next == Next.LATER) {
                    var _ = bell.poll(RETRY);
                }
            }
        }
    }

    /** How it goes on after a segment's worth of work. */
    private enum Next {
        ON,
        /** Something is in the way that goes by itself. */
        LATER,
        DONE
    }

    private Next tried() {
        try {
            return clean();
        } catch (IOException failed) {
            if (!stopped) {
                world.log()
                        .warning(
                                LogLine.about("queue")
                                        .with("error", failed.getMessage())
                                        .say("cleaning put off"));
            }
            return Next.DONE;
        }
    }

    private Next clean() throws IOException {
        List<SegmentSize> segments = log.segments();
        if (segments.size() < 2) {
            return Next.DONE;
        }
        long oldest = segments.getFirst().segment();
        if (!index.needed(oldest)) {
            log.release(oldest, index.kept(oldest));
            index.released(oldest);
            return Next.ON;
        }
        if (!wasteful()) {
            return Next.DONE;
        }
        if (index.pinned(oldest)) {
            return Next.LATER; // a message is on its way into it
        }
        stepBegan = world.clock().nanoTime();
        try {
            for (LiveMessage message : index.within(oldest)) {
                if (stopped || !freeSpace.allowsCopy(message.place().octets())) {
                    return Next.LATER; // what leaves the queue makes room without a copy
                }
                move(message);
                if (stepOctets >= (hurried ? STEP_OCTETS_HURRIED : STEP_OCTETS)
                        || step.size() >= STEP_MESSAGES_MAX) {
                    settle();
                    rest();
                }
            }
        } finally {
            settle();
        }
        return index.needed(oldest) ? Next.LATER : Next.ON;
    }

    /**
     * Whether there is so much dead in the log that copying is worth it. What is copied takes up to
     * a segment before it gives one back, so that this begins early.
     */
    private boolean wasteful() {
        long total = log.segments().stream().mapToLong(SegmentSize::octets).sum();
        long surplus = total - 2 * index.liveOctets();
        hurried = surplus > segmentOctets + segmentOctets / 4;
        return surplus > segmentOctets / 4 * 3;
    }

    /** Leaves the disk to others for a while. */
    private void rest() {
        long now = world.clock().nanoTime();
        boolean _ = wasteful();
        if (!hurried) {
            long nanos = Math.min(REST.toNanos(), RESTS_PER_STEP * (now - stepBegan));
            var _ = bell.poll(Duration.ofNanos(Math.max(1, nanos)));
        }
        stepBegan = world.clock().nanoTime();
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
                // not left to the next commit's sync; and quickly, for the message stands still
                ahead.add(awaited(log.append(List.of(body), Sync.NOW, List::getFirst)));
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
                log.append(
                        batch,
                        hurried ? Sync.NOW : Sync.SOON,
                        positions -> {
                            Position at = positions.get(envelopeAt);
                            var to = new Place(at, copy.allBodies(at), progressOctets);
                            index.moved(message, to);
                            return to;
                        }));
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
