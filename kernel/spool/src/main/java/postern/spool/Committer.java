package postern.spool;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import postern.base.Bug;
import postern.base.Mailbox;
import postern.base.World;

/**
 * The one thread that writes: takes all batches that wait, gathers them into as few writes as
 * possible, syncs once for all of them, then completes them in the order of the log. While it syncs
 * the next group gathers, so the busier the log, the more batches share a sync.
 */
final class Committer implements Runnable {
    /** Octets after which a group is synced though more wait: bounds what a commit waits for. */
    private static final long GROUP_OCTETS_MAX = 8L << 20;

    /** Octets of patient batches that are held back to ride along; more are written at once. */
    private static final long PATIENT_OCTETS_MAX = 256L << 10;

    /** One write's worth; a longer batch gets a buffer of its own, made when first needed. */
    private static final int STAGING_OCTETS = 256 << 10;

    private static final int DRAIN_MAX = 4_096;

    private final World world;
    private final Mailbox<Batch> arriving;
    private final Segments segments;
    private final long epoch;
    private final long segmentOctets;

    private final ArrayDeque<Batch> waiting = new ArrayDeque<>();
    private long waitingOctets;
    private int pressing; // of those waiting: how many are not patient
    private final List<Batch> staged = new ArrayList<>();
    private final List<Batch> unsynced = new ArrayList<>(); // written, oldest first
    private ByteBuffer staging = ByteBuffer.allocateDirect(STAGING_OCTETS);
    private final byte[] headerScratch = new byte[RecordHeader.OCTETS];
    private final List<Batch> drained = new ArrayList<>();
    private @Nullable Segment current; // null until one could be begun
    private long syncedOctets = SegmentHeader.OCTETS; // of the current segment
    private boolean dirty; // something written is not synced
    private boolean syncWanted;
    private long patienceEnds; // nanoTime; counts while a patient batch waits or is unsynced
    private boolean patient;
    private long highestId;
    private boolean ended;

    Committer(
            World world,
            Mailbox<Batch> arriving,
            Segments segments,
            long epoch,
            long highestId,
            long segmentOctets) {
        this.world = world;
        this.arriving = arriving;
        this.segments = segments;
        this.epoch = epoch;
        this.highestId = highestId;
        this.segmentOctets = segmentOctets;
    }

    /**
     * Begins the first segment, before {@link #run}. Where there is no room for it now, it is begun
     * with the first batch for which there is: deliveries go on meanwhile, and make room.
     */
    boolean begun() {
        try {
            beginSegment();
            return true;
        } catch (IOException noRoom) {
            return false;
        }
    }

    @Override
    public void run() {
        while (!ended) {
            gather();
            if (pressing > 0 || waitingOctets > PATIENT_OCTETS_MAX || impatient()) {
                writeGroup();
                if (syncWanted || impatient()) {
                    sync();
                }
            }
        }
        IOException closed = new IOException("queue log is closed");
        waiting.forEach(late -> late.done().completeExceptionally(closed));
    }

    private void gather() {
        if (waiting.isEmpty() && !patient) {
            accept(arriving.take());
        } else if (pressing == 0 && waitingOctets <= PATIENT_OCTETS_MAX) {
            long left = patienceEnds - world.clock().nanoTime();
            if (left > 0) {
                arriving.poll(Duration.ofNanos(left)).ifPresent(this::accept);
            }
        }
        if (waitingOctets < GROUP_OCTETS_MAX) {
            drain();
        }
    }

    /** From who is told of an earlier batch: to wait for room would be to wait for ourselves. */
    void acceptOwn(Batch batch) {
        drain(); // those that came before stay before
        accept(batch);
    }

    private void drain() {
        arriving.drainTo(drained, DRAIN_MAX);
        drained.forEach(this::accept);
        drained.clear();
    }

    private void accept(Batch batch) {
        waiting.add(batch);
        waitingOctets += batch.octets();
        if (batch.when() != QueueLog.Sync.SOON) {
            pressing++;
        } else {
            bePatient();
        }
    }

    private void bePatient() {
        if (!patient) {
            patient = true;
            long patience = Duration.ofMillis(QueueLog.SOON_MILLIS_MAX).toNanos();
            patienceEnds = world.clock().nanoTime() + patience;
        }
    }

    private boolean impatient() {
        return patient && world.clock().nanoTime() - patienceEnds >= 0;
    }

