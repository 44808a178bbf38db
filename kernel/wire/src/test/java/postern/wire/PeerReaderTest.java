package postern.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import postern.base.DiskFile;
import postern.base.Endpoint;
import postern.base.Peer;

final class PeerReaderTest {
    private static final int LINE_MAX = 64;

    @Test
    void onlyCrlfEndsALine() throws IOException {
        assertThat(lines("a\r\n\r\nb c\r\n", 100)).containsExactly("a", "", "b c", "END");
        assertThat(lines("a\nb\r\nc\rd\r\ne\r\r\nf\r\n", 100))
                .containsExactly("BARE", "BARE", "BARE", "f", "END");
        assertThat(lines("unfinished", 100)).containsExactly("END");
    }

    @Test
    void aLineThatIsTooLongIsSwallowedToItsEnd() throws IOException {
        String fits = "x".repeat(LINE_MAX - 2);
        assertThat(lines(fits + "\r\n" + fits + "y\r\nz\r\n", 100))
                .containsExactly(fits, "LONG", "z", "END");
        assertThat(lines("x".repeat(900) + "\r\nz\r\n", 100)).containsExactly("LONG", "z", "END");
        assertThatThrownBy(() -> lines("x".repeat(1_000_000), 100)).isInstanceOf(IOException.class);
    }

    @Test // split-anywhere, lines and octets by turns
    void theResultDoesNotDependOnHowTheInputIsCut() throws IOException {
        Random random = new Random(5);
        for (int round = 0; round < 500; round++) {
            StringBuilder input = new StringBuilder();
            for (int i = random.nextInt(12); i > 0; i--) {
                input.append("l".repeat(random.nextInt(90)))
                        .append(random.nextInt(9) == 0 ? "\n" : "\r\n");
            }
            List<String> whole = lines(input.toString(), 10_000);
            assertThat(lines(input.toString(), 1)).isEqualTo(whole);
            assertThat(lines(input.toString(), 1 + random.nextInt(50))).isEqualTo(whole);
        }
    }

    @Test
    void octetsBehindALineAreNotLostWhateverTheBufferDoes() throws IOException {
        String content = "0123456789".repeat(20_000);
        PeerReader reader =
                new PeerReader(new Said("head\r\n" + content + "tail\r\n", 70_000), 32_768);
        PeerReader.Line head = reader.line(2048);
        reader.widen();
        StringBuilder seen = new StringBuilder();
        while (seen.length() < content.length()) {
            assertThat(reader.ready()).isTrue();
            int n = Math.min(content.length() - seen.length(), reader.limit() - reader.position());
            seen.append(
                    new String(reader.buffer(), reader.position(), n, StandardCharsets.US_ASCII));
            reader.consume(n);
        }
        reader.narrow();
        PeerReader.Line tail = reader.line(2048);

        assertThat(seen).hasToString(content);
        assertThat(shown(head)).isEqualTo("head");
        assertThat(shown(tail)).isEqualTo("tail");
        assertThat(reader.linePending()).isFalse();
    }

    private static List<String> lines(String input, int cut) throws IOException {
        PeerReader reader = new PeerReader(new Said(input, cut), 4 * LINE_MAX);
        List<String> lines = new ArrayList<>();
        do {
            lines.add(shown(reader.line(LINE_MAX)));
        } while (!lines.getLast().equals("END"));
        return lines;
    }

    private static String shown(PeerReader.Line line) {
        return switch (line) {
            case PeerReader.Line.Complete(byte[] octets) ->
                    new String(octets, StandardCharsets.US_ASCII);
            case PeerReader.Line.BareNewline _ -> "BARE";
            case PeerReader.Line.TooLong _ -> "LONG";
            case PeerReader.Line.End _ -> "END";
        };
    }

    /** A peer that has said this and then closed. */
    private static final class Said implements Peer {
        private static final Endpoint HERE = new Endpoint.Local(Path.of("/here"));

        private final byte[] octets;
        private final int cut;
        private int at;

        Said(String text, int cut) {
            this.octets = text.getBytes(StandardCharsets.US_ASCII);
            this.cut = cut;
        }

        @Override
        public int read(byte[] into, int offset, int length) {
            assertThat(length).isPositive();
            if (at == octets.length) {
                return -1;
            }
            int n = Math.min(Math.min(cut, length), octets.length - at);
            System.arraycopy(octets, at, into, offset, n);
            at += n;
            return n;
        }

        @Override
        public Endpoint remote() {
            return HERE;
        }

        @Override
        public Endpoint local() {
            return HERE;
        }

        @Override
        public void expireAfter(Duration limit) {}

        @Override
        public void write(ByteBuffer... buffers) {
            throw new UnsupportedOperationException("nothing is written");
        }

        @Override
        public void send(DiskFile file, long position, long length) {
            throw new UnsupportedOperationException("nothing is sent");
        }

        @Override
        public Optional<String> user() {
            return Optional.empty();
        }

        @Override
        public void close() {}
    }
}
