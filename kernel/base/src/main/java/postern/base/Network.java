package postern.base;

import java.io.IOException;
import java.time.Duration;

/** Streams to other processes and hosts. No names are looked up here. */
public interface Network {

    /**
     * Connects.
     *
     * @throws TimedOut no answer within {@code timeout}
     * @throws IOException refused, unreachable, forbidden
     */
    Peer connect(Endpoint target, Duration timeout) throws IOException;

    /** Listens. Unix sockets are created anew; one that a dead process left is replaced. */
    Listener listen(Endpoint at) throws IOException;
}
