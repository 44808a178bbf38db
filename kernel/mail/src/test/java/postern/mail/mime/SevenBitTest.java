package postern.mail.mime;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import postern.base.World;
import postern.base.system.SystemWorld;
import postern.mail.Content;
import postern.mail.ContentBuffer;
import postern.mail.ContentStore;

/** RFC 6152 §3: content in seven bits means the same; what is signed is not touched. */
class SevenBitTest {
    private static final World WORLD = SystemWorld.create((level, line) -> {});

    @TempDir Path folder;

    private ContentStore store() {
        return new ContentStore(WORLD.disk(), folder);
    }

    private Content content(String text) throws IOException {
        byte[] octets = text.getBytes(StandardCharsets.UTF_8);
        try (ContentBuffer buffer = store().buffer(0)) {
            buffer.append(octets, 0, octets.length);
            return buffer.finish();
        }
    }

    private static String text(Content content) throws IOException {
        byte[] octets = new byte[(int) content.octets()];
        int done = 0;
        while (done < octets.length) {
            done += content.read(done, octets, done, octets.length - done);
        }
        return new String(octets, StandardCharsets.UTF_8);
    }

    private String converted(String text) throws IOException {
        SevenBit.Result result = SevenBit.convert(content(text), store(), false, 100);
        assertThat(result).isInstanceOf(SevenBit.Result.Converted.class);
        String plain = text(((SevenBit.Result.Converted) result).content());
        assertThat(plain.chars()).allMatch(c -> c < 0x80);
        for (String line : plain.split("\r\n", -1)) {
            assertThat(line.length()).isLessThanOrEqualTo(SevenBit.LINE_OCTETS_MAX);
        }
        return plain;
    }

    private static String mime(String type, String encoding, String body) {
        return "MIME-Version: 1.0\r\nContent-Type: "
                + type
                + "\r\nContent-Transfer-Encoding: "
                + encoding
                + "\r\n\r\n"
                + body;
    }

    private static String body(String message) {
        return message.substring(message.indexOf("\r\n\r\n") + 4);
    }

    /** What a reader makes of quoted-printable: RFC 2045 §6.7. */
    private static String unquoted(String text) {
        byte[] out = new byte[text.length()];
        int length = 0;
        String joined = text.replace("=\r\n", "");
        for (int i = 0; i < joined.length(); i++) {
            if (joined.charAt(i) == '=') {
                out[length++] = (byte) Integer.parseInt(joined, i + 1, i + 3, 16);
                i += 2;
            } else {
                out[length++] = (byte) joined.charAt(i);
            }
        }
        return new String(out, 0, length, StandardCharsets.UTF_8);
    }

    @Test
    void textIsQuoted() throws IOException {
        String plain =
                converted(mime("text/plain; charset=utf-8", "8bit", "h\u00e9llo = \r\nb\t\r\n"));
        assertThat(plain).contains("Content-Transfer-Encoding: quoted-printable\r\n");
        assertThat(plain).doesNotContain("8bit");
        assertThat(body(plain)).isEqualTo("h=C3=A9llo =3D=20\r\nb=09\r\n");
    }

    @Test
    void whatIsNoTextIsEncodedAsOctets() throws IOException {
        String plain = converted(mime("application/x", "8bit", "\u00e9\u00e9\r\n"));
        assertThat(plain).contains("Content-Transfer-Encoding: base64\r\n");
        assertThat(new String(Base64.getMimeDecoder().decode(body(plain)), StandardCharsets.UTF_8))
                .isEqualTo("\u00e9\u00e9\r\n");
    }

    @Test
    void aMessageThatIsNotMimeBecomesTextOfUnknownCharset() throws IOException { // RFC 1428 §3
        String plain = converted("Subject: x\r\n\r\nh\u00e9\r\n");
        assertThat(plain)
                .isEqualTo(
                        "Subject: x\r\nMIME-Version: 1.0\r\n"
                                + "Content-Type: text/plain; charset=unknown-8bit\r\n"
                                + "Content-Transfer-Encoding: quoted-printable\r\n\r\nh=C3=A9\r\n");
    }

