package postern.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import postern.base.World;
import postern.base.system.SystemWorld;
import postern.mail.Content;
import postern.mail.ContentStore;
import postern.wire.DataDecoder.Fault;
import postern.wire.DataDecoder.Limits;
import postern.wire.DataDecoder.Result;

final class DataDecoderTest {
    private static final Limits LIMITS = new Limits(100_000, 10_000, 3);

    @TempDir Path directory;
    private final World world = SystemWorld.create("test");

    /** What came out of one reading: the message or the fault, and what was left over. */
    private record Outcome(String message, boolean dotLines, String fault, String left) {}

    @Test
    void dotsAreUnstuffedAndTheEndIsTakenOff() {
        assertThat(data("a\r\n.\r\n")).isEqualTo(new Outcome("a\r\n", false, "", ""));
        assertThat(data(".\r\n")).isEqualTo(new Outcome("", false, "", ""));
        assertThat(data("\r\n.\r\n")).isEqualTo(new Outcome("\r\n", false, "", ""));
        assertThat(data("..\r\n.\r\n")).isEqualTo(new Outcome(".\r\n", true, "", ""));
        assertThat(data("..a\r\n...\r\n.\r\n"))
                .isEqualTo(new Outcome(".a\r\n..\r\n", true, "", ""));
        assertThat(data("a.\r\nb.c\r\n.\r\n"))
                .isEqualTo(new Outcome("a.\r\nb.c\r\n", false, "", ""));
        assertThat(data(".a\r\n.\r\n")).isEqualTo(new Outcome("a\r\n", false, "", "")); // §4.5.2
        assertThat(data("a\r\n.\r\nQUIT\r\n"))
                .isEqualTo(new Outcome("a\r\n", false, "", "QUIT\r\n"));
    }

    @ParameterizedTest // none of them is an end of data, each spoils the message
    @ValueSource(
            strings = {
                "\n.\n", "\n.\r\n", "\r.\r", "\r.\r\n", "\r\n.\n", "\r\n.\r", "\r\r\n.\r\r\n",
                "\r\n.\r\r\n", "\n\n.\r\n", "\r\n\0.\r\n", "\r\n.\0\r\n", "\n.\r", "\r.\n",
                        "\r\n.\r\0"
            })
    void nothingElseEndsData(String almost) {
        Outcome outcome = data("a" + almost + "RSET\r\n.\r\nQUIT\r\n");

        assertThat(outcome.fault()).isIn("BARE_NEWLINE", "NUL");
        assertThat(outcome.left()).isEqualTo("QUIT\r\n");
    }

    @Test
    void limits() {
        String line = "x".repeat(98) + "\r\n";
        assertThat(data("\r\n" + line.repeat(999) + ".\r\n").fault()).isEmpty();
        assertThat(data("\r\n" + line.repeat(1_000) + ".\r\n").fault()).isEqualTo("TOO_LARGE");
        assertThat(data("a: b\r\n" + line.repeat(200) + ".\r\n").fault())
                .isEqualTo("HEADER_TOO_LARGE");
        String hop = "RECEIVED: x\r\n y\r\n";
        assertThat(data(hop.repeat(3) + "\r\n" + hop.repeat(9) + ".\r\n").fault()).isEmpty();
        assertThat(data(hop.repeat(4) + "\r\n.\r\n").fault()).isEqualTo("TOO_MANY_HOPS");
        assertThat(data("Receive: x\r\nx-received: y\r\n".repeat(4) + "\r\n.\r\n").fault())
                .isEmpty();
    }

