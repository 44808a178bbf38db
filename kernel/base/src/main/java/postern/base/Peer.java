package postern.base;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;

/**
 * A connected stream to another process, near or far. One thread reads and writes; any thread may
 * close.
 */
public interface Peer extends Closeable {
    /** Most that is read at once where octets must go by way of the heap. */
    int COPIED_OCTETS = 16 * 1024;

    /**
     * The other end. For an accepted Unix connection this is the listener's path: Unix clients have
     * no name.
     */
    Endpoint remote();

    /** Our end. */
    Endpoint local();

    /**
     * From now on reads and writes together may take so long; after that the call that waits throws
     * {@link TimedOut}. A last word may still be written then; a second later the connection is
     * closed. Each call arms anew. {@link Duration#ZERO} disarms. Precision: one second.
     */
    void expireAfter(Duration limit);

    /** Reads at least one octet; -1 at the end of the stream. */
    int read(byte[] into, int offset, int length) throws IOException;

    /** Reads at least one octet into what remains of the buffer; -1 at the end of the stream. */
    default int read(ByteBuffer into) throws IOException {
        if (into.hasArray()) {
            int n = read(into.array(), into.arrayOffset() + into.position(), into.remaining());
            into.position(into.position() + Math.max(0, n));
            return n;
        }
        byte[] octets = new byte[Math.min(into.remaining(), COPIED_OCTETS)];
        int n = read(octets, 0, octets.length);
        into.put(octets, 0, Math.max(0, n));
        return n;
    }

    /**
     * Whether octets have come that a read would take without waiting; false where that cannot be
     * told.
     */
    default boolean waiting() {
        return false;
    }

    /** Writes all of the buffers, in one call to the system where it takes them. */
    void write(ByteBuffer... buffers) throws IOException;

    /** Writes a region of a file without a detour through the heap where the system can. */
    void send(DiskFile file, long position, long length) throws IOException;

    /**
     * The kernel's word on who is at the other end of a Unix-domain socket: the user's name, or uid
     * as text.
     */
    Optional<String> user() throws IOException;

    @Override
    void close();
}
