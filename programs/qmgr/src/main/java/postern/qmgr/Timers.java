package postern.qmgr;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import postern.base.Bug;

/**
 * What waits for its moment, the next first: a binary heap whose members know their place, so that
 * moving or removing one costs no search. One thread only.
 */
final class Timers {

    /** Something that waits; in the heap at most once. */
    sealed interface Timed permits Entry, Destination, Transport {
        Timer timer();
    }

    /** The heap's mark on its member. */
    static final class Timer {
        private static final int OUT = -1;

        private final Timed owner;
        private long due;
        private int slot = OUT;

        Timer(Timed owner) {
            this.owner = owner;
        }

        long due() {
            return due;
        }

        boolean armed() {
            return slot != OUT;
        }
    }

    private @Nullable Timer[] heap = new @Nullable Timer[64];
    private int size;

    /** Sets or moves a timer. */
    void arm(Timed member, long due) {
        Timer timer = member.timer();
        timer.due = due;
        if (!timer.armed()) {
            if (size == heap.length) {
                heap = Arrays.copyOf(heap, size * 2);
            }
            put(timer, size++);
        }
        up(timer);
        down(timer);
    }

    void disarm(Timed member) {
        Timer timer = member.timer();
        if (!timer.armed()) {
            return;
        }
        int hole = timer.slot;
        timer.slot = Timer.OUT;
        Timer last = at(--size);
        heap[size] = null;
        if (last != timer) {
            put(last, hole);
            up(last);
            down(last);
        }
    }

    /** When the next is due; {@link Long#MAX_VALUE} when none waits. */
    long next() {
        return size == 0 ? Long.MAX_VALUE : at(0).due;
    }

    /** Takes the next out if it is due. */
    @Nullable Timed poll(long now) {
        if (size == 0 || at(0).due > now) {
            return null;
        }
        Timed first = at(0).owner;
        disarm(first);
        return first;
    }

    private void up(Timer timer) {
        while (timer.slot > 0) {
            Timer above = at((timer.slot - 1) / 2);
            if (above.due <= timer.due) {
                return;
            }
            swap(above, timer);
        }
    }

    private void down(Timer timer) {
        while (true) {
            int child = 2 * timer.slot + 1;
            if (child >= size) {
                return;
            }
            if (child + 1 < size && at(child + 1).due < at(child).due) {
                child++;
            }
            Timer below = at(child);
            if (below.due >= timer.due) {
                return;
            }
            swap(timer, below);
        }
    }

    private void swap(Timer one, Timer other) {
        int slot = one.slot;
        put(one, other.slot);
        put(other, slot);
    }

    private void put(Timer timer, int slot) {
        heap[slot] = timer;
        timer.slot = slot;
    }

    private Timer at(int slot) {
        Timer timer = heap[slot];
        if (timer == null) {
            throw new Bug("the heap has no holes");
        }
        return timer;
    }
}
