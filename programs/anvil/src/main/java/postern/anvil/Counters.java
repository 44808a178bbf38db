package postern.anvil;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Counters by key, bounded. The one that was used least recently goes first; one with open sessions
 * gets a second chance, for else its sessions would be forgotten. One owner.
 *
 * @param <K> what is counted for
 */
final class Counters<K> {
    /** How many with open sessions are passed over until one goes all the same. */
    private static final int SPARED_MAX = 32;

    private final int max;
    private final LinkedHashMap<K, Counter> all = new LinkedHashMap<>(64, 0.75f, true);

    Counters(int max) {
        this.max = max;
    }

    Counter of(K key, long now, long interval) {
        Counter counter = all.get(key);
        if (counter == null) {
            if (all.size() >= max) {
                evict();
            }
            counter = new Counter(now);
            all.put(key, counter);
        }
        counter.at(now, interval);
        return counter;
    }

    private void evict() {
        Iterator<Map.Entry<K, Counter>> oldest = all.entrySet().iterator();
        for (int spared = 0; spared < SPARED_MAX && oldest.hasNext(); spared++) {
            if (oldest.next().getValue().sessions() == 0) {
                oldest.remove();
                return;
            }
        }
        all.pollFirstEntry();
    }

    Map<K, Counter> all() {
        return all;
    }

    int size() {
        return all.size();
    }
}
