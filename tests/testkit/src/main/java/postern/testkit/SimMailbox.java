package postern.testkit;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import postern.base.Bug;
import postern.base.Mailbox;

/** A mailbox under the baton. */
final class SimMailbox<T> implements Mailbox<T> {
    private final Baton baton;
    private final int capacity;
    private final ArrayDeque<T> items = new ArrayDeque<>();
    private final Waiters takers = new Waiters();
    private final Waiters putters = new Waiters();

    SimMailbox(Baton baton, int capacity) {
        Bug.unless(capacity > 0, "a mailbox holds something");
        this.baton = baton;
        this.capacity = capacity;
    }

    @Override
    public boolean offer(T item) {
        baton.touch();
        if (items.size() >= capacity) {
            return false;
        }
        add(item);
        return true;
    }

    @Override
    public void put(T item) {
        baton.pause();
        while (items.size() >= capacity) {
            baton.await(putters, Long.MAX_VALUE);
        }
        add(item);
    }

    @Override
    public T take() {
        baton.pause();
        while (items.isEmpty()) {
            baton.await(takers, Long.MAX_VALUE);
        }
        return remove();
    }

    @Override
    public Optional<T> poll(Duration timeout) {
        baton.pause();
        long due = baton.now() + Math.max(0, timeout.toNanos());
        while (items.isEmpty()) {
            if (baton.now() >= due) {
                return Optional.empty();
            }
            baton.await(takers, due);
        }
        return Optional.of(remove());
    }

    @Override
    public int drainTo(List<? super T> into, int most) {
        baton.touch();
        int moved = 0;
        while (moved < most && !items.isEmpty()) {
            into.add(remove());
            moved++;
        }
        return moved;
    }

    @Override
    public int size() {
        return items.size();
    }

    private void add(T item) {
        items.addLast(item);
        baton.wake(takers);
    }

    private T remove() {
        T item = items.removeFirst();
        baton.wake(putters);
        return item;
    }
}
