package postern.table;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import postern.base.Clock;

/**
 * Remembers for a while what a slow table said, also that it has no such key; never that nobody
 * knew. Any thread.
 */
final class CachedTable implements Table {
    /** Answers remembered; the oldest goes first. */
    static final int ENTRIES_MAX = 10_000;

    /** A longer key or answer is not remembered, in characters: bounds what the cache may hold. */
    static final int CHARS_MAX = 512;

    private final Table table;
    private final Clock clock;
    private final long nanos;
    private final Map<String, Known> known =
            LinkedHashMap.newLinkedHashMap(64); // guarded by itself

    private record Known(Answer answer, long until) {}

    /**
     * @param span how long an answer is remembered
     */
    CachedTable(Table table, Clock clock, Duration span) {
        this.table = table;
        this.clock = clock;
        this.nanos = span.toNanos();
    }

    @Override
    public Answer lookup(String key) {
        Answer before = remembered(key);
        return before != null ? before : remember(key, table.lookup(key));
    }

    private @Nullable Answer remembered(String key) {
        synchronized (known) {
            Known before = known.get(key);
            return before != null && clock.nanoTime() - before.until < 0 ? before.answer : null;
        }
    }

    private Answer remember(String key, Answer answer) {
        boolean lasts =
                key.length() <= CHARS_MAX
                        && switch (answer) {
                            case Answer.Found found -> found.value().length() <= CHARS_MAX;
                            case Answer.Absent _ -> true;
                            case Answer.TemporaryFailure _ -> false;
                        };
        if (lasts) {
            synchronized (known) {
                known.remove(key);
                if (known.size() >= ENTRIES_MAX) {
                    known.remove(known.keySet().iterator().next());
                }
                known.put(key, new Known(answer, clock.nanoTime() + nanos));
            }
        }
        return answer;
    }

    @Override
    public boolean waits() {
        return true;
    }
}
