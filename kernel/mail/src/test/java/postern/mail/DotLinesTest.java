package postern.mail;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DotLinesTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                ".",
                "a\r\n.",
                "a\r\nb.c\r\n",
                "..",
                "",
                "a\n.b",
                "a.\n",
                "/-/-.-/-.-./.-.-.-...\r\n1234567\n/",
                "1234567\n.",
                "12345678\n.",
                "a longer line. and one more. \r\n and the rest.\n.\r\n",
                "\u0080\u00ae\n\u00ae\n/\n-",
            })
    void dotsAreSeenWhereverTheContentIsSplit(String text) {
        boolean expected = text.startsWith(".") || text.contains("\n.");
        byte[] octets = text.getBytes(StandardCharsets.ISO_8859_1);
        for (int split = 0; split <= octets.length; split++) {
            DotLines dots = new DotLines();
            dots.scan(ByteBuffer.wrap(octets), 0, split);
            dots.scan(ByteBuffer.wrap(octets), split, octets.length - split);
            assertThat(dots.found()).as("at %d", split).isEqualTo(expected);
        }
    }
}
