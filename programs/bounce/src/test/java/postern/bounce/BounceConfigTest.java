package postern.bounce;

import static org.assertj.core.api.Assertions.assertThat;
import static postern.bounce.DsnComposerTest.ANN;
import static postern.bounce.DsnComposerTest.MESSAGE;
import static postern.bounce.DsnComposerTest.NOW;
import static postern.bounce.DsnComposerTest.approve;
import static postern.bounce.DsnComposerTest.envelope;
import static postern.bounce.DsnComposerTest.failed;
import static postern.bounce.DsnComposerTest.sound;
import static postern.bounce.DsnComposerTest.text;
import static postern.bounce.DsnComposerTest.to;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import postern.bounce.DsnComposerTest.Text;
import postern.config.Configuration;
import postern.config.Problem;
import postern.config.Settings;
import postern.mail.Envelope;
import postern.mail.MailOptions;
import postern.mail.Mailbox;
import postern.mail.Notices.Kind;
import postern.mail.Notices.Notice;
import postern.mail.Notices.Report;
import postern.mail.Recipient;
import postern.mail.ReversePath;

/** What the keys of {@code [bounce]} do to notices. */
final class BounceConfigTest {
    private static BounceConfig read(String toml) {
        return switch (parsed(toml)) {
            case Configuration.Result.Loaded(Settings settings) ->
                    BounceConfig.read(settings, "mx.home.example");
            case Configuration.Result.Broken(List<Problem> problems) ->
                    throw new AssertionError(problems.toString());
        };
    }

    private static Configuration.Result parsed(String toml) {
        return Configuration.parse(
                "postern.toml", "[bounce]\n" + toml, List.of(BounceConfig.SECTION));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "from_address = ''",
                "from_address = 'a b'",
                "from_address = 'a@b@c'",
                "from_address = 'a@b\\n'",
                "from_address = '<a@b.test>'",
                "from_name = ''",
                "from_name = \"a\\nBcc: x\"",
                "failed_copy_to = '@b.test'",
                "delayed_copy_to = 'a@'",
                "double_bounce_to = 'a, b'"
            })
    void whoIsNobodyIsRefused(String key) {
        assertThat(parsed(key)).isInstanceOf(Configuration.Result.Broken.class);
    }

    @ParameterizedTest
    @CsvSource({
        "Mail Delivery System, MAILER-DAEMON, Mail Delivery System <MAILER-DAEMON@mx.home.example>",
        "Post (Office), post@home.example, \"Post (Office)\" <post@home.example>",
        "Say 'hi\\ho', a, \"Say 'hi\\\\ho'\" <a@mx.home.example>",
        "Postst\u00fccke, a, =?utf-8?B?UG9zdHN0w7xja2U=?= <a@mx.home.example>"
    })
    void whomItIsFrom(String name, String address, String header) throws IOException {
        String keys =
                "from_name = \"\"\""
                        + name.replace("\\", "\\\\")
                        + "\"\"\"\nfrom_address = \""
                        + address
                        + "\"";
        Notice notice =
                new DsnComposer(read(keys))
                        .compose(
                                Kind.FAILED,
                                envelope(MailOptions.NONE, ReversePath.of(ANN)),
                                new Text(MESSAGE),
                                List.of(failed(to("bob", "far.example"))),
                                NOW)
                        .orElseThrow();
        sound(notice);
        assertThat(text(notice)).contains("\r\nFrom: " + header + "\r\n");
        assertThat(notice.sender()).isEqualTo(ReversePath.NOBODY);
    }

    /** Postfix's notify_classes: whatever NOTIFY and RET say, and no more than the header. */
    @Test
    void thePostmastersCopy() throws IOException {
        var own =
                new DsnComposer(
                        read("failed_copy_to = \"postmaster\"\ndelayed_copy_to = \"a@b.test\""));
        var usual = new DsnComposer(BounceConfig.of("mx.home.example"));
        var never = new Recipient.Notify(true, false, false, false);
        var bob = new Recipient(Mailbox.of("bob", "far.example"), never, "");
        Envelope original = envelope(MailOptions.NONE, ReversePath.of(ANN));
        List<Report> reports = List.of(failed(bob), failed(to("eve", "far.example")));
        Notice copy =
                own.copy(Kind.FAILED, original, new Text(MESSAGE), reports, NOW).orElseThrow();
        sound(copy);
        approve("copy", copy);
        assertThat(copy.sender()).isEqualTo(ReversePath.NOBODY);
        assertThat(copy.recipients())
                .containsExactly(Recipient.of(Mailbox.of("postmaster", "mx.home.example")));
        assertThat(
                        own.copy(Kind.DELAYED, original, new Text(MESSAGE), reports, NOW)
                                .orElseThrow()
                                .recipients())
                .containsExactly(Recipient.of(Mailbox.of("a", "b.test")));
        assertThat(own.copy(Kind.DELIVERED, original, new Text(MESSAGE), reports, NOW)).isEmpty();
        assertThat(usual.copy(Kind.FAILED, original, new Text(MESSAGE), reports, NOW))
                .as("nobody, where nothing is stated")
                .isEmpty();
        Envelope itself = envelope(copy.options(), copy.sender()); // of its failure nobody is told
        for (var told : List.of(own, usual)) {
            assertThat(told.copy(Kind.FAILED, itself, new Text(MESSAGE), reports, NOW)).isEmpty();
            assertThat(told.compose(Kind.FAILED, itself, new Text(MESSAGE), reports, NOW))
                    .isEmpty();
        }
    }
}
