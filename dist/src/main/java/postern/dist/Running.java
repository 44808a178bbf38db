package postern.dist;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** A domain that was started. */
public interface Running {

    /** Several that are one: drained together, ended when the last has ended. */
    static Running all(List<Running> parts) {
        List<Running> all = List.copyOf(parts);
        return ended -> {
            var left = new AtomicInteger(all.size());
            Runnable one =
                    () -> {
                        if (left.decrementAndGet() == 0) {
                            ended.run();
                        }
                    };
            if (all.isEmpty()) {
                ended.run();
            }
            all.forEach(each -> each.drain(one));
        };
    }

    /**
     * Takes nothing new, finishes what is in flight, and then runs {@code ended}. Must not wait.
     */
    void drain(Runnable ended);

    /** As {@link #drain}, but a successor serves already: conversations have their own time. */
    default void retire(Runnable ended) {
        drain(ended);
    }
}
