package postern.qmgr;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import postern.base.Bug;

/**
 * What waits for its moment, the next first: a binary heap whose members know their place, so that
 * moving or removing one costs no search. One thread only.
 */
final class Timers {

    /** The slot of what does not wait. */
    static final int OUT = -1;

    /** Something that waits; in the heap at most once, and it keeps the heap's marks itself. */
    sealed interface Timed permits Stub, Destination, Transport {
        long due();

        /** {@link #OUT}, or where it is in the heap. */
        int slot();

        /** Called by the heap alone. */
        void at(long due, int slot);
    }

    private @Nullable Timed[] heap = new @Nullable Timed[64];
    private int size;

    /** Sets or moves a timer. */
    void arm(Timed member, long due) {
        if (member.slot() == OUT) {
            if (size == heap.length) {
                heap = Arrays.copyOf(heap, size * 2);
            }
            member.at(due, size);
            heap[size++] = member;
        } else {
            member.at(due, member.slot());
        }
        up(member);
        down(member);
    }

    void disarm(Timed member) {
        int hole = member.slot();
        if (hole == OUT) {
            return;
        }
        member.at(member.due(), OUT);
        Timed last = at(--size);
        heap[size] = null;
        if (last != member) {
            put(last, hole);
            up(last);
            down(last);
        }
    }

    /** When the next is due; {@link Long#MAX_VALUE} when none waits. */
    long next() {
        return size == 0 ? Long.MAX_VALUE : at(0).due();
    }

    /** Takes the next out if it is due. */
    @Nullable Timed poll(long now) {
        if (size == 0 || at(0).due() > now) {
            return null;
        }
        Timed first = at(0);
        disarm(first);
        return first;
    }

    private void up(Timed timed) {
        while (timed.slot() > 0) {
            Timed above = at((timed.slot() - 1) / 2);
            if (above.due() <= timed.due()) {
                return;
            }
            swap(above, timed);
        }
    }

    private void down(Timed timed) {
        while (true) {
            int child = 2 * timed.slot() + 1;
            if (child >= size) {
                return;
            }
            if (child + 1 < size && at(child + 1).due() < at(child).due()) {
                child++;
            }
            Timed below = at(child);
            if (below.due() >= timed.due()) {
                return;
            }
            swap(timed, below);
        }
    }

    private void swap(Timed one, Timed other) {
        int slot = one.slot();
        put(one, other.slot());
        put(other, slot);
    }

    private void put(Timed timed, int slot) {
        heap[slot] = timed;
        timed.at(timed.due(), slot);
    }

    private Timed at(int slot) {
        Timed timed = heap[slot];
        if (timed == null) {
            throw new Bug("the heap has no holes");
        }
        return timed;
    }
}
