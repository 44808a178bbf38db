package postern.base.system;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import postern.base.Endpoint;
import postern.base.Listener;
import postern.base.Peer;

/** A listener over a blocking channel. */
final class ChannelListener implements Listener {
    private final ServerSocketChannel channel;
    private final Endpoint local;
    private final Deadlines deadlines;

    ChannelListener(ServerSocketChannel channel, Endpoint local, Deadlines deadlines) {
        this.channel = channel;
        this.local = local;
        this.deadlines = deadlines;
    }

    @Override
    public Endpoint local() {
        return local;
    }

    @Override
    public Peer accept() throws IOException {
        SocketChannel peer = channel.accept();
        try {
            if (local instanceof Endpoint.Local) {
                return new ChannelPeer(peer, local, local, deadlines);
            }
            peer.setOption(StandardSocketOptions.TCP_NODELAY, true);
            return new ChannelPeer(
                    peer,
                    endpoint(peer.getRemoteAddress()),
                    endpoint(peer.getLocalAddress()),
                    deadlines);
        } catch (IOException gone) {
            peer.close();
            throw gone;
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException ignored) {
            // it no longer listens either way
        }
    }

    static Endpoint endpoint(SocketAddress address) throws IOException {
        return switch (address) {
            case InetSocketAddress tcp -> new Endpoint.Tcp(tcp.getAddress(), tcp.getPort());
            case UnixDomainSocketAddress unix -> new Endpoint.Local(unix.getPath());
            default -> throw new IOException("unknown kind of address: " + address);
        };
    }
}
