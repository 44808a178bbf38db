package postern.base.system;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Optional;
import postern.base.Endpoint;
import postern.base.Listener;
import postern.base.Network;
import postern.base.Peer;
import postern.base.TimedOut;

/** The sockets of this machine. */
public final class SystemNetwork implements Network {
    private static final int BACKLOG = 1024;

    private final Deadlines deadlines = new Deadlines();

    /** A listener that was inherited from master; {@code at} is where master bound it. */
    public Listener inherited(ServerSocketChannel channel, Endpoint at) {
        return new ChannelListener(channel, at, deadlines);
    }

    @Override
    public Peer connect(Endpoint target, Duration timeout) throws IOException {
        return switch (target) {
            case Endpoint.Tcp tcp -> connectTcp(tcp, Optional.empty(), timeout);
            case Endpoint.Local unix -> {
                SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(unix.path()));
                yield new ChannelPeer(channel, unix, unix, deadlines);
            }
        };
    }

    @Override
    public Peer connect(Endpoint target, InetAddress from, Duration timeout) throws IOException {
        return target instanceof Endpoint.Tcp tcp
                ? connectTcp(tcp, Optional.of(from), timeout)
                : connect(target, timeout);
    }

    private Peer connectTcp(Endpoint.Tcp target, Optional<InetAddress> from, Duration timeout)
            throws IOException {
        SocketChannel channel = SocketChannel.open();
        try {
            if (from.isPresent()) {
                channel.bind(new InetSocketAddress(from.get(), 0));
            }
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.socket()
                    .connect(
                            new InetSocketAddress(target.address(), target.port()),
                            Math.toIntExact(timeout.toMillis()));
            return new ChannelPeer(
                    channel,
                    target,
                    ChannelListener.endpoint(channel.getLocalAddress()),
                    deadlines);
        } catch (SocketTimeoutException slow) {
            channel.close();
            throw new TimedOut(
                    "connect to " + target + ": no answer in " + timeout.toSeconds() + " s");
        } catch (IOException failed) {
            channel.close();
            throw failed;
        }
    }

    @Override
    public Listener listen(Endpoint at) throws IOException {
        return switch (at) {
            case Endpoint.Tcp tcp -> {
                ServerSocketChannel channel = ServerSocketChannel.open();
                channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
                channel.bind(new InetSocketAddress(tcp.address(), tcp.port()), BACKLOG);
                yield new ChannelListener(
                        channel, ChannelListener.endpoint(channel.getLocalAddress()), deadlines);
            }
            case Endpoint.Local unix -> {
                Files.deleteIfExists(unix.path());
                ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
                channel.bind(UnixDomainSocketAddress.of(unix.path()), BACKLOG);
                yield new ChannelListener(channel, unix, deadlines);
            }
        };
    }
}
