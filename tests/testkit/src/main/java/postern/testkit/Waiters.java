package postern.testkit;

import java.util.ArrayList;
import java.util.List;

/** The tasks that wait for one thing. Whoever is woken looks again. */
final class Waiters {
    private final List<SimTask> tasks = new ArrayList<>(2);

    void add(SimTask task) {
        tasks.add(task);
    }

    void remove(SimTask task) {
        tasks.remove(task);
    }

    boolean isEmpty() {
        return tasks.isEmpty();
    }

    /** A copy, oldest first. */
    List<SimTask> all() {
        return List.copyOf(tasks);
    }
}
