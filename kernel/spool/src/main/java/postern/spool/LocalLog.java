package postern.spool;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import postern.base.Bug;
import postern.base.DiskFile;
import postern.base.LogLine;
import postern.base.Mailbox;
import postern.base.Peer;
import postern.base.World;
import postern.mail.QueueId;

/**
 * The log in local files: {@code docs/protocols/queue-format.md}. What was written before a start
 * is never appended to: after replay a new segment begins.
 */
final class LocalLog implements QueueLog {
    /** Batches that may wait for the committer; who comes after waits to put its own in. */
    private static final int WAITING_MAX = 1_024;

    /** How long the former writer has to let go, and how often we look. */
    private static final Duration LOCK_WAIT = Duration.ofSeconds(5);

    private static final Duration LOCK_STEP = Duration.ofMillis(100);

    private final World world;
    private final Path directory;
    private final Path logDirectory;
    private final long segmentOctets;
    private final Segments segments;
    private final Mailbox<Batch> arriving;
    private final ScopedValue<Committer> writing = ScopedValue.newInstance(); // in its thread
    private final CompletableFuture<Boolean> ended = new CompletableFuture<>();
    private @Nullable DiskFile lockFile;
    private long epoch;
    private long highestId;
    private @Nullable Replay replay;
    private volatile boolean writable;

    LocalLog(World world, Path directory, long segmentOctets) {
        this.world = world;
        this.directory = directory;
        this.logDirectory = directory.resolve("log");
        this.segmentOctets = segmentOctets;
        this.segments = new Segments(world, logDirectory);
        this.arriving = world.tasks().mailbox(WAITING_MAX);
    }

    @Override
    public Epoch acquire() throws IOException {
        Bug.unless(lockFile == null, "a log is acquired once");
        if (!world.disk().exists(logDirectory)) {
            boolean ours = !world.disk().exists(directory); // else whoever made it has synced it
            world.disk().createDirectories(logDirectory);
            world.disk().syncDirectory(directory);
            Path above = directory.toAbsolutePath().getParent();
            if (ours && above != null) {
                world.disk().syncDirectory(above);
            }
        }
        lockFile = locked();
        try {
            for (long number : segments.found()) {
                openOrSetAside(number);
            }
        } catch (IOException unreadable) {
            closeFiles();
            throw unreadable;
        }
        epoch++;
        return new Epoch(epoch);
    }

    private DiskFile locked() throws IOException {
        Path path = directory.resolve("lock");
        DiskFile file =
                world.disk().exists(path) ? world.disk().open(path) : world.disk().create(path);
        long patienceEnds = world.clock().nanoTime() + LOCK_WAIT.toNanos();
        while (!file.tryLock()) {
            if (world.clock().nanoTime() - patienceEnds >= 0) {
                file.close();
                throw new IOException("queue " + directory + " is in use by another process");
            }
            world.clock().sleep(LOCK_STEP);
        }
        return file;
    }

    /**
     * What bears a segment's name but cannot be one goes aside as a whole. A segment that only
     * cannot be opened now (whose is it? is the disk there?), or that a later Postern wrote, stays,
     * and so do we: to go on without it would be to lose its mail and forget what was delivered.
     */
    private void openOrSetAside(long number) throws IOException {
        Path path = segments.path(number);
        String why;
        if (number > Segments.NUMBER_MAX) {
            why = "no queue log grows to this number";
        } else if (isDirectory(path)) {
            why = "a directory";
        } else {
            try {
                openSegment(number, path);
                return;
            } catch (Spool.NewerFormat newer) {
                throw new Spool.NewerFormat(
                        path
                                + ": "
                                + newer.getMessage()
                                + "; remedy: start the later Postern that wrote it, or move this file"
                                + " away and give up the mail in it");
            } catch (IOException unreadable) {
                throw new IOException("queue segment cannot be read: " + unreadable, unreadable);
            }
        }
        LogLine line = LogLine.about("queue").with("file", path).with("reason", why);
        try {
            line.with("moved", new DamagedFiles(world, directory).move(path));
        } catch (IOException stays) {
            line.with("moved", "no: " + stays);
        }
        world.log().error(line.say("not a segment of this queue log, set aside"));
    }

    private boolean isDirectory(Path path) {
        try {
            List<String> _ = world.disk().list(path);
            return true;
        } catch (IOException file) {
            return false;
        }
    }

    private void openSegment(long number, Path path) throws IOException {
        DiskFile file = world.disk().open(path);
        try {
            openSegment(number, file);
        } catch (IOException failed) {
            file.close();
            throw failed;
        }
    }

