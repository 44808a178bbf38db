package postern.smtpd;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import postern.base.DiskFile;
import postern.base.Endpoint;
import postern.base.Peer;

/** The client behind a balancer: the balancer's connection under the client's address. */
record ProxiedPeer(Peer balancer, ProxyHeader.Ends ends) implements Peer {
    @Override
    public Endpoint remote() {
        return ends.client();
    }

    @Override
    public Endpoint local() {
        return ends.server();
    }

    @Override
    public void expireAfter(Duration limit) {
        balancer.expireAfter(limit);
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        return balancer.read(into, offset, length);
    }

    @Override
    public void write(ByteBuffer... buffers) throws IOException {
        balancer.write(buffers);
    }

    @Override
    public void send(DiskFile file, long position, long length) throws IOException {
        balancer.send(file, position, length);
    }

    @Override
    public Optional<String> user() throws IOException {
        return balancer.user();
    }

    @Override
    public void close() {
        balancer.close();
    }
}
