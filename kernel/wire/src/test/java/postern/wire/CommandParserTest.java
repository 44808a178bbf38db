package postern.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import postern.mail.Domain;
import postern.mail.MailOptions;
import postern.mail.MailOptions.Body;
import postern.mail.MailOptions.Return;
import postern.mail.Mailbox;
import postern.mail.Recipient;
import postern.mail.ReversePath;
import postern.wire.SmtpCommand.Greeting;
import postern.wire.SmtpCommand.Parsed;

final class CommandParserTest {
    private static final Domain OURS = new Domain("mx.example.org");
    private static final ReversePath ANN = ReversePath.of(Mailbox.of("ann", "x.example"));

    @Test
    void verbsAreKnownInAnyCaseAndTrailingSpaceIsTolerated() {
        assertThat(command("noop")).isEqualTo(new SmtpCommand.Noop());
        assertThat(command("NoOp with words")).isEqualTo(new SmtpCommand.Noop());
        assertThat(command("RSET  \t")).isEqualTo(new SmtpCommand.Rset());
        assertThat(command("etrn x.example")).isEqualTo(new SmtpCommand.Etrn("x.example"));
        assertThat(command("quit ")).isEqualTo(new SmtpCommand.Quit());
        assertThat(command("data")).isEqualTo(new SmtpCommand.Data());
        assertThat(command("help me")).isEqualTo(new SmtpCommand.Help());
        assertThat(command("vrfy ann")).isEqualTo(new SmtpCommand.Vrfy("ann"));
        assertThat(command("expn all")).isEqualTo(new SmtpCommand.Expn("all"));
        assertThat(command("starttls")).isEqualTo(new SmtpCommand.StartTls());
        assertThat(command("GET / HTTP/1.1")).isEqualTo(new SmtpCommand.Foreign());
        assertThat(command("XCLIENT NAME=a ADDR=b"))
                .isEqualTo(new SmtpCommand.Xclient("NAME=a ADDR=b"));
        assertThat(command("auth external =")).isEqualTo(new SmtpCommand.Auth("EXTERNAL", "="));
        assertThat(command("AUTH EXTERNAL")).isEqualTo(new SmtpCommand.Auth("EXTERNAL", ""));
    }

    @ParameterizedTest // RFC 5321 §4.2.4
    @ValueSource(strings = {"", " NOOP", "\tNOOP", "DATA_", "TURN", "MAIL:<>", "-", "\0"})
    void whatIsNoVerbIsRefused(String line) {
        assertThat(refusal(line)).startsWith("500 5.5.2 ");
    }

    @Test
    void octetsThatAreNoUtf8AreRefused() {
        byte[] line = "MAIL FROM:<\u00fc@x.example>".getBytes(StandardCharsets.ISO_8859_1);
        assertThat(new CommandParser(OURS, false).parse(line)).isInstanceOf(Parsed.Refused.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "client.example.net",
                "localhost",
                "MY_PC",
                "192.0.2.1",
                "[192.0.2.1]",
                "[IPv6:2001:db8::1]"
            })
    void hostNamesOfHello(String client) {
        assertThat(command("EHLO " + client))
                .isEqualTo(new SmtpCommand.Hello(Greeting.EHLO, client));
        assertThat(command("helo " + client))
                .isEqualTo(new SmtpCommand.Hello(Greeting.HELO, client));
        assertThat(command("LHLO " + client))
                .isEqualTo(new SmtpCommand.Hello(Greeting.LHLO, client));
    }

    @ParameterizedTest // RFC 5321 §4.1.1.1
    @ValueSource(
            strings = {
                "EHLO",
                "HELO ",
                "EHLO a b",
                "EHLO -a-",
                "EHLO a..b",
                "EHLO .",
                "EHLO foo(bar)",
                "EHLO <x>",
                "EHLO b\u00fccher.example",
                "EHLO []",
                "EHLO [a b]",
                "EHLO [a",
                "DATA now",
                "RSET x",
                "QUIT x",
                "STARTTLS x",
                "VRFY",
                "EXPN",
                "AUTH",
                "AUTH A B C",
                "BDAT",
                "BDAT LAST",
                "BDAT x",
                "BDAT -1",
                "BDAT 1 FIRST",
                "BDAT 1 LAST x",
                "BDAT 123456789012345678901",
                "XCLIENT"
            })
    void malformedArguments(String line) {
        assertThat(refusal(line)).startsWith("501 5.5.4 ");
    }

    @Test
    void chunks() {
        assertThat(command("BDAT 86")).isEqualTo(new SmtpCommand.Bdat(86, false));
        assertThat(command("bdat 0 last")).isEqualTo(new SmtpCommand.Bdat(0, true));
        assertThat(command("BDAT 99999999999999999999"))
                .isEqualTo(new SmtpCommand.Bdat(Long.MAX_VALUE, false));
    }

