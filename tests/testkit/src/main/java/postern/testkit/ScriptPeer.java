package postern.testkit;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import postern.base.DiskFile;
import postern.base.Endpoint;
import postern.base.Peer;

/** A client that has said everything before it listens: octets in, octets out, on one thread. */
public final class ScriptPeer implements Peer {
    private final Endpoint remote;
    private final byte[] input;
    private final int cut;
    private final ByteArrayOutputStream output = new ByteArrayOutputStream();
    private int at;

    /**
     * @param cut most octets that one read returns
     */
    public ScriptPeer(Endpoint remote, byte[] input, int cut) {
        this.remote = remote;
        this.input = input;
        this.cut = cut;
    }

    /** What was said to it. */
    public String output() {
        return output.toString(StandardCharsets.UTF_8);
    }

    /** The same, as octets. */
    public byte[] octets() {
        return output.toByteArray();
    }

    @Override
    public Endpoint remote() {
        return remote;
    }

    @Override
    public Endpoint local() {
        return remote;
    }

    @Override
    public void expireAfter(Duration limit) {}

    @Override
    public int read(byte[] into, int offset, int length) {
        if (at == input.length) {
            return -1;
        }
        int n = Math.min(Math.min(cut, length), input.length - at);
        System.arraycopy(input, at, into, offset, n);
        at += n;
        return n;
    }

    @Override
    public void write(ByteBuffer... buffers) {
        for (ByteBuffer buffer : buffers) {
            byte[] octets = new byte[buffer.remaining()];
            buffer.get(octets);
            output.writeBytes(octets);
        }
    }

    @Override
    public void send(DiskFile file, long position, long length) throws IOException {
        ByteBuffer region = ByteBuffer.allocate(Math.toIntExact(length));
        while (region.hasRemaining()) {
            if (file.read(region, position + region.position()) < 0) {
                throw new IOException("file ends before the region that was to be sent");
            }
        }
        output.writeBytes(region.array());
    }

    @Override
    public Optional<String> user() {
        return Optional.empty();
    }

    @Override
    public void close() {}
}
