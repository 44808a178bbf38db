package postern.testkit;

import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import postern.base.Bug;
import postern.base.Endpoint;
import postern.base.Listener;
import postern.base.Peer;
import postern.base.TimedOut;

/**
 * The network of a simulated world: all of its hosts, and each host's Unix sockets in one space.
 */
public final class SimNetwork {
    private static final int EPHEMERAL_PORT_MIN = 32_768;
    private static final int EPHEMERAL_PORTS = 28_000;

    private final Baton baton;
    private final SplittableRandom random;
    private final Map<Endpoint, SimSocket> sockets = new HashMap<>();
    private final Map<InetAddress, Reach> reaches = new HashMap<>();
    private Weather weather = Weather.FAIR;
    private int ports;

    /** Whether a host answers. */
    public enum Reach {
        UP,
        /** It refuses every connection. */
        REFUSING,
        /** Nothing ever comes back. */
        SILENT
    }

    /** What both ends of a connection share. */
    record Ends(Baton baton, SplittableRandom random, Weather weather) {}

    SimNetwork(Baton baton, SplittableRandom random) {
        this.baton = baton;
        this.random = random;
    }

    /** For TCP connections made from now on. */
    public void weather(Weather now) {
        weather = now;
    }

    /** For connections to that host made from now on. */
    public void reach(InetAddress host, Reach now) {
        reaches.put(host, now);
    }

    /**
     * Listens for processes to come, as master does: they {@link #inherit} it, and what waits in it
     * survives them.
     *
     * @param user the kernel's word to those who connect to a Unix socket
     */
    public void bind(Endpoint at, String user) {
        Bug.unless(sockets.get(at) == null, "an address is bound once");
        sockets.put(at, new SimSocket(baton, at, user));
    }

    /** Nobody listens there any more. */
    public void unbind(Endpoint at) {
        SimSocket socket = sockets.get(at);
        if (socket != null) {
            remove(socket);
        }
    }

    /** A process's own hold on what was bound for it. */
    public Listener inherit(SimProcess process, Endpoint at) throws IOException {
        SimSocket socket = sockets.get(at);
        if (socket == null) {
            throw new IOException("nothing was bound at " + at);
        }
        return new SimListener(baton, this, process, socket, true);
    }

    Listener listen(SimProcess owner, Endpoint at) throws IOException {
        baton.pause();
        Endpoint where = at;
        if (at instanceof Endpoint.Tcp tcp && tcp.port() == 0) {
            where = new Endpoint.Tcp(tcp.address(), port());
        }
        if (sockets.get(where) != null) {
            throw new IOException("Address already in use: " + where);
        }
        SimSocket socket = new SimSocket(baton, where, owner.user());
        sockets.put(where, socket);
        return new SimListener(baton, this, owner, socket, false);
    }

    void remove(SimSocket socket) {
        sockets.remove(socket.local(), socket);
        socket.remove();
    }

    Peer connect(SimProcess from, Endpoint target, Duration timeout) throws IOException {
        baton.pause();
        Weather here = target instanceof Endpoint.Local ? Weather.INDOORS : weather;
        baton.sleep(here.latency(random));
        if (target instanceof Endpoint.Tcp tcp) {
            switch (reaches.getOrDefault(tcp.address(), Reach.UP)) {
                case UP -> {}
                case REFUSING -> throw new IOException("Connection refused: " + target);
                case SILENT -> {
                    baton.sleep(timeout.toNanos());
                    throw new TimedOut("connect to " + target + ": no answer");
                }
            }
        }
        SimSocket socket = find(target);
        if (socket == null) {
            throw new IOException("Connection refused: " + target);
        }
        return join(from, socket, target, here);
    }

    private Peer join(SimProcess from, SimSocket socket, Endpoint target, Weather here)
            throws IOException {
        Ends ends = new Ends(baton, random.split(), here);
        SimPipe there = new SimPipe(baton, random.split(), here);
        SimPipe back = new SimPipe(baton, random.split(), here);
        Endpoint origin =
                target instanceof Endpoint.Local ? target : new Endpoint.Tcp(from.host(), port());
        SimPeer accepted = new SimPeer(ends, from.user(), origin, target, there, back);
        SimPeer connected = new SimPeer(ends, socket.user(), target, origin, back, there);
        connected.belongTo(from);
        if (!socket.offer(accepted)) {
            connected.close();
            accepted.close();
            throw new IOException("Connection refused: backlog is full at " + target);
        }
        return connected;
    }

    private @Nullable SimSocket find(Endpoint target) {
        SimSocket exact = sockets.get(target);
        if (exact == null && target instanceof Endpoint.Tcp tcp) {
            return sockets.get(new Endpoint.Tcp(SimWorld.address("0.0.0.0"), tcp.port()));
        }
        return exact;
    }

    private int port() {
        Bug.unless(ports < Integer.MAX_VALUE, "ports are counted in an int");
        return EPHEMERAL_PORT_MIN + ports++ % EPHEMERAL_PORTS;
    }
}
