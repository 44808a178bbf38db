package postern.qmgr;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import postern.base.Bug;
import postern.mail.Delivery;
import postern.mail.Outcome;
import postern.mail.Route;

/** The schedule's other half: the lines of attempts, and which of them starts. One thread only. */
final class Dispatcher {
    private final QmgrConfig config;
    private final Timers timers;
    private final Effects effects;
    private final Map<String, Transport> transports = new HashMap<>();
    private final List<Destination> touched = new ArrayList<>();
    private int running;
    private boolean draining;
    private boolean paused;

    Dispatcher(QmgrConfig config, Timers timers, Effects effects) {
        this.config = config;
        this.timers = timers;
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

    /** Puts a recipient into the line; followed by {@link #start} when the message is through. */
    void line(Entry entry, Entry.Pending pending, Route.To to) {
        Transport transport = transports.get(to.transport());
        if (transport == null) {
            transport = new Transport(to.transport(), config.limits(to.transport()));
            transports.put(to.transport(), transport);
        }
        Destination destination = transport.destination(to.nextHop());
        Attempt attempt = destination.filling;
        if (attempt == null) {
            touched.add(destination);
        }
        if (attempt == null || attempt.size() >= transport.limits.recipients()) {
            attempt = new Attempt(entry, destination);
            destination.filling = attempt;
            destination.enqueue(attempt);
        }
        pending.lineUp(attempt);
    }

    /** Starts what may start since recipients stood in line. */
    void start(Now now) {
        for (Destination destination : touched) {
            destination.filling = null;
            destination.transport.enlist(destination);
            dispatch(destination.transport, now);
        }
        touched.clear();
    }

    /** Back to the end of the line, after {@link #stopped}. */
    void requeue(Attempt attempt) {
        Transport transport = attempt.destination.transport;
        Destination destination = transport.destination(attempt.destination.nextHop);
        Attempt next = new Attempt(attempt.entry, destination);
        for (int i = 0; i < attempt.size(); i++) {
            attempt.entry.recipients[attempt.recipient(i)].lineUp(next);
        }
        destination.enqueue(next);
        transport.enlist(destination);
    }

    /** Starts what may start. */
    void dispatch(Transport transport, Now now) {
        fill(transport, now);
        while (transport.crowded()) {
            long next = transport.sortOut(now.nanos());
            if (transport.crowded()) {
                if (next != Long.MAX_VALUE) {
                    timers.arm(transport, next);
                }
                return;
            }
            fill(transport, now);
        }
    }

    private void fill(Transport transport, Now now) {
        if (draining || paused) {
            return;
        }
        Destination destination = transport.turn();
        while (destination != null) {
            Attempt attempt = destination.next();
            if (attempt != null) {
                attempt.keepInLine();
                if (attempt.size() > 0) {
                    start(attempt, now);
                }
            }
            transport.enlist(destination);
            transport.forgetIfIdle(destination);
            destination = transport.turn();
        }
    }

    private void start(Attempt attempt, Now now) {
        for (int i = 0; i < attempt.size(); i++) {
            attempt.entry.recipients[attempt.recipient(i)].stand(Entry.Stand.RUNNING);
        }
        attempt.running = true;
        attempt.started = now.nanos();
        attempt.entry.running++;
        attempt.destination.running++;
        attempt.destination.transport.started(attempt);
        running++;
        effects.deliver(attempt);
    }

    /** An attempt is over; after {@link #feedback}, before {@link #dispatch}. */
    void stopped(Attempt attempt) {
        Bug.unless(attempt.running, "an attempt ends once");
        Destination destination = attempt.destination;
        Transport transport = destination.transport;
        attempt.running = false;
        attempt.entry.running--;
        destination.running--;
        transport.ended(attempt);
        transport.enlist(destination);
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
            timers.disarm(destination);
            destination.succeeded();
            return false;
        }
        if (!destination.failed(failure)) {
            return false;
        }
        Duration rest = destination.rest(config.destinationRetry(), config.backoffMin());
        timers.arm(destination, now.nanos() + rest.toNanos());
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

    /** A dead destination's rest is over. */
    void revive(Destination destination, Now now) {
        if (destination.state == Destination.State.DEAD) {
            timers.disarm(destination);
            destination.revive();
            destination.transport.enlist(destination);
            destination.transport.forgetIfIdle(destination);
            dispatch(destination.transport, now);
        }
    }

    /** The transport's agents cannot be reached. */
    void lost(Transport transport, String why, Now now) {
        Duration rest = transport.lost();
        if (rest.isPositive()) {
            effects.resting(transport.name, rest, why);
            timers.arm(transport, now.nanos() + rest.toNanos());
        }
    }

    /** The transport's timer rang: its rest is over, or some attempt has hung for long. */
    void rested(Transport transport, Now now) {
        transport.resting = false;
        dispatch(transport, now);
    }

    /** Nothing rests any longer. */
    void flush(Now now) {
        for (Transport transport : transports.values()) {
            for (Destination destination : List.copyOf(transport.destinations.values())) {
                revive(destination, now);
            }
            timers.disarm(transport);
            rested(transport, now);
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
