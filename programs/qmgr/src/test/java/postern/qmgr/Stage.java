package postern.qmgr;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import postern.mail.Admission;
import postern.mail.Delivery;
import postern.mail.Envelope;
import postern.mail.Expansion;
import postern.mail.MailOptions;
import postern.mail.Mailbox;
import postern.mail.Origin;
import postern.mail.Outcome;
import postern.mail.QueueId;
import postern.mail.Recipient;
import postern.mail.ReversePath;
import postern.mail.Route;
import postern.mail.Router;
import postern.spool.Progress;
import postern.spool.QueuedMessage;

/** A schedule on virtual time, with everything it asks for written down. */
final class Stage implements Effects {
    static final Delivery SENT =
            new Delivery(new Outcome.Delivered("2.0.0", "ok"), "mx[192.0.2.1]:25");
    static final Delivery REFUSED =
            new Delivery(new Outcome.Bounced("5.1.1", "no such user"), "mx[192.0.2.1]:25");
    static final Delivery BUSY =
            new Delivery(
                    new Outcome.Deferred("4.2.1", "greylisted", Outcome.About.RECIPIENT),
                    "mx[192.0.2.1]:25");
    static final Delivery DOWN =
            new Delivery(
                    new Outcome.Deferred("4.4.1", "refused", Outcome.About.DESTINATION), "none");

    final Schedule schedule;
    private final Router router;
    final List<Attempt> running = new ArrayList<>();
    final List<Settlement> settlements = new ArrayList<>();
    final List<String> removed = new ArrayList<>();
    final List<Duration> rests = new ArrayList<>();
    final Map<Long, Map<Integer, Progress>> recorded = new HashMap<>();
    int records;
    int loads;
    int asked;

    /** The log: what it says of each message. */
    final Map<Long, QueuedMessage> log = new HashMap<>();

    /** What the outside owes the schedule. */
    private final ArrayDeque<Runnable> owed = new ArrayDeque<>();

    private final ArrayDeque<Runnable> routes = new ArrayDeque<>();
    private boolean routesHeld;

    long nanos = 1;
    Instant wall = Instant.parse("2026-01-01T00:00:00Z");
    private long ids = 1;

    Stage(QmgrConfig config) {
        this(config, new ByDomain());
    }

    /**
     * @param waits whether routes come back as events, as from another process
     */
    Stage(QmgrConfig config, boolean waits) {
        this(config, new ByDomain(waits));
    }

    Stage(QmgrConfig config, Router router) {
        this.router = router;
        schedule = new Schedule(config, router, new SplittableRandom(1), this);
    }

    /** Everybody goes by smtp to their domain, but for some domains. */
    record ByDomain(boolean waits) implements Router {
        ByDomain() {
            this(false);
        }

        @Override
        public Route route(ReversePath sender, Mailbox recipient) {
            return switch (recipient.domain().text()) {
                case "unknown.test" -> new Route.Unknown("5.1.1", "nobody of that name");
                case "unanswered.test" -> new Route.Unanswered("users out of reach");
                case "refused.test" -> new Route.Refused("5.7.1", "not here");
                case "retry.test" -> new Route.Retry("4.7.1", "later");
                case "discard.test" -> new Route.Discard("gone");
                case "hold.test" -> new Route.Hold("look at it", new Route.To("smtp", "hold.test"));
                case "local.test" -> new Route.To("local", "local.test");
                default -> new Route.To("smtp", recipient.domain().text());
            };
        }

        @Override
        public Admission admit(Mailbox recipient) {
            return new Admission.Ours(route(ReversePath.NOBODY, recipient));
        }

        @Override
        public Expansion expand(Mailbox recipient) {
            return new Expansion.Recipients(
                    recipient.localPart().equals("owner")
                            ? List.of(Mailbox.of("ann", "s.test"), Mailbox.of("bob", "s.test"))
                            : List.of(recipient));
        }
    }

    /** The default figures, but for these limits everywhere. */
    static QmgrConfig with(QmgrConfig.Limits limits) {
        QmgrConfig base = QmgrConfig.DEFAULT;
        return with(new QmgrConfig.Figures(base.general().patience(), limits));
    }

    static QmgrConfig with(QmgrConfig.Figures figures) {
        QmgrConfig base = QmgrConfig.DEFAULT;
        return new QmgrConfig(
                figures, Map.of(), Map.of(), base.activeMessages(), base.inFlowDelay());
    }

    Now now() {
        return new Now(nanos, wall);
    }

    /** Time passes; whatever becomes due happens at its moment. */
    void pass(Duration span) {
        long end = nanos + span.toNanos();
        while (schedule.nextWake() <= end) {
            move(Math.max(nanos, schedule.nextWake()));
            schedule.wake(now());
            settleUp();
        }
        move(end);
    }

    /** Reads and writes end. */
    void settleUp() {
        Runnable next = owed.pollFirst();
        while (next != null) {
            next.run();
            next = owed.pollFirst();
        }
    }

    boolean hold(QueueId id) {
        return operated(schedule.operator().hold(id, now()));
    }

    boolean release(QueueId id) {
        return operated(schedule.operator().release(id, now()));
    }

    boolean delete(QueueId id) {
        return operated(schedule.operator().delete(id, now()));
    }

    boolean flush(QueueId id) {
        return operated(schedule.operator().flush(id, now()));
    }

    int flush(String destination) {
        Operator operator = schedule.operator();
        operator.revive(destination, now());
        int flushed = 0;
        for (long id : operator.idsLeadingTo(destination, 0, Integer.MAX_VALUE)) {
            flushed += operator.flush(new QueueId(id), now()) ? 1 : 0;
        }
        return operated(flushed);
    }

