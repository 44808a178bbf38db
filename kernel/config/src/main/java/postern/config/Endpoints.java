package postern.config;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import postern.base.Endpoint;

/** Endpoints as operators write them. No name is looked up: addresses only. */
public final class Endpoints {
    private static final String UNIX = "unix:";
    private static final int PORT_MAX = 65_535;

    private Endpoints() {}

    /**
     * {@code 127.0.0.1:25}, {@code [::1]:25}, {@code :25} for every address of the machine, {@code
     * unix:PATH}. Port 0 lets the system choose.
     */
    public static Optional<Endpoint> parse(String text) {
        if (text.startsWith(UNIX)) {
            return local(text.substring(UNIX.length()));
        }
        int colon = text.lastIndexOf(':');
        if (colon < 0) {
            return Optional.empty();
        }
        Optional<Integer> port = port(text.substring(colon + 1));
        Optional<InetAddress> address = address(text.substring(0, colon));
        return port.isEmpty() || address.isEmpty()
                ? Optional.empty()
                : Optional.of(new Endpoint.Tcp(address.get(), port.get()));
    }

    private static Optional<Endpoint> local(String path) {
        try {
            return path.isEmpty()
                    ? Optional.empty()
                    : Optional.of(new Endpoint.Local(Path.of(path)));
        } catch (InvalidPathException odd) {
            return Optional.empty();
        }
    }

    private static Optional<Integer> port(String text) {
        if (text.isEmpty()
                || text.length() > 5
                || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return Optional.empty();
        }
        int port = Integer.parseInt(text);
        return port <= PORT_MAX ? Optional.of(port) : Optional.empty();
    }

    private static Optional<InetAddress> address(String text) {
        if (text.isEmpty()) {
            return Optional.of(new InetSocketAddress(0).getAddress());
        }
        boolean bracketed = text.startsWith("[") && text.endsWith("]");
        String bare = bracketed ? text.substring(1, text.length() - 1) : text;
        return bracketed == bare.contains(":") ? Cidr.address(bare) : Optional.empty();
    }
}
