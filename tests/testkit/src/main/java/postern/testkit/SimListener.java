package postern.testkit;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import postern.base.Endpoint;
import postern.base.Listener;
import postern.base.Peer;

/** A process's hold on a listening socket. */
final class SimListener implements Listener {
    private final Baton baton;
    private final SimNetwork network;
    private final SimProcess owner;
    private final SimSocket socket;
    private final boolean inherited;
    private boolean closed;

    /**
     * @param inherited whether the socket outlives this hold
     */
    SimListener(
            Baton baton,
            SimNetwork network,
            SimProcess owner,
            SimSocket socket,
            boolean inherited) {
        this.baton = baton;
        this.network = network;
        this.owner = owner;
        this.socket = socket;
        this.inherited = inherited;
        owner.adopt(this);
    }

    @Override
    public Endpoint local() {
        return socket.local();
    }

    @Override
    public Peer accept() throws IOException {
        baton.pause();
        while (true) {
            if (closed || socket.gone()) {
                throw new ClosedChannelException();
            }
            SimPeer peer = socket.poll();
            if (peer != null) {
                peer.belongTo(owner);
                return peer;
            }
            baton.await(socket.acceptors(), Long.MAX_VALUE);
        }
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        owner.forget(this);
        if (inherited) {
            baton.wake(socket.acceptors());
        } else {
            network.remove(socket);
        }
    }
}
