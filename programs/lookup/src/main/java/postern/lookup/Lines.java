package postern.lookup;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import postern.base.Endpoint;
import postern.base.Peer;
import postern.base.World;

/**
 * A connection to a server that answers in lines, and counted octets between them. One thread only.
 */
final class Lines {
    /** A connection is not used for longer: a server that was down gets its turn again. */
    static final Duration LIFETIME = Duration.ofMinutes(10);

    /** Longest line in octets, its LF included. Origin: tcp_table(5). */
    static final int LINE_OCTETS_MAX = 4096;

    private final Peer peer;
    private final byte[] buffer = new byte[LINE_OCTETS_MAX];
    private int at;
    private int end;
    private boolean closed;

    private Lines(Peer peer) {
        this.peer = peer;
    }

    /** What is said first on a new connection. */
    interface Greeting {
        void say(Lines lines) throws IOException;
    }

    /** What is asked. */
    interface Question<A> {
        A ask(Lines lines) throws IOException;
    }

    /** How such connections are made. */
    private record Driver(World world, Duration limit, Greeting greeting)
            implements Backends.Driver<Endpoint, Lines> {
        @Override
        public Lines connect(Endpoint server) throws Unavailable {
            Lines lines = null;
            try {
                lines = new Lines(world.network().connect(server, limit));
                lines.peer.expireAfter(limit);
                greeting.say(lines);
                lines.peer.expireAfter(Duration.ZERO);
                return lines;
            } catch (IOException failed) {
                if (lines != null) {
                    lines.close();
                }
                throw Unavailable.of(failed);
            }
        }

        @Override
        public void close(Lines lines) {
            lines.close();
        }

        @Override
        public boolean stale(Lines lines) {
            return lines.stale();
        }

        @Override
        public Duration lifetime() {
            return LIFETIME;
        }
    }

    static Backends<Endpoint, Lines> servers(
            World world,
            List<Endpoint> servers,
            int connections,
            Duration limit,
            Greeting greeting) {
        return new Backends<>(
                world, servers, new Driver(world, limit, greeting), connections, limit);
    }

    /** One question and its answer, within the limit of time. */
    <A> A within(Duration limit, Question<A> question) throws Unavailable {
        try {
            peer.expireAfter(limit);
            A answer = question.ask(this);
            peer.expireAfter(Duration.ZERO);
            return answer;
        } catch (IOException failed) {
            throw Unavailable.of(failed);
        }
    }

    void write(byte[] octets) throws IOException {
        peer.write(ByteBuffer.wrap(octets));
    }

    /**
     * The next line, its LF or CR LF taken off.
     *
     * @throws IOException it is too long, or the server closed
     */
    String line() throws IOException {
        var line = new ByteArrayOutputStream(64);
        for (int octet = next(); octet != '\n'; octet = next()) {
            if (line.size() == LINE_OCTETS_MAX - 1) {
                throw new IOException("a line of more than " + LINE_OCTETS_MAX + " octets");
            }
            line.write(octet);
        }
        String text = line.toString(StandardCharsets.UTF_8);
        return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
    }

    /** So many octets, and the CR LF behind them. */
    String counted(int octets) throws IOException {
        var text = new ByteArrayOutputStream(Math.min(octets, LINE_OCTETS_MAX));
        while (text.size() < octets) {
            if (at == end) {
                fill();
            }
            int some = Math.min(end - at, octets - text.size());
            text.write(buffer, at, some);
            at += some;
        }
        if (next() != '\r' || next() != '\n') {
            throw new IOException("a value that does not end where it should");
        }
        return text.toString(StandardCharsets.UTF_8);
    }

    private int next() throws IOException {
        if (at == end) {
            fill();
        }
        return buffer[at++] & 0xff;
    }

    private void fill() throws IOException {
        int n = peer.read(buffer, 0, buffer.length);
        if (n < 0) {
            throw new IOException("the server closed");
        }
        at = 0;
        end = n;
    }

    /** Whether nothing more can be asked: closed, or the server says what nobody asked for. */
    private boolean stale() {
        return closed || at < end || peer.waiting();
    }

    void close() {
        closed = true;
        peer.close();
    }
}
