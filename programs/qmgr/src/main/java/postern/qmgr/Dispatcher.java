package postern.qmgr;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import postern.base.Bug;
import postern.mail.Delivery;
import postern.mail.Outcome;
import postern.mail.Route;

/** The schedule's other half: the lines, and which attempt starts. One thread only. */
final class Dispatcher {
    /** Rests are lengthened at random by up to one part in so many: what died together parts. */
    private static final int JITTER = 10;

    private final QmgrConfig config;
    private final Timers timers;
    private final RandomGenerator random;
    private final Effects effects;
    private final Map<String, Transport> transports = new HashMap<>();
    private final List<Attempt> placed = new ArrayList<>(); // of the message being placed
    private int running;
    private boolean draining;
    private boolean paused;

    Dispatcher(QmgrConfig config, Timers timers, RandomGenerator random, Effects effects) {
        this.config = config;
        this.timers = timers;
        this.random = random;
        this.effects = effects;
    }

    Collection<Transport> transports() {
        return transports.values();
    }

    int running() {
        return running;
    }

    /** Nothing starts any more. */
    void drain() {
        draining = true;
    }

    /** Nothing starts until {@link #resume}. */
    void pause() {
        paused = true;
    }

    void resume(Now now) {
        paused = false;
        for (Transport transport : List.copyOf(transports.values())) {
            dispatch(transport, now);
        }
    }

    private Transport transport(String name) {
        Transport transport = transports.get(name);
        if (transport == null) {
            transport = new Transport(name, config);
            transports.put(name, transport);
        }
        return transport;
    }

    Destination destination(Route.To to) {
        return transport(to.transport()).destination(to.nextHop());
    }

    /** Puts a recipient into an attempt; followed by {@link #start} when the message is through. */
    void line(Entry entry, Entry.Pending pending, Route.To to) {
        Destination destination = destination(to);
        destination.leads(entry.recipient(pending).mailbox().domain().text());
        Attempt attempt = destination.filling;
        if (attempt == null || attempt.size() >= destination.limits.recipients()) {
            attempt = new Attempt(entry, destination, job(entry, destination));
            destination.filling = attempt;
            placed.add(attempt);
        }
        pending.lineUp(attempt);
    }

    /** The job of a message that needs several deliveries of one transport. */
    private @Nullable Job job(Entry entry, Destination destination) {
        if (placed.isEmpty() && entry.recipients.length <= destination.limits.recipients()) {
            return null; // most likely the only one; a small job needs no account
        }
        Job job = entry.job;
        if (job == null || job.left() == 0) {
            job = new Job(destination.limits.slots());
            entry.job = job;
        }
        job.add();
        return job;
    }

    /** Lets what was placed stand in line, and starts what may start. */
    void start(Entry entry, Now now) {
        if (placed.isEmpty()) {
            return;
        }
        Attempt first = placed.getFirst();
        if (placed.size() == 1 && first.size() == entry.open) {
            entry.whole = first;
            first.destination.filling = null;
            lead(entry.stub, first.destination);
            line(entry.stub, now);
        } else {
            lead(entry.stub, null);
            for (Attempt attempt : placed) {
                Destination destination = attempt.destination;
                destination.filling = null;
                join(destination, attempt, entry.stub.source, now);
            }
        }
        List<Attempt> all = List.copyOf(placed);
        placed.clear();
        all.forEach(attempt -> dispatch(attempt.destination.transport, now));
    }

    /** All of the message goes there, as far as is known; null: to several, or unknown. */
    void lead(Stub stub, @Nullable Destination destination) {
        Destination former = stub.destination;
        if (former == destination) {
            return;
        }
        stub.destination = destination;
        if (destination != null) {
            destination.users++;
        }
        if (former != null) {
            former.users--;
            former.transport.forgetIfIdle(former);
        }
    }

