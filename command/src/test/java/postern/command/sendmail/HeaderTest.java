package postern.command.sendmail;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class HeaderTest {

    private static Header parse(String message) {
        byte[] octets = message.replace("\n", "\r\n").getBytes(UTF_8);
        return Header.parse(octets, octets.length);
    }

    private static String outgoing(Header header, String from) {
        return new String(header.outgoing(from), UTF_8).replace("\r\n", "\n");
    }

    private static List<String> recipients(Header header) {
        return header.recipientFields().stream()
                .map(each -> each.name() + "=" + each.value())
                .toList();
    }

    @Test
    void recipientsComeFromFoldedFieldsOfAnyCase() {
        Header header =
                parse(
                        """
                        TO: ann@example.org,
                         bob@example.org
                        Subject: To: nobody@example.org
                        cc : carl@example.org
                        Bcc:
                        \tdora@example.org,
                        \temil@example.org
                        Reply-To: fred@example.org

                        To: body@example.org
                        """);
        assertThat(recipients(header))
                .containsExactly(
                        "to=ann@example.org, bob@example.org",
                        "cc=carl@example.org",
                        "bcc=dora@example.org,\temil@example.org");
    }

    @Test
    void blindCopiesAreNotSent() {
        Header header = parse("To: a@b\nBcc: c@d,\n e@f\nSubject: x\nResent-Bcc: g@h\n\nbody\n");
        assertThat(outgoing(header, "")).isEqualTo("To: a@b\nSubject: x\n");
    }

    @Test
    void resendingNamesTheRecipients() { // RFC 5322 §3.6.6
        Header header = parse("Resent-To: new@b\nResent-Bcc: blind@b\nTo: old@b\nBcc: old2@b\n\n");
        assertThat(recipients(header)).containsExactly("resent-to=new@b", "resent-bcc=blind@b");
    }

    @Test
    void fieldsKeepTheirOctets() {
        byte[] octets =
                "Subject: caf\u00e9\r\n\tfolded \r\nTo: a@b\r\n\r\nbody".getBytes(ISO_8859_1);
        Header header = Header.parse(octets, octets.length);
        assertThat(new String(header.outgoing(""), ISO_8859_1))
                .isEqualTo("Subject: caf\u00e9\r\n\tfolded \r\nTo: a@b\r\n");
        assertThat(header.internationalized()).isFalse(); // Latin-1 is no UTF-8
        assertThat(parse("Subject: café\n\n").internationalized()).isTrue();
    }

    @Test
    void textWithoutHeaderGetsTheEmptyLine() {
        Header header = parse("just text\nTo: nobody@example.org\n");
        assertThat(header.fields()).isEmpty();
        assertThat(header.bodyFrom()).isZero();
        assertThat(outgoing(header, "From: <a@b>")).isEqualTo("From: <a@b>\n\n");
    }

    @Test
    void theHeaderEndsAtTheFirstLineThatIsNoField() {
        Header header = parse("To: a@b\nno field here\nCc: c@d\n");
        assertThat(recipients(header)).containsExactly("to=a@b");
        assertThat(outgoing(header, "")).isEqualTo("To: a@b\n\n");
    }

    @Test
    void aSeparatorOfMboxIsDropped() {
        Header header =
                parse(
                        "From ann Fri Nov 20 19:31:00 2026\n>From bob Fri Nov 20 19:31:00 2026 remote from uu\nTo: a@b\n\n");
        assertThat(outgoing(header, "")).isEqualTo("To: a@b\n");
    }

    @Test
    void aFromFieldIsNotReplaced() {
        assertThat(outgoing(parse("From: x@y\n\n"), "From: <a@b>")).isEqualTo("From: x@y\n");
        assertThat(outgoing(parse(""), "From: <a@b>")).isEqualTo("From: <a@b>\n\n");
    }

    @Test
    void namesAreQuotedOrEncoded() {
        assertThat(DisplayName.of("Ann \"A\" O'Neil")).isEqualTo("\"Ann \\\"A\\\" O'Neil\"");
        assertThat(DisplayName.of("Jörg")).isEqualTo("=?UTF-8?B?SsO2cmc=?=");
        assertThat(DisplayName.of("ééééééééééé").split(" ")).hasSize(2);
    }
}
