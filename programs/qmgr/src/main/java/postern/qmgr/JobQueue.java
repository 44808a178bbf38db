package postern.qmgr;

import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one source has waiting: first come, first served, but that smaller jobs may pass larger ones
 * with the slots that those have earned. One thread only.
 */
final class JobQueue<T extends Waiter> {
    private final ArrayDeque<T> small = new ArrayDeque<>(1);
    private @Nullable Crowd<T> large; // made with the first of them
    private long smallIn;
    private long smallOut;

    /** A delivery of a job that is large enough to be passed. */
    private static final class Large<T> {
        final T item;
        final Job job;

        /** How many small ones came before it. */
        final long after;

        /** It went before its place in line was reached. */
        boolean gone;

        Large(T item, Job job, long after) {
            this.item = item;
            this.job = job;
            this.after = after;
        }
    }

    /** The deliveries of large jobs: in the order in which they came, and by job. */
    private static final class Crowd<T> {
        /** So many jobs are looked at for one that may pass: bounds what a turn costs. Chosen. */
        private static final int CANDIDATES = 32;

        private final ArrayDeque<Large<T>> line = new ArrayDeque<>();
        private final Map<Job, ArrayDeque<Large<T>>> byJob = new LinkedHashMap<>();
        private @Nullable Job passing;

        void add(Large<T> delivery) {
            line.addLast(delivery);
            byJob.computeIfAbsent(delivery.job, _ -> new ArrayDeque<>(1)).addLast(delivery);
        }

        @Nullable Large<T> first() {
            Large<T> first = line.peekFirst();
            while (first != null && first.gone) {
                line.removeFirst();
                first = line.peekFirst();
            }
            return first;
        }

        /** The next of the job that passes the first; else the first. */
        Large<T> current(Large<T> first) {
            Large<T> next = passing == null ? null : next(passing);
            return next == null ? first : next;
        }

        @Nullable Large<T> next(Job job) {
            ArrayDeque<Large<T>> all = byJob.get(job);
            return all == null ? null : all.peekFirst();
        }

        /** Of those behind the first the oldest that it lets pass; null when none may. */
        @Nullable Large<T> passer(Job first) {
            int seen = 0;
            for (Map.Entry<Job, ArrayDeque<Large<T>>> other : byJob.entrySet()) {
                if (seen++ == CANDIDATES || first.inDebt()) {
                    return null;
                }
                Job job = other.getKey();
                if (job != first && first.yieldsTo(job)) {
                    passing = job; // until none of it waits: or it would be passed by halves
                    return other.getValue().peekFirst();
                }
            }
            return null;
        }

        @Nullable Job otherThan(Job one) {
            for (Job job : byJob.keySet()) {
                if (job != one) {
                    return job;
                }
            }
            return null;
        }

        T take(Large<T> delivery) {
            delivery.gone = true;
            ArrayDeque<Large<T>> all = byJob.get(delivery.job);
            if (all != null) {
                all.removeFirst();
                if (all.isEmpty()) {
                    byJob.remove(delivery.job);
                    passing = passing == delivery.job && delivery.job.left() <= 1 ? null : passing;
                }
            }
            return delivery.item;
        }
    }

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
        Crowd<T> all = large;
        if (all == null) {
            all = new Crowd<>();
            large = all;
        }
        all.add(new Large<>(item, job, smallIn));
    }

    /** The next; null when nothing waits. */
    @Nullable T poll() {
        Crowd<T> crowd = large;
        Large<T> first = nextLarge();
        if (crowd == null || first == null) {
            return small.isEmpty() ? null : takeSmall();
        }
        T candidate = small.peekFirst();
        if (candidate != null && first.after > smallOut) {
            return takeSmall(); // it came first
        }
        Large<T> current = crowd.current(first);
        if (candidate != null && current.job.yieldsTo(candidate.job())) {
            current.job.passed();
            return takeSmall();
        }
        if (current.job == first.job) {
            Large<T> passer = crowd.passer(first.job);
            if (passer == null) {
                return crowd.take(first);
            }
            current = passer;
        }
        first.job.passed();
        return crowd.take(current);
    }

    /** The next of that job (null: of the small ones); where none waits, the next of any. */
    @Nullable T poll(@Nullable Job job) {
        if (job == null) {
            return small.isEmpty() ? poll() : takeSmall();
        }
        Crowd<T> crowd = large;
        Large<T> next = crowd == null ? null : crowd.next(job);
        return crowd == null || next == null ? poll() : crowd.take(next);
    }

    /** The job of a large one where only such wait, else null. */
    @Nullable Job job() {
        Large<T> next = nextLarge();
        return next == null || !small.isEmpty() ? null : next.job;
    }

    boolean hasSmall() {
        return !small.isEmpty();
    }

    /** The oldest large job that waits beside that one; null when none does. */
    @Nullable Job otherThan(Job one) {
        return large == null ? null : large.otherThan(one);
    }

    private @Nullable Large<T> nextLarge() {
        return large == null ? null : large.first();
    }

    private T takeSmall() {
        smallOut++;
        return small.removeFirst();
    }
}
