package postern.smtpd;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import postern.base.Endpoint;
import postern.base.Listener;
import postern.base.LogLine;
import postern.base.Peer;
import postern.base.World;
import postern.mail.ContentStore;
import postern.wire.Reply;

/** The SMTP server: accepts connections and holds a session on each. Any thread. */
public final class Smtpd {
    /** After an accept that failed (too many open files), so as not to spin. */
    private static final Duration ACCEPT_PAUSE = Duration.ofMillis(100);

    /** That accepting fails is said so often, not each time. */
    private static final Duration SAID_AGAIN = Duration.ofSeconds(10);

    /** What a client that is sent away has said already is read, so many times so much. */
    private static final int SCRAP_OCTETS = 1024;

    private static final int SCRAPS_MAX = 64;

    /** Idle sessions are asked to make room so often at most. */
    private static final Duration SWEPT_EVERY = Duration.ofSeconds(1);

    /** That there is stress is said so often; sessions that come and go would say it each time. */
    private static final Duration STRESS_TOLD_AGAIN = Duration.ofMinutes(1);

    /** For a balancer's header. Postfix's smtpd_upstream_proxy_timeout. */
    private static final Duration PROXY_HEADER_LIMIT = Duration.ofSeconds(5);

    /** For the one line that a client over a limit is told. */
    private static final Duration REFUSAL_LIMIT = Duration.ofSeconds(2);

