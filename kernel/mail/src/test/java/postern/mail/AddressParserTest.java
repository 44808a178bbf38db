package postern.mail;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import postern.mail.AddressParser.Parsed;

final class AddressParserTest {
    private static final Domain OURS = new Domain("mx.example.org");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ann@example.org",
                "a.b-c+d=e/f@x.example",
                "!#$%&'*+-/=?^_`{|}~@example.org",
                "0@1.2.3.example",
                "ann@localhost",
                "ann@under_score.example",
                "ann@a--b.example",
                "\"two words\"@example.org",
                "\"a@b\"@example.org",
                "\"\"@example.org",
                "\"q\\\"uo\\\\te\"@example.org",
                "ann@[192.0.2.1]",
                "ann@[IPv6:2001:db8::1]",
                "ann@[ipv6:2001:db8:1:2:3:4:5:6]",
                "ann@[IPv6:::]",
                "ann@[IPv6:::ffff:192.0.2.1]",
                "ann@[IPv6:1:2:3:4:5:6:192.0.2.1]",
                "ann@[IPv6:1:2:3:4:5:6:7::]",
                "ann@[X25:123]",
                "ann@[a-tag:!.Z^~]",
            })
    void valid(String address) {
        assertThat(AddressParser.mailbox(address)).isInstanceOf(Parsed.Address.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "ann",
                "@",
                "@example.org",
                "ann@",
                ".ann@example.org",
                "ann.@example.org",
                "a..n@example.org",
                "a n@example.org",
                "ann@ example.org",
                "ann@example.org ",
                "ann@example..org",
                "ann@.example.org",
                "ann@example.org.",
                "ann@-example.org",
                "ann@example-.org",
                "ann@exa mple.org",
                "ann@exam(ple).org",
                "ann@bob@example.org",
                "\"ann@example.org",
                "\"ann\"b@example.org",
                "\"a\u0001\"@example.org",
                "\"a\\\u0000\"@example.org",
                "a\u007f@example.org",
                "ann@[192.0.2]",
                "ann@[192.0.2.256]",
                "ann@[192.0.2.1.1]",
                "ann@[192.0.2.1",
                "ann@[192.0.2.1]x",
                "ann@[2001:db8::1]",
                "ann@[IPv6:1:2:3:4:5:6:7]",
                "ann@[IPv6:1:2:3:4:5:6:7:8:9]",
                "ann@[IPv6:1:2:3:4::5:6:7:8]",
                "ann@[IPv6:1::2::3]",
                "ann@[IPv6::1:2]",
                "ann@[IPv6:1:]",
                "ann@[IPv6:1:::2]",
                "ann@[IPv6:12345::]",
                "ann@[IPv6:1:192.0.2.1]",
                "ann@[X25:]",
                "ann@[:123]",
                "ann@[X25-:123]",
                "ann@[X_25:123]",
                "ann@[X25:1 2]",
                "ann@[X25:1[2]",
                "ann@[X25:1\\2]",
                "ann@[X25]",
            })
    void invalid(String address) {
        assertThat(AddressParser.mailbox(address)).isInstanceOf(Parsed.Invalid.class);
    }

    /** RFC 6531 §3.3, RFC 5892 §2.1: letters, digits and marks, and what DNS can hold. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "a@b\u00fccher.example",
                "a@\u4f8b\u3048.\u30c6\u30b9\u30c8",
                "a@\u0909\u0926\u093e\u0939\u0930\u0923.\u092a\u0930\u0940\u0915\u094d\u0937\u093e",
                "a@stra\u00dfe.example",
                "a@l\u00b7l.example",
                "a@\ud840\udc0b.example",
                "a@xn--bcher-kva.example",
            })
    void labelsBeyondAscii(String address) {
        assertThat(AddressParser.mailbox(address)).matches(this::taken);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a@\u00a0.example",
                "a@b\u200bc.example",
                "a@b\u3002example",
                "a@b\u2028c.example",
                "a@\u2603.example",
                "a@\u0301b.example",
                "a@b\ud840.example",
                "a@-\u00fc.example",
            })
    void labelsThatAreNoneOfIdna(String address) {
        assertThat(AddressParser.mailbox(address)).matches(this::refused);
    }

    @Test
    void aLabelBeyondAsciiFitsDns() {
        assertThat(AddressParser.mailbox("a@" + "\u00fc".repeat(50) + ".example"))
                .matches(this::taken);
        assertThat(AddressParser.mailbox("a@" + "\u4f8b\u3048".repeat(30) + ".example"))
                .matches(this::refused);
    }

    @Test
    void lengthsAreBoundedInOctets() {
        assertThat(AddressParser.mailbox("a".repeat(64) + "@x.example")).matches(this::taken);
        assertThat(AddressParser.mailbox("a".repeat(65) + "@x.example")).matches(this::refused);
        assertThat(AddressParser.mailbox("\u00fc".repeat(33) + "@x.example"))
                .matches(this::refused);
        assertThat(AddressParser.mailbox("a@" + "b".repeat(63) + ".x")).matches(this::taken);
        assertThat(AddressParser.mailbox("a@" + "b".repeat(64) + ".x")).matches(this::refused);
        String domain = "b.".repeat(127) + "x"; // 255 octets
        assertThat(AddressParser.mailbox("a@" + domain)).matches(this::taken);
        assertThat(AddressParser.mailbox("a@x" + domain)).matches(this::refused);
        String path = "<" + "a".repeat(64) + "@" + "b.".repeat(93) + "xyz>"; // 256 octets
        assertThat(AddressParser.path(path, 0, OURS)).matches(this::taken);
        assertThat(AddressParser.path(path.replace("xyz", "wxyz"), 0, OURS)).matches(this::refused);
    }

    @Test
    void quotingIsTakenOffAndPutOnWhereNeeded() {
        assertThat(mailbox("\"ann\"@example.org")).isEqualTo(mailbox("ann@example.org"));
        assertThat(mailbox("\"a\\nn\"@example.org")).hasToString("ann@example.org");
        assertThat(mailbox("ann@[ipv6:2001:DB8::1]")).hasToString("ann@[IPv6:2001:db8::1]");
        assertThat(mailbox("\"a b\"@example.org")).hasToString("\"a b\"@example.org");
        assertThat(mailbox("\"a\\\"b\"@example.org")).hasToString("\"a\\\"b\"@example.org");
        assertThat(mailbox("\"\"@example.org")).hasToString("\"\"@example.org");
    }

    @Test
    void pathsAreReadInPlace() {
        assertThat(AddressParser.path("FROM:<> SIZE=1", 5, OURS)).isEqualTo(new Parsed.Empty(7));
        assertThat(AddressParser.path("TO:<ann@x.example> NOTIFY=NEVER", 3, OURS))
                .isEqualTo(new Parsed.Address(mailbox("ann@x.example"), 18));
        assertThat(AddressParser.path("<ann@x.example", 0, OURS)).matches(this::refused);
        assertThat(AddressParser.path("ann@x.example", 0, OURS)).matches(this::refused);
        assertThat(AddressParser.path("<<ann@x.example>>", 0, OURS)).matches(this::refused);
    }

    @Test // RFC 5321 §4.1.1.3 and appendix C
    void sourceRoutesAreStripped() {
        assertThat(AddressParser.path("<@a.example,@b.example:ann@x.example>", 0, OURS))
                .isEqualTo(new Parsed.Address(mailbox("ann@x.example"), 37));
        assertThat(AddressParser.path("<@a.example:>", 0, OURS)).matches(this::refused);
        assertThat(AddressParser.path("<@a.example,:ann@x.example>", 0, OURS))
                .matches(this::refused);
    }

    @Test // RFC 5321 §4.5.1
    void postmasterNeedsNoDomainAndNobodyElseHasNone() {
        assertThat(AddressParser.path("<PostMaster>", 0, OURS))
                .isEqualTo(new Parsed.Address(new Mailbox("PostMaster", OURS), 12));
        assertThat(AddressParser.path("<ann>", 0, OURS)).matches(this::refused);
    }

    @Test // RFC 6531 §3.3
    void charactersBeyondAsciiAreSeen() {
        assertThat(mailbox("j\u00f6rg@b\u00fccher.example").internationalized()).isTrue();
        assertThat(mailbox("ann@b\u00fccher.example").internationalized()).isTrue();
        assertThat(mailbox("ann@example.org").internationalized()).isFalse();
    }

    private static Mailbox mailbox(String text) {
        if (AddressParser.mailbox(text) instanceof Parsed.Address address) {
            return address.mailbox();
        }
        throw new AssertionError("no address: " + text);
    }

    private boolean taken(Parsed parsed) {
        return parsed instanceof Parsed.Address;
    }

    private boolean refused(Parsed parsed) {
        return parsed instanceof Parsed.Invalid;
    }
}
