package postern.command.sendmail;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MessageInputTest {

    @ParameterizedTest
    @CsvSource({
        "'', ''",
        "a, 'a\r\n'",
        "'a\n', 'a\r\n'",
        "'a\r\nb\r\n', 'a\r\nb\r\n'",
        "'a\r\nb\n', 'a\r\nb\r\n'",
        "'a\r\r\nb', 'a\r\nb\r\n'",
        "'a\rb\n', 'a\rb\r\n'",
        "'a\r', 'a\r\n'",
        "'\n\n', '\r\n\r\n'",
        "'a\n.\nb\n', 'a\r\n'",
        "'a\r\n.\r\nb\r\n', 'a\r\n'",
        "'a\n.', 'a\r\n'",
        "'.\n', ''",
        "'..\n', '..\r\n'",
        "'.a\nb.\n', '.a\r\nb.\r\n'",
        "'a\n.\rb\n', 'a\r\n.\rb\r\n'",
    })
    void linesEndWithCrlfAndALoneDotEndsAll(String given, String wanted) throws IOException {
        assertThat(read(given, true, 1)).isEqualTo(wanted);
        assertThat(read(given, true, 4096)).isEqualTo(wanted);
    }

    @ParameterizedTest
    @CsvSource({
        "'a\n.\nb\n', 'a\r\n.\r\nb\r\n'",
        "'.', '.\r\n'",
        "'.\r\n', '.\r\n'",
        "'..\n', '..\r\n'",
    })
    void withMinusIALoneDotIsALine(String given, String wanted) throws IOException {
        assertThat(read(given, false, 1)).isEqualTo(wanted);
        assertThat(read(given, false, 4096)).isEqualTo(wanted);
    }

    /**
     * @param chunk octets that standard input hands out at once
     */
    private static String read(String given, boolean dotEnds, int chunk) throws IOException {
        InputStream in = new ByteArrayInputStream(given.getBytes(ISO_8859_1));
        InputStream chunked =
                new InputStream() {
                    @Override
                    public int read() throws IOException {
                        return in.read();
                    }

                    @Override
                    public int read(byte[] into, int offset, int length) throws IOException {
                        return in.read(into, offset, Math.min(chunk, length));
                    }
                };
        MessageInput input = new MessageInput(chunked, dotEnds);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] next = input.next(); next.length > 0; next = input.next()) {
            out.writeBytes(next);
        }
        return out.toString(ISO_8859_1);
    }
}
