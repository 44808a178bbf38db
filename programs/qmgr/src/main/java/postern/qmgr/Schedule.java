package postern.qmgr;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import postern.base.Bug;
import postern.mail.Delivery;
import postern.mail.Outcome;
import postern.mail.Outcome.Bounced;
import postern.mail.Outcome.Delivered;
import postern.mail.QueueId;
import postern.mail.ReversePath;
import postern.mail.Route;
import postern.mail.Router;
import postern.spool.Progress;
import postern.spool.QueuedMessage;

/**
 * Which message is tried when: a state machine without threads, clocks or files. Each method is an
 * event that takes the present moment; what is to be done goes to {@link Effects}. One thread only.
 *
 * <p>A message's recipients wait, each until it is due. Then they are routed, and those that share
 * a destination stand in its line together, as an {@link Attempt}. Transports are independent of
 * each other; the destinations of one transport take turns ({@link Transport}), each with as many
 * attempts at once as it bears ({@link Destination}). A deferred recipient waits again, longer each
 * time. A recipient that stands in the line of a dead destination costs nothing, not even a write
 * to the log; only its lifetime is watched.
 *
 * <p>Final failures are kept until no attempt for their message is being made, so that its sender
 * gets one notice and not several; notice and outcome go to the log together.
 */
final class Schedule {
    /** So often may agents go away with a message before the message is the suspect. */
    private static final int AGENT_LOSSES_MAX = 5;

    /** After a notice that could not be queued. */
    private static final Duration SETTLE_AGAIN = Duration.ofSeconds(10);

    /** Waits are lengthened at random by up to one part in so many: what failed together parts. */
    private static final int JITTER = 10;

    /** No message is older: keeps arithmetic in nanoseconds sound whatever the stamps say. */
    private static final Duration AGE_MAX = Duration.ofDays(3650);

    private final QmgrConfig config;
    private final Router router;
    private final RandomGenerator random;
    private final Effects effects;
    private final Timers timers = new Timers();
    private final Dispatcher dispatcher;
    private final Operator operator;
    private final Map<QueueId, Entry> entries = new HashMap<>();

    /**
     * @param router answers from memory, without waiting
     */
    Schedule(QmgrConfig config, Router router, RandomGenerator random, Effects effects) {
        this.config = config;
        this.router = router;
        this.random = random;
        this.effects = effects;
        this.dispatcher = new Dispatcher(config, timers, effects);
        this.operator = new Operator(this, entries, dispatcher, effects);
    }

    // Events of the queue and of deliveries.

    /** A message became durable, or was found in the log. */
    void queued(QueuedMessage message, Now now) {
        long age = now.ageNanos(message.envelope().arrived(), AGE_MAX);
        Entry entry =
                new Entry(message.envelope(), message.octets(), now.nanos() - age, now.nanos());
        entry.delayNoticeSent = message.delayNoticeSent();
        Duration mostAway = config.backoffMax().plus(config.backoffMax().dividedBy(JITTER));
        for (Progress progress : message.progress()) {
            Entry.Pending pending = entry.recipients[progress.recipient()];
            pending.attempts = progress.attempts();
            pending.detail = progress.detail();
            pending.due = now.nanosAt(progress.due(), mostAway);
            switch (progress.state()) {
                case WAITING -> {}
                case HELD -> {
                    pending.stand = Entry.Stand.HELD;
                    entry.held = true;
                }
                case DELIVERED, BOUNCED, EXPIRED, REMOVED -> done(entry, pending, progress.state());
            }
        }
        Entry other = entries.put(entry.envelope.id(), entry);
        Bug.unless(other == null, "a message comes into the schedule once");
        effects.admitted(entry);
        place(entry, now);
    }

