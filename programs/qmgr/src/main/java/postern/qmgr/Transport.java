package postern.qmgr;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All destinations that one kind of agent serves, taken in turn. Attempts that hang are counted
 * apart, so that destinations which never answer take no place from those that do.
 */
final class Transport implements Timers.Timed {
    /** How long it rests when its agents cannot be reached; doubles up to the longest. */
    static final Duration REST = Duration.ofSeconds(1);

    static final Duration REST_MAX = Duration.ofSeconds(60);

    final String name;
    final QmgrConfig.Limits limits;
    final Map<String, Destination> destinations = new HashMap<>();

    /** Its agents cannot be reached; the timer ends that. */
    boolean resting;

    private final Timers.Timer timer = new Timers.Timer(this);
    private final ArrayDeque<Destination> round = new ArrayDeque<>();
    private final ArrayDeque<Attempt> young = new ArrayDeque<>();
    private int running;
    private int hanging;
    private int losses; // rests in succession without an answer between

    Transport(String name, QmgrConfig.Limits limits) {
        this.name = name;
        this.limits = limits;
    }

    @Override
    public Timers.Timer timer() {
        return timer;
    }

    Destination destination(String nextHop) {
        Destination known = destinations.get(nextHop);
        if (known == null) {
            known = new Destination(this, nextHop);
            destinations.put(nextHop, known);
        }
        return known;
    }

    void forgetIfIdle(Destination destination) {
        if (destination.idle()) {
            destinations.remove(destination.nextHop, destination);
        }
    }

    /** Puts a destination into the round if it has something to do. */
    void enlist(Destination destination) {
        if (!destination.enlisted && destination.mayStart()) {
            destination.enlisted = true;
            round.addLast(destination);
        }
    }

    /** The destination whose turn it is; null when none has, or no place is left. */
    @Nullable Destination turn() {
        while (!round.isEmpty() && !full()) {
            Destination next = round.removeFirst();
            next.enlisted = false;
            if (next.mayStart()) {
                return next;
            }
        }
        return null;
    }

    private boolean full() {
        int most = losses > 0 ? 1 : limits.concurrent(); // one shows whether the agents are back
        return resting || running >= most;
    }

    /** Whether somebody waits for a place that a hanging attempt might make. */
    boolean crowded() {
        return !resting && losses == 0 && full() && !round.isEmpty() && hanging < limits.hanging();
    }

    void started(Attempt attempt) {
        running++;
        young.addLast(attempt);
    }

    void ended(Attempt attempt) {
        if (attempt.hanging) {
            hanging--;
        } else {
            running--;
        }
        while (!young.isEmpty() && (!young.getFirst().running || young.getFirst().hanging)) {
            young.removeFirst();
        }
    }

    /**
     * Counts those that have hung for long apart, and says when the next will; {@link
     * Long#MAX_VALUE} when none can.
     */
    long sortOut(long now) {
        long patience = QmgrConfig.Limits.HANGING.toNanos();
        while (!young.isEmpty() && hanging < limits.hanging()) {
            Attempt oldest = young.getFirst();
            if (oldest.running) {
                if (oldest.started + patience > now) {
                    return oldest.started + patience;
                }
                oldest.hanging = true;
                hanging++;
                running--;
            }
            young.removeFirst();
        }
        return Long.MAX_VALUE;
    }

    /** Its agents answer. */
    void answered() {
        losses = 0;
    }

    /** Its agents cannot be reached. How long to rest; empty duration when it does so already. */
    Duration lost() {
        if (resting) {
            return Duration.ZERO;
        }
        resting = true;
        Duration rest = REST.multipliedBy(1L << Math.min(losses, 16));
        losses++;
        return rest.compareTo(REST_MAX) < 0 ? rest : REST_MAX;
    }

    int running() {
        return running + hanging;
    }
}
