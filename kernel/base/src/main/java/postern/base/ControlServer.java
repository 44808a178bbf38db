package postern.base;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;

/**
 * The server's half of a control socket: one line is asked on each connection, as
 * docs/protocols/control.md has it. Any thread.
 */
public final class ControlServer {
    /** Longest request in octets, its LF included. Origin: eight selectors of an address each. */
    public static final int REQUEST_OCTETS_MAX = 4096;

    /** For the whole request to come. */
    private static final Duration REQUEST_LIMIT = Duration.ofSeconds(10);

    /** Connections at once; what comes on top is hung up on. */
    public static final int SESSIONS_MAX = 16;

    private final World world;
    private final String program;
    private final Session session;
    private final Connections connections;

    /** Answers one request. */
    public interface Session {
        /**
         * @param request the line, its LF taken off
         * @param peer who asked, with no limit of time armed; closed by the caller
         * @throws IOException whoever asked has gone away
         */
        void answer(String request, Peer peer) throws IOException;
    }

    /**
     * @param program whose socket it is, for the log
     */
    public ControlServer(World world, String program, Session session) {
        this.world = world;
        this.program = program;
        this.session = session;
        this.connections = new Connections(world, program, SESSIONS_MAX);
    }

    /** Serves until the listener is closed; each connection in a task of its own. */
    public void serve(Listener listener) {
        connections.serve(listener, this::converse);
    }

    private void converse(Peer peer) {
        try {
            peer.expireAfter(REQUEST_LIMIT);
            Optional<String> request = request(peer);
            if (request.isPresent()) {
                peer.expireAfter(Duration.ZERO);
                session.answer(request.get(), peer);
            }
        } catch (IOException gone) {
            world.log()
                    .info(
                            LogLine.about(program)
                                    .say("operator went away")
                                    .with("error", gone.getMessage()));
        }
    }

    /** The request line; empty when it does not end within its bound. */
    private static Optional<String> request(Peer peer) throws IOException {
        byte[] line = new byte[REQUEST_OCTETS_MAX];
        int length = 0;
        while (length < line.length) {
            int n = peer.read(line, length, line.length - length);
            if (n < 0) {
                return Optional.empty();
            }
            for (int i = length; i < length + n; i++) {
                if (line[i] == '\n') {
                    int end = i > 0 && line[i - 1] == '\r' ? i - 1 : i;
                    return Optional.of(new String(line, 0, end, StandardCharsets.UTF_8));
                }
            }
            length += n;
        }
        return Optional.empty();
    }

    /** Writes text within a limit of time. */
    public static void write(Peer peer, CharSequence text, Duration limit) throws IOException {
        peer.expireAfter(limit);
        peer.write(ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.UTF_8)));
    }
}