    /** An attempt ended. The answers are the agent's: too few or too many count as none. */
    void ended(Attempt attempt, List<Delivery> deliveries, Now now) {
        Destination destination = attempt.destination;
        destination.transport.answered();
        List<Delivery> answers =
                deliveries.size() == attempt.size() ? deliveries : Reports.unanswered(attempt);
        if (dispatcher.feedback(destination, answers, now)) {
            destination.line().removeIf(other -> outlived(other, now));
        }
        dispatcher.stopped(attempt);
        Entry entry = attempt.entry;
        entry.agentLosses = 0;
        List<Progress> changes = new ArrayList<>(attempt.size());
        List<Entry.Verdict> successes = List.of();
        long wait = 0;
        for (int i = 0; i < attempt.size(); i++) {
            Entry.Pending pending = entry.recipients[attempt.recipient(i)];
            Delivery delivery = answers.get(i);
            pending.attempts++;
            pending.detail = Reports.detail(delivery.outcome());
            pending.remote = config.delayWarning().isZero() ? "" : Reports.remote(delivery);
            switch (delivery.outcome()) {
                case Delivered _ -> {
                    if (entry.recipient(pending).wanted().success()
                            && Reports.oursToTell(delivery)) {
                        successes = successes.isEmpty() ? new ArrayList<>() : successes;
                        successes.add(judge(pending, Progress.State.DELIVERED, delivery, now));
                    } else {
                        done(entry, pending, Progress.State.DELIVERED);
                        changes.add(
                                Reports.progress(pending, Progress.State.DELIVERED, now.wall())
                                        .by(Reports.attempted(delivery, now.wall())));
                    }
                }
                case Bounced _ ->
                        entry.judged(judge(pending, Progress.State.BOUNCED, delivery, now));
                case Outcome.Deferred _ -> {
                    wait = wait > 0 ? wait : backoff(pending.attempts);
                    if ((entry.givenUp || expired(entry, now)) && !entry.doomed) {
                        effects.expired(entry);
                        entry.judged(judge(pending, Progress.State.EXPIRED, delivery, now));
                    } else {
                        changes.add(
                                again(entry, pending, wait, now)
                                        .by(Reports.attempted(delivery, now.wall())));
                    }
                }
            }
        }
        record(entry, changes);
        if (!successes.isEmpty()) {
            effects.settle(Reports.delivered(entry, successes, now));
        }
        after(entry, now);
        dispatcher.dispatch(destination.transport, now);
    }

    /**
     * The agent of an attempt could not be reached, or went away: as if it had not been made.
     *
     * @param touched whether the agent had begun; a message that agents go away with time and again
     *     is put off for itself, so that it does not stop the others
     */
    void agentsLost(Attempt attempt, boolean touched, String why, Now now) {
        Transport transport = attempt.destination.transport;
        Entry entry = attempt.entry;
        dispatcher.stopped(attempt);
        entry.agentLosses += touched ? 1 : 0;
        boolean suspect = entry.agentLosses >= AGENT_LOSSES_MAX;
        if (suspect || entry.held || entry.doomed) {
            List<Progress> changes = new ArrayList<>(attempt.size());
            long wait = suspect ? backoff(entry.agentLosses - AGENT_LOSSES_MAX + 1) : 0;
            for (int i = 0; i < attempt.size(); i++) {
                Entry.Pending pending = entry.recipients[attempt.recipient(i)];
                pending.detail = "4.3.0 delivery agent went away";
                changes.add(again(entry, pending, wait, now));
            }
            record(entry, changes);
        } else {
            dispatcher.requeue(attempt);
        }
        dispatcher.lost(transport, why, now);
        after(entry, now);
        dispatcher.dispatch(transport, now);
    }

    /** The notice is in the queue (or none was wanted) and the changes are in the log. */
    void settled(Settlement settlement, Now now) {
        for (Entry.Verdict verdict : settlement.verdicts()) {
            Entry entry = settlement.entry();
            done(entry, entry.recipients[verdict.recipient()], verdict.state());
        }
        after(settlement.entry(), now);
    }

    /** The notice could not be queued now. A failure is told of later; a success is recorded. */
    void unsettled(Settlement settlement, Now now) {
        Entry entry = settlement.entry();
        switch (settlement.kind()) {
            case FAILED -> {
                settlement.verdicts().forEach(entry::judged);
                entry.settleFrom = now.nanos() + SETTLE_AGAIN.toNanos();
                after(entry, now);
            }
            case DELIVERED -> {
                effects.record(entry.envelope.id(), settlement.changes());
                settled(settlement, now);
            }
            case DELAYED -> entry.delayNoticeSent = false;
        }
    }

    /** Time has passed. To be called at {@link #nextWake} at the latest. */
    void wake(Now now) {
        Timers.Timed member = timers.poll(now.nanos());
        while (member != null) {
            switch (member) {
                case Entry entry -> place(entry, now);
                case Destination destination -> dispatcher.revive(destination, now);
                case Transport transport -> dispatcher.rested(transport, now);
            }
            member = timers.poll(now.nanos());
        }
    }

