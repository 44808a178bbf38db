package postern.smtp;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import postern.base.World;
import postern.dns.HostPlan.Target;
import postern.smtp.tls.TlsPolicy;

/**
 * Connections that wait for the next message. A task that closes what has waited too long runs only
 * while something waits. Any task.
 */
final class ConnectionCache {
    /** A connection that waits, and since when. */
    private record Idle(String nextHop, Connection connection, long since) {}

    private static final Duration SWEEP_MIN = Duration.ofSeconds(1);

    private final World world;
    private final SmtpConfig.Reuse limits;
    private final ReentrantLock lock = new ReentrantLock();
    private final ArrayDeque<Idle> idle = new ArrayDeque<>(); // the longest waiting first
    private boolean sweeping;

    ConnectionCache(World world, SmtpConfig.Reuse limits) {
        this.world = world;
        this.limits = limits;
    }

    /** The host that served this next hop last, if a connection to it waits. */
    Optional<Target> served(String nextHop) {
        long now = world.clock().nanoTime();
        lock.lock();
        try {
            Iterator<Idle> newestFirst = idle.descendingIterator();
            while (newestFirst.hasNext()) {
                Idle waiting = newestFirst.next();
                if (waiting.nextHop.equals(nextHop) && !expired(waiting, now)) {
                    return Optional.of(waiting.connection.target());
                }
            }
            return Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    /**
     * A connection to this very host, whichever next hop it served, opened under that policy and as
     * the same one.
     */
    Optional<Connection> take(Target target, TlsPolicy policy, Credentials credentials) {
        return takeFirst(
                waiting ->
                        waiting.connection.target().sameAs(target)
                                && waiting.connection.policy().alike(policy)
                                && waiting.connection.credentials().equals(credentials));
    }

    /** The one that waits least is likeliest to be alive. */
    private Optional<Connection> takeFirst(Predicate<Idle> fits) {
        long now = world.clock().nanoTime();
        lock.lock();
        try {
            Iterator<Idle> newestFirst = idle.descendingIterator();
            while (newestFirst.hasNext()) {
                Idle waiting = newestFirst.next();
                if (fits.test(waiting) && !expired(waiting, now)) {
                    newestFirst.remove();
                    waiting.connection.reuse();
                    return Optional.of(waiting.connection);
                }
            }
            return Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    /** Keeps the connection for the next message, or says goodbye. */
    void put(String nextHop, Connection connection) {
        long now = world.clock().nanoTime();
        if (limits.idle().isZero()
                || limits.idleMax() == 0
                || connection.messages() >= limits.messages()
                || connection.spent()
                || now - connection.openedAt() >= limits.age().toNanos()) {
            connection.quit();
            return;
        }
        Idle surplus = null;
        boolean start;
        lock.lock();
        try {
            idle.addLast(new Idle(nextHop, connection, now));
            if (idle.size() > limits.idleMax()) {
                surplus = idle.pollFirst();
            }
            start = !sweeping;
            sweeping = true;
        } finally {
            lock.unlock();
        }
        if (surplus != null) {
            surplus.connection.quit();
        }
        if (start) {
            world.tasks().start("smtp-idle", this::sweep);
        }
    }

    private void sweep() {
        while (true) {
            List<Connection> over = new ArrayList<>();
            long now = world.clock().nanoTime();
            long wait = 0;
            lock.lock();
            try {
                while (!idle.isEmpty() && expired(idle.getFirst(), now)) {
                    over.add(idle.removeFirst().connection);
                }
                if (idle.isEmpty()) {
                    sweeping = false;
                } else {
                    wait = idle.getFirst().since + limits.idle().toNanos() - now;
                }
            } finally {
                lock.unlock();
            }
            over.forEach(Connection::quit);
            if (wait == 0) {
                return;
            }
            Duration until = Duration.ofNanos(wait);
            world.clock().sleep(until.compareTo(SWEEP_MIN) < 0 ? SWEEP_MIN : until);
        }
    }

    private boolean expired(Idle waiting, long now) {
        return now - waiting.since >= limits.idle().toNanos();
    }

    /** Says goodbye on all that wait, when the program ends. */
    void close() {
        List<Idle> all;
        lock.lock();
        try {
            all = List.copyOf(idle);
            idle.clear();
        } finally {
            lock.unlock();
        }
        all.forEach(waiting -> waiting.connection.quit());
    }
}
