package postern.lookup;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
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
     * @param limit of time for one answer; the driver keeps to it. A question waits as long for a
     *     connection to be free, and twice as long for all servers together
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
        Optional<Slot<C>> slot = slots.poll(limit);
        if (slot.isEmpty()) {
            return new Answer.TemporaryFailure("all connections to " + servers + " are busy");
        }
        var attempt = new Attempt(slot.get().kept, question);
        try {
            return attempt.make();
        } catch (Unavailable nobody) {
            return new Answer.TemporaryFailure(nobody.why());
        } finally {
            slots.put(new Slot<>(attempt.kept));
        }
    }

    /** One question. One thread only. */
    private final class Attempt {
        private final Question<C> question;
        private final long began = now();
        private @Nullable Kept<C> kept;
        private String why = "no server";

        Attempt(@Nullable Kept<C> kept, Question<C> question) {
            this.kept = kept;
            this.question = question;
        }

        Answer make() throws Unavailable {
            Kept<C> old = kept;
            if (old != null && stale(old)) {
                close(old);
                old = null;
            }
            if (old != null) {
                try {
                    return ask(old);
                } catch (Unavailable dead) {
                    if (dead.silent()) {
                        down(old.server, dead);
                    }
                }
            }
            for (int server = 0; server < servers.size(); server++) {
                Down down = downs.get(server);
                if (down != null && now() - down.until < 0) {
                    why = down.why;
                    continue;
                }
                if (now() - began >= limit.multipliedBy(2).toNanos()) {
                    break;
                }
                try {
                    C connection = driver.connect(servers.get(server));
                    return ask(new Kept<>(connection, server, now(), now()));
                } catch (Unavailable failed) {
                    down(server, failed);
                }
            }
            throw new Unavailable(why, false);
        }

        private Answer ask(Kept<C> on) throws Unavailable {
            kept = on;
            boolean asked = false;
            try {
                Answer answer = question.ask(on.connection);
                kept = new Kept<>(on.connection, on.server, on.opened, now());
                asked = true;
                return answer;
            } finally {
                if (!asked) {
                    close(on);
                }
            }
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

        private void close(Kept<C> dead) {
            kept = null;
            driver.close(dead.connection);
        }
    }

    private long now() {
        return world.clock().nanoTime();
    }
}
