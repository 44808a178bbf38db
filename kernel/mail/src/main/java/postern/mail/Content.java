package postern.mail;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import postern.base.Peer;

/**
 * The octets of a message, wherever they lie: lines end with CRLF, dots are not stuffed. May be
 * read many times, by one thread at a time.
 */
public interface Content extends Closeable {
    /** The longest line that SMTP may carry, without its CRLF: RFC 5321 §4.5.3.1.6. */
    int LINE_OCTETS_MAX = 998;

    long octets();

    /**
     * Whether any line begins with a dot, so that sending by DATA needs transparency (RFC 5321
     * §4.5.2).
     */
    boolean dotLines();

    /**
     * Whether a line of more than {@link #LINE_OCTETS_MAX} octets was seen when the content was
     * taken in; false where nobody looked.
     */
    default boolean longLines() {
        return false;
    }

    /** Reads up to {@code length} octets from {@code position} on; -1 at the end. */
    int read(long position, byte[] into, int offset, int length) throws IOException;

    /** Sends a region as it is. */
    void send(Peer peer, long position, long length) throws IOException;

    /**
     * The octets themselves where they are few and in memory already, so that they can go out in
     * one write with the commands before them; empty otherwise.
     */
    default List<ByteBuffer> resident() {
        return List.of();
    }

    /** Gives back what it holds (memory, a scratch file); the queue's own copies stay. */
    @Override
    void close();
}
