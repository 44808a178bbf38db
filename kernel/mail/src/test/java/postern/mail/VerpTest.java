package postern.mail;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Reverse-paths that name the recipient, as Postfix's VERP_README has them. */
final class VerpTest {
    private static final ReversePath LIST = ReversePath.of(Mailbox.of("owner-list", "a.example"));

    @ParameterizedTest
    @CsvSource({
        "+=, ann@b.example, '', owner-list+ann=b.example@a.example",
        "-+, ann@b.example, '', owner-list-ann+b.example@a.example",
        "+=, ann@new.example, rfc822;ann+2Bx@b.example, owner-list+ann+x=b.example@a.example",
        "+=, ann@b.example, x400;ann@c.example, owner-list+ann=b.example@a.example",
        "+=, ann@b.example, rfc822;nonsense, owner-list+ann=b.example@a.example",
    })
    void eachRecipientHasItsOwn(String delimiters, String to, String original, String path) {
        Recipient recipient = new Recipient(mailbox(to), Recipient.Notify.DEFAULT, original);

        assertThat(Verp.sender(LIST, Terms.NONE.withVerp(delimiters), recipient)).hasToString(path);
    }

    @Test
    void whatIsNoAtomIsQuoted() {
        Recipient odd = Recipient.of(Mailbox.of("a b", "b.example"));
        assertThat(Verp.sender(LIST, Terms.NONE.withVerp("+="), odd))
                .hasToString("\"owner-list+a b=b.example\"@a.example");
    }

    @Test
    void nobodyStaysNobodyAndOthersStayAsTheyAre() {
        Recipient ann = Recipient.of(mailbox("ann@b.example"));
        assertThat(Verp.sender(ReversePath.NOBODY, Terms.NONE.withVerp("+="), ann))
                .isEqualTo(ReversePath.NOBODY);
        assertThat(Verp.sender(LIST, Terms.NONE, ann)).isEqualTo(LIST);
    }

    @Test // RFC 5321 §4.5.3.1.1
    void noneIsLongerThanEveryServerMustTake() {
        Recipient fits = Recipient.of(mailbox("a".repeat(43) + "@b.example"));
        assertThat(Verp.sender(LIST, Terms.NONE.withVerp("+="), fits)).isNotEqualTo(LIST);
        Recipient longer = Recipient.of(mailbox("a".repeat(44) + "@b.example"));
        assertThat(Verp.sender(LIST, Terms.NONE.withVerp("+="), longer)).isEqualTo(LIST);
    }

    @ParameterizedTest
    @CsvSource({"+=, true", "==, true", "-+, true", "+, false", "+==, false", "@=, false"})
    void delimitersAreTwoOfThree(String text, boolean are) {
        assertThat(Verp.delimiters(text)).isEqualTo(are);
    }

    private static Mailbox mailbox(String text) {
        int at = text.lastIndexOf('@');
        return Mailbox.of(text.substring(0, at), text.substring(at + 1));
    }
}
