package postern.os;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;
import postern.base.Bug;

/**
 * Threads that have become somebody, for good, and do deeds as them. One that has done its deed is
 * kept for a moment for the next of the very same identity, since to make a thread costs as much as
 * many a deed (docs/adr/0196). Any thread.
 */
public final class Deputies {
    /**
     * How long one is kept. Short: as during a deed, its user may send the thread signals, which
     * end the process.
     */
    private static final Duration KEPT = Duration.ofSeconds(1);

    /** Most that are kept at once, of all identities: beyond it they end with their deed. */
    private static final int KEPT_MAX = 64;

    private final Map<Identity, ArrayDeque<Deputy>> resting = new HashMap<>(); // guarded by itself
    private int kept; // guarded by resting

    /**
     * Does the deed as that identity: every file it makes is theirs, and every permission is
     * checked as theirs. Needs root, unless we are that identity already. Classes that the deed
     * uses for the first time are still looked for in the class path's open files.
     *
     * @throws IOException what the deed threw, or the identity cannot be taken on; never done as
     *     root
     */
    public <T> T call(Identity identity, Identity.Deed<T> deed) throws IOException {
        if (identity.uid() == 0) {
            throw new IOException("nothing is done for others as root");
        }
        Deputy deputy = rested(identity);
        if (deputy != null) {
            var order = new Order<T>(new FutureTask<>(deed::run));
            deputy.take(order);
            return order.outcome();
        }
        Deputy fresh = new Deputy(identity);
        var order =
                new Order<T>(
                        new FutureTask<>(
                                () -> {
                                    identity.takeOn();
                                    fresh.became = true;
                                    return deed.run();
                                }));
        fresh.take(order);
        Thread.ofPlatform().name("as-" + identity.uid()).daemon(true).start(fresh);
        return order.outcome();
    }

    /** The one that rests the shortest, so that those that nobody needs come to their end. */
    private @Nullable Deputy rested(Identity identity) {
        synchronized (resting) {
            ArrayDeque<Deputy> same = resting.get(identity);
            if (same == null) {
                return null;
            }
            Deputy deputy = same.removeLast();
            left(same, identity);
            return deputy;
        }
    }

    private void left(ArrayDeque<Deputy> same, Identity identity) {
        kept--;
        if (same.isEmpty()) {
            resting.remove(identity);
        }
    }

    private boolean rest(Deputy deputy) {
        synchronized (resting) {
            if (kept >= KEPT_MAX) {
                return false;
            }
            kept++;
            resting.computeIfAbsent(deputy.identity, _ -> new ArrayDeque<>(1)).addLast(deputy);
            return true;
        }
    }

    /** False when somebody has just taken it: a deed is on its way. */
    private boolean retire(Deputy deputy) {
        synchronized (resting) {
            ArrayDeque<Deputy> same = resting.get(deputy.identity);
            if (same == null || !same.remove(deputy)) {
                return false;
            }
            left(same, deputy.identity);
            return true;
        }
    }

    /**
     * A deed and who waits for it. He waits at a monitor and nowhere else: whoever wakes a virtual
     * thread may have to make a carrier for it, and a carrier that a deputy makes would be the
     * deputy's user ever after. Out of monitors the JVM wakes them by a thread of its own.
     */
    private static final class Order<T> {
        private final FutureTask<T> task;
        private boolean over; // guarded by this

        Order(FutureTask<T> task) {
            this.task = task;
        }

        synchronized void end() {
            over = true;
            notifyAll();
        }

        T outcome() throws IOException {
            synchronized (this) {
                while (!over) {
                    waitFor(this, Duration.ZERO);
                }
            }
            return Identity.outcome(task);
        }
    }

    /** One thread. */
    private final class Deputy implements Runnable {
        private final Identity identity;
        private @Nullable Order<?> next; // guarded by this
        private boolean became; // its own thread only

        Deputy(Identity identity) {
            this.identity = identity;
        }

        synchronized void take(Order<?> order) {
            next = order;
            notifyAll();
        }

        @Override
        public void run() {
            Order<?> order = taken(Duration.ZERO);
            while (order != null) {
                order.task.run();
                boolean rests = became && rest(this); // before the next deed can come
                order.end();
                order = rests ? following() : null;
            }
        }

        private @Nullable Order<?> following() {
            Order<?> order = taken(KEPT);
            return order == null && !retire(this) ? taken(Duration.ZERO) : order;
        }

        /**
         * @param limit zero: until one comes
         */
        private synchronized @Nullable Order<?> taken(Duration limit) {
            while (next == null) {
                waitFor(this, limit);
                if (!limit.isZero()) {
                    break; // come to nothing for once, it only ends sooner
                }
            }
            Order<?> order = next;
            next = null;
            return order;
        }
    }

    /**
     * @param limit zero: none
     */
    private static void waitFor(Object monitor, Duration limit) {
        try {
            monitor.wait(limit.toMillis());
        } catch (InterruptedException interrupted) {
            throw new Bug("nobody interrupts", interrupted);
        }
    }
}
