package postern.spool;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Makes equal texts one: what a million recipients wait for is said in far fewer words. It forgets
 * by chance, and is bounded. One thread only, or under a lock.
 */
final class Texts {
    private static final int WAYS = 4;
    private static final int SLOTS_MIN = 1 << 10;

    /** Twice the reasons that fifty thousand destinations give; 16 MB of texts at the most. */
    private static final int SLOTS_MAX = 1 << 17;

    private @Nullable String[] known = new @Nullable String[SLOTS_MIN];
    private int misses; // since it grew
    private int victim;

    /** The one that equals it and came first, as far as that is still known. */
    String one(String text) {
        if (text.isEmpty()) {
            return "";
        }
        int start = spread(text.hashCode()) & known.length - WAYS;
        int free = -1;
        for (int at = start; at < start + WAYS; at++) {
            String there = known[at];
            if (there == null) {
                free = free < 0 ? at : free;
            } else if (there.equals(text)) {
                return there;
            }
        }
        victim = victim + 1 & WAYS - 1;
        known[free < 0 ? start + victim : free] = text;
        if (++misses > known.length / 2 && known.length < SLOTS_MAX) {
            known = Arrays.copyOf(new @Nullable String[0], known.length * 4);
            misses = 0;
        }
        return text;
    }

    private static int spread(int hash) {
        return hash * 0x9e3779b9 >>> 8;
    }
}
