package postern.base;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;

/** A peer over another: does what that one does, save what a layer does otherwise. */
public abstract class LayeredPeer implements Peer {
    private final Peer beneath;

    protected LayeredPeer(Peer beneath) {
        this.beneath = beneath;
    }

    @Override
    public Endpoint remote() {
        return beneath.remote();
    }

    @Override
    public Endpoint local() {
        return beneath.local();
    }

    @Override
    public void expireAfter(Duration limit) {
        beneath.expireAfter(limit);
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        return beneath.read(into, offset, length);
    }

    @Override
    public boolean waiting() {
        return beneath.waiting();
    }

    @Override
    public void write(ByteBuffer... buffers) throws IOException {
        beneath.write(buffers);
    }

    @Override
    public void send(DiskFile file, long position, long length) throws IOException {
        beneath.send(file, position, length);
    }

    @Override
    public Optional<String> user() throws IOException {
        return beneath.user();
    }

    @Override
    public void close() {
        beneath.close();
    }
}
