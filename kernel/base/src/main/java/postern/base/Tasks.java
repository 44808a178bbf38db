package postern.base;

import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;

/**
 * Threads and the ways they may wait for each other. Whoever must wait waits here, on a {@link
 * Peer}, on a {@link Clock} or on a {@link Disk}, and nowhere else: a simulation passes a baton at
 * each of those calls. Locks are private, tiny and never held over any of them.
 */
public interface Tasks {

    /**
     * Starts a session-like task on a virtual thread. A task that throws is logged and ends alone.
     */
    void start(String name, Runnable task);

    /**
     * Starts a session-like task that mostly works on files: {@link #start} on a platform thread of
     * its own, where there are threads. For few that live long.
     */
    default void startWorker(String name, Runnable task) {
        start(name, task);
    }

    /**
     * Runs a task on a virtual thread of its own and waits for its end, at most so long. What takes
     * longer is broken off: wherever it reads or writes a socket, or will, also in somebody else's
     * library, it gets an IOException and the socket is closed; it has a moment to end after that.
     * The task waits on nothing of this interface.
     *
     * @return false: it was broken off; it has ended, or is still at something else than a socket
     */
    boolean within(Duration limit, String name, Runnable task);

    /**
     * Starts a task that does file work on a platform thread of its own; what it throws halts the
     * process (70).
     */
    void startOwner(String name, Runnable task);

    /** A bounded queue between tasks. */
    <T> Mailbox<T> mailbox(int capacity);

    /** Waits until the stage is complete. */
    <T> T await(CompletionStage<T> stage) throws ExecutionException;
}
