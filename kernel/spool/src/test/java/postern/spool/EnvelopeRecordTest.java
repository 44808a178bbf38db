package postern.spool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import postern.mail.Envelope;
import postern.mail.QueueId;
import postern.mail.Recipient;
import postern.mail.Terms;

/** Records of older versions stay readable: {@code docs/protocols/queue-format.md}. */
final class EnvelopeRecordTest {

    @Test
    void versionOneIsReadWithOrdinaryTerms() throws IOException {
        Encoder old = new Encoder(99);
        old.octet(1).octet(0).number(17L).count(0); // version, flags, octets, parts
        old.instant(Instant.ofEpochSecond(5)).flag(true).text("ann").text("example.net");
        old.octet(1).flag(true).octet(2).text("QQ");
        old.text("192.0.2.1").text("name").text("helo").text("ESMTP").text("").text("smtp");
        old.flag(false);
        old.count(1).text("bob").text("example.org").octet(12).text("rfc822;bob");
        EnvelopeRecord read = EnvelopeRecord.decode(new QueueId(7), old.encoded());
        Envelope envelope = read.envelope();
        assertThat(envelope.options().terms()).isEqualTo(Terms.NONE);
        assertThat(envelope.options().envelopeId()).isEqualTo("QQ");
        assertThat(envelope.origin().listener()).isEqualTo("smtp");
        assertThat(envelope.origin().tls()).isEmpty();
        assertThat(envelope.recipients())
                .extracting(Recipient::original)
                .containsExactly("rfc822;bob");
        assertThat(EnvelopeRecord.decode(new QueueId(7), read.encoded())).isEqualTo(read);
    }

    @Test
    void versionsToComeAreNotGuessedAt() {
        Encoder future = new Encoder(9).octet(3);
        assertThatThrownBy(() -> EnvelopeRecord.decode(new QueueId(7), future.encoded()))
                .isInstanceOf(IOException.class);
    }
}
