package postern.smtp;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import postern.base.DiskFile;
import postern.base.Endpoint;
import postern.base.Peer;

/**
 * Gives each block that is written its own time: RFC 5321 §4.5.3.2.5. The whole message may take as
 * long as its blocks.
 */
record PacedPeer(Peer peer, Duration limit) implements Peer {
    private static final long BLOCK_OCTETS = 256 * 1024;

    @Override
    public Endpoint remote() {
        return peer.remote();
    }

    @Override
    public Endpoint local() {
        return peer.local();
    }

    @Override
    public void expireAfter(Duration other) {
        peer.expireAfter(other);
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        return peer.read(into, offset, length);
    }

    @Override
    public void write(ByteBuffer... buffers) throws IOException {
        peer.expireAfter(limit);
        peer.write(buffers);
    }

    @Override
    public void send(DiskFile file, long position, long length) throws IOException {
        long sent = 0;
        while (sent < length) {
            long block = Math.min(BLOCK_OCTETS, length - sent);
            peer.expireAfter(limit);
            peer.send(file, position + sent, block);
            sent += block;
        }
    }

    @Override
    public Optional<String> user() throws IOException {
        return peer.user();
    }

    @Override
    public void close() {
        peer.close();
    }
}