    int flush() {
        return operated(schedule.operator().flush(now()));
    }

    private <T> T operated(T result) {
        settleUp();
        return result;
    }

    int messages() {
        return schedule.roster().messages();
    }

    private void move(long to) {
        wall = wall.plusNanos(to - nanos);
        nanos = to;
    }

    QueueId queue(String... recipients) {
        return queue(ReversePath.of(Mailbox.of("ann", "sender.test")), recipients);
    }

    QueueId queue(ReversePath sender, String... recipients) {
        List<Recipient> all = new ArrayList<>();
        for (String text : recipients) {
            all.add(recipient(text));
        }
        return queue(sender, all, MailOptions.NONE);
    }

    QueueId queue(ReversePath sender, List<Recipient> recipients, MailOptions options) {
        QueueId id = new QueueId(ids++);
        take(fresh(id, wall, sender, recipients, options), true);
        return id;
    }

    void take(QueuedMessage message, boolean isFresh) {
        log.put(message.envelope().id().value(), message);
        schedule.queued(message, isFresh, now());
        settleUp();
    }

    static QueuedMessage fresh(
            QueueId id,
            Instant arrived,
            ReversePath sender,
            List<Recipient> recipients,
            MailOptions options) {
        List<Progress> progress = new ArrayList<>();
        for (int i = 0; i < recipients.size(); i++) {
            progress.add(Progress.fresh(i, arrived));
        }
        return new QueuedMessage(
                new Envelope(id, arrived, sender, options, Origin.OURSELVES, recipients),
                1000,
                false,
                false,
                progress);
    }

    static Recipient recipient(String text) {
        int at = text.indexOf('@');
        return Recipient.of(Mailbox.of(text.substring(0, at), text.substring(at + 1)));
    }

    /** The oldest running attempt ends, the same for all its recipients. */
    void end(Delivery delivery) {
        end(running.getFirst(), delivery);
    }

    void end(Attempt attempt, Delivery delivery) {
        end(attempt, Collections.nCopies(attempt.size(), delivery));
    }

    void end(Attempt attempt, List<Delivery> deliveries) {
        running.remove(attempt);
        schedule.ended(attempt, deliveries, now());
        settleUp();
    }

    void endAll(Delivery delivery) {
        List.copyOf(running).forEach(attempt -> end(attempt, delivery));
    }

    List<String> hops() {
        return running.stream().map(attempt -> attempt.destination.nextHop).toList();
    }

    Progress recorded(QueueId id, int recipient) {
        Progress progress = recorded.getOrDefault(id.value(), Map.of()).get(recipient);
        if (progress == null) {
            throw new AssertionError("nothing recorded of " + id + " " + recipient);
        }
        return progress;
    }

    @Override
    public void admitted(Entry entry) {}

    @Override
    public void deliver(Attempt attempt) {
        running.add(attempt);
    }

    @Override
    public void record(Entry entry, List<Progress> changes) {
        record(entry.envelope.id(), changes);
        owed.add(() -> schedule.recorded(entry));
    }

    private void record(QueueId id, List<Progress> changes) {
        records++;
        QueuedMessage before = log.get(id.value());
        List<Progress> states = new ArrayList<>(before == null ? List.of() : before.progress());
        for (Progress change : changes) {
            recorded.computeIfAbsent(id.value(), _ -> new HashMap<>())
                    .put(change.recipient(), change);
            if (before != null && !states.get(change.recipient()).state().last()) {
                states.set(change.recipient(), change);
            }
        }
        if (before != null) {
            log.put(
                    id.value(),
                    new QueuedMessage(
                            before.envelope(),
                            before.octets(),
                            before.dotLines(),
                            before.delayNoticeSent(),
                            states));
        }
    }

    @Override
    public void load(Stub stub, @Nullable Attempt attempt) {
        loads++;
        owed.add(
                () -> {
                    QueuedMessage message = log.get(stub.id);
                    if (message == null) {
                        throw new AssertionError("what is loaded is in the log: " + stub.id);
                    }
                    var routes = Routes.of(router, message);
                    schedule.reading()
                            .loaded(new Event.Loaded(stub, attempt, message, routes), now());
                });
    }

    @Override
    public void route(Entry entry, int[] recipients) {
        asked++;
        routes.add(
                () -> schedule.routed(entry, Routes.of(router, entry.envelope, recipients), now()));
        if (!routesHeld) {
            owed.add(this::nextRoute);
        }
    }

    private void nextRoute() {
        routes.removeFirst().run();
    }

    /** From now on routes are answered by {@link #answerRoutes}. */
    void holdRoutes() {
        routesHeld = true;
    }

    /** Those that were asked for until now. */
    void answerRoutes() {
        for (int left = routes.size(); left > 0; left--) {
            nextRoute();
        }
        settleUp();
    }

    @Override
    public QueuedMessage read(QueueId id) throws IOException {
        QueuedMessage message = log.get(id.value());
        if (message == null) {
            throw new IOException("not in the log");
        }
        return message;
    }

    @Override
    public void unreadable(QueueId id, String why) {}

    @Override
    public void settle(Settlement settlement) {
        settlements.add(settlement);
    }

    /** The oldest notice is written. */
    void settled() {
        Settlement first = settlements.removeFirst();
        if (!first.changes().isEmpty()) {
            record(first.entry().envelope.id(), first.changes());
        }
        schedule.settled(first, now());
        settleUp();
    }

    @Override
    public void decided(Entry entry, Entry.Pending recipient, Outcome outcome) {}

    @Override
    public void expired(Entry entry) {}

    @Override
    public void resting(String transport, Duration rest, String why) {
        rests.add(rest);
    }

    @Override
    public void removed(Entry entry) {
        removed.add(entry.envelope.id().text());
    }
}
