package postern.master;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import postern.base.Endpoint;

/** Something to listen on, bound by master and served by a domain. */
public sealed interface ListenerPlan {

    /** By what name the domain knows it; given on its command line. */
    String name();

    /** Where it listens, for people; no two listeners listen there. */
    String place();

    record Tcp(String name, InetSocketAddress at) implements ListenerPlan {
        @Override
        public String place() {
            return Endpoint.text(at);
        }
    }

    /**
     * A Unix socket.
     *
     * @param mode permission bits of its file: who may connect
     * @param owner uid of its file
     */
    record Unix(String name, Path path, int mode, int owner) implements ListenerPlan {
        @Override
        public String place() {
            return path.toString();
        }
    }
}
