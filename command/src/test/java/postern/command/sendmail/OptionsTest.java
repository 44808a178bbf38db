package postern.command.sendmail;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import postern.mail.MailOptions;
import postern.mail.Recipient;

class OptionsTest {

    private static Options parse(String... words) {
        return switch (Options.parse(List.of(words))) {
            case Options.Parsed.Understood(Options options) -> options;
            case Options.Parsed.Wrong(String why) -> throw new AssertionError(why);
        };
    }

    private static String wrong(String... words) {
        return switch (Options.parse(List.of(words))) {
            case Options.Parsed.Understood _ -> "";
            case Options.Parsed.Wrong(String why) -> why;
        };
    }

    @Test
    void asPhpAndCronCallIt() {
        Options php = parse("-t", "-i", "-f", "www@example.org");
        assertThat(php.headerRecipients()).isTrue();
        assertThat(php.dotEnds()).isFalse();
        assertThat(php.sender()).contains("www@example.org");
        Options cron = parse("-FCronDaemon", "-i", "-B8BITMIME", "-oem", "root");
        assertThat(cron.fullName()).isEqualTo("CronDaemon");
        assertThat(cron.words()).containsExactly("root");
    }

    @Test
    void flagsAreBundledAndValuesAttached() {
        Options options = parse("-tifann@example.org", "-oi", "-o", "em", "-O", "x=y", "a");
        assertThat(options.headerRecipients()).isTrue();
        assertThat(options.sender()).contains("ann@example.org");
        assertThat(options.words()).containsExactly("a");
    }

    @Test
    void flagsEndAtTheFirstWordOrTwoHyphens() {
        assertThat(parse("a@b", "-t").words()).containsExactly("a@b", "-t");
        assertThat(parse("-t", "--", "-f").words()).containsExactly("-f");
        assertThat(parse("-f", "", "x").sender()).contains("");
        assertThat(parse("-f", "<>", "-").words()).containsExactly("-");
    }

    @Test
    void modes() {
        assertThat(parse("-bs").mode()).isEqualTo(Options.Mode.DIALOGUE);
        assertThat(parse("-bp").mode()).isEqualTo(Options.Mode.LIST);
        assertThat(parse("-b", "m").mode()).isEqualTo(Options.Mode.SUBMIT);
        assertThat(parse("-bi").mode()).isEqualTo(Options.Mode.ALIASES);
        assertThat(parse("-I").mode()).isEqualTo(Options.Mode.ALIASES);
        assertThat(parse("-bv", "ann").mode()).isEqualTo(Options.Mode.VERIFY);
        assertThat(parse("-bh").mode()).isEqualTo(Options.Mode.NOTHING);
        assertThat(parse("-qI4711").mode()).isEqualTo(Options.Mode.FLUSH);
        assertThat(parse("-qRexample.org").mode()).isEqualTo(Options.Mode.FLUSH);
        assertThat(parse("-q").mode()).isEqualTo(Options.Mode.FLUSH);
        assertThat(parse("-q15m").mode()).isEqualTo(Options.Mode.NOTHING);
    }

    /**
     * What Postfix and others take is taken, with its value where it has one, and sends the
     * message.
     */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "-Ac",
                "-Am",
                "-A c",
                "-Btype",
                "-B 8BITMIME",
                "-G",
                "-c",
                "-m",
                "-n",
                "-U",
                "-x",
                "-i",
                "-t",
                "-v",
                "-L tag",
                "-Ltag",
                "-O DeliveryMode=b",
                "-oA/etc/aliases",
                "-om",
                "-oi",
                "-oem",
                "-o7",
                "-o8",
                "-odb",
                "-oo",
                "-os",
                "-X log",
                "-em",
                "-h 5",
                "-p ESMTP",
                "-bm",
                "-V id",
                "-N never",
                "-R full",
                "-F name",
                "-r a@b",
                "-f a@b",
                "-C file",
                "-Rhdrs"
            })
    void harmlessOptions(String text) {
        String[] words = (text + " ann@example.org").split(" ");
        Options options = parse(words);
        assertThat(options.mode()).isEqualTo(Options.Mode.SUBMIT);
        assertThat(options.words()).containsExactly("ann@example.org");
    }

    @Test
    void noticesOfDelivery() {
        assertThat(parse("-N", "success,delay").notices())
                .isEqualTo(new Recipient.Notify(true, true, false, true));
        assertThat(parse("-N", "NEVER").notices()).isEqualTo(Recipient.Notify.NEVER);
        assertThat(parse("-R", "hdrs").returned()).isEqualTo(MailOptions.Return.HEADERS);
        assertThat(parse("-V", "a b").envelopeId()).isEqualTo("a b");
        assertThat(parse().notices().stated()).isFalse();
    }

    @Test
    void misuse() {
        assertThat(wrong("-Z")).isEqualTo("unknown flag -Z");
        assertThat(wrong("-f")).isEqualTo("-f needs a value");
        assertThat(wrong("-bd")).isEqualTo("-bd: use \"postern start\"");
        assertThat(wrong("-bD")).isEqualTo("-bD: use \"postern start\"");
        assertThat(wrong("-bS")).isEqualTo("-bS: use \"bsmtp\" for batched SMTP");
        assertThat(wrong("-bt")).contains("postern explain");
        assertThat(wrong("-qSann")).contains("postern queue");
        assertThat(wrong("-XV@@")).contains("delimiters");
        assertThat(wrong("-bz")).isEqualTo("-bz is not supported");
        assertThat(wrong("-N", "sometimes")).startsWith("-N sometimes: use never");
        assertThat(wrong("-R", "some")).startsWith("-R some: use full");
    }
}
