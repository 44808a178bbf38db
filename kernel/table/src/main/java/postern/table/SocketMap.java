package postern.table;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import postern.base.Endpoint;
import postern.base.Mailbox;
import postern.base.TimedOut;
import postern.base.World;
import postern.table.Table.Answer;

/**
 * Asks the tables of another process by the socketmap protocol of sendmail and Postfix,
 * docs/protocols/lookup.md. Keeps its connections; so many questions are asked at once as there are
 * connections, the others wait. Whatever goes wrong is an answer: nobody knows now. Any thread.
 */
public final class SocketMap {
    /** Longest reply in octets. Origin: Postfix's socketmap client. */
    public static final int REPLY_OCTETS_MAX = 100_000;

    /** Longest request in octets: a table's name and a key. */
    public static final int REQUEST_OCTETS_MAX = 4096;

    private final Servers servers;
    private final Duration limit;
    private final Mailbox<Slot> slots;

    /** Room for one connection, and the connection when there is one. */
    private record Slot(@Nullable Netstrings connection) {}

    /**
     * @param servers tried in turn until one takes the connection
     * @param connections most of them at once
     * @param limit of time for one question; it may wait as long for a connection to be free
     */
    public SocketMap(World world, List<Endpoint> servers, int connections, Duration limit) {
        this.servers = new Servers(world, servers);
        this.limit = limit;
        this.slots = world.tasks().mailbox(connections);
        for (int i = 0; i < connections; i++) {
            slots.put(new Slot(null));
        }
    }

    /**
     * One of the server's tables.
     *
     * @param origin of what is found, for the trail
     */
    public Table table(String name, String origin) {
        return new Named(this, name, origin);
    }

    private record Named(SocketMap map, String name, String origin) implements Table {
        @Override
        public Answer lookup(String key) {
            return map.ask(name, key, origin);
        }

        @Override
        public boolean waits() {
            return true;
        }
    }

    /**
     * What the server says.
     *
     * @param origin of what is found, for the trail
     */
    public Answer ask(String table, String key, String origin) {
        String request = table + " " + key;
        if (!possible(request)) {
            return Answer.ABSENT;
        }
        Optional<Slot> slot = slots.poll(limit);
        if (slot.isEmpty()) {
            return new Answer.TemporaryFailure("all connections to " + servers + " are busy");
        }
        @Nullable Netstrings after = null;
        try {
            var exchange = new Exchange(slot.get().connection);
            String reply = exchange.ask(request);
            Answer answer = parse(reply, origin);
            after = exchange.connection;
            return answer;
        } catch (IOException failed) {
            return new Answer.TemporaryFailure(String.valueOf(failed.getMessage()));
        } finally {
            slots.put(new Slot(after));
        }
    }

    /** Whether it fits, in any characters: no address and no domain is longer. */
    public static boolean possible(String request) {
        return request.length() <= REQUEST_OCTETS_MAX / 4;
    }

    /** One question, on a connection that was kept or a new one. */
    private final class Exchange {
        private @Nullable Netstrings connection;

        Exchange(@Nullable Netstrings kept) {
            this.connection = kept;
        }

        /** A kept connection may have died while nobody looked; a new one gets no second chance. */
        String ask(String request) throws IOException {
            Netstrings kept = connection;
            if (kept != null) {
                try {
                    Optional<String> reply = kept.stale() ? Optional.empty() : ask(kept, request);
                    if (reply.isPresent()) {
                        return reply.get();
                    }
                } catch (TimedOut slow) {
                    close(kept);
                    throw slow;
                } catch (IOException _) { // asked again below
                    kept.expireAfter(Duration.ZERO);
                }
                close(kept);
            }
            Netstrings fresh = new Netstrings(servers.connect(limit));
            connection = fresh;
            try {
                return ask(fresh, request)
                        .orElseThrow(() -> new IOException("the server closed: " + servers));
            } catch (IOException failed) {
                close(fresh);
                throw failed;
            }
        }

        private Optional<String> ask(Netstrings on, String request) throws IOException {
            on.expireAfter(limit);
            on.write(request);
            Optional<String> reply = on.read(REPLY_OCTETS_MAX);
            on.expireAfter(Duration.ZERO);
            return reply;
        }

        private void close(Netstrings dead) {
            connection = null;
            dead.close();
        }
    }

    /** What a reply says; anything but OK and NOTFOUND says that nobody knows. */
    public static Answer parse(String reply, String origin) {
        int space = reply.indexOf(' ');
        String word = space < 0 ? reply : reply.substring(0, space);
        String rest = space < 0 ? "" : reply.substring(space + 1);
        return switch (word) {
            case "OK" -> new Answer.Found(rest, origin);
            case "NOTFOUND" -> Answer.ABSENT;
            case "TEMP", "TIMEOUT", "PERM" ->
                    new Answer.TemporaryFailure(rest.isEmpty() ? word : rest);
            default -> new Answer.TemporaryFailure("a reply that is none of socketmap's");
        };
    }

    /** The reply that says it. */
    public static String reply(Answer answer) {
        return switch (answer) {
            case Answer.Found found -> "OK " + found.value();
            case Answer.Absent _ -> "NOTFOUND ";
            case Answer.TemporaryFailure(String reason) -> "TEMP " + reason;
        };
    }
}
