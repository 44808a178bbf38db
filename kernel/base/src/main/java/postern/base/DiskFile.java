package postern.base;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/** An open file. Positions are explicit; there is no cursor. */
public interface DiskFile extends Closeable {
    long size() throws IOException;

    /** Reads at the position; may read less than asked; -1 at the end. */
    int read(ByteBuffer into, long position) throws IOException;

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
        ByteBuffer all = ByteBuffer.allocate((int) size());
        while (all.hasRemaining() && read(all, all.position()) > 0) {
            // until all of it is there
        }
        return all.flip().asReadOnlyBuffer();
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
