package postern.mail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DomainFormsTest {
    @ParameterizedTest
    @CsvSource({
        "example.org, example.org",
        "Example.ORG, Example.ORG",
        "b\u00fccher.example, xn--bcher-kva.example",
        "B\u00dcCHER.example, xn--bcher-kva.example",
        // RFC 5894 §7.2: letters of their own since 2008
        "fa\u00df.de, xn--fa-hia.de",
        "FA\u1e9e.de, xn--fa-hia.de",
        "stra\u00dfe.b\u00fccher.example, xn--strae-oqa.xn--bcher-kva.example",
        "\u03b2\u03cc\u03bb\u03bf\u03c2.com, xn--nxasmm1c.com",
        "\u0dc1\u0dca\u200d\u0dbb\u0dd3.com, xn--10cl1a0b660p.com",
        "\u0646\u0627\u0645\u0647\u200c\u0627\u06cc.com, xn--mgba3gch31f060k.com",
        "\u4f8b\u3048.\u30c6\u30b9\u30c8, xn--r8jz45g.xn--zckzah"
    })
    void labelsHaveTheirForms(String unicode, String ascii) {
        assertThat(DomainForms.ascii(unicode)).isEqualTo(ascii);
        assertThat(DomainForms.ascii(DomainForms.unicode(ascii))).isEqualTo(ascii);
    }

    @Test
    void peopleReadLetters() {
        assertThat(DomainForms.unicode("xn--fa-hia.xn--bcher-kva.example"))
                .isEqualTo("fa\u00df.b\u00fccher.example");
        assertThat(DomainForms.unicode("XN--FA-HIA.de")).isEqualTo("fa\u00df.de");
    }

    @Test
    void whatIsTooLongHasNone() {
        assertThatThrownBy(() -> DomainForms.ascii("\u00df".repeat(64) + ".de"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> DomainForms.ascii("\u00df".repeat(400) + ".de"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"xn--", "xn--a", "xn--99999999", "xn--\u00df", "xn---", "xn--fass-"})
    void whatIsNoALabelStays(String label) {
        assertThat(DomainForms.unicode(label)).isEqualTo(label);
    }

    /** RFC 3492 §3.1: each string has one form, and that one string. */
    @Test
    void lettersComeBack() {
        Random random = new Random(3492);
        for (int round = 0; round < 2000; round++) {
            StringBuilder text = new StringBuilder();
            for (int i = random.nextInt(1, 20); i > 0; i--) {
                text.appendCodePoint(
                        switch (random.nextInt(3)) {
                            case 0 -> 'a' + random.nextInt(26);
                            case 1 -> 0xdf + random.nextInt(0x400);
                            default -> 0x1f600 + random.nextInt(60);
                        });
            }
            String encoded = Punycode.encode(text.toString());
            assertThat(Mailbox.ascii(encoded)).isTrue();
            assertThat(Punycode.decode(encoded)).isEqualTo(text.toString());
        }
    }
}
