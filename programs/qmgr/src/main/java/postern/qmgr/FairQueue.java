package postern.qmgr;

import java.util.ArrayDeque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import postern.qmgr.Source.Urgency;

/**
 * Sources take turns, and the more urgent go first, but that one turn in so many is for the less
 * urgent: nobody starves. One thread only.
 */
final class FairQueue<T extends Waiter> {
    /** Every so many-th turn begins with the least urgent. Chosen: they keep an eighth. */
    private static final int TURNS = 8;

    private static final Urgency[] BY_URGENCY = Urgency.values();

    private final Map<Urgency, Level<T>> levels = new EnumMap<>(Urgency.class);
    private long turns;

    private static final class Share<T extends Waiter> {
        private final Source source;
        private final JobQueue<T> jobs = new JobQueue<>();

        Share(Source source) {
            this.source = source;
        }
    }

    private static final class Level<T extends Waiter> {
        private final Map<Source, Share<T>> shares = new HashMap<>();
        private final ArrayDeque<Share<T>> round = new ArrayDeque<>();

        void add(Source source, T item) {
            Share<T> share = shares.get(source);
            if (share == null) {
                share = new Share<>(source);
                shares.put(source, share);
                round.addLast(share);
            }
            share.jobs.add(item);
        }

        @Nullable T poll() {
            Share<T> share = round.pollFirst();
            if (share == null) {
                return null;
            }
            T next = share.jobs.poll();
            if (share.jobs.isEmpty()) {
                shares.remove(share.source);
            } else {
                round.addLast(share);
            }
            return next;
        }
    }

    void add(Source source, T item) {
        levels.computeIfAbsent(source.urgency, _ -> new Level<>()).add(source, item);
    }

    boolean isEmpty() {
        for (Level<T> level : levels.values()) {
            if (!level.round.isEmpty()) {
                return false;
            }
        }
        return true;
    }

    /** Whose turn it is; null when nothing waits. */
    @Nullable T poll() {
        boolean leastFirst = ++turns % TURNS == 0;
        for (int i = 0; i < BY_URGENCY.length; i++) {
            int at = leastFirst ? BY_URGENCY.length - 1 - i : i;
            Level<T> level = levels.get(BY_URGENCY[at]);
            T next = level == null ? null : level.poll();
            if (next != null) {
                return next;
            }
        }
        return null;
    }
}
