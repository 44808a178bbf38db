package postern.base;

import java.net.InetAddress;
import java.nio.file.Path;

/** Where a peer is, or where we listen. */
public sealed interface Endpoint {

    record Tcp(InetAddress address, int port) implements Endpoint {
        @Override
        public String toString() {
            return "[" + address.getHostAddress() + "]:" + port;
        }
    }

    /** A Unix-domain stream socket. */
    record Local(Path path) implements Endpoint {
        @Override
        public String toString() {
            return path.toString();
        }
    }
}
