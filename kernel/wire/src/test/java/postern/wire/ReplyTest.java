package postern.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ReplyTest {
    @ParameterizedTest // RFC 6531 §3.7.4.2
    @CsvSource({"<jörg@x.example>: no, <j?rg@x.example>: no", "😀, ?", "plain, plain"})
    void beyondAsciiIsNotSaidToAnybody(String text, String said) {
        assertThat(Reply.of(550, "5.1.1", text).plain()).isEqualTo(Reply.of(550, "5.1.1", said));
    }

    @Test // RFC 5321 §4.5.3.1.5
    void eachLineIsBounded() {
        String text = "x".repeat(600);
        for (String status : List.of("", "2.0.0")) {
            byte[] octets = new Reply(250, status, List.of(text, "short", text)).plain().octets();
            String[] lines = new String(octets, StandardCharsets.UTF_8).split("\r\n", -1);
            assertThat(lines[0]).hasSize(Reply.LINE_OCTETS_MAX - 2).startsWith("250-");
            assertThat(lines[1]).endsWith("short");
            assertThat(lines[2]).hasSize(Reply.LINE_OCTETS_MAX - 2).startsWith("250 ");
        }
    }
}
