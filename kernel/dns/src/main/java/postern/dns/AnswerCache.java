package postern.dns;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Remembers answers for their time to live; the least used go first when it is full. */
final class AnswerCache<T> {
    private final ReentrantLock lock = new ReentrantLock();
    private final LinkedHashMap<String, Kept<T>> entries = new LinkedHashMap<>(16, 0.75f, true);
    private final int entriesMax;

    private record Kept<T>(Resolver.Answer<T> answer, long expires) {}

    AnswerCache(int entriesMax) {
        this.entriesMax = entriesMax;
    }

    /**
     * @param now of the monotone clock
     */
    Optional<Resolver.Answer<T>> get(String name, long now) {
        lock.lock();
        try {
            @Nullable Kept<T> entry = entries.get(name);
            if (entry == null) {
                return Optional.empty();
            }
            if (now - entry.expires >= 0) {
                entries.remove(name);
                return Optional.empty();
            }
            return Optional.of(entry.answer);
        } finally {
            lock.unlock();
        }
    }

    void put(String name, Resolver.Answer<T> answer, long now, Duration life) {
        if (life.isZero()) {
            return;
        }
        lock.lock();
        try {
            entries.put(name, new Kept<>(answer, now + life.toNanos()));
            if (entries.size() > entriesMax) {
                entries.pollFirstEntry();
            }
        } finally {
            lock.unlock();
        }
    }
}