    private final World world;
    private final ContentStore store;
    private final Intake intake;
    private final Pressure pressure = new Pressure();
    private final Object lock = new Object(); // guards what follows; never held over I/O
    private final Set<Session> sessions = new LinkedHashSet<>();
    private final Set<Peer> peers = new LinkedHashSet<>();
    private final List<Listener> listeners = new ArrayList<>();
    private long sweptAt; // when idle sessions were last asked to make room
    private long stressToldAt;
    private final AtomicInteger unwrapping = new AtomicInteger();
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
        this.stressToldAt = world.clock().nanoTime() - STRESS_TOLD_AGAIN.toNanos();
        this.premises = Premises.of(world, config, store, intake, policy, pressure, () -> draining);
    }

    /** Takes a new configuration; sessions that have begun go on under theirs. */
    public void reload(SmtpdConfig config, Policy policy) {
        premises = Premises.of(world, config, store, intake, policy, pressure, () -> draining);
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

    /** Whether there is hardly room for more, so that strangers have less time. */
    public boolean stressed() {
        return pressure.on();
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
                Peer peer = listener.accept();
                if (peer.remote() instanceof Endpoint.Tcp tcp
                        && Client.within(tcp.address(), config.balancers())) {
                    unwrap(config, peer);
                } else {
                    admit(config, peer);
                }
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

    /** A balancer says first for whom it speaks: who that is decides all that follows. */
    private void unwrap(ListenerConfig config, Peer balancer) {
        if (unwrapping.incrementAndGet() > premises.config().bounds().sessions()) {
            unwrapping.decrementAndGet();
            balancer.close();
            return;
        }
        world.tasks()
                .start(
                        "balancer " + balancer.remote(),
                        () -> {
                            Peer client = balancer;
                            try {
                                balancer.expireAfter(PROXY_HEADER_LIMIT);
                                Optional<ProxyHeader.Ends> ends = ProxyHeader.read(balancer);
                                if (ends.isPresent()) {
                                    client = new ProxiedPeer(balancer, ends.get());
                                }
                            } catch (IOException unknown) {
                                balancer.close();
                                world.log()
                                        .warning(
                                                LogLine.about("smtpd")
                                                        .say("no client behind a balancer:")
                                                        .with("balancer", balancer.remote())
                                                        .with("error", unknown.getMessage()));
                                return;
                            } finally {
                                unwrapping.decrementAndGet();
                            }
                            admit(config, client);
                        });
    }

    private void admit(ListenerConfig config, Peer peer) {
        Premises now = premises;
        Client client = Client.of(peer.remote(), now.config().trusted());
        Session session = new Session(now, config, peer, client);
        Optional<Reply> refusal = enter(session, peer, client, now);
        if (refusal.isPresent()) {
            refuse(peer, client, now.lastWords().of(refusal.get()));
            return;
        }
        world.tasks()
                .start(
                        "session " + client,
                        () -> {
                            try (peer) {
                                serve(config, session, peer, client, now);
                            } finally {
                                leave(session, peer, now);
                            }
                        });
    }

    private void serve(
            ListenerConfig config, Session session, Peer peer, Client client, Premises now) {
        switch (new Triage(world, now.policy()).look(config.kind(), client, peer)) {
            case Triage.Result.Pass pass -> {
                if (session.begin()) {
                    if (pass.proved()) {
                        client.inet().ifPresent(now.policy().known()::found);
                    }
                    pass.score().ifPresent(session::know);
                    session.converse();
                }
            }
            case Triage.Result.SentAway(Reply reply) -> {
                if (session.begin()) {
                    refuse(peer, client, now.lastWords().of(reply));
                }
            }
        }
    }

    /** Why the session may not be; empty when it may, and is then entered. */
    private Optional<Reply> enter(Session session, Peer peer, Client client, Premises now) {
        SmtpdConfig.Bounds bounds = now.config().bounds();
        Limits.Stress stress = now.policy().limits().stress();
        boolean full;
        boolean sweep = false;
        int crowd = 0;
        synchronized (lock) {
            if (draining) {
                return Optional.of(Replies.DRAINING.reply());
            }
            full = sessions.size() >= bounds.sessions();
            boolean before = pressure.on();
            pressure.set(stress.at(sessions.size() + 1, bounds.sessions()));
            if (pressure.on()) {
                long time = world.clock().nanoTime();
                if (!before && time - stressToldAt >= STRESS_TOLD_AGAIN.toNanos()) {
                    crowd = sessions.size() + 1;
                    stressToldAt = time;
                }
                sweep = time - sweptAt >= SWEPT_EVERY.toNanos();
                sweptAt = sweep ? time : sweptAt;
            }
        }
        if (crowd > 0) {
            now.journal().stressed(crowd, bounds.sessions());
        }
        if (sweep) {
            world.tasks().start("make room", () -> sweep(stress));
        }
        if (full && !(session.established() && madeRoom())) {
            return Optional.of(Replies.TOO_MANY_SESSIONS.reply());
        }
        Optional<String> tooMuch =
                client.inet()
                        .flatMap(address -> now.policy().meter().begin(address, client.trusted()));
        if (tooMuch.isPresent()) {
            return Optional.of(Reply.of(421, "4.7.0", "Error: " + tooMuch.get()));
        }
        synchronized (lock) {
            if (!draining) {
                sessions.add(session);
                peers.add(peer);
                return Optional.empty();
            }
        }
        client.inet().ifPresent(now.policy().meter()::end);
        return Optional.of(Replies.DRAINING.reply());
    }

    /** Strangers that are idle for longer than the time they have under pressure make room. */
    private void sweep(Limits.Stress stress) {
        List<Session> open;
        synchronized (lock) {
            open = List.copyOf(sessions);
        }
        long now = world.clock().nanoTime();
        long limit = stress.commandLimit().toNanos();
        for (Session each : open) {
            if (each.idle(now, limit)) {
                boolean _ = each.makeRoom();
            }
        }
    }

    /** One idle stranger, of the oldest sessions, leaves for a client that is known to be good. */
    private boolean madeRoom() {
        List<Session> open;
        synchronized (lock) {
            open = List.copyOf(sessions);
        }
        long now = world.clock().nanoTime();
        for (Session each : open) {
            if (each.idle(now, 0) && each.makeRoom()) {
                return true;
            }
        }
        return false;
    }

    private void leave(Session session, Peer peer, Premises then) {
        synchronized (lock) {
            sessions.remove(session);
            peers.remove(peer);
            pressure.set(
                    then.policy()
                            .limits()
                            .stress()
                            .at(sessions.size(), then.config().bounds().sessions()));
        }
        if (peer.remote() instanceof Endpoint.Tcp tcp) {
            then.policy().meter().end(tcp.address());
        }
        if (deaf) {
            runIfDrained();
        }
    }

    private void refuse(Peer peer, Client client, Reply refusal) {
        world.log().info(LogLine.about("reject").say("CONNECT from " + client + ": " + refusal));
        try (peer) {
            peer.expireAfter(REFUSAL_LIMIT);
            peer.write(ByteBuffer.wrap(refusal.octets()));
            byte[] scrap = new byte[SCRAP_OCTETS];
            for (int n = 0; n < SCRAPS_MAX && peer.waiting(); n++) {
                // closing over unread octets would reset the connection, and the reply be lost
                if (peer.read(scrap, 0, scrap.length) < 0) {
                    return;
                }
            }
        } catch (IOException gone) {
            // it will not miss what it was to be told
        }
    }
}
