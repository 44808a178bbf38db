package postern.base.system;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import postern.base.Bug;
import postern.base.Mailbox;

/** A mailbox over one lock. Any number of threads. */
final class BlockingMailbox<T> implements Mailbox<T> {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition filled = lock.newCondition();
    private final Condition drained = lock.newCondition();
    private final ArrayDeque<T> items = new ArrayDeque<>();
    private final int capacity;
    private int takers;
    private int putters;

    BlockingMailbox(int capacity) {
        Bug.unless(capacity > 0, "a mailbox holds something");
        this.capacity = capacity;
    }

    @Override
    public boolean offer(T item) {
        lock.lock();
        try {
            if (items.size() >= capacity) {
                return false;
            }
            add(item);
            return true;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void put(T item) {
        lock.lock();
        try {
            while (items.size() >= capacity) {
                putters++;
                drained.awaitUninterruptibly();
                putters--;
            }
            add(item);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public T take() {
        lock.lock();
        try {
            while (items.isEmpty()) {
                takers++;
                filled.awaitUninterruptibly();
                takers--;
            }
            return remove();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Optional<T> poll(Duration timeout) {
        long left = TimeUnit.NANOSECONDS.convert(timeout);
        lock.lock();
        try {
            while (items.isEmpty()) {
                if (left <= 0) {
                    return Optional.empty();
                }
                takers++;
                try {
                    left = filled.awaitNanos(left);
                } finally {
                    takers--;
                }
            }
            return Optional.of(remove());
        } catch (InterruptedException interrupted) {
            throw new Bug("nobody interrupts", interrupted);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public int drainTo(List<? super T> into, int most) {
        lock.lock();
        try {
            int moved = 0;
            while (moved < most && !items.isEmpty()) {
                into.add(remove());
                moved++;
            }
            return moved;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public int size() {
        lock.lock();
        try {
            return items.size();
        } finally {
            lock.unlock();
        }
    }

    private void add(T item) {
        items.addLast(item);
        if (takers > 0) {
            filled.signal();
        }
    }

    private T remove() {
        T item = items.removeFirst();
        if (putters > 0) {
            drained.signal();
        }
        return item;
    }
}
