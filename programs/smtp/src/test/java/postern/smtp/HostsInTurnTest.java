package postern.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import postern.mail.Delivery;
import postern.mail.Outcome.About;
import postern.mail.Outcome.Deferred;
import postern.testkit.FakeMx;

/**
 * What two hosts of a domain say, one after the other, and what becomes of it: RFC 5321 §5.1, ADR
 * 0193.
 */
class HostsInTurnTest {
    private final Path folder;
    @AutoClose private final Rig rig;

    HostsInTurnTest(@TempDir Path folder) {
        this.folder = folder;
        rig = new Rig(folder);
    }

    /** By {@code mx0} and {@code mx1}; 0 connections: the second is not asked. */
    @ParameterizedTest
    @CsvSource({
        "MAIL, 451 4.3.0 later,      MAIL, 250 2.1.0 ok,        2.0.0, mx1, 1",
        "RCPT, 450 4.2.1 later,      MAIL, 250 2.1.0 ok,        2.0.0, mx1, 1",
        "RCPT, 552 5.2.2 too many,   MAIL, 250 2.1.0 ok,        2.0.0, mx1, 1",
        "DATA, 451 4.3.0 later,      MAIL, 250 2.1.0 ok,        2.0.0, mx1, 1",
        "., 452 4.3.1 full,          MAIL, 250 2.1.0 ok,        2.0.0, mx1, 1",
        "RCPT, 450 4.2.1 later,      RCPT, 450 4.7.1 grey,      4.2.1, mx0, 1",
        "RCPT, 450 4.2.1 later,      RCPT, 550 5.1.1 unknown,   4.2.1, mx0, 1",
        "RCPT, 450 4.2.1 later,      MAIL, 554 5.7.1 no relay,  4.2.1, mx0, 1",
        "RCPT, 450 4.2.1 later,      GREETING, 421 4.3.2 busy,  4.2.1, mx0, 1",
        "RCPT, 450 4.2.1 later,      ., 554 5.7.1 spam,         4.2.1, mx0, 1",
        "RCPT, 550 5.1.1 unknown,    MAIL, 250 2.1.0 ok,        5.1.1, mx0, 0",
        "., 554 5.6.0 spam,          MAIL, 250 2.1.0 ok,        5.6.0, mx0, 0",
        "GREETING, 554 5.3.2 away,   RCPT, 550 5.1.1 unknown,   5.1.1, mx1, 1",
        "GREETING, 554 5.3.2 away,   RCPT, 450 4.7.1 grey,      4.7.1, mx1, 1",
        "GREETING, 421 4.3.2 busy,   GREETING, 554 5.3.2 away,  4.3.2, mx1, 1"
    })
    void whatIsSaidByTwo(
            String step,
            String reply,
            String secondStep,
            String secondReply,
            String status,
            String relay,
            int connections)
            throws IOException {
        for (String extension : List.of("PIPELINING", "SIZE")) {
            try (Rig fresh = new Rig(folder)) {
                FakeMx first = fresh.mx().offering(extension).replying(step, reply);
                FakeMx second = fresh.mx().offering(extension).replying(secondStep, secondReply);
                String hop = fresh.start(first, second);
                Delivery done = fresh.transport().deliver(fresh.request(hop, "bob")).getFirst();
                assertThat(done.outcome().status()).as(extension).isEqualTo(status);
                assertThat(done.relay()).startsWith(relay + ".example");
                assertThat(second.commands().stream().filter("CONNECT"::equals))
                        .hasSize(connections);
                assertThat(first.received().size() + second.received().size())
                        .isEqualTo(status.startsWith("2.") ? 1 : 0);
                boolean overruled =
                        connections > 0 && !relay.equals("mx1") || status.equals("2.0.0");
                if (overruled) { // somebody's words are nobody's outcome
                    String words = status.equals("2.0.0") ? reply : secondReply;
                    assertThat(fresh.log).anyMatch(line -> line.contains(words));
                }
            }
        }
    }

    @Test
    void whoWasPutOffIsTheRecipientNotTheHost() throws IOException {
        FakeMx first = rig.mx().replying("RCPT", "450 4.2.1 later");
        FakeMx second = rig.mx().replying("GREETING", "421 4.3.2 busy");
        Delivery done =
                rig.transport().deliver(rig.request(rig.start(first, second), "bob")).getFirst();
        assertThat(((Deferred) done.outcome()).about()).isEqualTo(About.RECIPIENT);
    }

    /** Each goes to the second whom the first put off, and nobody else. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void onlyWhoWasPutOffGoesOn(boolean kept) throws IOException {
        FakeMx first =
                rig.mx()
                        .replying("RCPT TO:<grey@", "450 4.7.1 later")
                        .replying("RCPT TO:<no@", "550 5.1.1 no");
        FakeMx second = rig.mx();
        String hop = rig.start(first, second);
        SmtpTransport transport = rig.transport();
        if (kept) { // the first host's connection waits for the next message
            assertThat(Rig.statuses(transport.deliver(rig.request(hop, "cat"))))
                    .containsExactly("2.0.0");
        }
        assertThat(Rig.statuses(transport.deliver(rig.request(hop, "bob", "grey", "no"))))
                .containsExactly("2.0.0", "2.0.0", "5.1.1");
        assertThat(first.received().getLast().to()).containsExactly("<bob@d.example>");
        assertThat(second.received().getLast().to()).containsExactly("<grey@d.example>");
        assertThat(first.commands().stream().filter("CONNECT"::equals)).hasSize(1);
    }

    /** A limit on recipients makes several transactions; nobody is asked twice in one session. */
    @Test
    void aHostIsAskedOnceForEach() throws IOException {
        FakeMx alone =
                rig.mx().offering("LIMITS RCPTMAX=1").replying("RCPT TO:<grey", "450 4.7.1 later");
        String hop = rig.start(alone);
        assertThat(Rig.statuses(rig.transport().deliver(rig.request(hop, "grey", "grey2", "bob"))))
                .containsExactly("4.7.1", "4.7.1", "2.0.0");
        assertThat(alone.commands().stream().filter(line -> line.startsWith("RCPT"))).hasSize(3);
    }
}
