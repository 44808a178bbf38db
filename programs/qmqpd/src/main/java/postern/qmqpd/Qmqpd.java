package postern.qmqpd;

import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import postern.base.Endpoint;
import postern.base.Listener;
import postern.base.LogLine;
import postern.base.Peer;
import postern.base.World;
import postern.config.Cidr;
import postern.mail.ContentStore;
import postern.mail.Origin;
import postern.wire.DataDecoder;

/** The QMQP server: accepts connections and takes a message from each. Any thread. */
public final class Qmqpd {
    /** As log and trace call it. */
    public static final String NAME = "qmqpd";

    /** After an accept that failed (too many open files), so as not to spin. */
    private static final Duration ACCEPT_PAUSE = Duration.ofMillis(100);

    private final World world;
    private final QmqpdConfig config;
    private final Bounds bounds;
    private final ContentStore store;
    private final Submission submission;
    private final Object lock = new Object(); // guards what follows; never held over I/O
    private final Set<Peer> peers = new LinkedHashSet<>();
    private Runnable whenDrained = () -> {};
    private boolean accepting;
    private volatile boolean deaf;

    /** What a message may be: {@code [smtpd]} says so for all that comes in. */
    public record Bounds(DataDecoder.Limits message, int recipients) {}

    public Qmqpd(
            World world,
            QmqpdConfig config,
            Bounds bounds,
            ContentStore store,
            Submission submission) {
        this.world = world;
        this.config = config;
        this.bounds = bounds;
        this.store = store;
        this.submission = submission;
    }

    /** Begins to accept. */
    public void start(Listener listener) {
        synchronized (lock) {
            accepting = true;
        }
        world.tasks()
                .start(
                        "accept " + NAME,
                        () -> {
                            try {
                                accept(listener);
                            } finally {
                                synchronized (lock) {
                                    accepting = false;
                                }
                                runIfDrained();
                            }
                        });
    }

    /**
     * Takes no more connections; messages that are under way are finished.
     *
     * @param ended called once, when the last one is
     */
    public void drain(Listener listener, Runnable ended) {
        deaf = true;
        synchronized (lock) {
            whenDrained = ended;
        }
        listener.close();
        runIfDrained();
    }

    private void runIfDrained() {
        Runnable ended = () -> {};
        synchronized (lock) {
            if (deaf && !accepting && peers.isEmpty()) {
                ended = whenDrained;
                whenDrained = () -> {};
            }
        }
        ended.run();
    }

    private void accept(Listener listener) {
        while (!deaf) {
            try {
                admit(listener.accept());
            } catch (IOException failed) {
                if (!deaf) {
                    world.log().warning(LogLine.about(NAME).with("accept", failed.getMessage()));
                    world.clock().sleep(ACCEPT_PAUSE);
                }
            }
        }
    }

    private void admit(Peer peer) {
        boolean room;
        synchronized (lock) {
            room = peers.size() < config.sessions();
            if (room) {
                peers.add(peer);
            }
        }
        if (!room || !allowed(peer, config.clients())) {
            world.log()
                    .info(
                            LogLine.about("reject")
                                    .say("CONNECT from " + address(peer) + " by QMQP:")
                                    .with("reason", room ? "not a client" : "too many sessions"));
            leave(peer);
            return;
        }
        world.tasks()
                .start(
                        "session " + NAME + " " + peer.remote(),
                        () -> {
                            try {
                                new Session(world, config, bounds, store, submission, peer)
                                        .converse();
                            } finally {
                                leave(peer);
                            }
                        });
    }

    private void leave(Peer peer) {
        peer.close();
        synchronized (lock) {
            peers.remove(peer);
        }
        if (deaf) {
            runIfDrained();
        }
    }

    private static boolean allowed(Peer peer, List<Cidr> clients) {
        return peer.remote() instanceof Endpoint.Tcp tcp
                && clients.stream().anyMatch(network -> network.contains(tcp.address()));
    }

    /** As the trace writes it. */
    static String address(Peer peer) {
        return peer.remote() instanceof Endpoint.Tcp tcp ? Origin.text(tcp.address()) : "";
    }
}
