package postern.base;

import java.io.Closeable;
import java.io.IOException;

/** A socket that is listened on. */
public interface Listener extends Closeable {
    Endpoint local();

    /** Waits for the next connection. After {@link #close} it throws. */
    Peer accept() throws IOException;

    /** Stops listening; connections accepted before live on. Any thread. */
    @Override
    void close();
}
