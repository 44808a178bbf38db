package postern.wire;

import java.io.IOException;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import postern.base.Bug;
import postern.base.Peer;

/**
 * Reads lines and counted octets from a possibly hostile peer. Every way a line can end is a type;
 * only CRLF is an end (RFC 5321 §2.3.8). One thread only. The buffer is small until more is needed,
 * so that an idle session costs little.
 */
public final class PeerReader {

    /** How a line ended. */
    public sealed interface Line {
        /** Without its CRLF. */
        record Complete(byte[] octets) implements Line {}

        /** CR or LF stood alone in it: refuse, never repair (smuggling). */
        record BareNewline() implements Line {}

        /**
         * Swallowed up to its CRLF; the next line is intact.
         *
         * @param start its first octets, {@link #START_OCTETS} at the most
         */
        record TooLong(byte[] start) implements Line {

            /** Of a line that was read, and is too long for what it is. */
            public static TooLong of(byte[] line) {
                return new TooLong(Arrays.copyOf(line, Math.min(line.length, START_OCTETS)));
            }
        }

        /** The peer closed; an unfinished line is no line. */
        record End() implements Line {}
    }

    private static final Line BARE = new Line.BareNewline();
    private static final Line END = new Line.End();

    /** What is kept of a line that is too long: enough to tell a command by. */
    public static final int START_OCTETS = 5;

    /** How many times the longest line a peer may send before its CRLF until we hang up. */
    private static final int DRAIN_FACTOR = 16;

    /** What the buffer is at first: commands come in such portions. */
    private static final int BUFFER_OCTETS_MIN = 2 * 1024;

    /** What it is for content: most messages are smaller and come in one portion. */
    private static final int BUFFER_OCTETS_WIDE = 16 * 1024;

    private static final byte[] EMPTY = {};

    private final Peer peer;
    private final int capacity;
    private byte[] buffer = EMPTY;
    private int start;
    private int end;
    private boolean filled; // by the last read: the peer sends more than fits

    /**
     * @param capacity octets read at once; also the longest line that {@link #line} can be asked
     *     for
     */
    public PeerReader(Peer peer, int capacity) {
        this.peer = peer;
        this.capacity = capacity;
    }

    /**
     * The next line.
     *
     * @param octetsMax longest line accepted, its CRLF included
     * @throws IOException the connection failed, or the peer sends a line without end
     */
    public Line line(int octetsMax) throws IOException {
        Bug.unless(octetsMax <= capacity, "a line fits the buffer");
        int scanned = 0; // octets of this line looked at and found without an end
        boolean bare = false;
        while (true) {
            for (int i = start + scanned; i < end; i++) {
                if (buffer[i] == '\n') {
                    if (i > start && buffer[i - 1] == '\r') {
                        return taken(i, octetsMax, bare);
                    }
                    bare = true;
                } else if (i > start && buffer[i - 1] == '\r') {
                    bare = true;
                }
            }
            scanned = end - start;
            if (scanned >= octetsMax) {
                return drained();
            }
            if (!fill()) {
                return END;
            }
        }
    }

    private Line taken(int newline, int octetsMax, boolean bare) {
        int length = newline + 1 - start;
        Line line;
        if (length > octetsMax) {
            line = tooLong();
        } else if (bare) {
            line = BARE;
        } else {
            line = new Line.Complete(Arrays.copyOfRange(buffer, start, newline - 1));
        }
        consume(length);
        return line;
    }

    private Line tooLong() {
        return new Line.TooLong(
                Arrays.copyOfRange(buffer, start, Math.min(end, start + START_OCTETS)));
    }

    /** Throws away the rest of a line that is too long. */
    private Line drained() throws IOException {
        Line line = tooLong();
        long allowed = (long) capacity * DRAIN_FACTOR;
        byte last = 0;
        while (allowed > 0) {
            for (int i = start; i < end; i++) {
                if (buffer[i] == '\n' && last == '\r') {
                    consume(i + 1 - start);
                    return line;
                }
                last = buffer[i];
            }
            allowed -= end - start;
            start = 0;
            end = 0;
            if (!fill()) {
                return END;
            }
        }
        throw new ProtocolException("peer sends a line without end");
    }

    /**
     * Octets as they come, what is buffered first.
     *
     * @return how many; -1 when the peer closed
     */
    public int read(byte[] into, int offset, int length) throws IOException {
        return read(ByteBuffer.wrap(into, offset, length));
    }

    /**
     * Octets as they come, what is buffered first, into what remains of a buffer.
     *
     * @return how many; -1 when the peer closed
     */
    public int read(ByteBuffer into) throws IOException {
        int ready = end - start;
        if (ready == 0) {
            return peer.read(into);
        }
        int n = Math.min(ready, into.remaining());
        into.put(buffer, start, n);
        consume(n);
        return n;
    }

    /**
     * The buffered octets, for a decoder that looks before it takes; fills first when there are
     * none. False at the end.
     */
    public boolean ready() throws IOException {
        return end > start || fill();
    }

    /**
     * The buffer behind {@link #position()} and {@link #limit()}; valid until the next call that
     * reads.
     */
    public byte[] buffer() {
        return buffer;
    }

    public int position() {
        return start;
    }

    public int limit() {
        return end;
    }

    /** Takes octets that were looked at in {@link #buffer()}. */
    public void consume(int octets) {
        start += octets;
        if (start == end) {
            start = 0;
            end = 0;
        }
    }

    /** Whether octets of the peer wait in the buffer: then replies may wait too (RFC 2920 §3.2). */
    public boolean pending() {
        return end > start;
    }

    /**
     * Forgets what is buffered and says how much it was: RFC 3207 §4.2 wants nothing kept over
     * STARTTLS.
     */
    public int discard() {
        int octets = end - start;
        start = 0;
        end = 0;
        return octets;
    }

    /** Whether a whole line waits in the buffer, so that {@link #line} will not wait. */
    public boolean linePending() {
        for (int i = start; i < end; i++) {
            if (buffer[i] == '\n') {
                return true;
            }
        }
        return false;
    }

    /** Content is to come: reads much at once from now on, and more when it fills the buffer. */
    public void widen() {
        int wanted = Math.min(capacity, BUFFER_OCTETS_WIDE);
        if (buffer.length < wanted) {
            resize(wanted);
        }
    }

    /** Content is over: what is buffered needs little room again. */
    public void narrow() {
        int wanted = Math.min(capacity, BUFFER_OCTETS_MIN);
        if (buffer.length > wanted && end - start < wanted) {
            resize(wanted);
        }
    }

    private void resize(int octets) {
        byte[] other = new byte[octets];
        System.arraycopy(buffer, start, other, 0, end - start);
        buffer = other;
        end -= start;
        start = 0;
    }

    private boolean fill() throws IOException {
        if (buffer.length == 0) {
            buffer = new byte[Math.min(capacity, BUFFER_OCTETS_MIN)];
        }
        if (end == buffer.length) {
            if (start == 0) {
                resize((int) Math.min(capacity, 4L * buffer.length));
            } else {
                System.arraycopy(buffer, start, buffer, 0, end - start);
                end -= start;
                start = 0;
            }
        }
        if (filled && end == 0 && buffer.length < capacity) {
            resize((int) Math.min(capacity, 4L * buffer.length));
        }
        int n = peer.read(buffer, end, buffer.length - end);
        if (n < 0) {
            return false;
        }
        end += n;
        filled = end == buffer.length;
        return true;
    }
}