    /** On the monotone clock; {@link Long#MAX_VALUE} when nothing waits for its time. */
    long nextWake() {
        return timers.next();
    }

    /** What an operator asks and orders. */
    Operator operator() {
        return operator;
    }

    Optional<Entry> entry(QueueId id) {
        return Optional.ofNullable(entries.get(id));
    }

    Collection<Entry> entries() {
        return entries.values();
    }

    Collection<Transport> transports() {
        return dispatcher.transports();
    }

    /** Where the recipient would go now. */
    Route route(Entry entry, Entry.Pending pending) {
        return router.route(entry.envelope.sender(), entry.recipient(pending).mailbox());
    }

    /** No attempt begins any more; those being made come to their end. */
    void drain() {
        dispatcher.drain();
    }

    /** No attempt begins until {@link #resume}. */
    void pause() {
        dispatcher.pause();
    }

    void resume(Now now) {
        dispatcher.resume(now);
    }

    /** Attempts being made. */
    int running() {
        return dispatcher.running();
    }

    // From waiting to the line.

    /** Puts the recipients that are due into the lines of their destinations. */
    void place(Entry entry, Now now) {
        if (!entry.held) {
            List<Progress> changes = List.of();
            for (Entry.Pending pending : entry.recipients) {
                if (pending.stand == Entry.Stand.WAITING && pending.due <= now.nanos()) {
                    changes = route(entry, pending, changes, now);
                }
            }
            record(entry, changes);
            if (entry.setAside) {
                entry.setAside = false;
                operator.hold(entry, now);
            }
        }
        dispatcher.start(now);
        after(entry, now);
    }

    private List<Progress> route(
            Entry entry, Entry.Pending pending, List<Progress> changes, Now now) {
        return switch (route(entry, pending)) {
            case Route.To to -> {
                dispatcher.line(entry, pending, to);
                yield changes;
            }
            case Route.Hold(String _, Route.To released)
                    when entry.released || pending.detail.startsWith(Reports.SET_ASIDE) -> {
                dispatcher.line(entry, pending, released); // the operator has seen it
                yield changes;
            }
            case Route.Hold(String text, Route.To _) -> {
                pending.detail = Reports.SET_ASIDE + text;
                entry.setAside = true;
                yield changes;
            }
            case Route.Unknown(String status, String why) ->
                    decided(entry, pending, new Bounced(status, why), changes, now);
            case Route.Refused(String status, String text) ->
                    decided(entry, pending, new Bounced(status, text), changes, now);
            case Route.Unanswered(String why) ->
                    decided(entry, pending, Reports.later("4.3.0", why), changes, now);
            case Route.Retry(String status, String text) ->
                    decided(entry, pending, Reports.later(status, text), changes, now);
            case Route.Discard(String text) ->
                    decided(entry, pending, new Delivered("2.0.0", text), changes, now);
        };
    }

    /** The route itself is the outcome: nobody is asked. */
    private List<Progress> decided(
            Entry entry, Entry.Pending pending, Outcome outcome, List<Progress> changes, Now now) {
        pending.detail = Reports.detail(outcome);
        effects.decided(entry, pending, outcome);
        List<Progress> more = changes.isEmpty() ? new ArrayList<>() : changes;
        switch (outcome) {
            case Delivered _ -> {
                if (entry.recipient(pending).wanted().success()) {
                    var told =
                            judge(
                                    pending,
                                    Progress.State.DELIVERED,
                                    outcome,
                                    Optional.empty(),
                                    now);
                    effects.settle(Reports.delivered(entry, List.of(told), now));
                } else {
                    done(entry, pending, Progress.State.DELIVERED);
                    more.add(Reports.progress(pending, Progress.State.DELIVERED, now.wall()));
                }
            }
            case Bounced _ ->
                    entry.judged(
                            judge(pending, Progress.State.BOUNCED, outcome, Optional.empty(), now));
            case Outcome.Deferred _ -> {
                pending.attempts++;
                if (expired(entry, now)) {
                    effects.expired(entry);
                    entry.judged(
                            judge(pending, Progress.State.EXPIRED, outcome, Optional.empty(), now));
                } else {
                    more.add(again(entry, pending, backoff(pending.attempts), now));
                }
            }
        }
        return more;
    }

    // From an outcome on.

