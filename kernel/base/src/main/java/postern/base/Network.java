package postern.base;

import java.io.IOException;
import java.net.InetAddress;
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

    /**
     * Connects from that address of ours; where this network has no addresses of its own, as {@link
     * #connect(Endpoint, Duration)}.
     *
     * @param from of the same kind as the target's
     */
    default Peer connect(Endpoint target, InetAddress from, Duration timeout) throws IOException {
        return connect(target, timeout);
    }

    /** Listens. Unix sockets are created anew; one that a dead process left is replaced. */
    Listener listen(Endpoint at) throws IOException;
}
