package postern.mail.mime;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import postern.base.system.SystemWorld;
import postern.mail.ContentBuffer;
import postern.mail.ContentStore;

/** RFC 2046 §5.1: parts within parts. */
class NestingTest {
    @TempDir Path folder;

    @ParameterizedTest
    @CsvSource({"1, false", "100, false", "101, true", "5000, true"})
    void multipartsInEachOtherAreCounted(int depth, boolean exceeds) throws IOException {
        assertThat(exceeds("MIME-Version: 1.0\r\n" + nested(depth, ""))).isEqualTo(exceeds);
    }

    @ParameterizedTest
    @CsvSource({"99, false", "101, true"})
    void messagesBetweenThemHideNothing(int depth, boolean exceeds) throws IOException {
        String message = "Content-Type: message/rfc822\r\n\r\n";
        assertThat(exceeds("MIME-Version: 1.0\r\n" + nested(depth, message))).isEqualTo(exceeds);
    }

    @Test // what has a header without end is no MIME, and so is not nested
    void aHeaderWithoutEndIsNotNested() throws IOException {
        String endless = "Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n";
        assertThat(exceeds("MIME-Version: 1.0\r\n" + endless + "a: b\r\n".repeat(100_000)))
                .isFalse();
    }

    private static String nested(int depth, String before) {
        StringBuilder all = new StringBuilder();
        for (int i = 0; i < depth; i++) {
            all.append(before)
                    .append("Content-Type: multipart/mixed; boundary=b" + i + "\r\n\r\n--b" + i)
                    .append("\r\n");
        }
        return all + "Content-Type: text/plain\r\n\r\nx\r\n";
    }

    private boolean exceeds(String text) throws IOException {
        byte[] octets = text.getBytes(StandardCharsets.US_ASCII);
        var store = new ContentStore(SystemWorld.create((level, line) -> {}).disk(), folder);
        try (ContentBuffer buffer = store.buffer(0)) {
            buffer.append(octets, 0, octets.length);
            return Nesting.exceeds(buffer.finish(), 100);
        }
    }
}
