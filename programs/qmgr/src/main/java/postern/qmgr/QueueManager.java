package postern.qmgr;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import postern.base.Bug;
import postern.base.Mailbox;
import postern.base.World;
import postern.mail.Notices;
import postern.mail.Outcome;
import postern.mail.QueueId;
import postern.mail.Router;
import postern.spool.Progress;
import postern.spool.QueuedMessage;
import postern.spool.Spool;

/**
 * The schedule's shell: one task owns the {@link Schedule} and takes events from a mailbox, many at
 * a time when there are many; each attempt is a task of its own.
 *
 * <p>The mailbox has no bound of its own: what the log says is queued must never be dropped here,
 * and the log's thread must never wait. An event in it costs no more memory than the same message
 * will in the schedule, so the bound that matters is the number of messages in the queue, and that
 * is held at reception, where a client can be told to come later ({@link #backlog} helps).
 */
public final class QueueManager implements Closeable {
    /** Events handled between two looks at the clock. */
    private static final int BATCH = 256;

    /** How often it is found out whether the output follows. */
    private static final Duration LOOK = Duration.ofSeconds(1);

    /** After the log refused an outcome. */
    private static final Duration RECORD_AGAIN = Duration.ofSeconds(1);

    private final World world;
    private final Spool spool;
    private final Lines lines;
    private final Mailbox<Event> events;
    private final Schedule schedule;
    private final Workers workers;
    private final AtomicInteger recording = new AtomicInteger(); // outcomes on their way to disk
    private final int active;
    private volatile boolean behind;
    private long behindFrom = Long.MIN_VALUE; // when to look at that again
    private final CompletableFuture<Integer> complete = new CompletableFuture<>();
    private volatile boolean draining;
    private @Nullable List<CompletionStage<?>> watched; // writes of an operator's order
    private Runnable drained = () -> {};
    private int settling; // notices on their way into the queue
    private List<Event.Unrecorded> unrecorded = new ArrayList<>();
    private int owed; // outcomes that the log has refused so far
    private long recordAgain = Long.MAX_VALUE;

    public QueueManager(
            QmgrConfig config,
            World world,
            Spool spool,
            Router router,
            Notices notices,
            Agents agents) {
        this.world = world;
        this.spool = spool;
        this.active = config.activeMessages();
        this.lines = new Lines(world.log());
        this.events = world.tasks().mailbox(Integer.MAX_VALUE);
        this.workers = new Workers(world, spool, router, notices, agents, lines, this::tell);
        // of our own: the world's is shared between tasks
        var random = new SplittableRandom(world.random().nextLong());
        this.schedule = new Schedule(config, router, random, new Performer());
    }

    /**
     * Takes the queue over and begins to deliver. What it held before is read meanwhile: mail is
     * taken at once, however long the queue is.
     */
    public void start() throws IOException {
        spool.open(message -> tell(new Event.Queued(message, true)));
        world.tasks().start("qmgr", this::own);
        world.tasks().startOwner("queue-replay", this::replay);
    }

    /**
     * Not faster than the schedule takes it in, or the mailbox would hold all of it. A log that
     * cannot be read halts the process: to go on would be to forget mail.
     */
    private void replay() {
        var read = new AtomicInteger();
        try {
            spool.replay(
                    message -> {
                        tell(new Event.Queued(message, false));
                        if (read.incrementAndGet() % BATCH == 0) {
                            boolean _ = ask((_, _) -> true);
                        }
                    });
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
        int messages = read.get();
        complete.complete(messages);
        if (messages > 0) {
            lines.replayed(messages);
        }
    }

    /** Whether more waits for places than shall be in memory: the input should slow down. */
    boolean behind() {
        return behind;
    }

    /** Comes with their number when all messages that the queue held at the start are scheduled. */
    public CompletionStage<Integer> complete() {
        return complete;
    }

    /** Events that were not looked at yet: a measure of how far the queue manager is behind. */
    public int backlog() {
        return events.size();
    }

    /**
     * Begins no further attempt and runs {@code ended} once those being made are over and their
     * outcomes safe: what an agent has delivered is not forgotten. Must not wait; messages that
     * come meanwhile are for the next process.
     */
    public void drain(Runnable ended) {
        tell(new Event.Drain(ended));
    }

    /** Takes no further event. Attempts that are being made end unheard: as after a crash. */
    @Override
    public void close() {
        tell(new Event.Stop());
    }

    /** Asks the owner of the schedule, and waits for the answer. Not for the owner itself. */
    <T> T ask(BiFunction<Schedule, Now, T> question) {
        return answered(asked(question));
    }

    /** The same without waiting; {@link #answered} does that. */
    <T> CompletionStage<T> asked(BiFunction<Schedule, Now, T> question) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        tell(new Event.Ask((asked, now) -> answer.complete(question.apply(asked, now))));
        return answer;
    }