    @Test // split-anywhere
    void theResultDoesNotDependOnHowTheInputIsCut() {
        Random random = new Random(11);
        String[] pieces = {
            "a",
            "Received:",
            "\r\n",
            "\r\n",
            "\r\n",
            "\r\n.",
            "\r\n..",
            ".",
            "\r\n\r\n",
            "\r\n.\r\n",
            "\t",
            " ",
            "text of some length that is skipped in one go",
            "\u00e9",
            "\r",
            "\n",
            "\0"
        };
        for (int round = 0; round < 3_000; round++) {
            // most rounds without the three that spoil every message
            int kinds = random.nextInt(4) == 0 ? pieces.length : pieces.length - 3;
            StringBuilder input = new StringBuilder();
            for (int i = random.nextInt(30); i > 0; i--) {
                input.append(pieces[random.nextInt(kinds)]);
            }
            byte[] octets = (input + "\r\n.\r\nQUIT\r\n").getBytes(StandardCharsets.UTF_8);
            Outcome whole = decode(octets, new int[] {octets.length}, true);
            assertThat(whole).isEqualTo(expected(new String(octets, StandardCharsets.UTF_8)));
            assertThat(decode(octets, new int[] {1}, true)).isEqualTo(whole);
            assertThat(
                            decode(
                                    octets,
                                    new int[] {1 + random.nextInt(9), 1 + random.nextInt(40)},
                                    true))
                    .isEqualTo(whole);
            assertThat(decode(octets, new int[] {1, 3}, false))
                    .isEqualTo(decode(octets, new int[] {octets.length}, false));
        }
    }

    @ParameterizedTest // RFC 2046 §5.1.1: only lines of two hyphens in the body begin a part
    @CsvSource({
        "'--a\r\nX: 1\r\n\r\ntext\r\n', 1",
        "'X: 1\r\n\r\n--a\r\n\r\n-- \r\n- item\r\n-\r\na -- b\r\n', 3",
        "'X: 1\r\n\r\ntext\r\n--a\r\nY: 2\r\n\r\n--b\r\n', 3",
        "'\r\n--a', 2"
    })
    void partsAreCountedAtMost(String message, int most) {
        byte[] octets = message.getBytes(StandardCharsets.UTF_8);
        try (DataDecoder decoder = DataDecoder.chunks(store().buffer(0), LIMITS)) {
            assertThat(decoder.take(octets, 0, octets.length)).isEqualTo(octets.length);
            assertThat(decoder.nestingAtMost()).isEqualTo(most);
        }
        try (DataDecoder decoder = DataDecoder.binary(store().buffer(0), LIMITS)) {
            assertThat(decoder.nestingAtMost()).isEqualTo(Integer.MAX_VALUE);
        }
    }

    @Test // RFC 3030 §2
    void chunksAreTakenAsTheyAre() {
        assertThat(chunks("a\r\n.\r\n..b\r\n"))
                .isEqualTo(new Outcome("a\r\n.\r\n..b\r\n", true, "", ""));
        assertThat(chunks("a\r\nb")).isEqualTo(new Outcome("a\r\nb\r\n", false, "", ""));
        assertThat(chunks("")).isEqualTo(new Outcome("", false, "", ""));
        assertThat(chunks("a\nb\r\n").fault()).isEqualTo("BARE_NEWLINE");
        assertThat(chunks("a\r\nb\r").fault()).isEqualTo("BARE_NEWLINE");
        assertThat(chunks("a\0b\r\n").fault()).isEqualTo("NUL");
    }

    @Test // RFC 3030 §3: behind the header, not before
    void binaryIsKeptAsItIs() {
        assertThat(binary("a: b\r\n\r\n\0\r\n.\r\n\n.\nx\ry"))
                .isEqualTo("a: b\r\n\r\n\0\r\n.\r\n\n.\nx\ry");
        assertThat(binary("a: b\nc: d\r\n\r\nx")).isEqualTo("BARE_NEWLINE");
        assertThat(binary("a: \0\r\n\r\nx")).isEqualTo("NUL");
        assertThat(binary("a: b")).isEqualTo("a: b\r\n");
        assertThat(binary("\r\n" + "\0\n".repeat(60_000))).isEqualTo("TOO_LARGE");
    }

    private String binary(String input) {
        byte[] octets = input.getBytes(StandardCharsets.UTF_8);
        String first = "";
        for (int step : new int[] {octets.length, 1}) {
            DataDecoder decoder = DataDecoder.binary(store().buffer(0), LIMITS);
            for (int at = 0; at < octets.length; at += step) {
                int end = Math.min(octets.length, at + step);
                assertThat(decoder.take(octets, at, end)).isEqualTo(end);
            }
            String result = text(decoder.finish());
            assertThat(first).isIn("", result);
            first = result;
        }
        return first;
    }

