package postern.lookup;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import postern.base.Listener;
import postern.base.LogLine;
import postern.base.Peer;
import postern.base.World;
import postern.table.Netstrings;
import postern.table.SocketMap;
import postern.table.Table;
import postern.table.Table.Answer;

/** Answers one domain's questions about its tables, as socketmap servers do. Any thread. */
public final class LookupServer {
    /** Connections at once; a domain has eight for each table of its own. */
    private static final int CONNECTIONS_MAX = 512;

    /** For the rest of a request that has begun, and for its reply to be taken. */
    private static final Duration REQUEST_LIMIT = Duration.ofSeconds(10);

    private static final Duration ACCEPT_PAUSE = Duration.ofMillis(100);

    private final World world;
    private final Map<String, Table> tables;
    private final Set<Conversation> conversations = new LinkedHashSet<>(); // guarded by itself
    private @Nullable Runnable whenEnded; // guarded by conversations; runs once
    private volatile boolean draining;

    /**
     * @param tables by the names that are asked for; no other is answered
     */
    public LookupServer(World world, Map<String, Table> tables) {
        this.world = world;
        this.tables = Map.copyOf(tables);
    }

    /** Accepts until the listener is closed by {@link #drain}. */
    public void serve(Listener listener) {
        while (!draining) {
            try {
                Peer peer = listener.accept();
                var conversation = new Conversation(peer);
                if (enter(conversation)) {
                    world.tasks().start("lookup", conversation::run);
                } else {
                    peer.close();
                }
            } catch (ClosedChannelException closed) {
                return;
            } catch (IOException failed) {
                if (!draining) {
                    world.log().warning(LogLine.about("lookup").with("accept", failed));
                    world.clock().sleep(ACCEPT_PAUSE);
                }
            }
        }
    }

    private boolean enter(Conversation conversation) {
        synchronized (conversations) {
            return conversations.size() < CONNECTIONS_MAX && conversations.add(conversation);
        }
    }

    /**
     * No more connections; questions under way are answered, then {@code ended} runs. Must not
     * wait.
     */
    public void drain(Listener listener, Runnable ended) {
        draining = true;
        listener.close();
        List<Conversation> open;
        synchronized (conversations) {
            open = List.copyOf(conversations);
            whenEnded = ended;
        }
        open.forEach(Conversation::closeIfIdle);
        endWhenAlone();
    }

    private void endWhenAlone() {
        Runnable ended = null;
        synchronized (conversations) {
            if (conversations.isEmpty()) {
                ended = whenEnded;
                whenEnded = null;
            }
        }
        if (ended != null) {
            ended.run();
        }
    }

    /** The reply to a request, {@code TABLE KEY}. */
    String answer(String request) {
        int space = request.indexOf(' ');
        @Nullable Table table = space < 0 ? null : tables.get(request.substring(0, space));
        if (table == null) {
            return "PERM no such table";
        }
        Answer answer = table.lookup(request.substring(space + 1));
        String reply = SocketMap.reply(answer);
        return reply.length() > SocketMap.REPLY_OCTETS_MAX / 4
                ? "PERM the answer is too long"
                : reply;
    }

    /** One connection. */
    private final class Conversation {
        private final Peer peer;
        private final Netstrings strings;
        private boolean busy; // guarded by this

        Conversation(Peer peer) {
            this.peer = peer;
            this.strings = new Netstrings(peer);
        }

        void run() {
            try (peer) {
                Optional<String> request = next();
                while (request.isPresent()) {
                    peer.expireAfter(Duration.ZERO);
                    String reply = answer(request.get());
                    peer.expireAfter(REQUEST_LIMIT);
                    strings.write(reply);
                    peer.expireAfter(Duration.ZERO);
                    request = draining ? Optional.empty() : next();
                }
            } catch (IOException gone) {
                if (!draining) {
                    world.log().info(LogLine.about("lookup").with("client", gone.getMessage()));
                }
            } finally {
                synchronized (conversations) {
                    conversations.remove(this);
                }
                endWhenAlone();
            }
        }

        private Optional<String> next() throws IOException {
            free();
            Optional<String> request = strings.read(SocketMap.REQUEST_OCTETS_MAX);
            return request.isPresent() && claim() ? request : Optional.empty();
        }

        private synchronized void free() {
            busy = false;
        }

        private synchronized boolean claim() {
            busy = !draining;
            return busy;
        }

        void closeIfIdle() {
            synchronized (this) {
                if (busy) {
                    return;
                }
            }
            peer.close();
        }
    }
}
