package postern.base;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** An open file. Positions are explicit; there is no cursor. */
public interface DiskFile extends Closeable {
    long size() throws IOException;

    /** Reads at the position; may read less than asked; -1 at the end. */
    int read(ByteBuffer into, long position) throws IOException;

    /**
     * Its first octets: all of it, where it is no longer than that.
     *
     * @param octetsMax a file that is longer is cut, without a word: who minds asks for its {@link
     *     #size}, or for one octet more than he takes
     */
    default byte[] head(int octetsMax) throws IOException {
        ByteBuffer octets = ByteBuffer.allocate((int) Math.min(size(), octetsMax));
        while (octets.hasRemaining() && read(octets, octets.position()) > 0) {
            // until it is full, or the file was cut shorter meanwhile
        }
        return octets.hasRemaining()
                ? Arrays.copyOf(octets.array(), octets.position())
                : octets.array();
    }

    /**
     * The whole file for reading, mapped into memory where the disk can: its pages are then shared
     * with every process that maps it. Must not be cut shorter while it is used.
     *
     * @throws IOException also when it exceeds 2 GiB
     */
    default ByteBuffer map() throws IOException {
        if (size() > Integer.MAX_VALUE) {
            throw new IOException("file exceeds 2 GiB");
        }
        return ByteBuffer.wrap(head(Integer.MAX_VALUE)).asReadOnlyBuffer();
    }

    /** Writes all of the buffers at the position, one behind the other. */
    void write(long position, ByteBuffer... buffers) throws IOException;

    /**
     * Makes what was written safe (fdatasync). After an error the file's content is unknown: halt
     * and start from disk.
     */
    void sync() throws IOException;

    void truncate(long size) throws IOException;

    /**
     * Locks the whole file against other processes (fcntl), without waiting; held until {@link
     * #close}.
     *
     * @return false when another process holds it
     */
    boolean tryLock() throws IOException;

    @Override
    void close() throws IOException;
}
