package postern.sasl.dovecot;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import postern.base.Peer;

/** Bounded lines, each ended by LF, to and from a peer. One thread only. */
final class Lines {
    /** Room for the longest message of a client in base64, and for what goes with it. */
    static final int LINE_OCTETS_MAX = 16 * 1024;

    private static final int READ_OCTETS = 2048;

    private final Peer peer;
    private byte[] buffer = new byte[READ_OCTETS];
    private int start;
    private int end;

    Lines(Peer peer) {
        this.peer = peer;
    }

    Peer peer() {
        return peer;
    }

    /**
     * The next line without its LF; empty at the end.
     *
     * @throws IOException the connection failed, or the line is too long
     */
    Optional<String> next() throws IOException {
        int looked = start;
        while (true) {
            for (int i = looked; i < end; i++) {
                if (buffer[i] == '\n') {
                    String line = new String(buffer, start, i - start, StandardCharsets.UTF_8);
                    start = i + 1;
                    return Optional.of(line);
                }
            }
            int held = end - start;
            if (held >= LINE_OCTETS_MAX) {
                throw new IOException("a line of the authentication protocol is too long");
            }
            buffer = Arrays.copyOf(Arrays.copyOfRange(buffer, start, end), held + READ_OCTETS);
            start = 0;
            end = held;
            looked = held;
            int n = peer.read(buffer, end, READ_OCTETS);
            if (n < 0) {
                return Optional.empty();
            }
            end += n;
        }
    }

    void write(String lines) throws IOException {
        peer.write(ByteBuffer.wrap(lines.getBytes(StandardCharsets.UTF_8)));
    }

    /** Nothing of what passed is kept. */
    void close() {
        Arrays.fill(buffer, (byte) 0);
        peer.close();
    }
}
