package postern.base;

import java.util.function.Consumer;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Values by a number that each of them knows itself: without boxes and nodes, at about eight octets
 * of memory a value. Open addressing with linear probing. One thread only.
 */
public final class NumberTable<V> {
    private static final int SLOTS_MIN = 64;

    /** Odd, and spreads numbers that differ in their low bits alone over all slots. */
    private static final long GOLDEN_RATIO = 0x9e3779b97f4a7c15L;

    private final ToLongFunction<? super V> number;
    private @Nullable Object[] slots = new @Nullable Object[SLOTS_MIN];
    private int size;

    /**
     * @param number of a value: never changes while the value is in the table
     */
    public NumberTable(ToLongFunction<? super V> number) {
        this.number = number;
    }

    public int size() {
        return size;
    }

    public @Nullable V get(long wanted) {
        return at(slot(wanted));
    }

    /** Puts the value in; returns the one that had its number, null when none had. */
    public @Nullable V put(V value) {
        int slot = slot(number.applyAsLong(value));
        V former = at(slot);
        slots[slot] = value;
        if (former == null && ++size > slots.length / 4 * 3) {
            grow();
        }
        return former;
    }

    /** Takes out the value of that number; null when there is none. */
    public @Nullable V remove(long wanted) {
        int hole = slot(wanted);
        V gone = at(hole);
        if (gone == null) {
            return null;
        }
        size--;
        int mask = slots.length - 1;
        int next = hole;
        while (true) { // what was pushed on by the one that leaves moves up
            next = next + 1 & mask;
            V value = at(next);
            if (value == null) {
                slots[hole] = null;
                return gone;
            }
            int home = home(number.applyAsLong(value));
            if ((next - home & mask) >= (next - hole & mask)) {
                slots[hole] = value;
                hole = next;
            }
        }
    }

    /** In no order; the table must not change meanwhile. */
    public void forEach(Consumer<? super V> action) {
        visit(0, slots.length, action);
    }

    /** Slots to visit with {@link #visit}; more of them once the table has grown. */
    public int slots() {
        return slots.length;
    }

    /**
     * The values in so many slots from that one on, for a walk in short steps. Where the table
     * changes between the steps a value may be passed over or come twice; where it has grown, the
     * walk begins again.
     */
    public void visit(int from, int most, Consumer<? super V> action) {
        int end = (int) Math.min(slots.length, (long) from + most);
        for (int slot = from; slot < end; slot++) {
            V value = at(slot);
            if (value != null) {
                action.accept(value);
            }
        }
    }

    @SuppressWarnings("unchecked") // put lets nothing else in
    private @Nullable V at(int slot) {
        return (V) slots[slot];
    }

    /** Where that number is, or would be put. */
    private int slot(long wanted) {
        int slot = home(wanted);
        V there = at(slot);
        while (there != null && number.applyAsLong(there) != wanted) {
            slot = slot + 1 & slots.length - 1;
            there = at(slot);
        }
        return slot;
    }

    private int home(long wanted) {
        return (int) (wanted * GOLDEN_RATIO >>> 32) & slots.length - 1;
    }

    private void grow() {
        @Nullable Object[] former = slots;
        slots = new @Nullable Object[former.length * 2];
        for (int slot = 0; slot < former.length; slot++) {
            Object value = former[slot];
            if (value != null) {
                place(value);
            }
        }
    }

    @SuppressWarnings("unchecked")
    private void place(Object value) {
        slots[slot(number.applyAsLong((V) value))] = value;
    }
}
