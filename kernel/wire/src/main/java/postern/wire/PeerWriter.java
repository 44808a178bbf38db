package postern.wire;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import postern.base.Peer;

/**
 * Gathers lines and writes them at once: one write for a batch of commands or replies (RFC 2920).
 * One thread only.
 */
public final class PeerWriter {
    /** A batch that grows beyond this is written at once, so that memory stays bounded. */
    private static final int BATCH_OCTETS_MAX = 16 * 1024;

    private static final byte[] EMPTY = {};

    private final Peer peer;
    private byte[] batch = EMPTY;
    private int length;

    public PeerWriter(Peer peer) {
        this.peer = peer;
    }

    public void add(byte[] octets) throws IOException {
        add(octets, 0, octets.length);
    }

    public void add(byte[] octets, int offset, int count) throws IOException {
        if (length + count > BATCH_OCTETS_MAX) {
            flush();
            if (count > BATCH_OCTETS_MAX) {
                peer.write(ByteBuffer.wrap(octets, offset, count));
                return;
            }
        }
        if (batch.length < length + count) {
            batch = Arrays.copyOf(batch, Math.max(512, Math.max(2 * batch.length, length + count)));
        }
        System.arraycopy(octets, offset, batch, length, count);
        length += count;
    }

    /** Adds a line and its CRLF. The text holds neither CR nor LF: it was parsed, or is ours. */
    public void line(String text) throws IOException {
        add((text + "\r\n").getBytes(StandardCharsets.UTF_8));
    }

    public void add(Reply reply) throws IOException {
        add(reply.octets());
    }

    /** Writes what was gathered, and {@code more} behind it, in one call. */
    public void flush(ByteBuffer... more) throws IOException {
        if (more.length == 0) {
            if (length > 0) {
                peer.write(ByteBuffer.wrap(batch, 0, length));
            }
        } else {
            ByteBuffer[] all = new ByteBuffer[more.length + 1];
            all[0] = ByteBuffer.wrap(batch, 0, length);
            System.arraycopy(more, 0, all, 1, more.length);
            peer.write(all);
        }
        length = 0;
    }

    public boolean pending() {
        return length > 0;
    }
}
