package postern.spool;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import postern.base.Blocks;
import postern.base.Bug;
import postern.base.World;
import postern.mail.Content;
import postern.mail.Envelope;
import postern.mail.Notices.Notice;
import postern.mail.Origin;
import postern.mail.QueueId;
import postern.spool.EnvelopeRecord.About;
import postern.spool.QueueLog.Position;
import postern.spool.QueueLog.Record;
import postern.spool.QueueLog.SegmentSize;
import postern.spool.QueueLog.Sync;
import postern.spool.QueueLog.Type;

/**
 * The queue over a {@link QueueLog}. Memory changes only when the log has said that a record is
 * durable, on the log's thread, so that memory changes in the order in which a replay would see it.
 */
public final class LogSpool implements Spool {
    private final World world;
    private final QueueLog log;
    private final SpoolLimits limits;
    private final FreeSpace freeSpace;
    private final Index index = new Index();
    private final Rebuild rebuild;
    private final Cleaner cleaner;
    private final Blocks blocks;
    private final AtomicLong lastId = new AtomicLong();
    private final AtomicLong bufferedOctets = new AtomicLong();
    private final List<QueuedMessage> untold = new ArrayList<>(); // the log's thread only
    private volatile Listener listener = _ -> {};

    /** A queue in local files below the directory, which is made when it is not there. */
    public LogSpool(World world, Path directory, SpoolLimits limits) {
        this(world, new LocalLog(world, directory, limits.segmentOctets()), directory, limits);
    }

    LogSpool(World world, QueueLog log, Path directory, SpoolLimits limits) {
        this.world = world;
        this.log = log;
        this.limits = limits;
        this.blocks = Blocks.of(limits.bufferedOctetsMax());
        this.freeSpace = new FreeSpace(world, directory, limits.minimumFreeOctets());
        this.rebuild = new Rebuild(world, log, index, directory);
        this.cleaner = new Cleaner(world, log, index, limits.segmentOctets(), freeSpace);
    }

    @Override
    public void open(Listener to) throws IOException {
        try {
            log.open(log.acquire(), rebuild);
            lastId.set(log.highestId());
            listener = to;
        } catch (IOException failed) {
            log.close();
            throw failed;
        }
    }

    @Override
    public void replay(Listener found) throws IOException {
        try {
            log.replay(rebuild);
            rebuild.finish();
            for (LiveMessage message : index.oldestFirst(log.highestId())) {
                found.queued(load(message));
            }
        } catch (IOException failed) {
            log.close();
            throw failed;
        }
        world.tasks().startOwner("queue-cleaner", cleaner);
        cleaner.ring();
    }

    @Override
    public QueuedMessage load(QueueId id) throws IOException {
        return load(index.find(id).orElseThrow(() -> unknown(id)));
    }

    private QueuedMessage load(LiveMessage message) throws IOException {
        Place place = message.place();
        byte[] payload;
        try {
            payload = whole(log, place.envelope());
        } catch (Released gone) {
            Place now = message.place();
            if (now.equals(place)) {
                throw gone;
            }
            payload = whole(log, now.envelope());
        }
        var record = EnvelopeRecord.decode(message.id(), ByteBuffer.wrap(payload));
        return index.queued(message, record.envelope());
    }

    @Override
    public Reception receive(long announcedOctets) throws IOException {
        FreeSpace.Grant room = freeSpace.grant(announcedOctets);
        return new LogReception(this, nextId(), announcedOctets, room);
    }

    @Override
    public Content content(QueueId id) throws IOException {
        LiveMessage message = index.find(id).orElseThrow(() -> unknown(id));
        return new LogContent(log, message);
    }

    @Override
    public void history(QueueId id, PastReader reader) throws IOException {
        log.trace(id, new Recollection(id, reader));
    }

    @Override
    public CompletionStage<Void> record(QueueId id, List<Progress> changes) {
        CompletableFuture<Void> result = new CompletableFuture<>();
        change(id, changes, result, message -> record(message, changes));
        return result;
    }

    private CompletionStage<Void> record(LiveMessage message, List<Progress> changes) {
        ProgressRecord progress = new ProgressRecord(false, changes);
        Type type = index.finishedWith(message, changes) ? Type.DONE : Type.PROGRESS;
        var record = new Record(type, message.id(), List.of(progress.encoded()));
        return appended(
                        List.of(record),
                        Sync.SOON,
                        _ -> {
                            applied(message, progress);
                            return Optional.<Void>empty();
                        })
                .thenAccept(_ -> {});
    }

    @Override
    public CompletionStage<QueueId> inject(
            Notice notice, QueueId about, boolean delay, List<Progress> changes) {
        CompletableFuture<QueueId> result = new CompletableFuture<>();
        ProgressRecord progress = new ProgressRecord(delay, changes);
        change(about, changes, result, message -> inject(notice, message, progress));
        return result;
    }