    <T> T answered(CompletionStage<T> answer) {
        try {
            return world.tasks().await(answer);
        } catch (ExecutionException impossible) {
            throw new Bug("an answer does not fail", impossible);
        }
    }

    /**
     * Asks, and waits until what the answer's work wrote is durable: outcomes and notices.
     *
     * @throws IOException something could not be written; part of it may have been
     */
    <T> T order(BiFunction<Schedule, Now, T> question) throws IOException {
        List<CompletionStage<?>> writes = new ArrayList<>();
        T answer =
                ask(
                        (asked, now) -> {
                            watched = writes;
                            try {
                                return question.apply(asked, now);
                            } finally {
                                watched = null;
                            }
                        });
        for (CompletionStage<?> write : writes) {
            try {
                Object _ = world.tasks().await(write);
            } catch (ExecutionException failed) {
                if (!(failed.getCause() instanceof Spool.NotQueued)) { // gone is as good
                    throw new IOException("not recorded: " + failed.getCause(), failed);
                }
            }
        }
        return answer;
    }

    private void watch(CompletionStage<?> write) {
        List<CompletionStage<?>> watching = watched;
        if (watching != null) {
            watching.add(write);
        }
    }

    Now now() {
        return new Now(world.clock().nanoTime(), world.clock().now());
    }

    private void tell(Event event) {
        Bug.unless(events.offer(event), "the queue manager's mailbox has room");
    }

    /** A fault in here leaves shared state in doubt: the process halts and starts from the log. */
    private void own() {
        try {
            serve();
        } catch (RuntimeException ours) {
            world.tasks()
                    .startOwner(
                            "qmgr",
                            () -> {
                                throw new Bug("the schedule is sound", ours);
                            });
        }
    }

    private void serve() {
        List<Event> batch = new ArrayList<>(BATCH);
        while (true) {
            if (events.drainTo(batch, BATCH) == 0) {
                Optional<Event> first = await();
                if (first.isPresent()) {
                    batch.add(first.get());
                    events.drainTo(batch, BATCH - 1);
                }
            }
            Now now = now();
            for (Event event : batch) {
                if (event instanceof Event.Stop) {
                    return;
                }
                handle(event, now);
            }
            batch.clear();
            if (schedule.nextWake() <= now.nanos()) {
                schedule.wake(now);
            }
            if (recordAgain <= now.nanos()) {
                recordAll();
            }
            if (behindFrom <= now.nanos()) {
                behind = schedule.ready() > active;
                behindFrom = now.nanos() + LOOK.toNanos();
            }
            if (draining && idle()) {
                drained.run();
                return;
            }
        }
    }

    private boolean idle() {
        return schedule.running() == 0
                && settling == 0
                && recording.get() == 0
                && unrecorded.isEmpty();
    }

    private Optional<Event> await() {
        long wake = Math.min(schedule.nextWake(), recordAgain);
        wake = behind ? Math.min(wake, behindFrom) : wake;
        if (wake == Long.MAX_VALUE) {
            return Optional.of(events.take());
        }
        long nanos = wake - world.clock().nanoTime();
        return nanos > 0 ? events.poll(Duration.ofNanos(nanos)) : Optional.empty();
    }