    /** Gives up recipients in a dead destination's line that are too old. Whether it did. */
    private boolean outlived(Attempt attempt, Now now) {
        Entry entry = attempt.entry;
        Outcome.Deferred reason = attempt.destination.reason;
        if (reason == null || !expired(entry, now)) {
            return false;
        }
        attempt.keepInLine();
        for (int i = 0; i < attempt.size(); i++) {
            Entry.Pending pending = entry.recipients[attempt.recipient(i)];
            pending.detail = Reports.detail(reason);
            effects.decided(entry, pending, reason);
            effects.expired(entry);
            entry.judged(judge(pending, Progress.State.EXPIRED, reason, Optional.empty(), now));
        }
        after(entry, now);
        return true;
    }

    /** The recipient waits once more, unless the operator has held or deleted it meanwhile. */
    private Progress again(Entry entry, Entry.Pending pending, long wait, Now now) {
        if (entry.doomed) {
            done(entry, pending, Progress.State.REMOVED);
            return Reports.progress(pending, Progress.State.REMOVED, now.wall());
        }
        pending.due = now.nanos() + wait;
        pending.stand(entry.held ? Entry.Stand.HELD : Entry.Stand.WAITING);
        return Reports.progress(
                pending,
                entry.held ? Progress.State.HELD : Progress.State.WAITING,
                now.wallAt(pending.due));
    }

    /** Of an attempt. */
    private static Entry.Verdict judge(
            Entry.Pending pending, Progress.State state, Delivery said, Now now) {
        return judge(pending, state, said.outcome(), Optional.of(said), now);
    }

    static Entry.Verdict judge(
            Entry.Pending pending,
            Progress.State state,
            Outcome outcome,
            Optional<Delivery> said,
            Now now) {
        pending.stand(Entry.Stand.SETTLING);
        return new Entry.Verdict(pending.index, state, outcome, said, now.nanos());
    }

    /** What every event of a message ends with: notices, farewell, or the next waiting time. */
    void after(Entry entry, Now now) {
        if (entry.running == 0) {
            if (!entry.verdicts.isEmpty() && entry.settleFrom <= now.nanos()) {
                List<Entry.Verdict> verdicts = entry.verdicts;
                entry.verdicts = List.of();
                effects.settle(Reports.failed(entry, verdicts, now));
            }
            delayNotice(entry, now);
        }
        if (entry.open == 0) {
            if (entries.remove(entry.envelope.id(), entry)) {
                timers.disarm(entry);
                effects.removed(entry);
            }
            return;
        }
        boolean unsettled = entry.running == 0 && !entry.verdicts.isEmpty();
        long due = unsettled ? entry.settleFrom : Long.MAX_VALUE;
        for (Entry.Pending pending : entry.recipients) {
            if (pending.stand == Entry.Stand.WAITING) {
                due = Math.min(due, pending.due);
            }
        }
        if (due == Long.MAX_VALUE) {
            timers.disarm(entry);
        } else {
            timers.arm(entry, due);
        }
    }

    private void delayNotice(Entry entry, Now now) {
        long warning = config.delayWarning().toNanos();
        if (warning == 0
                || entry.delayNoticeSent
                || entry.envelope.sender() instanceof ReversePath.Nobody
                || now.nanos() - entry.arrived < warning) {
            return;
        }
        Settlement settlement = Reports.delayed(entry, now, entry.arrived + lifetime(entry));
        if (!settlement.reports().isEmpty()) {
            entry.delayNoticeSent = true;
            effects.settle(settlement);
        }
    }

    void record(Entry entry, List<Progress> changes) {
        if (!changes.isEmpty()) {
            effects.record(entry.envelope.id(), changes);
        }
    }

    static void done(Entry entry, Entry.Pending pending, Progress.State end) {
        pending.end = end;
        pending.stand(Entry.Stand.DONE);
        entry.open--;
    }

    private boolean expired(Entry entry, Now now) {
        return now.nanos() - entry.arrived >= lifetime(entry);
    }

    private long lifetime(Entry entry) {
        return switch (entry.envelope.sender()) {
            case ReversePath.Nobody _ -> config.bounceLifetime().toNanos();
            case ReversePath.Sender _ -> config.lifetime().toNanos();
        };
    }

    /** 300 s, 600 s, ... 4000 s, and a little more at random. */
    private long backoff(int attempts) {
        long first = config.backoffMin().toNanos();
        int doublings = Math.clamp(attempts - 1, 0, 20);
        long most = config.backoffMax().toNanos();
        long wait = first > most >> doublings ? most : first << doublings;
        return wait + random.nextLong(wait / JITTER + 1);
    }
}
