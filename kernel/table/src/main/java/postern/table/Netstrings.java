package postern.table;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import postern.base.Peer;

/**
 * A connection on which both sides speak netstrings: {@code 5:hello,}. One thread only; any may
 * close.
 */
public final class Netstrings implements Closeable {
    /** Digits of a length at most: none of our bounds has more. */
    private static final int DIGITS_MAX = 7;

    private final Peer peer;
    private final byte[] buffer = new byte[1024];
    private int at;
    private int end;

    public Netstrings(Peer peer) {
        this.peer = peer;
    }

    /** How long the next reads and writes may take together; {@link Duration#ZERO}: for ever. */
    public void expireAfter(Duration limit) {
        peer.expireAfter(limit);
    }

    /**
     * The next string; empty where the peer closed before one began.
     *
     * @param octetsMax longest string that is taken
     * @throws IOException it is no netstring, is too long, or ends early
     */
    public Optional<String> read(int octetsMax) throws IOException {
        int first = next();
        if (first < 0) {
            return Optional.empty();
        }
        int length = length(first);
        if (length > octetsMax) {
            throw new IOException("a netstring of more than " + octetsMax + " octets");
        }
        var text = new ByteArrayOutputStream(Math.min(length, buffer.length));
        while (text.size() < length) {
            if (at == end && !fill()) {
                throw new IOException("the peer closed within a netstring");
            }
            int some = Math.min(end - at, length - text.size());
            text.write(buffer, at, some);
            at += some;
        }
        if (next() != ',') {
            throw new IOException("a netstring without its comma");
        }
        return Optional.of(text.toString(StandardCharsets.UTF_8));
    }

    private int length(int first) throws IOException {
        int length = 0;
        int digits = 0;
        for (int c = first; c != ':'; c = next()) {
            if (c < '0' || c > '9' || ++digits > DIGITS_MAX) {
                throw new IOException("no netstring");
            }
            length = length * 10 + c - '0';
        }
        if (digits == 0) {
            throw new IOException("no netstring");
        }
        return length;
    }

    private int next() throws IOException {
        return at < end || fill() ? buffer[at++] & 0xff : -1;
    }

    private boolean fill() throws IOException {
        at = 0;
        end = Math.max(0, peer.read(buffer, 0, buffer.length));
        return end > 0;
    }

    /** Whether the peer has said something that nobody asked for, or has closed. */
    public boolean stale() {
        return at < end || peer.waiting();
    }

    public void write(String text) throws IOException {
        byte[] octets = text.getBytes(StandardCharsets.UTF_8);
        byte[] head = (octets.length + ":").getBytes(StandardCharsets.US_ASCII);
        byte[] all = new byte[head.length + octets.length + 1];
        System.arraycopy(head, 0, all, 0, head.length);
        System.arraycopy(octets, 0, all, head.length, octets.length);
        all[all.length - 1] = ',';
        peer.write(ByteBuffer.wrap(all));
    }

    @Override
    public void close() {
        peer.close();
    }
}
