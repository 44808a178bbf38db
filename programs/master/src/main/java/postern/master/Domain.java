package postern.master;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import postern.base.Log;
import postern.base.LogLine;
import postern.os.Processes;

/**
 * One domain and its processes: at most one of the present plan, and those that finish what they
 * have. Owned by the supervisor's loop, which calls {@link #pursue} after each event.
 */
final class Domain {
    /** Sessions outlive a reload so long; origin: RFC 5321 §4.5.3.2.7, the longest silence. */
    static final Duration RETIRED_MAX = Duration.ofMinutes(5);

    /** Reloads in quick succession do not heap up processes. */
    static final int RETIRED_AT_ONCE_MAX = 3;

    static final Duration DRAIN_WAITED_FOR_MAX = Duration.ofSeconds(10);

    /**
     * A child that ends so cannot serve with what it found, however often it is started; its log
     * says why. EX_CONFIG of sysexits(3).
     */
    static final int HOPELESS = 78;

    static final Duration KILL_AFTER_TERM = Duration.ofSeconds(2);

    private final Launcher launcher;
    private final Log log;
    private final BackOff backOff = new BackOff();
    private final List<Child> children = new ArrayList<>();
    private DomainPlan plan;
    private boolean wanted = true;
    private boolean called; // somebody has work for it
    private boolean listened; // somebody waits for that call
    private long dueNanos;
    private int restarts;

    Domain(DomainPlan plan, Launcher launcher, Log log, long now) {
        this.plan = plan;
        this.launcher = launcher;
        this.log = log;
        this.dueNanos = now;
    }

    String name() {
        return plan.name();
    }

    DomainPlan plan() {
        return plan;
    }

    boolean gone() {
        return !wanted && children.isEmpty();
    }

    boolean empty() {
        return children.isEmpty();
    }

    boolean serving() {
        return present().filter(child -> child.state() == Child.State.SERVING).isPresent();
    }

    /** It is what the plan wants it to be, as far as that needs no waiting for sessions to end. */
    boolean settled() {
        return !wanted || serving() || waiting();
    }

    /** It has had no work yet, and none has come. */
    private boolean waiting() {
        return plan.start() == DomainPlan.Start.WITH_ITS_FIRST_WORK && !called;
    }

    /** Work has come. */
    void call(long now) {
        called = true;
        dueNanos = now;
    }

    /** From now on it is to run by that plan. */
    void replan(DomainPlan next, long now) {
        plan = next;
        wanted = true;
        dueNanos = now;
    }

    /** It is to end: in order until then, by force afterwards. */
    void retire(long termAt, long killAt) {
        wanted = false;
        children.forEach(child -> child.drain(termAt, killAt));
    }

    /** No longer in the plan. */
    void drop(long now) {
        wanted = false;
        children.forEach(child -> drain(child, now));
    }

    Optional<Child> child(int pid) {
        return children.stream().filter(child -> child.pid() == pid).findFirst();
    }

    void ready(Child child, String words, long now) {
        child.serves(words);
        log.info(
                LogLine.about("master")
                        .with("serves", name())
                        .with("pid", child.pid())
                        .with("sandbox", child.sandbox())
                        .with("after", millis(now - child.startedNanos())));
    }

    /**
     * @return false where it is of no use to start it again
     */
    boolean ended(Child child, Processes.Exit exit, long now) {
        boolean expected = child.state() == Child.State.DRAINING;
        Duration lived = Duration.ofNanos(now - child.startedNanos());
        boolean wasPresent = present().filter(child::equals).isPresent();
        children.remove(child);
        child.release();
        LogLine line =
                LogLine.about("master")
                        .with("ended", name())
                        .with("pid", child.pid())
                        .with("by", exit)
                        .with("lived", millis(lived.toNanos()));
        if (expected) {
            log.info(line);
        } else {
            log.warning(line);
        }
        if (!wasPresent || expected) {
            return true;
        }
        if (exit.equals(new Processes.Exit.Status(HOPELESS))) {
            log.error(
                    LogLine.about("master")
                            .with("ended", name())
                            .say("it cannot serve before what it reports is mended: all stop"));
            return false;
        }
        again(lived, now);
        return true;
    }