    /** The message stands in the line of its destination by itself. */
    void line(Stub stub, Now now) {
        Destination destination = stub.destination;
        Bug.unless(destination != null, "a message in line goes somewhere");
        if (destination != null && !stub.stands()) {
            stub.standIn();
            join(destination, stub, stub.source, now);
        }
    }

    private void join(Destination destination, InLine item, Source source, Now now) {
        Lane lane = destination.enqueue(item, source);
        destination.transport.joined(lane, now.nanos());
    }

    /** Back to the end of the line, after {@link #stopped}. */
    void requeue(Attempt attempt, Now now) {
        Entry entry = attempt.entry();
        Destination former = attempt.destination;
        Destination destination = former.transport.destination(former.nextHop);
        destination.succeeds(former);
        if (attempt.size() == entry.open) {
            Attempt next = new Attempt(entry, destination, null);
            lineUp(attempt, next);
            entry.whole = next;
            lead(entry.stub, destination);
            line(entry.stub, now);
            return;
        }
        Job job = attempt.job();
        if (job != null) {
            job.again();
        }
        Attempt next = new Attempt(entry, destination, job);
        lineUp(attempt, next);
        join(destination, next, entry.stub.source, now);
    }

    private static void lineUp(Attempt from, Attempt to) {
        for (int i = 0; i < from.size(); i++) {
            from.entry().recipients[from.recipient(i)].lineUp(to);
        }
    }

    /** Starts what may start. */
    void dispatch(Transport transport, Now now) {
        fill(transport, now);
        if (!transport.crowded()) {
            return;
        }
        long _ = transport.sortOut(now.nanos());
        fill(transport, now);
        long next = transport.crowded() ? transport.sortOut(now.nanos()) : Long.MAX_VALUE;
        if (next != Long.MAX_VALUE) {
            rouse(transport, next);
        }
    }

    /** Sees to it that the transport is looked at then at the latest. */
    private void rouse(Timers.Timed timed, long when) {
        if (timed.slot() == Timers.OUT || timed.due() > when) {
            timers.arm(timed, when);
        }
    }

    private void fill(Transport transport, Now now) {
        if (draining || paused) {
            return;
        }
        while (true) {
            if (transport.nextStart() > now.nanos()) {
                rouse(transport, transport.nextStart());
                return;
            }
            Lane.Turn turn = transport.turn();
            if (turn == null) {
                return;
            }
            Destination destination = turn.lane.destination;
            if (destination.mayStart(now.nanos())) {
                InLine next = destination.take(turn);
                if (next != null) {
                    start(next, destination, now);
                }
            } else {
                turn.lapses();
            }
            destination.done(turn.lane);
            enlist(destination, now);
            transport.forgetIfIdle(destination);
        }
    }

    private void enlist(Destination destination, Now now) {
        destination.transport.enlist(destination, now.nanos());
        boolean paced = destination.nextStart() > now.nanos();
        if (paced && destination.state == Destination.State.ALIVE) {
            rouse(destination, destination.nextStart());
        }
    }

    private void start(InLine item, Destination destination, Now now) {
        switch (item) {
            case Attempt part -> {
                part.keepInLine();
                Job job = part.job();
                if (job != null) {
                    job.served();
                }
                if (part.size() > 0) {
                    start(part, now);
                }
            }
            case Stub stub -> {
                Entry entry = stub.entry;
                if (!stub.turn()) {
                    return;
                }
                Attempt whole = entry == null ? null : entry.whole;
                if (entry == null || whole == null) {
                    Attempt unread = new Attempt(stub, destination);
                    stub.loading(true);
                    begun(unread, now);
                    effects.load(stub, unread);
                    return;
                }
                whole.keepInLine();
                entry.whole = null;
                if (whole.size() > 0) {
                    start(whole, now);
                }
            }
        }
    }

    private void start(Attempt attempt, Now now) {
        begun(attempt, now);
        deliver(attempt);
    }

    private void begun(Attempt attempt, Now now) {
        attempt.running = true;
        attempt.started = now.nanos();
        attempt.destination.started(now.nanos());
        attempt.destination.transport.started(attempt, now.nanos());
        running++;
    }

