package postern.testkit;

import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A thread of the simulation. It runs only while it holds the baton; all fields but {@link #go} are
 * touched by the holder alone.
 */
final class SimTask {
    /** How often a task of a dead process may call the world while it unwinds. */
    private static final int LAST_WORDS_MAX = 1_000;

    final int id;
    final String name;
    final @Nullable SimProcess process; // null for the driver, the thread of the test itself
    private final Thread thread;
    private boolean started;
    private int lastWords;
    private volatile boolean go;

    boolean ready;
    boolean finished;
    long waits; // counts its waits, so that a late timer cannot wake the wrong one

    /** The driver: the thread that made the world. */
    SimTask() {
        this.id = 0;
        this.name = "driver";
        this.process = null;
        this.thread = Thread.currentThread();
        this.started = true;
    }

    SimTask(int id, String name, SimProcess process, Runnable body) {
        this.id = id;
        this.name = name;
        this.process = process;
        this.thread = Thread.ofVirtual().name(name).unstarted(body);
    }

    boolean driver() {
        return process == null;
    }

    /**
     * Whether there is anything left that it might do: a task killed before it began has nothing.
     */
    boolean runnable() {
        return !finished && (started || process == null || process.alive());
    }

    Thread thread() {
        return thread;
    }

    /** Gives it the baton. */
    void resume() {
        if (!started) {
            started = true;
            thread.start();
        } else {
            go = true;
            LockSupport.unpark(thread);
        }
    }

    /** Waits, on its own thread, for the baton. */
    void park() {
        while (!go) {
            LockSupport.park(this);
        }
        go = false;
    }

    /** The same, looking up once in a while; false when the baton has not come. */
    boolean park(long nanos) {
        if (!go) {
            LockSupport.parkNanos(this, nanos);
        }
        if (!go) {
            return false;
        }
        go = false;
        return true;
    }

    /** Whether a task of a dead process goes on and on: it swallows what should end it. */
    boolean incorrigible() {
        return ++lastWords > LAST_WORDS_MAX;
    }
}