    /** Brings what is nearer to what shall be; gives the next time there is something to do. */
    long pursue(long now) {
        long next = Long.MAX_VALUE;
        if (wanted) {
            present()
                    .filter(child -> child.state() == Child.State.SERVING)
                    .ifPresent(child -> retireOthers(child, now));
            if (present().isEmpty()) {
                next = waiting() ? awaitWork() : succeed(now);
            }
        }
        for (Child child : children) {
            next = Math.min(next, child.urge(now));
        }
        return next;
    }

    /**
     * @param wall the time of day that is {@code now}
     */
    List<Status> statuses(long now, Instant wall) {
        List<Status> all = new ArrayList<>();
        children.forEach(
                child -> all.add(status(child, wall.minusNanos(now - child.startedNanos()))));
        if (children.isEmpty()) {
            Status.State state =
                    !wanted
                            ? Status.State.STOPPED
                            : waiting() ? Status.State.WAITING : Status.State.BACKOFF;
            all.add(status(plan, state, OptionalInt.empty(), wall, ""));
        }
        return all;
    }

    private Status status(Child child, Instant started) {
        Status.State state =
                switch (child.state()) {
                    case STARTING -> Status.State.STARTING;
                    case SERVING -> Status.State.RUNNING;
                    case DRAINING -> Status.State.DRAINING;
                };
        return status(child.plan(), state, OptionalInt.of(child.pid()), started, child.sandbox());
    }

    private Status status(
            DomainPlan of, Status.State state, OptionalInt pid, Instant started, String sandbox) {
        List<String> listens =
                state == Status.State.DRAINING
                        ? List.of()
                        : of.listeners().stream().map(ListenerPlan::place).toList();
        return new Status(
                name(), state, pid, of.identity().uid(), started, restarts, sandbox, listens);
    }

    /** The process of the present plan. */
    private Optional<Child> present() {
        return children.stream()
                .filter(child -> child.state() != Child.State.DRAINING)
                .filter(child -> child.plan().equals(plan))
                .findFirst();
    }

    private long awaitWork() {
        if (!listened) {
            listened = true;
            launcher.awaitWork(plan);
        }
        return Long.MAX_VALUE; // the call is an event
    }

    private long succeed(long now) {
        if (plan.succession() == DomainPlan.Succession.ONE_AFTER_THE_OTHER && !children.isEmpty()) {
            children.stream()
                    .filter(child -> child.state() != Child.State.DRAINING)
                    .toList()
                    .forEach(child -> drain(child, now));
            return Long.MAX_VALUE; // its end is an event
        }
        if (now < dueNanos) {
            return dueNanos;
        }
        try {
            Child child = launcher.start(plan);
            children.add(child);
            log.info(
                    LogLine.about("master")
                            .with("started", name())
                            .with("pid", child.pid())
                            .with("uid", Integer.toUnsignedString(plan.identity().uid()))
                            .with("sandbox", child.sandbox()));
            return Long.MAX_VALUE;
        } catch (IOException failed) {
            log.error(
                    LogLine.about("master")
                            .with("cannot-start", name())
                            .with("reason", failed.getMessage()));
            again(Duration.ZERO, now);
            return dueNanos;
        }
    }

    private void again(Duration lived, long now) {
        Duration pause = backOff.after(lived);
        dueNanos = now + pause.toNanos();
        restarts++;
        log.warning(
                LogLine.about("master")
                        .with("restarts", name())
                        .with("in", millis(pause.toNanos()))
                        .with("count", restarts));
    }

    private void retireOthers(Child than, long now) {
        for (Child child : children) {
            if (!child.equals(than) && child.state() != Child.State.DRAINING) {
                child.retire(now + RETIRED_MAX.toNanos());
                log.info(LogLine.about("master").with("retires", name()).with("pid", child.pid()));
            }
        }
        List<Child> retired = children.stream().filter(Child::retired).toList(); // oldest first
        for (int i = 0; i < retired.size() - RETIRED_AT_ONCE_MAX; i++) {
            drain(retired.get(i), now);
        }
    }

    private void drain(Child child, long now) {
        long term = now + DRAIN_WAITED_FOR_MAX.toNanos();
        child.drain(term, term + KILL_AFTER_TERM.toNanos());
        log.info(LogLine.about("master").with("drains", name()).with("pid", child.pid()));
    }

    private static String millis(long nanos) {
        return Duration.ofNanos(nanos).toMillis() + "ms";
    }
}
