package postern.anvil;

import java.util.Arrays;

/** What one network or login did in its current interval. One owner. */
final class Counter {
    private static final int DEEDS = Deed.values().length;

    private final int[] counts = new int[DEEDS];
    private long began; // of the interval, monotone nanoseconds
    private int sessions;
    private int refused; // in this interval

    Counter(long now) {
        began = now;
    }

    void at(long now, long interval) {
        if (now - began >= interval) {
            began = now;
            Arrays.fill(counts, 0);
            refused = 0;
        }
    }

    int count(Deed deed) {
        return counts[deed.ordinal()];
    }

    void add(Deed deed) {
        if (counts[deed.ordinal()] < Integer.MAX_VALUE) {
            counts[deed.ordinal()]++;
        }
    }

    /** What it asked for was too much. */
    void refuse() {
        if (refused < Integer.MAX_VALUE) {
            refused++;
        }
    }

    int refused() {
        return refused;
    }

    int sessions() {
        return sessions;
    }

    void begin() {
        sessions++;
    }

    void end() {
        sessions = Math.max(0, sessions - 1);
    }
}
