package postern.qmgr;

import java.time.Duration;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;
import postern.mail.Outcome;

/**
 * The line before one next hop, and how many attempts it bears at once. The concurrency begins low
 * and follows what the destination shows: each success adds one part in as many as the concurrency
 * is, each failure takes one away, so that it needs a round of successes to grow by one. A whole
 * round of failures without a success between, and the destination is dead: nothing is tried for a
 * while, then one attempt; a destination that comes back is met with one attempt too and grows from
 * there. Figures and rule are those of Postfix's SCHEDULER_README.
 */
final class Destination implements Timers.Timed {

    /** A destination is dead after so many rounds of failures. Postfix's figure. */
    private static final double FAILED_COHORTS = 1;

    private static final double ROUNDING = 1e-9;

    enum State {
        ALIVE,
        /** Left alone until its timer rings. */
        DEAD
    }

    final Transport transport;
    final String nextHop;

    State state = State.ALIVE;
    int running;

    /** Whether it stands in its transport's round. */
    boolean enlisted;

    /** The attempt that is filled with recipients of the message being placed. */
    @Nullable Attempt filling;

    /** What its last failure said; for recipients that wait because of it. */
    Outcome.@Nullable Deferred reason;

    private final ArrayDeque<Attempt> line = new ArrayDeque<>(4);
    private final Timers.Timer timer = new Timers.Timer(this);
    private int window;
    private double successes;
    private double failures;
    private double failedCohorts;
    private int deaths; // in succession

    Destination(Transport transport, String nextHop) {
        this.transport = transport;
        this.nextHop = nextHop;
        this.window = transport.limits.initial();
    }

    @Override
    public Timers.Timer timer() {
        return timer;
    }

    int window() {
        return window;
    }

    void enqueue(Attempt attempt) {
        line.addLast(attempt);
    }

    /** Attempts in line, those among them that lost their recipients included. */
    ArrayDeque<Attempt> line() {
        return line;
    }

    /** The next in line; null when the line is empty. The place for a cleverer choice. */
    @Nullable Attempt next() {
        return line.pollFirst();
    }

    boolean mayStart() {
        return state == State.ALIVE && running < window && !line.isEmpty();
    }

    boolean idle() {
        return line.isEmpty() && running == 0 && state == State.ALIVE;
    }

    /** The destination did its work. Called before the attempt is taken off {@link #running}. */
    void succeeded() {
        failedCohorts = 0;
        deaths = 0;
        if (state == State.DEAD) {
            state = State.ALIVE;
            window = Math.max(1, running);
            successes = 0;
            failures = 0;
            return;
        }
        // Near to what is really in use, or failures would have nothing to bite on.
        if (window >= transport.limits.perDestination()
                || window >= running + transport.limits.initial()) {
            return;
        }
        double part = 1.0 / window;
        successes += part;
        if (successes + part / 2 >= 1) { // half a part for rounding
            window++;
            successes = 0;
            failures = 0;
        }
    }

    /** The destination failed as such. True when that made it dead. */
    boolean failed(Outcome.Deferred why) {
        reason = why;
        if (state == State.DEAD) {
            return false;
        }
        double part = 1.0 / window;
        failedCohorts += part;
        if (failedCohorts >= FAILED_COHORTS - ROUNDING) {
            state = State.DEAD;
            deaths++;
            return true;
        }
        failures -= part;
        if (failures - part / 2 < 0) { // the step down comes at the start of the round
            window = Math.max(1, window - 1);
            failures += 1;
            successes = 0;
        }
        return false;
    }

    /** How long a destination that just died is left alone. */
    Duration rest(Duration first, Duration most) {
        long factor = 1L << Math.min(Math.max(deaths - 1, 0), 16);
        Duration rest = first.multipliedBy(factor);
        return rest.compareTo(most) < 0 ? rest : most;
    }

    /** Its rest is over: one attempt will show. */
    void revive() {
        state = State.ALIVE;
        window = 1;
        successes = 0;
        failures = 0;
        failedCohorts = 0;
    }
}