    private CompletionStage<QueueId> inject(
            Notice notice, LiveMessage about, ProgressRecord progress) {
        byte[] octets = notice.octets();
        try (var reception =
                new LogReception(this, nextId(), octets.length, freeSpace.reserved())) {
            reception.write(octets, 0, octets.length);
            Envelope envelope =
                    new Envelope(
                            reception.id(),
                            world.clock().now(),
                            notice.sender(),
                            notice.options(),
                            Origin.OURSELVES,
                            notice.recipients());
            var tells = new About(about.id(), progress);
            return reception.commit(envelope, Optional.of(tells)).thenApply(Envelope::id);
        } catch (IOException failed) {
            return CompletableFuture.failedFuture(failed);
        }
    }

    /** Does a change of a message now or, while the message is being copied, right after that. */
    private <T> void change(
            QueueId id,
            List<Progress> changes,
            CompletableFuture<T> result,
            Function<LiveMessage, CompletionStage<T>> start) {
        Optional<LiveMessage> found = index.find(id);
        if (found.isEmpty()) {
            result.completeExceptionally(unknown(id));
            return;
        }
        LiveMessage message = found.get();
        for (Progress change : changes) {
            boolean known = change.recipient() >= 0 && change.recipient() < message.recipients();
            Bug.unless(known, "progress is of a recipient");
        }
        if (index.begin(message, () -> change(id, changes, result, start))) {
            var _ =
                    start.apply(message)
                            .whenComplete(
                                    (value, failure) -> {
                                        index.end(message);
                                        finish(result, value, failure);
                                    });
        }
    }

    private static <T> void finish(CompletableFuture<T> result, T value, Throwable failure) {
        if (failure == null) {
            result.complete(value);
        } else {
            result.completeExceptionally(unwrapped(failure));
        }
    }

    private static Throwable unwrapped(Throwable failure) {
        Throwable cause = failure.getCause();
        return failure instanceof CompletionException && cause != null ? cause : failure;
    }

    @Override
    public Usage usage() {
        long total = log.segments().stream().mapToLong(SegmentSize::octets).sum();
        return new Usage(index.messages(), index.liveOctets(), total);
    }

    @Override
    public void close() throws IOException {
        cleaner.stop();
        log.close();
    }

    /** The next id: now, in microseconds, or right behind the last where the clock stands still. */
    private QueueId nextId() {
        long micros = QueueId.bornAt(world.clock().now()).value();
        return new QueueId(lastId.updateAndGet(last -> Math.max(micros, last + 1)));
    }

    World world() {
        return world;
    }

    Blocks blocks() {
        return blocks;
    }

    Index index() {
        return index;
    }

    /** Counts content held in memory; true where it is more than shall be. */
    boolean buffered(long moreOctets) {
        return bufferedOctets.addAndGet(moreOctets) > limits.bufferedOctetsMax();
    }

    /** A message and what it tells of another are durable. On the log's thread. */
    void taken(EnvelopeRecord record, Place place) {
        LiveMessage message = new LiveMessage(record, place);
        index.add(message);
        record.about()
                .ifPresent(
                        about ->
                                index.find(about.id())
                                        .ifPresent(other -> applied(other, about.progress())));
        untold.add(message.queued(record.envelope()));
    }

    private static long octetsOnDisk(List<Position> positions) {
        long octets = 0;
        for (Position position : positions) {
            octets += RecordHeader.recordOctets(position.length());
        }
        return octets;
    }

    private void applied(LiveMessage message, ProgressRecord progress) {
        if (index.apply(message, progress)) {
            cleaner.left(message.place());
        }
    }

    /** Appends, and does something on the log's thread before anybody hears of it. */
    <T> CompletionStage<T> appended(
            List<Record> batch, Sync when, Function<List<Position>, T> then) {
        CompletableFuture<T> result = new CompletableFuture<>();
        var _ =
                log.append(
                                batch,
                                when,
                                positions -> {
                                    cleaner.appended(
                                            octetsOnDisk(positions), positions.getLast().segment());
                                    complete(result, positions, then);
                                    return positions;
                                })
                        .exceptionally(
                                failure -> {
                                    result.completeExceptionally(
                                            FreeSpace.said(unwrapped(failure)));
                                    return List.of();
                                });
        return result;
    }

    private <T> void complete(
            CompletableFuture<T> result,
            List<Position> positions,
            Function<List<Position>, T> then) {
        try {
            result.complete(then.apply(positions));
            untold.forEach(listener::queued); // last: whoever awaits its 250 is woken first
            untold.clear();
        } catch (RuntimeException ours) { // memory and disk differ now
            var _ = halt(new Bug("the queue's memory is sound", ours));
        }
    }

    /** Whether the caller may wait for what it appends. */
    boolean mayWait() {
        return log.mayWait();
    }

    Bug unsound(String broken) {
        return halt(new Bug(broken));
    }

    /** A stage would swallow it, and only a start from disk helps. */
    private Bug halt(Bug bug) {
        world.tasks()
                .startOwner(
                        "queue-halt",
                        () -> {
                            throw bug;
                        });
        return bug;
    }

    private static IOException unknown(QueueId id) {
        return new NotQueued("not in the queue: " + id);
    }

    /** All of a record's payload. */
    static byte[] whole(QueueLog log, Position position) throws IOException {
        byte[] octets = new byte[position.length()];
        int at = 0;
        while (at < octets.length) {
            int count = log.read(position, at, octets, at, octets.length - at);
            if (count <= 0) {
                throw new IOException("a record ends early");
            }
            at += count;
        }
        return octets;
    }
}
