package postern.qmgr;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
    final QmgrConfig.Limits limits;

    /** Messages that name it, in line or not: what is learned of it is kept as long. */
    int users;

    State state = State.ALIVE;
    int running;

    /** Lanes of it that wait for their transport's turn. */
    int enlisted;

    /** It has answered for a recipient since it last failed. */
    boolean proven;

    /** The attempt that is filled with recipients of the message being placed. */
    @Nullable Attempt filling;

    /** What its last failure said; for recipients that wait because of it. */
    Outcome.@Nullable Deferred reason;

    private String said = "";

    /** The domain of all recipients that were ever led here; null before the first. */
    private @Nullable String domain;

    private boolean severalDomains;

    /** When what stands before it was last searched for what has outlived its time. */
    long searched = Long.MIN_VALUE;

    /** The survey that counted it last, and its row there. */
    int survey;

    int surveyed;

    private final Map<Source, Lane> lanes = new HashMap<>(2);
    private final ArrayDeque<Lane> ring = new ArrayDeque<>(1);
    private int standing;
    private int parts; // attempts among those that stand
    private long due;
    private int slot = Timers.OUT;
    private long nextStart = Long.MIN_VALUE;
    private int window;
    private double successes;
    private double failures;
    private double failedCohorts;
    private int deaths; // in succession

    Destination(Transport transport, String nextHop, QmgrConfig.Limits limits) {
        this.transport = transport;
        this.nextHop = nextHop;
        this.limits = limits;
        this.window = limits.initial();
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

    /** What it said when it last deferred somebody; empty when it has not. */
    String said() {
        return said;
    }

    void said(String detail) {
        said = detail;
    }

    /** A recipient in that domain goes here. */
    void leads(String recipientDomain) {
        if (domain == null) {
            domain = recipientDomain;
        } else if (!domain.equals(recipientDomain)) {
            severalDomains = true;
        }
    }

    /** Takes over what is known of the one that it stands in for. */
    void succeeds(Destination former) {
        if (former != this) {
            domain = former.domain;
            severalDomains = former.severalDomains;
        }
    }

    /** Whether what goes here may be meant by that name, of a recipient's domain or a next hop. */
    boolean mayBeMeant(String name) {
        return severalDomains || nextHop.equalsIgnoreCase(name) || name.equals(domain);
    }

    int window() {
        return window;
    }

    /** How many stand in line, those among them that lost their place included. */
    int standing() {
        return standing;
    }

    /** Puts it at the end of its source's lane, which it returns. */
    Lane enqueue(InLine item, Source source) {
        Lane lane = lanes.get(source);
        if (lane == null) {
            lane = new Lane(this, source);
            lanes.put(source, lane);
        }
        lane.jobs.add(item);
        standing++;
        parts += item instanceof Attempt ? 1 : 0;
        list(lane);
        return lane;
    }

    /** Lets the lane wait for its turn, unless all that is in it does so. */
    void list(Lane lane) {
        if (!lane.listed && lane.wantsTurn()) {
            lane.listed = true;
            ring.addLast(lane);
        }
    }

    /** The lane whose turn it is to be enlisted; null when none waits. */
    @Nullable Lane nextLane() {
        Lane lane = ring.pollFirst();
        while (lane != null) {
            lane.listed = false;
            if (lane.wantsTurn() && !lane.jobs.isEmpty()) {
                return lane;
            }
            lane = ring.pollFirst();
        }
        return null;
    }

    /** The one whose turn it is; null when it is gone, and nothing else in its lane. */
    @Nullable InLine take(Lane.Turn turn) {
        return taken(turn.come());
    }

    private @Nullable InLine taken(@Nullable InLine next) {
        if (next != null) {
            standing--;
            parts -= next instanceof Attempt ? 1 : 0;
        }
        return next;
    }

    /** The lane has had its turn: it waits for the next, or goes. */
    void done(Lane lane) {
        if (lane.jobs.isEmpty()) {
            lanes.remove(lane.source, lane);
        } else {
            list(lane);
        }
    }

    /** Whether attempts stand in line, which keep their messages in memory. */
    boolean holdsParts() {
        return parts > 0;
    }

    /** Takes everything out of the line. */
    List<InLine> empty() {
        List<InLine> all = new ArrayList<>(standing);
        for (Lane lane : lanes.values()) {
            InLine next = taken(lane.jobs.poll());
            while (next != null) {
                all.add(next);
                next = taken(lane.jobs.poll());
            }
        }
        return all;
    }

    boolean mayStart(long now) {
        return state == State.ALIVE && running < window && standing > 0 && now >= nextStart;
    }

    /** Whether it takes mail, or nothing else is known. */
    boolean promising() {
        return state == State.ALIVE && (proven || reason == null);
    }

    /** When it may be approached next, where that is a matter of its rate alone. */
    long nextStart() {
        return nextStart;
    }

    /** An attempt begins now: the next only after the configured gap. */
    void started(long now) {
        running++;
        long gap = limits.gap().toNanos();
        if (gap > 0) {
            nextStart = now + gap;
        }
    }

    boolean idle() {
        return standing == 0
                && enlisted == 0
                && running == 0
                && users == 0
                && state == State.ALIVE
                && slot == Timers.OUT;
    }

    /** The destination did its work. Called before the attempt is taken off {@link #running}. */
    void succeeded() {
        failedCohorts = 0;
        deaths = 0;
        proven = true;
        if (state == State.DEAD) {
            state = State.ALIVE;
            window = Math.max(1, running);
            successes = 0;
            failures = 0;
            return;
        }
        // Near to what is really in use, or failures would have nothing to bite on.
        if (window >= limits.perDestination() || window >= running + limits.initial()) {
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
        proven = false;
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