    private void handle(Event event, Now now) {
        switch (event) {
            case Event.Queued queued -> schedule.queued(queued.message(), queued.fresh(), now);
            case Event.Loaded loaded -> schedule.reading().loaded(loaded, now);
            case Event.Routed routed -> schedule.routed(routed.entry(), routed.routes(), now);
            case Event.Unreadable failed ->
                    schedule.reading()
                            .unreadable(failed.stub(), failed.attempt(), failed.why(), now);
            case Event.Recorded recorded -> schedule.recorded(recorded.entry());
            case Event.Ended ended -> schedule.ended(ended.attempt(), ended.deliveries(), now);
            case Event.AgentsLost lost ->
                    schedule.agentsLost(lost.attempt(), lost.touched(), lost.why(), now);
            case Event.Settled settled -> {
                settling--;
                schedule.settled(settled.settlement(), now);
            }
            case Event.Unsettled unsettled -> {
                settling--;
                schedule.unsettled(unsettled.settlement(), unsettled.told(), now);
            }
            case Event.Drain drain -> {
                drained = drain.ended();
                draining = true;
                schedule.drain();
            }
            case Event.Unrecorded later when later.changes().isEmpty() -> {
                schedule.recorded(later.entry());
                if (later.again()) {
                    repaid(now); // its message is gone, there is nothing left to record
                }
            }
            case Event.Unrecorded later -> {
                unrecorded.add(later);
                if (!later.again()) {
                    owe();
                }
                recordAgain = Math.min(recordAgain, now.nanos() + RECORD_AGAIN.toNanos());
            }
            case Event.Repaid _ -> repaid(now);
            case Event.Ask ask -> ask.question().accept(schedule, now);
            case Event.Stop _ -> {}
        }
    }

    private void recordAll() {
        List<Event.Unrecorded> again = unrecorded;
        unrecorded = new ArrayList<>();
        recordAgain = Long.MAX_VALUE;
        again.forEach(owing -> record(owing.entry(), owing.changes(), true));
    }

    /**
     * A recipient has the message and the log does not know: after a crash it would get it again.
     * Until the log takes records there shall be no more of those than attempts being made.
     */
    private void owe() {
        if (owed++ == 0) {
            lines.paused();
            schedule.pause();
        }
    }

    private void repaid(Now now) {
        if (--owed == 0) {
            lines.resumed();
            schedule.resume(now);
        }
    }

    private void record(Entry entry, List<Progress> changes, boolean again) {
        QueueId id = entry.envelope.id();
        boolean told = entry.open > 0; // of one that has left nobody needs to know
        recording.incrementAndGet();
        CompletionStage<Void> written = spool.record(id, changes);
        watch(written);
        var _ =
                written.whenComplete(
                        (_, failure) -> {
                            if (failure != null) {
                                if (!again) {
                                    lines.unrecorded(id, failure);
                                }
                                boolean gone = failure instanceof Spool.NotQueued;
                                List<Progress> owing = gone ? List.of() : ends(changes);
                                tell(new Event.Unrecorded(entry, owing, again));
                            } else {
                                if (again) {
                                    tell(new Event.Repaid());
                                }
                                if (told) {
                                    tell(new Event.Recorded(entry));
                                }
                            }
                            recording.decrementAndGet();
                            if (draining) {
                                tell(new Event.Ask((_, _) -> {})); // that idle() is asked again
                            }
                        });
    }

    /**
     * What must get into the log in the end. A wait that is not recorded only comes to its end
     * sooner after a crash; written late, it could take back what was recorded since.
     */
    private static List<Progress> ends(List<Progress> changes) {
        return changes.stream().filter(change -> change.state().last()).toList();
    }

    /** Does what the schedule asks. Runs in the owner; nothing in it waits. */
    private final class Performer implements Effects {
        @Override
        public void admitted(Entry entry) {
            lines.active(entry);
        }

        @Override
        public void deliver(Attempt attempt) {
            world.tasks().start("deliver", () -> workers.deliver(attempt));
        }

        @Override
        public void record(Entry entry, List<Progress> changes) {
            QueueManager.this.record(entry, changes, false);
        }

        @Override
        public void load(Stub stub, @Nullable Attempt attempt) {
            world.tasks().start("load", () -> workers.load(stub, attempt));
        }

        @Override
        public void route(Entry entry, int[] recipients) {
            world.tasks().start("route", () -> workers.route(entry, recipients));
        }

        @Override
        public QueuedMessage read(QueueId id) throws IOException {
            return spool.load(id);
        }

        @Override
        public void unreadable(QueueId id, String why) {
            lines.unreadable(id, why);
        }

        @Override
        public void settle(Settlement settlement) {
            settling++;
            CompletableFuture<Void> told = new CompletableFuture<>();
            watch(told);
            world.tasks().start("notify", () -> workers.settle(settlement, told));
        }

        @Override
        public void decided(Entry entry, Entry.Pending recipient, Outcome outcome) {
            lines.decided(entry, recipient, outcome, world.clock().nanoTime());
        }

        @Override
        public void expired(Entry entry) {
            lines.expired(entry);
        }

        @Override
        public void resting(String transport, Duration rest, String why) {
            lines.resting(transport, rest, why);
        }

        @Override
        public void removed(Entry entry) {
            lines.removed(entry);
        }
    }
}
