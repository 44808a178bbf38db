package postern.command;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import postern.base.Endpoint;
import postern.base.Network;
import postern.base.Peer;

/**
 * Finds the sockets of a running Postern. Reading the configuration costs more than sending a
 * message, so the usual folder is tried first, unless a configuration file was named.
 *
 * @param usual the state folder of the configuration file that is used when none is named
 * @param configuration the file that was named
 * @param reader tells the state folder that a file names
 */
public record StateFolder(Path usual, Optional<Path> configuration, Reader reader) {
    /** Unix sockets answer at once or not at all; the bound is for form. */
    private static final Duration CONNECT = Duration.ofSeconds(30);

    /** Reads configuration. */
    public interface Reader {
        /**
         * @param file empty for the usual file
         * @throws IOException it cannot be read, or is not valid; the message says so
         */
        Path state(Optional<Path> file) throws IOException;
    }

    public StateFolder named(Path file) {
        return new StateFolder(usual, Optional.of(file), reader);
    }

    /**
     * Connects to a socket in the folder.
     *
     * @throws IOException nobody listens there, or we may not connect
     */
    public Peer connect(Network network, String socket) throws IOException {
        if (configuration.isPresent()) {
            return connect(network, reader.state(configuration), socket);
        }
        try {
            return connect(network, usual, socket);
        } catch (IOException notThere) {
            Path stated;
            try {
                stated = reader.state(Optional.empty());
            } catch (IOException unreadable) {
                throw notThere; // an unprivileged user need not be able to read it
            }
            if (stated.equals(usual)) {
                throw notThere;
            }
            return connect(network, stated, socket);
        }
    }

    private static Peer connect(Network network, Path state, String socket) throws IOException {
        Path path = state.resolve(socket);
        try {
            return network.connect(new Endpoint.Local(path), CONNECT);
        } catch (IOException failed) {
            throw new IOException(path + ": " + failed.getMessage(), failed);
        }
    }
}