    @Test
    void onlyThePartsThatNeedItAreEncoded() throws IOException {
        String message =
                "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"b=b\"\r\n"
                        + "content-transfer-encoding: 8BIT\r\n\r\npre\u00e9amble\r\n--b=b\r\n\r\nplain  \r\n"
                        + "--b=b\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: 8bit\r\n\r\n<\u00e9>\r\n"
                        + "--b=b\r\nContent-Type: image/x\r\nContent-Transfer-Encoding: 8bit\r\n\r\n\u00e9z\r\n"
                        + "--b=b\r\nContent-Type: message/rfc822\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
                        + "MIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\n\u00fc\r\n--b=b--\r\nepilogue\r\n";
        assertThat(converted(message))
                .isEqualTo(
                        "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"b=b\"\r\n"
                                + "Content-Transfer-Encoding: 7bit\r\n\r\npre??amble\r\n--b=b\r\n\r\nplain  \r\n"
                                + "--b=b\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
                                + "<=C3=A9>\r\n--b=b\r\nContent-Type: image/x\r\nContent-Transfer-Encoding: base64\r\n\r\n"
                                + Base64.getEncoder()
                                        .encodeToString("\u00e9z".getBytes(StandardCharsets.UTF_8))
                                + "\r\n--b=b\r\nContent-Type: message/rfc822\r\nContent-Transfer-Encoding: 7bit\r\n\r\n"
                                + "MIME-Version: 1.0\r\nContent-Type: text/plain\r\n"
                                + "Content-Transfer-Encoding: quoted-printable\r\n\r\n=C3=BC\r\n--b=b--\r\nepilogue\r\n");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatIsSignedIsNotTouched(boolean highInSigned) throws IOException {
        String signed =
                "Content-Type: multipart/signed; boundary=s; protocol=\"x\"\r\n\r\n--s\r\n"
                        + "Content-Type: text/plain\r\n\r\n"
                        + (highInSigned ? "\u00e9" : "e")
                        + "\r\n--s\r\nContent-Type: application/x\r\n\r\nsig\r\n--s--\r\n";
        String message =
                "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
                        + signed
                        + "--b\r\n\r\n\u00e9\r\n--b--\r\n";
        SevenBit.Result result = SevenBit.convert(content(message), store(), false, 100);
        if (highInSigned) {
            assertThat(result).isInstanceOf(SevenBit.Result.Impossible.class);
        } else {
            assertThat(converted(message)).contains(signed).contains("=C3=A9");
        }
    }

    @Test
    void longLinesAreEncodedAndNoOthers() throws IOException {
        String line = "\u00e9" + "x".repeat(5000);
        String message =
                "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n"
                        + line
                        + "\r\n--b\r\n\r\n\u00e9\r\n--b--\r\n";
        assertThat(content(message).longLines()).isTrue();
        SevenBit.Result result = SevenBit.convert(content(message), store(), true, 100);
        String text = text(((SevenBit.Result.Converted) result).content());
        assertThat(text).contains("\r\n\r\n\u00e9\r\n--b--");
        assertThat(text.lines()).allMatch(each -> each.length() <= SevenBit.LINE_OCTETS_MAX);
        assertThat(text.replace("=\r\n", "")).contains("=C3=A9" + line.substring(1));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\u00e9",
                "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b",
                "MIME-Version: 1.0\r\nContent-Type: multipart/mixed\r\n\r\n--b\r\n\u00e9\r\n",
                "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n--b\r\n--b--\r\n--b\r\n",
                "MIME-Version: 1.0\r\nContent-Type: message/rfc822\r\n\r\n",
            })
    void whatMakesNoSenseIsBorne(String message) throws IOException {
        assertThat(SevenBit.convert(content(message), store(), false, 100)).isNotNull();
    }

