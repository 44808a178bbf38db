package postern.mail;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 6533 §3, and what becomes of an ORCPT. */
final class UnitextTest {
    @ParameterizedTest
    @CsvSource({
        "böb@far.example, b\\x{F6}b@far.example",
        "a+b=c\\d e, a\\x{2B}b\\x{3D}c\\x{5C}d\\x{20}e",
        "中😀, \\x{4E2D}\\x{1F600}",
        "plain@x.example, plain@x.example"
    })
    void encodesAndDecodes(String text, String encoded) {
        assertThat(Unitext.encode(text)).isEqualTo(encoded);
        assertThat(Unitext.decode(encoded)).isEqualTo(text);
    }

    /** RFC 6533 §3: what does not conform is copied without alteration. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "a\\b",
                "\\x{",
                "\\x{}",
                "\\x{A}",
                "\\x{D800}",
                "\\x{110000}",
                "\\x{1234567}",
                "\\x{G0}"
            })
    void whatIsMalformedStaysAsItIs(String text) {
        assertThat(Unitext.decode(text)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({
        "rfc822;bob+2Bold@x.example, bob+old@x.example",
        "UTF-8;b\\x{F6}b@x.example, böb@x.example",
        "utf-8;böb@x.example, böb@x.example",
        "x400;/G+3Dbob/, /G=bob/",
        "rfc822;bob+0D+0ABcc:+20eve@x.example, bob+0D+0ABcc:+20eve@x.example",
        "utf-8;b\\x{0A}ob, b\\x{0A}ob"
    })
    void theOriginalAddressIsDecodedButEndsNoLine(String orcpt, String address) {
        assertThat(recipient(orcpt).originalAddress()).hasValue(address);
    }

    @Test
    void withoutOrcptThereIsNoOriginalAddress() {
        assertThat(recipient("").originalAddress()).isEmpty();
        assertThat(Recipient.originalIsUtf8("u;a")).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "utf-8;böb@x.example, utf-8;b\\x{F6}b@x.example",
        "utf-8;ö\\x{2B}b@x.example, utf-8;\\x{F6}\\x{2B}b@x.example",
        "rfc822;bob+2Bold@x.example, rfc822;bob+2Bold@x.example"
    })
    void anOrcptForAHostThatTakesAsciiAlone(String orcpt, String ascii) {
        assertThat(recipient(orcpt).originalInAscii()).isEqualTo(ascii);
    }

    @ParameterizedTest // what is beyond ASCII is no rfc822 address
    @CsvSource({
        "bob+old, x.example, rfc822;bob+2Bold@x.example",
        "böb, x.example, utf-8;b\\x{F6}b@x.example",
        "bob, bücher.example, utf-8;bob@b\\x{FC}cher.example"
    })
    void anOrcptForWhoHadNone(String local, String domain, String orcpt) {
        assertThat(Recipient.originalOf(Mailbox.of(local, domain))).isEqualTo(orcpt);
    }

    private static Recipient recipient(String orcpt) {
        return new Recipient(Mailbox.of("bob", "x.example"), Recipient.Notify.DEFAULT, orcpt);
    }
}