    private void writeGroup() {
        long written = 0;
        while (!waiting.isEmpty() && written < GROUP_OCTETS_MAX && !ended) {
            Batch batch = waiting.remove();
            waitingOctets -= batch.octets();
            if (batch.when() != QueueLog.Sync.SOON) {
                pressing--;
            }
            ended = batch.last();
            written += batch.octets();
            stage(batch);
        }
        flush();
    }

    private void stage(Batch batch) {
        if (full(batch.octets())) {
            flush();
            try {
                beginSegment();
            } catch (IOException noRoom) {
                batch.done().completeExceptionally(noRoom);
                return;
            }
        }
        if (batch.octets() > staging.remaining()) {
            flush();
        }
        if (batch.octets() > staging.capacity()) {
            staging = ByteBuffer.allocateDirect(QueueLog.BATCH_OCTETS_MAX);
        }
        put(batch);
        staged.add(batch);
    }

    /** Whether so much more belongs into another segment; a batch too long for any has its own. */
    private boolean full(long moreOctets) {
        if (current == null) {
            return moreOctets > 0;
        }
        long octets = current.octets() + staging.position();
        return octets > SegmentHeader.OCTETS && octets + moreOctets > segmentOctets;
    }

    private Segment segment() {
        Segment known = current;
        if (known == null) {
            throw new Bug("what is staged has a segment");
        }
        return known;
    }

    private void put(Batch batch) {
        if (batch.octets() == 0) {
            return;
        }
        Segment segment = segment();
        batch.lies(segment.number(), segment.octets() + staging.position());
        batch.stage(staging, segment.header().generation(), headerScratch);
    }

    /** Writes what is staged. Where that fails, each batch is tried alone: a small one may fit. */
    private void flush() {
        if (staged.isEmpty()) {
            return;
        }
        try {
            write();
            staged.forEach(this::written);
        } catch (IOException together) {
            restore();
            if (staged.size() == 1) {
                staged.getFirst().done().completeExceptionally(together);
            } else {
                staged.forEach(this::writeAlone);
            }
        }
        staged.clear();
        staging.clear();
    }

    private void writeAlone(Batch batch) {
        staging.clear();
        put(batch);
        try {
            write();
            written(batch);
        } catch (IOException alone) {
            restore();
            batch.done().completeExceptionally(alone);
        }
    }

    private void write() throws IOException {
        staging.flip();
        long octets = staging.remaining();
        if (octets > 0) {
            Segment segment = segment();
            dirty = true;
            segment.file().write(segment.octets(), staging);
            segment.octets(segment.octets() + octets);
        }
        staging.clear();
    }

    private void written(Batch batch) {
        highestId = Math.max(highestId, batch.highestId());
        switch (batch.when()) {
            case LATER -> batch.complete();
            case SOON -> {
                unsynced.add(batch);
                bePatient();
            }
            case NOW -> {
                unsynced.add(batch);
                syncWanted = true;
            }
        }
    }

    /** Takes back a write that failed: nothing of it may be found again. */
    private void restore() {
        staging.clear();
        Segment segment = segment();
        try {
            segment.file().truncate(segment.octets());
        } catch (IOException failed) {
            throw new SyncFailed("end of segment " + segment.number(), failed);
        }
    }

    private void sync() {
        if (dirty) {
            Segment segment = segment();
            try {
                segment.file().sync();
            } catch (IOException failed) {
                giveUp(segment, failed);
                throw new SyncFailed("segment " + segment.number(), failed);
            }
            dirty = false;
            syncedOctets = segment.octets();
        }
        syncWanted = false;
        // those still waiting began their time with an earlier one: they are kept a little less
        patient = waiting.stream().anyMatch(batch -> batch.when() == QueueLog.Sync.SOON);
        unsynced.forEach(Batch::complete);
        unsynced.clear();
    }

    /**
     * The system shows octets that a failed sync has lost as if they were safe. Nobody was promised
     * them: away with them, so that the next start does not build on them.
     */
    private void giveUp(Segment segment, IOException why) {
        try {
            segment.file().truncate(syncedOctets);
        } catch (IOException alsoFailed) {
            why.addSuppressed(alsoFailed);
        }
    }

    /** A segment is left only when all of it is durable: no later sync would cover it. */
    private void beginSegment() throws IOException {
        sync();
        current = segments.begin(epoch, highestId);
        syncedOctets = SegmentHeader.OCTETS;
    }
}
