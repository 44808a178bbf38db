package postern.base;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/** An open file. Positions are explicit; there is no cursor. */
public interface DiskFile extends Closeable {
    long size() throws IOException;

    /** Reads at the position; may read less than asked; -1 at the end. */
    int read(ByteBuffer into, long position) throws IOException;

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
