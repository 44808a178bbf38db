package postern.base;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** A bounded first-in, first-out queue between tasks. Any thread may put; usually one takes. */
public interface Mailbox<T> {

    /** Puts the item in if there is room; false when full. Never waits. */
    boolean offer(T item);

    /** Puts the item in, waiting for room. */
    void put(T item);

    /** Takes the oldest item, waiting for one. */
    T take();

    /** Takes the oldest item, waiting at most so long; empty when none came. */
    Optional<T> poll(Duration timeout);

    /** Moves what is there, up to {@code most} items, into the list, without waiting. */
    int drainTo(List<? super T> into, int most);

    int size();
}
