package postern.smtpd;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import postern.base.Endpoint;
import postern.base.Listener;
import postern.base.LogLine;
import postern.base.Peer;
import postern.base.World;
import postern.mail.ContentStore;

/** The SMTP server: accepts connections and holds a session on each. Any thread. */
public final class Smtpd {
    /** After an accept that failed (too many open files), so as not to spin. */
    private static final Duration ACCEPT_PAUSE = Duration.ofMillis(100);

    /** That accepting fails is said so often, not each time. */
    private static final Duration SAID_AGAIN = Duration.ofSeconds(10);

    /** For the one line that a client over a limit is told. */
    private static final Duration REFUSAL_LIMIT = Duration.ofSeconds(2);

    private final World world;
    private final ContentStore store;
    private final Intake intake;
    private final Object lock = new Object(); // guards what follows; never held over I/O
    private final Set<Session> sessions = new LinkedHashSet<>();
    private final Set<Peer> peers = new LinkedHashSet<>();
    private final Map<InetAddress, Integer> perClient = new HashMap<>();
    private final List<Listener> listeners = new ArrayList<>();
    private int acceptors; // tasks that may still bring a session
    private Runnable whenDrained = () -> {};
    private volatile boolean deaf; // listens no more
    private volatile boolean draining; // sessions are to end
    private volatile Premises premises;

    public Smtpd(
            World world, SmtpdConfig config, Policy policy, ContentStore store, Intake intake) {
        this.world = world;
        this.store = store;
        this.intake = intake;
        this.premises = Premises.of(world, config, store, intake, policy, () -> draining);
    }

    /** Takes a new configuration; sessions that have begun go on under theirs. */
    public void reload(SmtpdConfig config, Policy policy) {
        premises = Premises.of(world, config, store, intake, policy, () -> draining);
    }

    /** Begins to accept on a listener. */
    public void start(ListenerConfig config, Listener listener) {
        synchronized (lock) {
            listeners.add(listener);
            acceptors++;
        }
        world.tasks().start("accept " + config.name(), () -> accept(config, listener));
    }

    /** Sessions that are open now. */
    public int sessions() {
        synchronized (lock) {
            return sessions.size();
        }
    }

    /**
     * Stops listening, ends idle sessions with 421, and the others when their transaction is over.
     *
     * @param ended called once, when the last one is over
     */
    public void drain(Runnable ended) {
        draining = true;
        stopListening(ended);
        List<Session> open;
        synchronized (lock) {
            open = List.copyOf(sessions);
        }
        open.forEach(Session::drain);
        runIfDrained();
    }

    /**
     * Stops listening; sessions go on until they end by themselves. A {@link #drain} may follow.
     *
     * @param ended called once, when the last one is over
     */
    public void retire(Runnable ended) {
        stopListening(ended);
        runIfDrained();
    }

    private void stopListening(Runnable ended) {
        deaf = true;
        List<Listener> listening;
        synchronized (lock) {
            listening = List.copyOf(listeners);
            whenDrained = ended;
        }
        listening.forEach(Listener::close);
    }

    /** Ends every session, in whatever state it is. What was not answered was not accepted. */
    public void close() {
        deaf = true;
        draining = true;
        List<Listener> listening;
        List<Peer> open;
        synchronized (lock) {
            listening = List.copyOf(listeners);
            open = List.copyOf(peers);
        }
        listening.forEach(Listener::close);
        open.forEach(Peer::close);
    }

    private void runIfDrained() {
        Runnable ended = () -> {};
        synchronized (lock) {
            if (deaf && acceptors == 0 && sessions.isEmpty()) {
                ended = whenDrained;
                whenDrained = () -> {};
            }
        }
        ended.run();
    }

    private void accept(ListenerConfig config, Listener listener) {
        try {
            acceptAll(config, listener);
        } finally {
            synchronized (lock) {
                acceptors--;
            }
            runIfDrained();
        }
    }

    private void acceptAll(ListenerConfig config, Listener listener) {
        long quietUntil = world.clock().nanoTime();
        while (!deaf) {
            try {
                admit(config, listener.accept());
            } catch (IOException failed) {
                if (!deaf) {
                    long now = world.clock().nanoTime();
                    if (now - quietUntil >= 0) {
                        quietUntil = now + SAID_AGAIN.toNanos();
                        world.log()
                                .warning(
                                        LogLine.about("smtpd")
                                                .say("cannot accept:")
                                                .with("listener", config.name())
                                                .with("error", failed.getMessage()));
                    }
                    world.clock().sleep(ACCEPT_PAUSE);
                }
            }
        }
    }

    private void admit(ListenerConfig config, Peer peer) {
        Premises now = premises;
        Client client = Client.of(peer.remote(), now.config().trusted());
        Session session = new Session(now, config, peer, client);
        Canned refusal = enter(session, peer, client, now.config().bounds());
        if (refusal != null) {
            refuse(peer, client, refusal);
            return;
        }
        world.tasks()
                .start(
                        "session " + client,
                        () -> {
                            try (peer) {
                                session.converse();
                            } finally {
                                leave(session, peer);
                            }
                        });
    }

    /** Why the session may not be; null when it may, and is then entered. */
    private @Nullable Canned enter(
            Session session, Peer peer, Client client, SmtpdConfig.Bounds bounds) {
        synchronized (lock) {
            if (draining) {
                return Replies.DRAINING;
            }
            if (sessions.size() >= bounds.sessions()) {
                return Replies.TOO_MANY_SESSIONS;
            }
            if (peer.remote() instanceof Endpoint.Tcp tcp) {
                int others = perClient.getOrDefault(tcp.address(), 0);
                if (!client.trusted() && others >= bounds.sessionsPerClient()) {
                    return Replies.TOO_MANY_OF_CLIENT;
                }
                perClient.put(tcp.address(), others + 1);
            }
            sessions.add(session);
            peers.add(peer);
            return null;
        }
    }

    private void leave(Session session, Peer peer) {
        synchronized (lock) {
            sessions.remove(session);
            peers.remove(peer);
            if (peer.remote() instanceof Endpoint.Tcp tcp) {
                perClient.computeIfPresent(
                        tcp.address(), (_, count) -> count == 1 ? null : count - 1);
            }
        }
        if (deaf) {
            runIfDrained();
        }
    }

    private void refuse(Peer peer, Client client, Canned refusal) {
        world.log()
                .info(
                        LogLine.about("reject")
                                .say("CONNECT from " + client + ": " + refusal.reply()));
        try (peer) {
            peer.expireAfter(REFUSAL_LIMIT);
            peer.write(ByteBuffer.wrap(refusal.octets()));
        } catch (IOException gone) {
            // it will not miss what it was to be told
        }
    }
}
