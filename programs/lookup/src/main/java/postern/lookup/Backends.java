package postern.lookup;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;
import postern.base.Mailbox;
import postern.base.World;
import postern.table.Table.Answer;

/**
 * Servers of which one is as good as another, and the connections to them that are kept. A question
 * goes to the first server that takes it; one that failed is left alone for a while, so that not
 * every question pays for it. Any thread.
 *
 * @param <S> where a server is
 * @param <C> a connection
 */
final class Backends<S, C> {
    /** One that refuses is left alone for so long. */
    private static final Duration REST = Duration.ofSeconds(1);

    /** One that does not answer costs more time to try. */
    private static final Duration REST_SILENT = Duration.ofSeconds(10);

    /** A connection that nobody needed for so long is not trusted: firewalls forget. */
    private static final Duration IDLE = Duration.ofSeconds(60);

    private static final String LATE = "no answer in time";

    private final World world;
    private final List<S> servers;
    private final Driver<S, C> driver;
    private final Duration limit;
    private final Mailbox<Slot<C>> slots;
    private final AtomicReferenceArray<@Nullable Down> downs;

    /** How connections are made. */
    interface Driver<S, C> {
        C connect(S server) throws Unavailable;

        void close(C connection);

        /** Whether it can be seen without asking that it is of no use any more. */
        default boolean stale(C connection) {
            return false;
        }

        /** However good it is, it is not used for longer. */
        Duration lifetime();
    }

    /** What is asked. */
    interface Question<C> {
        Answer ask(C connection) throws Unavailable;
    }

    private record Kept<C>(C connection, int server, long opened, long used) {}

    /** Room for one connection, and the connection when there is one. */
    private record Slot<C>(@Nullable Kept<C> kept) {}

    private record Down(long until, String why) {}

    /**
     * @param limit of time for one answer; the driver keeps to it where a server is silent. A
     *     question waits as long for a connection to be free. All of it together takes at most
     *     twice as long: beyond that the connection is broken off, however a server dribbles
     */
    Backends(World world, List<S> servers, Driver<S, C> driver, int connections, Duration limit) {
        this.world = world;
        this.servers = List.copyOf(servers);
        this.driver = driver;
        this.limit = limit;
        this.slots = world.tasks().mailbox(connections);
        this.downs = new AtomicReferenceArray<>(servers.size());
        for (int i = 0; i < connections; i++) {
            slots.put(new Slot<>(null));
        }
    }

    Answer ask(Question<C> question) {
        long end = now() + limit.multipliedBy(2).toNanos();
        Optional<Slot<C>> slot = slots.poll(limit);
        if (slot.isEmpty()) {
            return new Answer.TemporaryFailure("all connections to " + servers + " are busy");
        }
        var attempt = new Attempt(slot.get().kept, question, end);
        try {
            return attempt.make();
        } catch (Unavailable nobody) {
            return new Answer.TemporaryFailure(nobody.why());
        } finally {
            if (!attempt.stuck) {
                slots.put(new Slot<>(attempt.kept));
            }
        }
    }

    /** One question. One thread only. */
    private final class Attempt {
        private final Question<C> question;
        private final long end;
        private @Nullable Kept<C> kept;
        private String why = "no server";

        /** A driver that could not be broken off has our connection's room until it ends. */
        private boolean stuck;

        Attempt(@Nullable Kept<C> kept, Question<C> question, long end) {
            this.kept = kept;
            this.question = question;
            this.end = end;
        }

        Answer make() throws Unavailable {
            Kept<C> old = kept;
            kept = null;
            if (old != null && stale(old)) {
                driver.close(old.connection);
                old = null;
            }
            if (old != null) {
                try {
                    return ask(new Exchange(old.server, old, question));
                } catch (Unavailable dead) {
                    if (dead.silent()) {
                        down(old.server, dead);
                    }
                }
            }
            for (int server = 0; server < servers.size() && !stuck; server++) {
                Down down = downs.get(server);
                if (down != null && now() - down.until < 0) {
                    why = down.why;
                    continue;
                }
                if (now() - end >= 0) {
                    break;
                }
                try {
                    return ask(new Exchange(server, null, question));
                } catch (Unavailable failed) {
                    down(server, failed);
                }
            }
            throw new Unavailable(why, false);
        }

        private Answer ask(Exchange exchange) throws Unavailable {
            long left = Math.max(1, end - now());
            boolean inTime = world.tasks().within(Duration.ofNanos(left), "lookup", exchange);
            if (!inTime && exchange.leave()) {
                stuck = true;
                throw new Unavailable(LATE, true);
            }
            kept = exchange.after;
            Answer answer = exchange.answer;
            if (answer == null) {
                if (!inTime) {
                    throw new Unavailable(LATE, true);
                }
                Unavailable failed = exchange.failed;
                throw failed != null ? failed : new Unavailable("see panic in the log", false);
            }
            return answer;
        }

        private boolean stale(Kept<C> old) {
            long now = now();
            return driver.stale(old.connection)
                    || now - old.used >= IDLE.toNanos()
                    || now - old.opened >= driver.lifetime().toNanos();
        }

        private void down(int server, Unavailable failed) {
            why = servers.get(server) + ": " + failed.why();
            Duration rest = failed.silent() ? REST_SILENT : REST;
            downs.set(server, new Down(now() + rest.toNanos(), why));
        }
    }

    /**
     * A question to one server. Runs on a thread of its own; what it leaves is read when it has
     * ended.
     */
    private final class Exchange implements Runnable {
        private final int server;
        private final @Nullable Kept<C> before;
        private final Question<C> question;

        /** Whoever is first: this, at its end, or who asked, leaving. */
        private final AtomicBoolean over = new AtomicBoolean();

        private @Nullable Kept<C> after;
        private @Nullable Answer answer;
        private @Nullable Unavailable failed;

        Exchange(int server, @Nullable Kept<C> before, Question<C> question) {
            this.server = server;
            this.before = before;
            this.question = question;
        }

        @Override
        public void run() {
            @Nullable Kept<C> on = before;
            try {
                if (on == null) {
                    on = new Kept<>(driver.connect(servers.get(server)), server, now(), now());
                }
                answer = question.ask(on.connection);
                after = new Kept<>(on.connection, server, on.opened, now());
            } catch (Unavailable dead) {
                failed = dead;
            } finally {
                boolean alone = !over.compareAndSet(false, true);
                if (on != null && (alone || after == null)) {
                    driver.close(on.connection);
                }
                if (alone) {
                    boolean _ = slots.offer(new Slot<>(null));
                }
            }
        }

        /**
         * Nobody waits for it any more: it clears up after itself.
         *
         * @return false: it has ended
         */
        boolean leave() {
            return over.compareAndSet(false, true);
        }
    }

    private long now() {
        return world.clock().nanoTime();
    }
}
