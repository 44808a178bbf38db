package postern.testkit;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;
import postern.base.Endpoint;

/**
 * A socket that is listened on, with its bounded backlog. Several processes may hold it; what waits
 * in it survives each of them, as with a socket that was inherited.
 */
final class SimSocket {
    private static final int BACKLOG = 128;

    private final Baton baton;
    private final Endpoint local;
    private final String user;
    private final ArrayDeque<SimPeer> backlog = new ArrayDeque<>();
    private final Waiters acceptors = new Waiters();
    private boolean gone;

    /**
     * @param user whose word it is to those who connect, before anybody accepts
     */
    SimSocket(Baton baton, Endpoint local, String user) {
        this.baton = baton;
        this.local = local;
        this.user = user;
    }

    Endpoint local() {
        return local;
    }

    String user() {
        return user;
    }

    Waiters acceptors() {
        return acceptors;
    }

    boolean gone() {
        return gone;
    }

    /** False when the backlog is full. */
    boolean offer(SimPeer peer) {
        if (gone || backlog.size() >= BACKLOG) {
            return false;
        }
        backlog.add(peer);
        baton.wake(acceptors);
        return true;
    }

    @Nullable SimPeer poll() {
        return backlog.poll();
    }

    /** Whoever waits in it is hung up on. */
    void remove() {
        gone = true;
        for (SimPeer waiting : backlog) {
            waiting.reset();
            waiting.close();
        }
        backlog.clear();
        baton.wake(acceptors);
    }
}
