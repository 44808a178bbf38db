package postern.testkit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import postern.base.Bug;

/**
 * The scheduler of the simulation. Each task is a thread, but only the one that holds the baton
 * runs; it hands over whenever it waits, and now and then when it need not. Who is next is drawn
 * from the seed. When nobody can run, time jumps to the next timer. All state is touched by the
 * holder alone; the baton's own hand-over makes it visible to the next.
 */
final class Baton {
    /** What a call of the world costs, so that a loop that only looks at the clock ends. */
    private static final long STEP_NANOS = 1_000;

    /** One in so many calls that need not wait hands over all the same. */
    private static final int PREEMPT_ONE_IN = 4;

    /** Real time without a hand-over after which a task is held to block outside of the world. */
    private static final long STUCK_NANOS = Duration.ofSeconds(30).toNanos();

    private static final long LOOK_NANOS = Duration.ofMillis(500).toNanos();

    private final SplittableRandom random;
    private final SimTask driver = new SimTask();
    private final List<SimTask> ready = new ArrayList<>();
    private final PriorityQueue<Timer> timers = new PriorityQueue<>();
    private volatile SimTask holder = driver;
    private volatile long steps;
    private long stepsMax;
    private long now;
    private long limit;
    private BooleanSupplier done = () -> false;
    private SimWorld.End end = SimWorld.End.QUIET;
    private @Nullable Throwable failure;
    private long trace;
    private int tasksStarted;
    private long timersSet;

    /** What happens at a time; of two at one time, the one that was set first. */
    private record Timer(long due, long number, Runnable action) implements Comparable<Timer> {
        @Override
        public int compareTo(Timer other) {
            int byTime = Long.compare(due, other.due);
            return byTime != 0 ? byTime : Long.compare(number, other.number);
        }
    }

    Baton(long seed) {
        this.random = new SplittableRandom(seed);
    }

    long now() {
        return now;
    }

    long steps() {
        return steps;
    }

    long trace() {
        return trace;
    }

    void mix(long value) {
        trace = Long.rotateLeft(trace, 7) * 0x9E3779B97F4A7C15L + value;
    }

    SimTask self() {
        SimTask self = holder;
        Bug.unless(
                self.thread() == Thread.currentThread(),
                "a thread that the simulation does not know calls the world");
        return self;
    }

    void at(long due, Runnable action) {
        timers.add(new Timer(due, timersSet++, action));
    }

    SimTask start(String name, SimProcess process, Runnable body) {
        SimTask[] task = new SimTask[1];
        task[0] =
                new SimTask(
                        ++tasksStarted,
                        name,
                        process,
                        () -> {
                            body.run();
                            finish(task[0]);
                        });
        makeReady(task[0]);
        return task[0];
    }

    void makeReady(SimTask task) {
        if (!task.ready) {
            task.ready = true;
            ready.add(task);
        }
    }

    void wake(Waiters waiters) {
        for (SimTask task : waiters.all()) {
            makeReady(task);
        }
    }

    /** A call that need not wait: costs a step, ends the tasks of a dead process. */
    void pause() {
        SimTask self = self();
        SimProcess process = self.process;
        if (process == null) {
            return;
        }
        dieIfDead(self);
        process.burn();
        dieIfDead(self);
        now += STEP_NANOS;
        if (random.nextInt(PREEMPT_ONE_IN) == 0) {
            makeReady(self);
            handOver(self);
            dieIfDead(self);
        }
    }

    /** Waits to be woken, or until the time comes. The caller looks again at what it waits for. */
    void await(Waiters waiters, long due) {
        SimTask self = self();
        SimProcess process = self.process;
        if (process == null) {
            throw new Bug("the driver of a simulation cannot wait: start a task");
        }
        dieIfDead(self);
        long wait = ++self.waits;
        if (due != Long.MAX_VALUE) {
            at(
                    due,
                    () -> {
                        if (self.waits == wait) {
                            makeReady(self);
                        }
                    });
        }
        waiters.add(self);
        try {
            handOver(self);
        } finally {
            waiters.remove(self);
            self.waits++;
        }
        dieIfDead(self);
    }

