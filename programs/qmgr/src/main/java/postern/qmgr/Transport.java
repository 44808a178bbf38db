package postern.qmgr;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All destinations that one kind of agent serves, taken in turn: first the sources take turns, then
 * the destinations of each. Attempts that hang are counted apart, and a part of the places is kept
 * for destinations that answer, so that those which never do take no place from those that do.
 */
final class Transport implements Timers.Timed {
    /** How long it rests when its agents cannot be reached; doubles up to the longest. */
    static final Duration REST = Duration.ofSeconds(1);

    static final Duration REST_MAX = Duration.ofSeconds(60);

    /** One place in so many is for destinations that have answered. Chosen. */
    private static final int PROVEN_PART = 4;

    /** So many idle destinations keep the name of one that answers: about a megabyte. Chosen. */
    private static final int REMEMBERED_MAX = 10_000;

    final String name;
    final QmgrConfig.Limits limits;
    final Map<String, Destination> destinations = new HashMap<>();

    /** Its agents cannot be reached, until {@link #restEnds}. */
    boolean resting;

    long restEnds;

    /** Idle destinations that have answered, the longest idle first. */
    private final LinkedHashSet<String> remembered = new LinkedHashSet<>();

    private final QmgrConfig config;
    private final FairQueue<Lane.Turn> proven = new FairQueue<>();
    private final FairQueue<Lane.Turn> untried = new FairQueue<>(); // of those that nobody tries
    private final FairQueue<Lane.Turn> unproven = new FairQueue<>();

    /** Attempts that do not hang yet, where somebody has answered and where nobody has. */
    private final Young youngProven = new Young(QmgrConfig.Limits.HANGING);

    private final Young youngUnproven = new Young(QmgrConfig.Limits.HANGING_UNPROVEN);
    private long due;
    private int slot = Timers.OUT;
    private long nextStart = Long.MIN_VALUE;
    private int running;
    private int unprovenRunning;
    private int hanging;
    private int losses; // rests in succession without an answer between
    private boolean turn;

    Transport(String name, QmgrConfig config) {
        this.name = name;
        this.config = config;
        this.limits = config.limits(name, "");
    }

    @Override
    public long due() {
        return due;
    }

    @Override
    public int slot() {
        return slot;
    }

    @Override
    public void at(long nanos, int where) {
        due = nanos;
        slot = where;
    }

    Destination destination(String nextHop) {
        Destination known = destinations.get(nextHop);
        if (known == null) {
            known = new Destination(this, nextHop, config.limits(name, nextHop));
            known.proven = remembered.remove(nextHop);
            destinations.put(nextHop, known);
        }
        return known;
    }

    void forgetIfIdle(Destination destination) {
        if (destination.idle() && destinations.remove(destination.nextHop, destination)) {
            if (destination.proven) {
                if (remembered.size() >= REMEMBERED_MAX) {
                    String _ = remembered.removeFirst();
                }
                remembered.addLast(destination.nextHop);
            }
        }
    }

    /** Lets as many lanes of the destination wait for a turn as it has places. */
    void enlist(Destination destination, long now) {
        while (destination.mayStart(now)
                && destination.enlisted < destination.window() - destination.running) {
            Lane lane = destination.nextLane();
            if (lane == null) {
                return;
            }
            enlist(lane);
            destination.list(lane);
        }
    }

    /** Lets the lane wait for a turn: somebody new came into it. */
    void joined(Lane lane, long now) {
        if (lane.wantsTurn() && lane.destination.mayStart(now)) {
            enlist(lane);
        }
    }

    private void enlist(Lane lane) {
        Destination destination = lane.destination;
        boolean first = destination.running == 0;
        destination.enlisted++;
        (destination.proven ? proven : first ? untried : unproven).add(lane.source, lane.turn());
    }

    /** A second attempt where the first has no answer yet waits for those that have none. */
    private Lane.@Nullable Turn probe() {
        Lane.Turn first = untried.poll();
        return first == null ? unproven.poll() : first;
    }

    /** Whose turn it is; null when nobody's, or no place is left. */
    Lane.@Nullable Turn turn() {
        if (full()) {
            return null;
        }
        boolean mayProbe = unprovenRunning < Math.max(1, most() - most() / PROVEN_PART);
        turn = !turn;
        Lane.Turn next = turn && mayProbe ? probe() : proven.poll();
        if (next == null) {
            next = turn ? proven.poll() : mayProbe ? probe() : null;
        }
        if (next != null) {
            next.lane.destination.enlisted--;
        }
        return next;
    }

    private int most() {
        return losses > 0 ? 1 : limits.concurrent(); // one shows whether the agents are back
    }

    private boolean full() {
        return resting || running >= most();
    }

    /** Whether somebody waits for a place that a hanging attempt might make. */
    boolean crowded() {
        boolean waiting = !proven.isEmpty() || !untried.isEmpty() || !unproven.isEmpty();
        return !resting && losses == 0 && waiting && hanging < limits.hanging();
    }

    /** When its rate allows the next; in the past where it may begin at once. */
    long nextStart() {
        return nextStart;
    }

    void started(Attempt attempt, long now) {
        running++;
        attempt.unproven = !attempt.destination.proven;
        unprovenRunning += attempt.unproven ? 1 : 0;
        young(attempt).attempts.addLast(attempt);
        long gap = limits.transportGap().toNanos();
        if (gap > 0) {
            nextStart = now + gap;
        }
    }

    void ended(Attempt attempt) {
        if (attempt.hanging) {
            hanging--;
        } else {
            noLongerYoung(attempt);
        }
        young(attempt).forgetEnded();
    }

    private Young young(Attempt attempt) {
        return attempt.unproven ? youngUnproven : youngProven;
    }

    private void noLongerYoung(Attempt attempt) {
        running--;
        unprovenRunning -= attempt.unproven ? 1 : 0;
    }

    /**
     * Counts those that have hung for long apart, and says when the next will; {@link
     * Long#MAX_VALUE} when none can.
     */
    long sortOut(long now) {
        return Math.min(sortOut(youngProven, now), sortOut(youngUnproven, now));
    }

    private long sortOut(Young young, long now) {
        ArrayDeque<Attempt> attempts = young.attempts;
        while (!attempts.isEmpty() && hanging < limits.hanging()) {
            Attempt oldest = attempts.getFirst();
            if (oldest.running) {
                if (oldest.started + young.patience > now) {
                    return oldest.started + young.patience;
                }
                oldest.hanging = true;
                hanging++;
                noLongerYoung(oldest);
            }
            attempts.removeFirst();
        }
        return Long.MAX_VALUE;
    }

    /** Its agents answer. */
    void answered() {
        losses = 0;
    }

    /** Its agents cannot be reached. How long to rest; empty duration when it does so already. */
    Duration lost(long now) {
        if (resting) {
            return Duration.ZERO;
        }
        resting = true;
        Duration doubled = REST.multipliedBy(1L << Math.min(losses, 16));
        Duration rest = doubled.compareTo(REST_MAX) < 0 ? doubled : REST_MAX;
        losses++;
        restEnds = now + rest.toNanos();
        return rest;
    }

    int running() {
        return running + hanging;
    }

    /** Attempts in the order in which they began. */
    private static final class Young {
        final ArrayDeque<Attempt> attempts = new ArrayDeque<>();
        final long patience;

        Young(Duration patience) {
            this.patience = patience.toNanos();
        }

        void forgetEnded() {
            while (!attempts.isEmpty()
                    && (!attempts.getFirst().running || attempts.getFirst().hanging)) {
                attempts.removeFirst();
            }
        }
    }
}
