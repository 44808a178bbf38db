package postern.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import postern.base.Bug;

class SettingsTest {

    @Test
    void whatIsHandedToChildrenIsWhatWasRead() {
        Settings settings =
                Samples.loaded(
                        """
                        hostname = "tab\\there \\"quoted\\" caf\\u00e9"
                        [smtpd]
                        timeout = "5m"
                        trusted = []
                        [smtp]
                        routes = { "a b" = "c\\nd" }
                        [[listener]]
                        name = "one"
                        at = "unix:run/smtp"
                        [[listener]]
                        name = "two"
                        at = ":0"
                        """);
        Settings decoded = Settings.decode(settings.encode());
        assertThat(decoded.encode()).isEqualTo(settings.encode());
        assertThat(decoded.get(Samples.TOP, Samples.HOSTNAME))
                .isEqualTo("tab\there \"quoted\" café");
        assertThat(decoded.get(Samples.TOP, Samples.STATE))
                .isEqualTo(settings.get(Samples.TOP, Samples.STATE));
        assertThat(decoded.get(Samples.SMTPD, Samples.TRUSTED)).isEmpty();
        assertThat(decoded.get(Samples.SMTP, Samples.ROUTES)).isEqualTo(Map.of("a b", "c\nd"));
        assertThat(decoded.each(Samples.LISTENER))
                .extracting(each -> each.get(Samples.AT))
                .isEqualTo(
                        settings.each(Samples.LISTENER).stream()
                                .map(each -> each.get(Samples.AT))
                                .toList());
        assertThat(decoded.origin(Samples.SMTPD, Samples.TIMEOUT)).isEqualTo("postern.toml:3");
    }

    @Test
    void childrenDoNotLoadToml() throws Exception {
        String classPath = System.getProperty("java.class.path");
        Process child =
                new ProcessBuilder(
                                System.getProperty("java.home") + "/bin/java",
                                "-verbose:class",
                                "-cp",
                                classPath,
                                Child.class.getName())
                        .redirectErrorStream(true)
                        .start();
        String output =
                new String(
                        child.getInputStream().readAllBytes(),
                        java.nio.charset.StandardCharsets.UTF_8);
        assertThat(child.waitFor()).isZero();
        assertThat(output)
                .contains("postern.config.Settings")
                .doesNotContain("tomlj")
                .doesNotContain("antlr");
    }

    /** What a child of master does with its settings. */
    static final class Child {
        private Child() {}

        public static void main(String[] args) {
            Settings settings =
                    Settings.decode(
                            "postern-settings 2\n\"p.toml\"\n[smtpd]\t1\t\ntimeout\t2\t1\t\"7s\"\n");
            if (settings.get(Samples.SMTPD, Samples.TIMEOUT).toSeconds() != 7) {
                System.exit(1);
            }
        }
    }

    @RepeatedTest(200)
    void everyLiteralReadsBack(RepetitionInfo repetition) {
        Raw raw = raw(new Random(repetition.getCurrentRepetition()), 3);
        String literal = raw.literal();
        assertThat(literal).doesNotContain("\n").doesNotContain("\t");
        assertThat(RawReader.read(literal)).isEqualTo(raw);
    }

    private static Raw raw(Random random, int depth) {
        return switch (random.nextInt(depth == 0 ? 3 : 5)) {
            case 0 -> new Raw.Bool(random.nextBoolean());
            case 1 -> new Raw.Int(random.nextLong());
            case 2 -> new Raw.Text(text(random));
            case 3 -> {
                List<Raw> items = new ArrayList<>();
                for (int i = random.nextInt(4); i > 0; i--) {
                    items.add(raw(random, depth - 1));
                }
                yield new Raw.Items(items);
            }
            default -> {
                Map<String, Raw> values = new LinkedHashMap<>();
                for (int i = random.nextInt(4); i > 0; i--) {
                    values.put(text(random), raw(random, depth - 1));
                }
                yield new Raw.Table(values);
            }
        };
    }

    private static String text(Random random) {
        String alphabet = "ab\"\\\n\r\t\u0000\u001f\u007f=,]}[{ é\ud83d\ude00";
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(12); i > 0; i--) {
            text.append(alphabet.charAt(random.nextInt(alphabet.length())));
        }
        return text.toString();
    }

    @Test
    void aKeyOfAnotherSectionIsABug() {
        Settings settings = Samples.loaded("hostname = \"a\"");
        assertThatThrownBy(() -> settings.get(Samples.SMTP, Samples.TIMEOUT))
                .isInstanceOf(Bug.class);
    }
}
