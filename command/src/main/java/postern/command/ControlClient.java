package postern.command;

import java.io.IOException;
import java.time.Duration;
import java.util.function.Consumer;
import postern.base.ControlLine;
import postern.base.ControlQuestion;
import postern.base.Network;
import postern.base.Peer;

/** Asks one question on a control socket: docs/protocols/control.md. */
final class ControlClient {
    private final Network network;
    private final StateFolder state;

    ControlClient(Network network, StateFolder state) {
        this.network = network;
        this.state = state;
    }

    /**
     * Asks, and hands on each line of the answer but the result.
     *
     * @param patience how long the server may be silent
     * @return the result
     * @throws Unreachable nobody listens
     * @throws IOException the answer broke off or is none
     */
    ControlLine ask(String socket, String request, Duration patience, Consumer<ControlLine> sink)
            throws IOException {
        try (Peer peer = reached(socket)) {
            return ControlQuestion.ask(peer, request, patience, sink);
        }
    }

    private Peer reached(String socket) throws Unreachable {
        try {
            return state.connect(network, socket);
        } catch (IOException nobody) {
            throw new Unreachable(nobody);
        }
    }

    /** Nobody listens on the socket: the program does not run. */
    static final class Unreachable extends IOException {
        private static final long serialVersionUID = 1;

        Unreachable(IOException cause) {
            super(cause.getMessage(), cause);
        }
    }
}