    private static String text(Result result) {
        return switch (result) {
            case Result.Refused(Fault fault) -> fault.name();
            case Result.Message(Content content) -> {
                try (content) {
                    byte[] octets = new byte[(int) content.octets()];
                    assertThat(content.read(0, octets, 0, octets.length))
                            .isEqualTo(octets.length == 0 ? -1 : octets.length);
                    yield new String(octets, StandardCharsets.UTF_8);
                } catch (IOException unread) {
                    throw new AssertionError(unread);
                }
            }
        };
    }

    @Test // the same by the book: dots off behind CRLF alone, then the repair
    void whatStandsAloneIsRepaired() {
        Random random = new Random(12);
        String[] pieces = {
            "a", "\r", "\n", "\0", ".", "\r\n", "\r\n.", "\n.", "\n.\r\n", "\r\n.\n"
        };
        Limits repairing = new Limits(100_000, 10_000, 10_000, 3, true);
        for (int round = 0; round < 5_000; round++) {
            StringBuilder text = new StringBuilder();
            for (int i = random.nextInt(12); i > 0; i--) {
                text.append(pieces[random.nextInt(pieces.length)]);
            }
            String input = text + "\r\n.\r\n";
            String framed = "\r\n" + input;
            int end = framed.indexOf("\r\n.\r\n");
            String body = framed.substring(0, end + 2).replace("\r\n.", "\r\n").substring(2);
            assertThat(repaired(input, end + 3, DataDecoder.data(store().buffer(0), repairing)))
                    .isEqualTo(mended(body));
            String chunks = text.toString();
            String whole = mended(chunks);
            assertThat(
                            repaired(
                                    chunks,
                                    chunks.length(),
                                    DataDecoder.chunks(store().buffer(0), repairing)))
                    .isEqualTo(whole.isEmpty() || whole.endsWith("\r\n") ? whole : whole + "\r\n");
        }
    }

    private static String mended(String body) {
        return body.replaceAll("\0|\r(?!\n)", " ").replaceAll("(?<!\r)\n", "\r\n");
    }

    /** Taken in pieces of three octets. */
    private static String repaired(String input, int length, DataDecoder decoder) {
        byte[] octets = input.getBytes(StandardCharsets.UTF_8);
        int at = 0;
        while (at < octets.length && !decoder.done()) {
            at = decoder.take(octets, at, Math.min(octets.length, at + 3));
        }
        assertThat(at).isEqualTo(length);
        return text(decoder.finish());
    }

    @ParameterizedTest // RFC 8689 §5
    @CsvSource({
        "'TLS-Required: No', true",
        "'tls-required:no', true",
        "'TLS-Required:\t NO ', true",
        "'TLS-Required: None', false",
        "'TLS-Required: N o', false",
        "'TLS-Required: Yes', false",
        "'X-TLS-Required: No', false",
        "'T: x\r\n TLS-Required: No', false",
        "'a: b\r\n\r\nTLS-Required: No', false",
        "'Received: x\r\nTls-Required:  No', true",
    })
    void tlsIsWaivedByTheHeader(String header, boolean waived) {
        String text =
                header.replace("\\r\\n", "\r\n").replace("\\t", "\t") + "\r\nto: x\r\n\r\n.\r\n";
        byte[] octets = text.getBytes(StandardCharsets.UTF_8);
        for (int step : new int[] {1, 5, octets.length}) {
            DataDecoder decoder = DataDecoder.data(store().buffer(0), LIMITS);
            for (int at = 0; at < octets.length; at += step) {
                int unused = decoder.take(octets, at, Math.min(octets.length, at + step));
            }
            assertThat(decoder.tlsWaived()).isEqualTo(waived);
        }
    }

    private ContentStore store() {
        return new ContentStore(world.disk(), directory, 1 << 20, 1 << 20);
    }