    @Test
    void mailWithItsParameters() {
        assertThat(command("mail from:<ann@x.example>"))
                .isEqualTo(new SmtpCommand.Mail(ANN, MailOptions.NONE, 0));
        assertThat(command("MAIL FROM:<> AUTH=+3C+3E")) // decoded, the same: RFC 4954 §8
                .isEqualTo(command("MAIL FROM:<>"));
        assertThat(command("MAIL FROM:<>"))
                .isEqualTo(new SmtpCommand.Mail(ReversePath.NOBODY, MailOptions.NONE, 0));
        assertThat(
                        command(
                                "MAIL FROM:<ann@x.example> size=12 bOdY=8bitmime  SMTPUTF8 RET=HDRS"
                                        + " ENVID=a+2Bb AUTH=<>"))
                .isEqualTo(
                        new SmtpCommand.Mail(
                                ANN,
                                new MailOptions(Body.EIGHT_BIT_MIME, true, Return.HEADERS, "a+2Bb"),
                                12));
        assertThat(command("MAIL FROM:<> SIZE=99999999999999999999"))
                .isEqualTo(
                        new SmtpCommand.Mail(ReversePath.NOBODY, MailOptions.NONE, Long.MAX_VALUE));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "MAIL|501 5.5.4",
                "MAIL FROM:|501 5.5.4",
                "MAIL FROM<ann@x.example>|501 5.5.4",
                "MAIL  FROM:<>|501 5.5.4",
                "MAIL FROM :<>|501 5.5.4",
                "MAIL FROM:<ann@x.example>x|501 5.5.4",
                "MAIL FROM:<ann@x.example>>|501 5.5.4",
                "MAIL FROM:<ann>|501 5.1.7",
                "MAIL FROM:<ann@x.example|501 5.1.7",
                "MAIL FROM:<> SIZE|501 5.5.4",
                "MAIL FROM:<> SIZE=|501 5.5.4",
                "MAIL FROM:<> SIZE=-1|501 5.5.4",
                "MAIL FROM:<> SIZE=1 SIZE=1|501 5.5.4",
                "MAIL FROM:<> BODY=9BIT|501 5.5.4",
                "MAIL FROM:<> SMTPUTF8=YES|501 5.5.4",
                "MAIL FROM:<> RET=SOME|501 5.5.4",
                "MAIL FROM:<> ENVID=a+zz|501 5.5.4",
                "MAIL FROM:<> ENVID=a+0A|501 5.5.4",
                "MAIL FROM:<> AUTH=+3C|501 5.5.4",
                "MAIL FROM:<> AUTH=ann|501 5.5.4",
                "MAIL FROM:<> #$%=1|501 5.5.4",
                "MAIL FROM:<> COLOUR=RED|555 5.5.4",
                "MAIL FROM:<> NOTIFY=NEVER|555 5.5.4",
                "RCPT|501 5.5.4",
                "RCPT TO:|501 5.5.4",
                "RCPT TO:<>|501 5.1.3",
                "RCPT TO:<ann@x.example>,<bob@x.example>|501 5.5.4",
                "RCPT TO:<ann @x.example>|501 5.1.3",
                "RCPT TO:<ann@x.example> RET=FULL|555 5.5.4",
                "RCPT TO:<ann@x.example> NOTIFY=|501 5.5.4",
                "RCPT TO:<ann@x.example> NOTIFY=MAYBE|501 5.5.4",
                "RCPT TO:<ann@x.example> NOTIFY=NEVER,DELAY|501 5.5.4",
                "RCPT TO:<ann@x.example> NOTIFY=DELAY,|501 5.5.4",
                "RCPT TO:<ann@x.example> ORCPT=ann|501 5.5.4",
                "RCPT TO:<ann@x.example> ORCPT=rfc822;|501 5.5.4",
                "RCPT TO:<ann@x.example> ORCPT=;a@x.example|501 5.5.4",
                "RCPT TO:<ann@x.example> ORCPT=rfc822;a+4|501 5.5.4",
            })
    void malformedEnvelopes(String line, String reply) {
        assertThat(refusal(line)).startsWith(reply + " ");
    }

    @Test
    void recipientsWithTheirParameters() {
        assertThat(command("RCPT TO:<ann@x.example>"))
                .isEqualTo(rcpt(Recipient.Notify.DEFAULT, ""));
        assertThat(command("rcpt to:<ann@x.example> notify=never"))
                .isEqualTo(rcpt(Recipient.Notify.NEVER, ""));
        assertThat(command("RCPT TO:<ann@x.example> ORCPT=rfc822;a+2Bb@x NOTIFY=delay,SUCCESS"))
                .isEqualTo(rcpt(new Recipient.Notify(true, true, false, true), "rfc822;a+2Bb@x"));
        assertThat(command("RCPT TO:<postmaster>"))
                .isEqualTo(new SmtpCommand.Rcpt(Recipient.of(new Mailbox("postmaster", OURS))));
    }

    @Test // RFC 5321 §3.3
    void aSpaceBehindTheColonAndMissingBracketsAreToleratedUnlessStrict() {
        SmtpCommand plain = command("MAIL FROM:<ann@x.example>");
        assertThat(command("MAIL FROM: <ann@x.example>")).isEqualTo(plain);
        assertThat(command("MAIL FROM: ann@x.example")).isEqualTo(plain);
        assertThat(command("RCPT TO: postmaster")).isEqualTo(command("RCPT TO:<postmaster>"));
        assertThat(refusal("MAIL FROM: Ann <ann@x.example>")).startsWith("501 ");
        CommandParser strict = new CommandParser(OURS, true);
        for (String line : new String[] {"MAIL FROM: <ann@x.example>", "MAIL FROM:ann@x.example"}) {
            assertThat(strict.parse(line.getBytes(StandardCharsets.US_ASCII)))
                    .isInstanceOf(Parsed.Refused.class);
        }
    }

    private static SmtpCommand rcpt(Recipient.Notify wanted, String original) {
        return new SmtpCommand.Rcpt(
                new Recipient(Mailbox.of("ann", "x.example"), wanted, original));
    }

    private static SmtpCommand command(String line) {
        if (parse(line) instanceof Parsed.Command parsed) {
            return parsed.command();
        }
        throw new AssertionError(line + ": " + parse(line));
    }

    private static String refusal(String line) {
        if (parse(line) instanceof Parsed.Refused refused) {
            return refused.reply().toString();
        }
        throw new AssertionError(line + " was taken: " + parse(line));
    }

    private static Parsed parse(String line) {
        return new CommandParser(OURS, false).parse(line.getBytes(StandardCharsets.UTF_8));
    }
}
