package postern.cleanup;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** RFC 6409 §8: what a submission lacks is completed, what it has is left alone. */
final class CompletionTest {

    @Test
    void missingFieldsStandInFrontOfTheHeader() throws IOException {
        assertThat(completed("Subject: x\r\n\r\nbody\r\n"))
                .isEqualTo("<date><from><message-id>Subject: x\r\n\r\nbody\r\n");
    }

    @Test
    void presentFieldsStayInAnyCaseAndFolded() throws IOException {
        String message =
                "DATE: yesterday\r\nfrom:\r\n ann@example.org\r\nMessage-Id : <1@x>\r\n\r\nbody\r\n";
        assertThat(completed(message)).isEqualTo(message);
    }

    @Test
    void fieldsOfTheBodyAreNoFields() throws IOException {
        assertThat(completed("From: ann\r\n\r\nDate: in the body\r\n"))
                .startsWith("<date><message-id>From: ann");
    }

    @Test
    void messageWithoutHeaderGetsOneAndItsEmptyLine() throws IOException {
        assertThat(completed("just text\r\n\r\nmore\r\n"))
                .isEqualTo("<date><from><message-id>\r\njust text\r\n\r\nmore\r\n");
        assertThat(completed("\r\nbody\r\n")).isEqualTo("<date><from><message-id>\r\nbody\r\n");
        assertThat(completed("")).isEqualTo("<date><from><message-id>\r\n");
    }

    @Test
    void headerWithoutBodyIsAHeader() throws IOException {
        assertThat(completed("Subject: x\r\n")).isEqualTo("<date><from><message-id>Subject: x\r\n");
    }

    @Test
    void endlessHeaderPassesUnchangedAndMemoryStaysBounded() throws IOException {
        String message = "X: " + "y".repeat(3 * Completion.HEADER_OCTETS_MAX);
        assertThat(completed(message)).endsWith(message);
    }

    /** In every chunking that matters: whole, octet by octet, and in threes. */
    private static String completed(String message) throws IOException {
        String whole = completed(message, message.length() + 1);
        if (message.length() < 1000) {
            assertThat(completed(message, 1)).isEqualTo(whole);
            assertThat(completed(message, 3)).isEqualTo(whole);
        }
        return whole;
    }

    private static String completed(String message, int step) throws IOException {
        var out = new ByteArrayOutputStream();
        var completion =
                new Completion(out::write, Optional.of(name -> "<" + name + ">"), Optional.empty());
        byte[] octets = message.getBytes(StandardCharsets.US_ASCII);
        for (int at = 0; at < octets.length; at += step) {
            completion.write(octets, at, Math.min(step, octets.length - at));
        }
        completion.end();
        return out.toString(StandardCharsets.US_ASCII);
    }
}
