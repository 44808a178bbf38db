package postern.qmgr;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import postern.mail.Delivery;
import postern.mail.Notices;
import postern.mail.Outcome;
import postern.mail.Outcome.Bounced;
import postern.mail.Outcome.Delivered;
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
    static final int JITTER = 10;

    private final QmgrConfig config;
    private final RandomGenerator random;
    private final Effects effects;
    private final Timers timers = new Timers();
    private final Dispatcher dispatcher;
    private final Roster roster;
    private final Operator operator;
    private final Deaths deaths;
    private final Reading reading;
    private final Routing routing;

    Schedule(QmgrConfig config, Router router, RandomGenerator random, Effects effects) {
        this.config = config;
        this.random = random;
        this.effects = effects;
        this.dispatcher = new Dispatcher(config, timers, random, effects);
        this.roster = new Roster(config, effects);
        this.routing = new Routing(router, roster, effects);
        this.reading = new Reading(this, routing, dispatcher, timers, effects, config);
        this.deaths = new Deaths(this, config, dispatcher, effects);
        this.operator = new Operator(this, timers, dispatcher, effects);
    }

    // Events of the queue and of deliveries.

    /**
     * A message became durable, or was found in the log.
     *
     * @param fresh whether it has just become durable
     */
    void queued(QueuedMessage message, boolean fresh, Now now) {
        Entry entry = roster.enter(message, now);
        if (fresh) {
            effects.admitted(entry);
        } else {
            operator.takeUp(entry, now);
        }
        place(entry, now);
        if (entry.stub.destination == null && entry.open > 0) {
            reading.learn(entry);
        }
    }

    /** Messages that are read when their turn comes. */
    Reading reading() {
        return reading;
    }

    /** Changes of the message are in the log, or only their loss is certain. */
    void recorded(Entry entry) {
        entry.writes--;
        rest(entry);
    }

    /** It was found out where recipients of the message go. */
    void routed(Entry entry, Routes routes, Now now) {
        routing.answered(entry, routes, now);
        if (entry.stub.entry == entry) {
            place(entry, now);
        }
    }

    /** An attempt ended. The answers are the agent's: too few or too many count as none. */
    void ended(Attempt attempt, List<Delivery> deliveries, Now now) {
        Destination destination = attempt.destination;
        destination.transport.answered();
        List<Delivery> answers =
                deliveries.size() == attempt.size() ? deliveries : Reports.unanswered(attempt);
        if (dispatcher.feedback(destination, answers, now)) {
            deaths.mourn(destination, now);
        }
        dispatcher.stopped(attempt, now);
        Entry entry = attempt.entry();
        entry.running--;
        entry.agentLosses = 0;
        var patience = config.patience(destination.transport.name, destination.nextHop);
        List<Progress> changes = new ArrayList<>(attempt.size());
        List<Entry.Verdict> successes = List.of();
        long wait = 0;
        for (int i = 0; i < attempt.size(); i++) {
            Entry.Pending pending = entry.recipients[attempt.recipient(i)];
            Delivery delivery = answers.get(i);
            pending.attempts++;
            pending.detail = Reports.detail(delivery.outcome());
            pending.remote = Reports.remote(delivery);
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
                case Bounced _ when entry.doomed ->
                        changes.add(
                                removed(entry, pending, now)
                                        .by(Reports.attempted(delivery, now.wall())));
                case Bounced _ ->
                        entry.judged(judge(pending, Progress.State.BOUNCED, delivery, now));
                case Outcome.Deferred deferred -> {
                    wait = wait > 0 ? wait : backoff(patience, pending.attempts);
                    destination.said(pending.detail);
                    if ((entry.givenUp || expired(entry, patience, now)) && !entry.doomed) {
                        effects.expired(entry);
                        Outcome last = Deadlines.last(entry, deferred, now);
                        entry.judged(
                                judge(
                                        pending,
                                        Progress.State.EXPIRED,
                                        last,
                                        Optional.of(delivery),
                                        now));
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
        Entry entry = attempt.entry();
        dispatcher.stopped(attempt, now);
        entry.running--;
        entry.agentLosses += touched ? 1 : 0;
        boolean suspect = entry.agentLosses >= AGENT_LOSSES_MAX;
        if (suspect || entry.held || entry.doomed || entry.givenUp) {
            List<Progress> changes = new ArrayList<>(attempt.size());
            var patience = config.patience(transport.name, attempt.destination.nextHop);
            int losses = entry.agentLosses - AGENT_LOSSES_MAX + 1;
            long wait = suspect ? backoff(patience, losses) : 0;
            for (int i = 0; i < attempt.size(); i++) {
                Entry.Pending pending = entry.recipients[attempt.recipient(i)];
                pending.detail = Reports.detail(Reports.AGENT_LOST);
                if (entry.givenUp && !entry.doomed) {
                    expire(entry, pending, Reports.AGENT_LOST, now);
                } else {
                    changes.add(again(entry, pending, wait, now));
                }
            }
            record(entry, changes);
        } else {
            dispatcher.requeue(attempt, now);
        }
        dispatcher.lost(transport, why, now);
        after(entry, now);
        dispatcher.dispatch(transport, now);
    }

    /** The notice is in the queue (or none was wanted) and the changes are in the log. */
    void settled(Settlement settlement, Now now) {
        told(settlement);
        done(settlement.entry(), settlement.verdicts());
        after(settlement.entry(), now);
    }

    private void done(Entry entry, List<Entry.Verdict> verdicts) {
        for (Entry.Verdict verdict : verdicts) {
            done(entry, entry.recipients[verdict.recipient()], verdict.state());
        }
    }

    /**
     * The notice could not be queued now. A failure is told of later; a success is recorded.
     *
     * @param told of how many recipients a notice of their own is in the queue: {@link Personal}
     */
    void unsettled(Settlement settlement, int told, Now now) {
        Entry entry = settlement.entry();
        int all = settlement.verdicts().size();
        switch (settlement.kind()) {
            case FAILED -> {
                done(entry, settlement.verdicts().subList(0, told));
                settlement.verdicts().subList(told, all).forEach(entry::judged);
                entry.settleFrom = now.nanos() + SETTLE_AGAIN.toNanos();
                after(entry, now);
            }
            case DELIVERED, EXPANDED -> {
                record(entry, settlement.changes().subList(told, all));
                settled(settlement, now);
            }
            case DELAYED -> {
                told(settlement);
                entry.delayNoticeSent = told > 0; // by the log's word too
                rest(entry);
            }
        }
    }

    private static void told(Settlement settlement) {
        if (settlement.kind() == Notices.Kind.DELAYED) {
            settlement.entry().writes--;
        }
    }

    /** Time has passed. To be called at {@link #nextWake} at the latest. */
    void wake(Now now) {
        Timers.Timed member = timers.poll(now.nanos());
        while (member != null) {
            switch (member) {
                case Stub stub -> due(stub, now);
                case Destination destination -> dispatcher.revive(destination, now);
                case Transport transport -> dispatcher.rested(transport, now);
            }
            member = timers.poll(now.nanos());
        }
    }

    /** What goes to one known destination stands in its line without being read. */
    void due(Stub stub, Now now) {
        Entry entry = stub.entry;
        Destination destination = stub.destination;
        if (entry != null) {
            place(entry, now);
        } else if (stub.held() || stub.loading()) {
            stub.hurried(stub.loading());
        } else if (destination != null && !stub.deadline()) {
            dispatcher.line(stub, now);
            dispatcher.dispatch(destination.transport, now);
        } else {
            roster.summon(stub);
        }
    }

    /** On the monotone clock; {@link Long#MAX_VALUE} when nothing waits for its time. */
    long nextWake() {
        return timers.next();
    }

    /** What an operator orders. */
    Operator operator() {
        return operator;
    }

    /** All messages. */
    Roster roster() {
        return roster;
    }

    Collection<Transport> transports() {
        return dispatcher.transports();
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

    /** Messages and parts of them that could be delivered at once, were there places. */
    int ready() {
        return roster.messages() == 0 ? 0 : dispatcher.ready();
    }

    /** Attempts being made. */
    int running() {
        return dispatcher.running();
    }

    // From waiting to the line.

    /** Puts the recipients that are due into the lines of their destinations. */
    void place(Entry entry, Now now) {
        prepare(entry, now);
        dispatcher.start(entry, now);
        after(entry, now);
    }

    /** Finds out for recipients that are due where they go. */
    void prepare(Entry entry, Now now) {
        Routes known = entry.routes;
        entry.routes = Routes.NONE;
        if (entry.held) {
            return;
        }
        boolean unknown = false;
        entry.stub.deadline(Deadlines.ahead(entry, now));
        List<Progress> changes = List.of();
        boolean late = Deadlines.passed(entry, now);
        Destination before = entry.stub.destination;
        boolean givenUp = entry.stub.givenUp() && before != null;
        entry.stub.givenUp(false);
        for (Entry.Pending pending : entry.recipients) {
            if (pending.stand == Entry.Stand.WAITING && late) {
                expire(entry, pending, Deadlines.TOO_LATE, now);
            } else if (pending.stand == Entry.Stand.WAITING && pending.due <= now.nanos()) {
                Deadlines.release(entry, pending, now);
                if (pending.due > now.nanos()) {
                    continue;
                }
                if (givenUp && before != null && deaths.outlived(entry, pending, before, now)) {
                    continue;
                }
                Route route = routing.of(entry, pending, known);
                unknown |= route == null;
                changes = route == null ? changes : take(route, entry, pending, changes, now);
            }
        }
        if (unknown) {
            routing.ask(entry, now);
        }
        record(entry, changes);
        if (entry.setAside) {
            entry.setAside = false;
            operator.hold(entry, now);
        }
    }

    private List<Progress> take(
            Route route, Entry entry, Entry.Pending pending, List<Progress> changes, Now now) {
        return switch (route) {
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
                var patience = config.general().patience();
                pending.attempts++;
                if (expired(entry, patience, now)) {
                    expire(entry, pending, outcome, now);
                } else {
                    more.add(again(entry, pending, backoff(patience, pending.attempts), now));
                }
            }
        }
        return more;
    }

    // From an outcome on.

    void expire(Entry entry, Entry.Pending pending, Outcome why, Now now) {
        Outcome last = Deadlines.last(entry, why, now);
        pending.detail = Reports.detail(last);
        effects.expired(entry);
        entry.judged(judge(pending, Progress.State.EXPIRED, last, Optional.empty(), now));
    }

    private static Progress removed(Entry entry, Entry.Pending pending, Now now) {
        done(entry, pending, Progress.State.REMOVED);
        return Reports.progress(pending, Progress.State.REMOVED, now.wall());
    }

    /** The recipient waits once more, unless the operator has held or deleted it meanwhile. */
    private Progress again(Entry entry, Entry.Pending pending, long wait, Now now) {
        if (entry.doomed) {
            return removed(entry, pending, now);
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
            if (entry.stub.entry == entry) {
                timers.disarm(entry.stub);
                dispatcher.lead(entry.stub, null);
                roster.leave(entry);
                effects.removed(entry);
            }
            return;
        }
        boolean unsettled = entry.running == 0 && !entry.verdicts.isEmpty();
        long due = unsettled ? entry.settleFrom : Long.MAX_VALUE;
        for (Entry.Pending pending : entry.recipients) {
            boolean asked = entry.routing && pending.due <= now.nanos();
            if (pending.stand == Entry.Stand.WAITING && !asked) {
                due = Math.min(due, pending.due);
            }
        }
        due = Deadlines.next(entry, due, now);
        if (due == Long.MAX_VALUE) {
            timers.disarm(entry.stub);
        } else {
            timers.arm(entry.stub, due);
        }
        rest(entry);
    }

    /** Lets the entry go where nothing is being done with the message. */
    void rest(Entry entry) {
        Stub stub = entry.stub;
        if (stub.entry != entry || !entry.resting()) {
            return;
        }
        Destination destination = stub.destination;
        boolean soon =
                stub.stands()
                        && destination != null
                        && destination.state == Destination.State.ALIVE
                        && !roster.crowded();
        if (!soon) {
            roster.rest(entry);
        }
    }

    private void delayNotice(Entry entry, Now now) {
        if (entry.delayNoticeSent || entry.envelope.sender() instanceof ReversePath.Nobody) {
            return;
        }
        Destination destination = entry.stub.destination;
        var patience =
                destination == null
                        ? config.general().patience()
                        : config.patience(destination.transport.name, destination.nextHop);
        long warning = patience.delayWarning().toNanos();
        boolean promised = Deadlines.missed(entry, now);
        if (!promised && (warning == 0 || now.nanos() - entry.arrived < warning)) {
            return;
        }
        long until = entry.arrived + lifetime(entry, patience);
        Settlement settlement = Reports.delayed(entry, now, until, promised);
        if (!settlement.reports().isEmpty()) {
            entry.delayNoticeSent = true;
            entry.writes++; // the notice is made from this entry
            effects.settle(settlement);
        }
    }

    void record(Entry entry, List<Progress> changes) {
        if (!changes.isEmpty()) {
            entry.writes++;
            effects.record(entry, changes);
        }
    }

    static void done(Entry entry, Entry.Pending pending, Progress.State end) {
        pending.end = end;
        pending.stand(Entry.Stand.DONE);
        entry.open--;
    }

    static boolean expired(Entry entry, QmgrConfig.Patience patience, Now now) {
        return now.nanos() - entry.arrived >= lifetime(entry, patience)
                || Deadlines.passed(entry, now);
    }

    private static long lifetime(Entry entry, QmgrConfig.Patience patience) {
        return switch (entry.envelope.sender()) {
            case ReversePath.Nobody _ -> patience.bounceLifetime().toNanos();
            case ReversePath.Sender _ -> patience.lifetime().toNanos();
        };
    }

    /** 300 s, 600 s, ... 4000 s, and a little more at random. */
    long backoff(QmgrConfig.Patience patience, int attempts) {
        long first = patience.backoffMin().toNanos();
        int doublings = Math.clamp(attempts - 1, 0, 20);
        long most = patience.backoffMax().toNanos();
        long wait = first > most >> doublings ? most : first << doublings;
        return wait + random.nextLong(wait / JITTER + 1);
    }
}