    /** Whatever the text and its cuts are, a reader of the result reads the same. */
    @Test
    void anyTextComesBack() throws IOException {
        for (int seed = 0; seed < 200; seed++) {
            var random = new SplittableRandom(seed);
            StringBuilder text = new StringBuilder();
            for (int i = random.nextInt(3000); i >= 0; i--) {
                switch (random.nextInt(8)) {
                    case 0 -> text.append("\r\n");
                    case 1 -> text.append(' ');
                    case 2 -> text.append('=');
                    case 3 -> text.append('\u00fc');
                    case 4 -> text.append('.');
                    default -> text.append((char) (' ' + random.nextInt(95)));
                }
            }
            text.append("\u00e9\r\n");
            String message = mime("text/plain", "8bit", text.toString());
            assertThat(unquoted(body(converted(message))))
                    .as("seed " + seed)
                    .isEqualTo(text.toString());
            String octets = mime("application/x", "8bit", text.toString());
            assertThat(
                            new String(
                                    Base64.getMimeDecoder().decode(body(converted(octets))),
                                    StandardCharsets.UTF_8))
                    .isEqualTo(text.toString());
        }
    }

    @Test
    void nestingWithoutEndIsNotFollowed() throws IOException {
        assertThat(nested(100)).isInstanceOf(SevenBit.Result.Converted.class);
        assertThat(nested(101)).isInstanceOf(SevenBit.Result.Impossible.class);
    }

    private SevenBit.Result nested(int depth) throws IOException {
        StringBuilder message = new StringBuilder("MIME-Version: 1.0\r\n");
        for (int i = 0; i < depth; i++) {
            message.append("Content-Type: multipart/mixed; boundary=b").append(i);
            message.append("\r\n\r\n--b").append(i).append("\r\n");
        }
        message.append("\r\n\u00e9\r\n");
        return SevenBit.convert(content(message.toString()), store(), false, 100);
    }

    @ParameterizedTest // RFC 3030 §3: no octet is lost, and none of the labels is binary
    @ValueSource(strings = {"\0", "a\nb", "a\rb", "a\r", "\n", "clean\r\n", "no newline", "\r\r\n"})
    void binaryIsEncodedWithoutLoss(String octets) throws IOException {
        String plain = converted(mime("image/x", "binary", octets));
        assertThat(plain).contains("Transfer-Encoding: base64").doesNotContain("binary");
        assertThat(Base64.getMimeDecoder().decode(body(plain)))
                .isEqualTo(octets.getBytes(StandardCharsets.UTF_8));
        String text = converted(mime("text/x", "BINARY", octets));
        assertThat(text).contains("quoted-printable");
        assertThat(unquoted(body(text))).isEqualTo(octets);
        String parts =
                converted(
                        mime(
                                "multipart/mixed; boundary=b",
                                "binary",
                                "--b\r\nContent-Type: image/x\r\n"
                                        + "Content-Transfer-Encoding: binary\r\n\r\n"
                                        + octets
                                        + "\r\n--b--\r\n"));
        assertThat(parts).doesNotContain("binary").contains("Encoding: 7bit").contains("base64");
    }

    @ParameterizedTest // what is outside of the parts has no encoding
    @ValueSource(strings = {"a\n.\nb", "a\0", "a\rb"})
    void binaryOutsideOfThePartsIsNotSentAsText(String octets) throws IOException {
        String start = "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n";
        for (String message :
                new String[] {
                    start + octets + "\r\n--b\r\n\r\nx\r\n--b--\r\n",
                    start + "--b\r\nX: " + octets + "\r\n\r\nx\r\n--b--\r\n",
                    start + "--b\r\n\r\nx\r\n--b--\r\n" + octets,
                    start + "--b\n\r\nx\r\n--b--\r\n",
                }) {
            SevenBit.Result result = SevenBit.convert(content(message), store(), false, 100);
            assertThat(result).isInstanceOf(SevenBit.Result.Impossible.class);
        }
    }
}
