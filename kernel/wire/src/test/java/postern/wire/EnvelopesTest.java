package postern.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import postern.mail.Mailbox;
import postern.mail.Recipient;

/** What a client may say depends on what the server offers. */
final class EnvelopesTest {
    /** RFC 3461 §5.2.1 (d), §5.2.2 (a); RFC 6533 §3. */
    @ParameterizedTest
    @CsvSource({
        "rfc822;bob+2Bb@x.example, DSN, rfc822;bob+2Bb@x.example",
        "rfc822;Bob@X.example, DSN SMTPUTF8, rfc822;Bob@X.example",
        "utf-8;böb@x.example, DSN SMTPUTF8, utf-8;böb@x.example",
        "utf-8;böb@x.example, DSN, utf-8;b\\x{F6}b@x.example",
        "utf-8;böb@x.example, SMTPUTF8, ",
    })
    void originalRecipient(String orcpt, String offered, String said) {
        var bob = new Recipient(Mailbox.of("b", "y.example"), Recipient.Notify.DEFAULT, orcpt);
        assertThat(Envelopes.rcpt(bob, List.of(offered.split(" "))::contains))
                .isEqualTo("RCPT TO:<b@y.example>" + (said == null ? "" : " ORCPT=" + said));
    }

    @ParameterizedTest
    @CsvSource({"100, true", "180, false"}) // half of the letters take six octets then
    void anOrcptThatGrowsBeyondItsBoundIsLeftOut(int letters, boolean said) {
        String address = "utf-8;" + "ö".repeat(letters / 2) + "b".repeat(letters / 2);
        var bob = new Recipient(Mailbox.of("b", "y.example"), Recipient.Notify.DEFAULT, address);
        assertThat(Envelopes.rcpt(bob, "DSN"::equals).contains("ORCPT")).isEqualTo(said);
    }
}
