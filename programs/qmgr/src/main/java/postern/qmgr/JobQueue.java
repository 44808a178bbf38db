package postern.qmgr;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * What one source has waiting: first come, first served, but that small jobs may pass large ones
 * with the slots that those have earned. One thread only.
 */
final class JobQueue<T extends Waiter> {
    private final ArrayDeque<T> small = new ArrayDeque<>(1);
    private @Nullable ArrayDeque<Large<T>> large; // made with the first of them
    private long smallIn;
    private long smallOut;

    /**
     * @param after how many small ones came before it
     */
    private record Large<T>(T item, Job job, long after) {}

    boolean isEmpty() {
        return small.isEmpty() && nextLarge() == null;
    }

    void add(T item) {
        Job job = item.job();
        if (job == null || !job.large()) {
            small.addLast(item);
            smallIn++;
            return;
        }
        ArrayDeque<Large<T>> all = large;
        if (all == null) {
            all = new ArrayDeque<>();
            large = all;
        }
        all.addLast(new Large<>(item, job, smallIn));
    }

    /** The next; null when nothing waits. */
    @Nullable T poll() {
        Large<T> current = nextLarge();
        T candidate = small.peekFirst();
        if (current == null) {
            return candidate == null ? null : takeSmall();
        }
        if (candidate == null) {
            return takeLarge(current);
        }
        if (current.after() > smallOut) {
            return takeSmall(); // it came first
        }
        Job smaller = candidate.job();
        if (current.job().yieldsTo(smaller == null ? 1 : Math.max(1, smaller.left()))) {
            current.job().passed();
            return takeSmall();
        }
        return takeLarge(current);
    }

    /** The job of a large one where only such wait, else null. */
    @Nullable Job job() {
        Large<T> next = nextLarge();
        return next == null || !small.isEmpty() ? null : next.job();
    }

    private @Nullable Large<T> nextLarge() {
        ArrayDeque<Large<T>> all = large;
        return all == null ? null : all.peekFirst();
    }

    private T takeSmall() {
        smallOut++;
        return small.removeFirst();
    }

    private T takeLarge(Large<T> current) {
        if (large != null) {
            large.removeFirst();
        }
        return current.item();
    }
}