    private void openSegment(long number, DiskFile file) throws IOException {
        long size = file.size();
        byte[] start = new byte[SegmentHeader.OCTETS + RecordHeader.OCTETS];
        int length = 0;
        int count = 0;
        while (length < start.length && count >= 0) {
            count = file.read(ByteBuffer.wrap(start, length, start.length - length), length);
            length += Math.max(0, count);
        }
        Optional<SegmentHeader> header = SegmentHeader.decode(start, length);
        SegmentHeader known =
                header.filter(found -> found.segment() == number)
                        .orElseGet(() -> guessed(number, start, size));
        epoch = Math.max(epoch, known.epoch());
        highestId = Math.max(highestId, known.highestId());
        segments.add(new Segment(known, file, size));
    }

    /** Both copies of the header are damaged: the first record still tells the generation. */
    private SegmentHeader guessed(long number, byte[] start, long size) {
        if (size > SegmentHeader.OCTETS) { // else it was only just being begun
            world.log()
                    .warning(
                            LogLine.about("queue")
                                    .with("segment", number)
                                    .with("octets", size)
                                    .say("header of the segment is damaged"));
        }
        long generation =
                RecordHeader.generationAt(start, SegmentHeader.OCTETS)
                        .orElseGet(world.random()::nextLong);
        return new SegmentHeader(number, generation, 0, world.clock().now(), 0);
    }

    @Override
    public void open(Epoch mine, RecordSink sink) throws IOException {
        Bug.unless(lockFile != null && mine.number() == epoch, "the log is ours");
        Replay found = new Replay(world, directory, segments);
        highestId = Math.max(highestId, found.settleEnd(sink));
        replay = found;
        var committer = new Committer(world, arriving, segments, epoch, highestId, segmentOctets);
        found.successor(committer.begun());
        writable = true;
        world.tasks()
                .startOwner(
                        "queue-log",
                        () -> {
                            ScopedValue.where(writing, committer).run(committer);
                            ended.complete(true);
                        });
    }

    @Override
    public void replay(RecordSink sink) throws IOException {
        Replay found = replay;
        if (found == null) {
            throw new Bug("a log is opened before it is read");
        }
        found.run(sink);
    }

    @Override
    public long highestId() {
        return highestId;
    }

    @Override
    public <T> CompletionStage<T> append(
            List<Record> records, Sync when, Function<List<Position>, T> settled) {
        Batch batch = new Batch(records, when);
        if (batch.octets() > BATCH_OCTETS_MAX) {
            return CompletableFuture.failedFuture(new IOException("record too long for the log"));
        }
        if (!writable) {
            return CompletableFuture.failedFuture(new IOException("queue log is closed"));
        }
        CompletionStage<T> result = batch.done().thenApply(settled); // before it can be done
        if (mayWait()) {
            arriving.put(batch);
        } else {
            writing.get().acceptOwn(batch);
        }
        return result;
    }

    @Override
    public boolean mayWait() {
        return !writing.isBound();
    }

    @Override
    public int read(Position position, int offset, byte[] into, int at, int length)
            throws IOException {
        int count = Math.min(length, position.length() - offset);
        if (count <= 0) {
            return -1;
        }
        Segment segment = segments.hold(position.segment());
        try {
            ByteBuffer buffer = ByteBuffer.wrap(into, at, count);
            return segment.file().read(buffer, position.offset() + offset);
        } finally {
            segment.letGo();
        }
    }

    @Override
    public void send(Position position, int offset, int length, Peer peer) throws IOException {
        Bug.unless(offset + (long) length <= position.length(), "a region lies in its record");
        Segment segment = segments.hold(position.segment());
        try {
            peer.send(segment.file(), position.offset() + offset, length);
        } finally {
            segment.letGo();
        }
    }

    @Override
    public void trace(QueueId id, RecordSink sink) throws IOException {
        new Tracer(segments, id, sink).run();
    }

    @Override
    public void release(long segment, boolean kept) throws IOException {
        if (kept) {
            segments.release(segment, path -> new DamagedFiles(world, directory).move(path));
        } else {
            segments.release(segment, world.disk()::delete);
        }
    }

    @Override
    public List<SegmentSize> segments() {
        return segments.sizes();
    }

    /** Makes durable what was appended, then lets go of the files. */
    @Override
    public void close() throws IOException {
        if (writable) {
            writable = false;
            arriving.put(Batch.end());
            try {
                boolean orderly = world.tasks().await(ended);
                Bug.unless(orderly, "the committer ends in order");
            } catch (ExecutionException failed) {
                throw new IOException("queue log did not end in order", failed.getCause());
            }
            List<Batch> late = new ArrayList<>();
            arriving.drainTo(late, WAITING_MAX);
            late.forEach(
                    batch -> batch.done().completeExceptionally(new IOException("log is closed")));
        }
        closeFiles();
    }

    private void closeFiles() throws IOException {
        segments.close();
        DiskFile lock = lockFile;
        if (lock != null) {
            lock.close();
        }
    }
}
