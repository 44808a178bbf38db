package postern.qmgr;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import postern.mail.Envelope;
import postern.mail.MailOptions;
import postern.mail.Mailbox;
import postern.mail.Origin;
import postern.mail.QueueId;
import postern.mail.ReversePath;

class SourcesTest {
    /** Of a message without a login; what speaks on this host speaks for many. */
    @ParameterizedTest
    @CsvSource({
        "192.0.2.77, client 192.0.2",
        "2001:db8:1:2:3:4:5:6, client IPv6:2001:db8:1:2:",
        "2001:db8:0:0:1::, client IPv6:2001:db8",
        "2001:db8::7, client IPv6:2001:db8",
        "2001:0:0:1:5:6:7:8, client IPv6:2001:0:0:1:",
        "127.0.0.1, sender ann@example.org",
        "127.8.8.8, sender ann@example.org",
        "::1, sender ann@example.org",
    })
    void aMessageCountsForItsClientsNetworkButNotForThisHost(String address, String source) {
        assertThat(source(Origin.text(InetAddress.ofLiteral(address)))).isEqualTo(source);
    }

    /** As XCLIENT or another program's XFORWARD may say it. */
    @ParameterizedTest
    @CsvSource({"IPv6:::1, sender ann@example.org", "IPv6:2001:db8::7, client IPv6:2001:db8"})
    void addressesMayBeWrittenShort(String address, String source) {
        assertThat(source(address)).isEqualTo(source);
    }

    private static String source(String address) {
        var envelope =
                new Envelope(
                        new QueueId(1),
                        Instant.EPOCH,
                        ReversePath.of(Mailbox.of("ann", "example.org")),
                        MailOptions.NONE,
                        new Origin(address, "", "", "ESMTP", "", "mx", false),
                        List.of(Stage.recipient("bob@example.net")));
        return new Sources().enter(envelope).name;
    }
}