    @Test
    void storageThatFailsIsAFaultAndTheRestIsStillReadToItsEnd() {
        ContentStore store =
                new ContentStore(
                        SystemWorld.create("test").disk(), directory.resolve("absent"), 10, 10);
        byte[] octets =
                ("a".repeat(100_000 - 3) + "\r\n.\r\nQUIT\r\n").getBytes(StandardCharsets.US_ASCII);
        DataDecoder decoder = DataDecoder.data(store.buffer(0), new Limits(200_000, 200_000, 3));

        int end = decoder.take(octets, 0, octets.length);

        assertThat(end).isEqualTo(octets.length - 6);
        assertThat(decoder.finish()).isEqualTo(new Result.Refused(Fault.STORAGE));
    }

    /** The same by the book: split at the first CRLF.CRLF, look for what must not be, unstuff. */
    private static Outcome expected(String input) {
        String framed = "\r\n" + input;
        int end = framed.indexOf("\r\n.\r\n");
        String body = framed.substring(0, end + 2);
        String left = framed.substring(end + 5);
        int bare = indexOfBare(body.substring(2));
        int nul = body.substring(2).indexOf('\0');
        String header =
                body.contains("\r\n\r\n") ? body.substring(0, body.indexOf("\r\n\r\n") + 2) : body;
        int hops =
                (header.replace("\r\n..", "\r\n.").replace("\r\n.", "\r\n"))
                                .split("(?i)\r\nReceived:", -1)
                                .length
                        - 1;
        if (bare >= 0 || nul >= 0 || hops > 3) {
            return new Outcome("", false, "refused", left);
        }
        String message = body.replace("\r\n.", "\r\n").substring(2);
        return new Outcome(message, ("\r\n" + message).contains("\r\n."), "", left);
    }

    private static int indexOfBare(String body) {
        for (int i = 0; i < body.length(); i++) {
            char c = body.charAt(i);
            if (c == '\n' && (i == 0 || body.charAt(i - 1) != '\r')
                    || c == '\r' && (i + 1 == body.length() || body.charAt(i + 1) != '\n')) {
                return i;
            }
        }
        return -1;
    }

    private Outcome data(String input) {
        Outcome whole = decode(input, input.length(), true);
        assertThat(decode(input, 1, true)).isEqualTo(whole);
        return whole;
    }

    private Outcome chunks(String input) {
        Outcome whole = decode(input, Math.max(1, input.length()), false);
        assertThat(decode(input, 1, false)).isEqualTo(whole);
        return whole;
    }

    private Outcome decode(String input, int step, boolean stuffed) {
        return named(input.getBytes(StandardCharsets.UTF_8), new int[] {step}, stuffed);
    }

    /** Which fault is found first may depend on the cut where there are several. */
    private Outcome decode(byte[] octets, int[] steps, boolean stuffed) {
        Outcome outcome = named(octets, steps, stuffed);
        return outcome.fault().isEmpty()
                ? outcome
                : new Outcome("", false, "refused", outcome.left());
    }

    private Outcome named(byte[] octets, int[] steps, boolean stuffed) {
        ContentStore store = new ContentStore(world.disk(), directory, 1_000_000, 1_000_000);
        try (DataDecoder decoder =
                stuffed
                        ? DataDecoder.data(store.buffer(0), LIMITS)
                        : DataDecoder.chunks(store.buffer(0), LIMITS)) {
            int at = 0;
            for (int i = 0; at < octets.length && !decoder.done(); i++) {
                int to = Math.min(octets.length, at + steps[i % steps.length]);
                at = decoder.take(octets, at, to);
            }
            String left = new String(octets, at, octets.length - at, StandardCharsets.UTF_8);
            assertThat(decoder.done()).isEqualTo(stuffed);
            return switch (decoder.finish()) {
                case Result.Refused refused -> new Outcome("", false, refused.fault().name(), left);
                case Result.Message message -> outcome(message.content(), left);
            };
        } finally {
            assertThat(store.residentOctetsLeft()).isEqualTo(1_000_000);
        }
    }

    private static Outcome outcome(Content content, String left) {
        try (content) {
            byte[] octets = new byte[(int) content.octets()];
            assertThat(content.read(0, octets, 0, octets.length))
                    .isEqualTo(octets.length == 0 ? -1 : octets.length);
            return new Outcome(
                    new String(octets, StandardCharsets.UTF_8), content.dotLines(), "", left);
        } catch (IOException impossible) {
            throw new AssertionError(impossible);
        }
    }
}
