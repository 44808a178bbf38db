package postern.mail;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** RFC 5321 §4.5.3.1.6, whatever the cuts. */
class LongLinesTest {
    private static boolean naive(String text) {
        int start = 0;
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) == '\n') {
                start = i + 1;
            } else if (i - start >= Content.LINE_OCTETS_MAX + 1) {
                return true;
            }
        }
        return false;
    }

    @Test
    void findsWhatASlowLookFinds() {
        for (int seed = 0; seed < 500; seed++) {
            var random = new SplittableRandom(seed);
            StringBuilder text = new StringBuilder();
            for (int line = random.nextInt(8); line >= 0; line--) {
                int length = random.nextBoolean() ? 990 + random.nextInt(20) : random.nextInt(200);
                text.append("x".repeat(length)).append(random.nextInt(6) == 0 ? "" : "\r\n");
            }
            byte[] octets = text.toString().getBytes(StandardCharsets.US_ASCII);
            var lines = new LongLines();
            int at = 0;
            while (at < octets.length) {
                int n = Math.min(octets.length - at, random.nextInt(1500));
                lines.scan(ByteBuffer.wrap(octets), at, n);
                at += n;
            }
            assertThat(lines.found()).as("seed " + seed).isEqualTo(naive(text.toString()));
        }
    }
}
