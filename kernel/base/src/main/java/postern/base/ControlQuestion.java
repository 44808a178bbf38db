package postern.base;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Consumer;

/** The client's half of a control socket: docs/protocols/control.md. */
public final class ControlQuestion {
    private static final int BLOCK_OCTETS = 16 * 1024;

    private ControlQuestion() {}

    /**
     * Asks, and hands on each line of the answer but the result.
     *
     * @param peer the server; closed by the caller
     * @param patience how long the server may be silent
     * @return the result
     * @throws IOException the answer broke off or is none
     */
    public static ControlLine ask(
            Peer peer, String request, Duration patience, Consumer<ControlLine> sink)
            throws IOException {
        peer.expireAfter(patience);
        peer.write(ByteBuffer.wrap((request + "\n").getBytes(StandardCharsets.UTF_8)));
        Lines lines = new Lines(peer, patience);
        Optional<ControlLine> result = Optional.empty();
        for (String text = lines.next();
                !text.isEmpty() && !text.equals(".");
                text = lines.next()) {
            String shown = text;
            ControlLine line =
                    ControlLine.parse(text)
                            .orElseThrow(() -> new IOException("not an answer: " + shown));
            if (line.has("result")) {
                result = Optional.of(line);
            } else {
                sink.accept(line);
            }
        }
        return result.orElseThrow(() -> new IOException("an answer without a result"));
    }

    /** Lines ended by LF, bounded. */
    private static final class Lines {
        private final Peer peer;
        private final Duration patience;
        private byte[] buffer = new byte[BLOCK_OCTETS];
        private int start;
        private int end;

        Lines(Peer peer, Duration patience) {
            this.peer = peer;
            this.patience = patience;
        }

        String next() throws IOException {
            int scanned = start;
            while (true) {
                for (int i = scanned; i < end; i++) {
                    if (buffer[i] == '\n') {
                        String line = new String(buffer, start, i - start, StandardCharsets.UTF_8);
                        start = i + 1;
                        return line;
                    }
                }
                scanned = end - start;
                fill();
            }
        }

        private void fill() throws IOException {
            System.arraycopy(buffer, start, buffer, 0, end - start);
            end -= start;
            start = 0;
            if (end == buffer.length) {
                if (end >= ControlLine.LINE_OCTETS_MAX) {
                    throw new IOException("an answer's line has no end");
                }
                buffer = Arrays.copyOf(buffer, 2 * end);
            }
            peer.expireAfter(patience);
            int n = peer.read(buffer, end, buffer.length - end);
            if (n < 0) {
                throw new IOException("the answer broke off");
            }
            end += n;
        }
    }
}
