package postern.sts;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import postern.sts.StsPolicy.Mode;
import postern.sts.StsPolicy.Parsed;

/** RFC 8461 §3.2, §4.1. A bar stands for the end of a line. */
class StsPolicyTest {
    private static final String GOOD = "version: STSv1|mode: enforce|mx: mx.example|max_age: 600|";

    private static Parsed parse(String text) {
        return StsPolicy.parse(text.replace("|", "\r\n").getBytes(StandardCharsets.UTF_8));
    }

    static StsPolicy policy(String text) {
        if (parse(text) instanceof Parsed.Valid(StsPolicy policy)) {
            return policy;
        }
        throw new AssertionError(parse(text));
    }

    @Test
    void theExampleOfTheRfc() {
        StsPolicy policy =
                policy(
                        "version: STSv1|mode: enforce|mx: mail.example.com|mx: *.example.net|"
                                + "mx: backupmx.example.com|max_age: 604800");
        assertThat(policy.mode()).isEqualTo(Mode.ENFORCE);
        assertThat(policy.mx())
                .containsExactly("mail.example.com", "*.example.net", "backupmx.example.com");
        assertThat(policy.maxAge()).isEqualTo(Duration.ofDays(7));
        assertThat(policy.lines())
                .containsExactly(
                        "version: STSv1",
                        "mode: enforce",
                        "mx: mail.example.com",
                        "mx: *.example.net",
                        "mx: backupmx.example.com",
                        "max_age: 604800");
    }

    @ParameterizedTest
    @EnumSource
    void everyModeIsKnown(Mode mode) {
        assertThat(policy(GOOD.replace("enforce", mode.word())).mode()).isEqualTo(mode);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "version: STSv1\nmode: enforce\nmx: mx.example\nmax_age: 600", // LF alone will do
                "max_age: 600|mx: mx.example|mode: enforce|version: STSv1", // in any order
                "version:STSv1|mode:\t enforce|mx:mx.example|max_age:600", // the delimiter
                "version: STSv1 \t|mode: enforce |mx: mx.example\t|max_age: 600 |", // *WSP
                "version: STSv1|mode: enforce|mx: mx.example|max_age: 600|x-y_z.0: \u00e4 b: c|",
                "version: STSv1|version: STSv9|mode: enforce|mode: none|mx: mx.example|"
                        + "max_age: 600|max_age: x|", // the first counts
                "version: STSv1||mode: enforce|mx: mx.example|max_age: 600|||" // blank lines
            })
    void whatIsValidIsTaken(String text) {
        StsPolicy policy = policy(text);
        assertThat(policy.mode()).isEqualTo(Mode.ENFORCE);
        assertThat(policy.mx()).containsExactly("mx.example");
        assertThat(policy.maxAge()).isEqualTo(Duration.ofSeconds(600));
    }

    @Test
    void modeNoneNeedsNoHosts() {
        assertThat(policy("version: STSv1|mode: none|max_age: 86400|").mx()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "31557600, 31557600",
        "31557601, 31557600", // longer than may be: as long as may be
        "9999999999, 31557600",
    })
    void ageIsBounded(String stated, long seconds) {
        assertThat(policy(GOOD.replace("600", stated)).maxAge())
                .isEqualTo(Duration.ofSeconds(seconds));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "''; no version",
                "<html>; a line is no field: <html>",
                "mode: enforce|mx: mx.example|max_age: 600; no version",
                "version: STSv2|mode: enforce|mx: mx.example|max_age: 600; version STSv2",
                "version: stsv1|mode: enforce|mx: mx.example|max_age: 600; version stsv1",
                "Version: STSv1|mode: enforce|mx: mx.example|max_age: 600; no version",
                "version: STSv1|mx: mx.example|max_age: 600; no mode",
                "version: STSv1|mode: Enforce|mx: mx.example|max_age: 600; mode Enforce",
                "version: STSv1|mode: enforce|max_age: 600; no mx",
                "version: STSv1|mode: testing|max_age: 600; no mx",
                "version: STSv1|mode: enforce|mx: mx.example; no max_age",
                "version: STSv1|mode: enforce|mx: mx.example|max_age: -1; max_age -1",
                "version: STSv1|mode: enforce|mx: mx.example|max_age: 1d; max_age 1d",
                "version: STSv1|mode: enforce|mx: mx.example|max_age: 12345678901;"
                        + " max_age 12345678901",
                "version: STSv1|mode: enforce|mx: a.*.example|max_age: 600;"
                        + " no host by which to know mail hosts: mx: a.*.example",
                "version: STSv1|mode: enforce|mx: *|max_age: 600;"
                        + " no host by which to know mail hosts: mx: *",
                "version: STSv1|mode: enforce|mx: .example|max_age: 600;"
                        + " no host by which to know mail hosts: mx: .example",
                "version: STSv1|mode: enforce|mx: mx1.example, mx2.example|max_age: 600;"
                        + " no host by which to know mail hosts: mx: mx1.example, mx2.example",
                "version: STSv1|mode: enforce|mx: m\u00fcller.example|max_age: 600;"
                        + " no host by which to know mail hosts: mx: m\u00fcller.example",
                "version: STSv1|mode: enforce|mx:|max_age: 600; a field has no proper value: mx:",
                "version : STSv1|mode: enforce|mx: mx.example|max_age: 600;"
                        + " a line is no field: version : STSv1",
            })
    void whatIsInvalidIsSaid(String text, String why) {
        assertThat(parse(text)).isEqualTo(new Parsed.Invalid(why));
    }

    @Test
    void whatIsNotUtf8IsInvalid() {
        assertThat(StsPolicy.parse(new byte[] {'a', ':', (byte) 0xff}))
                .isEqualTo(new Parsed.Invalid("it is not UTF-8"));
    }

    @ParameterizedTest
    @CsvSource({
        "mx.example.com, mx.example.com, true",
        "MX.Example.com, mx.example.COM, true",
        "mx.example.com, mx.example.com., true",
        "*.example.com, mail.example.com, true", // the examples of RFC 8461 §4.1
        "*.example.com, example.com, false",
        "*.example.com, foo.bar.example.com, false",
        "mx.example.com, a.mx.example.com, false",
        "mx.example.com, xmx.example.com, false",
        "*.example.com, .example.com, false",
        "*.example.com, mail.example.com.evil.example, false",
    })
    void hostsMatchPatterns(String pattern, String host, boolean matches) {
        assertThat(policy(GOOD.replace("mx.example", pattern)).matches(host)).isEqualTo(matches);
    }

    @Test
    void whatIsKeptIsReadAgain() {
        StsPolicy policy =
                policy("version: STSv1|mode: testing|mx: *.example|max_age: 5|x: \u00e4");
        var now = java.time.Instant.ofEpochSecond(1_800_000_000);
        Kept kept = new Kept("id1", now, now.plusSeconds(9), policy);
        assertThat(Kept.decode(kept.encode())).contains(kept);
        byte[] cut = java.util.Arrays.copyOf(kept.encode(), kept.encode().length / 2);
        assertThat(Kept.decode(cut)).isEmpty();
        assertThat(Kept.decode(new byte[0])).isEmpty();
        assertThat(List.of(kept.valid(now.plusSeconds(4)), kept.valid(now.plusSeconds(5))))
                .containsExactly(true, false);
    }
}