    /** Its message is read: on with it. */
    void deliver(Attempt attempt) {
        Entry entry = attempt.entry();
        for (int i = 0; i < attempt.size(); i++) {
            entry.recipients[attempt.recipient(i)].stand(Entry.Stand.RUNNING);
        }
        entry.running++;
        effects.deliver(attempt);
    }

    /** An attempt is over; after {@link #feedback}, before {@link #dispatch}. */
    void stopped(Attempt attempt, Now now) {
        Bug.unless(attempt.running, "an attempt ends once");
        Destination destination = attempt.destination;
        Transport transport = destination.transport;
        attempt.running = false;
        destination.running--;
        transport.ended(attempt);
        enlist(destination, now);
        transport.forgetIfIdle(destination);
        running--;
    }

    /**
     * What the answers tell of the destination. One that answered for a recipient is alive.
     *
     * @return whether it has just died
     */
    boolean feedback(Destination destination, List<Delivery> answers, Now now) {
        Outcome.@Nullable Deferred failure = null;
        for (Delivery delivery : answers) {
            failure = ofDestination(delivery.outcome());
            if (failure == null) {
                break;
            }
        }
        if (failure == null) {
            if (destination.state == Destination.State.DEAD) {
                timers.disarm(destination);
            }
            destination.succeeded();
            return false;
        }
        if (!destination.failed(failure)) {
            return false;
        }
        var patience = config.patience(destination.transport.name, destination.nextHop);
        Duration rest = destination.rest(patience.destinationRetry(), patience.backoffMin());
        long jitter = random.nextLong(rest.toNanos() / JITTER + 1);
        timers.arm(destination, now.nanos() + rest.toNanos() + jitter);
        return true;
    }

    private static Outcome.@Nullable Deferred ofDestination(Outcome outcome) {
        return switch (outcome) {
            case Outcome.Delivered _, Outcome.Bounced _ -> null;
            case Outcome.Deferred deferred ->
                    switch (deferred.about()) {
                        case RECIPIENT, MESSAGE -> null;
                        case HOST, DESTINATION -> deferred;
                    };
        };
    }

    /** A destination's timer rang: a dead one's rest is over, or its rate allows the next. */
    void revive(Destination destination, Now now) {
        timers.disarm(destination);
        if (destination.state == Destination.State.DEAD) {
            destination.revive();
        }
        enlist(destination, now);
        destination.transport.forgetIfIdle(destination);
        dispatch(destination.transport, now);
    }

    /** The transport's agents cannot be reached. */
    void lost(Transport transport, String why, Now now) {
        Duration rest = transport.lost(now.nanos());
        if (rest.isPositive()) {
            effects.resting(transport.name, rest, why);
            timers.arm(transport, transport.restEnds);
        }
    }

    /**
     * The transport's timer rang: its rest is over, some attempt hangs, or its rate allows more.
     */
    void rested(Transport transport, Now now) {
        if (transport.resting && transport.restEnds > now.nanos()) {
            rouse(transport, transport.restEnds);
            return;
        }
        transport.resting = false;
        dispatch(transport, now);
    }

    /** How many stand in lines of destinations that take mail, as far as is known. */
    int ready() {
        int ready = 0;
        for (Transport transport : transports.values()) {
            for (Destination destination : transport.destinations.values()) {
                ready += destination.promising() ? destination.standing() : 0;
            }
        }
        return ready;
    }

    /** Nothing rests any longer. */
    void flush(Now now) {
        for (Transport transport : transports.values()) {
            for (Destination destination : List.copyOf(transport.destinations.values())) {
                revive(destination, now);
            }
            timers.disarm(transport);
            transport.resting = false;
            dispatch(transport, now);
        }
    }

    void flush(String nextHop, Now now) {
        for (Transport transport : transports.values()) {
            Destination destination = transport.destinations.get(nextHop);
            if (destination != null) {
                revive(destination, now);
            }
        }
    }
}