    /** Waits so long. */
    void sleep(long nanos) {
        long due = now + nanos;
        Waiters nobody = new Waiters();
        while (now < due) {
            await(nobody, due);
        }
    }

    /** A call that never hands over, so that it may be made where nothing may wait. */
    void touch() {
        dieIfDead(self());
    }

    private void dieIfDead(SimTask self) {
        SimProcess process = self.process;
        if (process == null || process.alive()) {
            return;
        }
        if (self.incorrigible()) {
            finish(self);
            while (true) {
                self.park(); // it swallowed every Killed: it never runs again
            }
        }
        throw new Killed(process.name());
    }

    private void handOver(SimTask self) {
        SimTask next = choose();
        if (next != self) {
            pass(next);
            self.park();
        }
    }

    private void finish(SimTask self) {
        self.finished = true;
        SimProcess process = self.process;
        if (process != null) {
            process.forget(self);
        }
        pass(choose());
    }

    private void pass(SimTask next) {
        holder = next;
        next.resume();
    }

    private SimTask choose() {
        try {
            SimTask next = draw();
            mix(next.id);
            mix(now);
            return next;
        } catch (RuntimeException | Error broken) {
            failure = broken;
            return driver;
        }
    }

    private SimTask draw() {
        long step = steps + 1;
        steps = step;
        if (step >= stepsMax) {
            end = SimWorld.End.ENDLESS;
            return driver;
        }
        fireDue();
        while (true) {
            if (now > limit) {
                end = SimWorld.End.TIME_IS_UP;
                return driver;
            }
            while (!ready.isEmpty()) {
                SimTask next = takeReady();
                if (next.runnable()) {
                    return next;
                }
            }
            if (done.getAsBoolean()) {
                end = SimWorld.End.DONE;
                return driver;
            }
            Timer timer = timers.peek();
            if (timer == null) {
                end = SimWorld.End.QUIET;
                return driver;
            }
            now = Math.max(now, Math.min(timer.due, limit + 1));
            fireDue();
        }
    }

    private SimTask takeReady() {
        int at = random.nextInt(ready.size());
        SimTask next = ready.get(at);
        SimTask last = ready.removeLast();
        if (at < ready.size()) {
            ready.set(at, last);
        }
        next.ready = false;
        return next;
    }

    private void fireDue() {
        Timer timer = timers.peek();
        while (timer != null && timer.due <= now) {
            timers.poll();
            timer.action.run();
            timer = timers.peek();
        }
    }

    /** Runs the tasks. Called by the driver alone. */
    SimWorld.End run(Duration most, long stepsMost, BooleanSupplier until) {
        Bug.unless(self() == driver, "only the driver runs the simulation");
        limit = most.toNanos() >= Long.MAX_VALUE - now ? Long.MAX_VALUE - 1 : now + most.toNanos();
        stepsMax = steps + stepsMost;
        done = until;
        SimTask next = choose();
        if (next != driver) {
            pass(next);
            awaitDriver();
        }
        if (failure != null) {
            throw new Bug("the simulation itself failed", failure);
        }
        return end;
    }

    private void awaitDriver() {
        long seen = -1;
        long since = System.nanoTime();
        while (!driver.park(LOOK_NANOS)) {
            if (steps != seen) {
                seen = steps;
                since = System.nanoTime();
            } else if (System.nanoTime() - since > STUCK_NANOS) {
                throw stuck();
            }
        }
    }

    private Bug stuck() {
        SimTask culprit = holder;
        StringBuilder text = new StringBuilder("task ").append(culprit.name);
        text.append(" holds the baton and does not hand it over: it computes without end or waits");
        text.append(" outside of the world");
        for (StackTraceElement frame : culprit.thread().getStackTrace()) {
            text.append("\n\tat ").append(frame);
        }
        return new Bug(text.toString());
    }
}
