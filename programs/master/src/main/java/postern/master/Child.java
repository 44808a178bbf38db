package postern.master;

import java.io.IOException;
import postern.os.ChildLink;
import postern.os.Descriptors;
import postern.os.Processes;

/** A process that was started. Owned by the supervisor's loop. */
final class Child {
    enum State {
        STARTING,
        SERVING,
        DRAINING
    }

    private final DomainPlan plan;
    private final int pid;
    private final String landlock;
    private final int lifeline;
    private final long startedNanos;
    private State state = State.STARTING;
    private String asked = ""; // what it was asked to do, of ChildLink's lines
    private String sandbox;
    private long drainAtNanos = Long.MAX_VALUE;
    private long termAtNanos = Long.MAX_VALUE;
    private long killAtNanos = Long.MAX_VALUE;

    Child(DomainPlan plan, int pid, String landlock, int lifeline, long startedNanos) {
        this.plan = plan;
        this.pid = pid;
        this.landlock = landlock;
        this.lifeline = lifeline;
        this.startedNanos = startedNanos;
        this.sandbox = landlock;
    }

    DomainPlan plan() {
        return plan;
    }

    int pid() {
        return pid;
    }

    State state() {
        return state;
    }

    /** What is in force, in its own words. */
    String sandbox() {
        return sandbox;
    }

    long startedNanos() {
        return startedNanos;
    }

    void serves(String words) {
        sandbox = landlock + " " + words;
        if (state == State.STARTING) {
            state = State.SERVING;
        }
    }

    /** Asks it to finish soon; at these times it is told, then made to. */
    void drain(long termAt, long killAt) {
        if (!asked.equals(ChildLink.DRAIN)) {
            ask(ChildLink.DRAIN);
        }
        drainAtNanos = Long.MAX_VALUE;
        termAtNanos = Math.min(termAtNanos, termAt);
        killAtNanos = Math.min(killAtNanos, killAt);
    }

    /** A successor serves: its conversations may go on, and at that time it drains. */
    void retire(long drainAt) {
        if (asked.isEmpty()) {
            ask(ChildLink.RETIRE);
        }
        drainAtNanos = Math.min(drainAtNanos, drainAt);
    }

    boolean retired() {
        return asked.equals(ChildLink.RETIRE);
    }

    private void ask(String line) {
        state = State.DRAINING;
        asked = line;
        try {
            Descriptors.write(lifeline, line + "\n");
        } catch (IOException gone) {
            // its end is on its way to us
        }
    }

    /** Does what its time has come for; gives the next time there is something to do. */
    long urge(long now) {
        if (now >= drainAtNanos) {
            long term = now + Domain.DRAIN_WAITED_FOR_MAX.toNanos();
            drain(term, term + Domain.KILL_AFTER_TERM.toNanos());
        }
        if (now >= killAtNanos) {
            Processes.signal(pid, Processes.SIGKILL);
            killAtNanos = Long.MAX_VALUE;
        }
        if (now >= termAtNanos) {
            Processes.signal(pid, Processes.SIGTERM);
            termAtNanos = Long.MAX_VALUE;
        }
        return Math.min(drainAtNanos, Math.min(termAtNanos, killAtNanos));
    }

    /** It has ended. */
    void release() {
        Descriptors.close(lifeline);
    }
}
