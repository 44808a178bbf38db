package postern.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The judge: each kind of broken promise is seen, and none where none is. */
class LedgerTest {
    private static final String ANN = "ann@dest.test";
    private static final String BOB = "bob@dest.test";
    private static final String SENDER = "s@home.test";
    private static final Duration NOON = Duration.ofHours(12);
    private static final Duration LATER = NOON.plus(Duration.ofHours(1));

    private final Ledger ledger = new Ledger();
    private final Letter letter =
            Letter.write("c0-0-0", SENDER, List.of(ANN, BOB), false, new SplittableRandom(1));

    private void answered(Ledger.Answer answer) {
        ledger.begun(letter);
        ledger.accepted(letter, ANN);
        ledger.answered(letter, answer);
    }

    private byte[] traced() {
        String text =
                "Received: by us\r\n" + new String(letter.octets(), StandardCharsets.ISO_8859_1);
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private void oneWrong(String beginning) {
        assertThat(ledger.check()).singleElement().asString().startsWith(beginning);
    }

    @Test
    void whatArrivedUnderATraceFieldIsWell() {
        answered(Ledger.Answer.TAKEN);
        assertThat(ledger.settled()).isFalse();
        ledger.arrived(ANN, traced(), NOON).heard();
        assertThat(ledger.settled()).isTrue();
        assertThat(ledger.check()).isEmpty();
    }

    @Test
    void whatWasTakenAndNeverCameIsLost() {
        answered(Ledger.Answer.TAKEN);
        oneWrong("lost");
    }

    @Test
    void whatGotNoClearAnswerMayComeOrNot() {
        answered(Ledger.Answer.UNCLEAR);
        assertThat(ledger.check()).isEmpty();
        ledger.arrived(ANN, traced(), NOON).heard();
        assertThat(ledger.check()).isEmpty();
    }

    @Test
    void whatWasRefusedMustNotCome() {
        answered(Ledger.Answer.REFUSED);
        ledger.arrived(ANN, traced(), NOON).heard();
        oneWrong("invented");
    }

    @Test
    void aRecipientWhomNobodyNamedIsInvented() {
        answered(Ledger.Answer.UNCLEAR);
        ledger.arrived(BOB, traced(), NOON).heard();
        oneWrong("invented: recipient");
    }

    @Test
    void aChangedOctetIsSeen() {
        answered(Ledger.Answer.TAKEN);
        byte[] octets = traced();
        octets[octets.length - 3] ^= 1;
        ledger.arrived(ANN, octets, NOON).heard();
        oneWrong("changed");
    }

    @Test
    void aSecondCopyNeedsACause() {
        answered(Ledger.Answer.TAKEN);
        ledger.arrived(ANN, traced(), NOON).heard();
        ledger.arrived(ANN, traced(), LATER).heard();
        oneWrong("duplicate");
        ledger.died(NOON.plusSeconds(2));
        assertThat(ledger.check()).isEmpty();
        assertThat(ledger.duplicates()).isEqualTo(1);
    }

    @Test
    void aCopyWhose250WasNotHeardMayComeAgain() {
        answered(Ledger.Answer.TAKEN);
        Ledger.Receipt unheard = ledger.arrived(ANN, traced(), NOON);
        ledger.arrived(ANN, traced(), LATER).heard();
        assertThat(ledger.check()).isEmpty();
        unheard.heard();
        oneWrong("duplicate");
    }

    @Test
    void aNoticeIsForTheHopelessAlone() {
        answered(Ledger.Answer.TAKEN);
        ledger.noticed(letter.id(), SENDER, ANN, NOON);
        oneWrong("bounced on confusion");
        ledger.gone("dest.test");
        assertThat(ledger.check()).isEmpty();
    }

    @Test
    void aNoticeGoesToTheSender() {
        answered(Ledger.Answer.TAKEN);
        ledger.gone("dest.test");
        ledger.noticed(letter.id(), "somebody@else.test", ANN, NOON);
        oneWrong("misdirected");
    }
}
