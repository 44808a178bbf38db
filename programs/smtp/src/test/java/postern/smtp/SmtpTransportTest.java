package postern.smtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import postern.mail.Delivery;
import postern.mail.MailOptions;
import postern.mail.Mailbox;
import postern.mail.Outcome;
import postern.mail.Outcome.About;
import postern.mail.Outcome.Bounced;
import postern.mail.Outcome.Deferred;
import postern.mail.Outcome.Delivered;
import postern.mail.Recipient;
import postern.smtp.tls.TlsLevel;
import postern.testkit.FakeMx;
import postern.testkit.PeerMisbehaviour;

/** Hosts that fail, connections that are kept, and what becomes of the message. */
class SmtpTransportTest {
    private final Path folder;
    @AutoClose private final Rig rig;

    SmtpTransportTest(@TempDir Path folder) {
        this.folder = folder;
        rig = new Rig(folder);
    }

    private FakeMx mx() {
        return rig.mx().offering("PIPELINING");
    }

    private static long connections(FakeMx mx) {
        return mx.commands().stream().filter("CONNECT"::equals).count();
    }

    @ParameterizedTest
    @CsvSource({
        "ENDLESS_REPLY, has more than",
        "ENDLESS_LINE, without end",
        "GARBAGE, not a reply",
        "REPLY_BEFORE_COMMAND, before it is asked",
        "ACCEPT_BEFORE_DATA, before it is asked",
        "CLOSE_AT_GREETING, while receiving the greeting",
        "CLOSE_AT_MAIL, while sending MAIL FROM",
        "CLOSE_AFTER_354, while sending",
        "CLOSE_AT_END, message may be sent more than once",
        "TLS_INJECTS, behind the reply to STARTTLS",
    })
    void aHostOutOfOrderDefers(PeerMisbehaviour how, String words) throws IOException {
        FakeMx mx = mx().misbehaving(how);
        if (how == PeerMisbehaviour.TLS_INJECTS) {
            mx.offering("STARTTLS");
        }
        List<Delivery> done = rig.transport().deliver(rig.request(rig.start(mx), "bob", "cat"));
        assertThat(done)
                .allSatisfy(
                        delivery -> {
                            assertThat(delivery.outcome()).isInstanceOf(Deferred.class);
                            assertThat(delivery.outcome().status()).isEqualTo("4.4.2");
                            assertThat(((Deferred) delivery.outcome()).about())
                                    .isEqualTo(About.HOST);
                            assertThat(delivery.outcome().detail()).contains(words);
                            assertThat(delivery.relay())
                                    .isEqualTo("mx0.example[127.0.0.1]:" + mx.port());
                        });
    }

    @ParameterizedTest
    @EnumSource(
            value = PeerMisbehaviour.class,
            names = {"NONE", "REPLY_TOO_MANY", "CLOSE_AFTER_MESSAGE", "HANG_UP_WHEN_IDLE"})
    void whatComesAfterAnAcceptanceDoesNotUndoIt(PeerMisbehaviour how) throws IOException {
        FakeMx mx = mx().misbehaving(how);
        String hop = rig.start(mx);
        SmtpTransport transport = rig.transport();
        for (int i = 0; i < 3; i++) {
            assertThat(transport.deliver(rig.request(hop, "bob")).getFirst().outcome())
                    .isInstanceOf(Delivered.class);
        }
        assertThat(mx.received()).hasSize(3);
        assertThat(connections(mx)).isEqualTo(how == PeerMisbehaviour.NONE ? 1 : 3);
        assertThat(rig.log).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(
            value = PeerMisbehaviour.class,
            names = {
                "ENDLESS_REPLY",
                "ENDLESS_LINE",
                "GARBAGE",
                "REPLY_BEFORE_COMMAND",
                "ACCEPT_BEFORE_DATA",
                "CLOSE_AT_GREETING",
                "CLOSE_AT_MAIL"
            })
    void theNextHostIsTriedWhereTheFirstIsOutOfOrder(PeerMisbehaviour how) throws IOException {
        FakeMx bad = mx().misbehaving(how);
        FakeMx good = mx();
        String hop = rig.start(bad, good);
        Delivery done = rig.transport().deliver(rig.request(hop, "bob")).getFirst();
        assertThat(done.outcome()).isInstanceOf(Delivered.class);
        assertThat(done.relay()).startsWith("mx1.example[127.0.0.2]:");
        assertThat(good.received()).hasSize(1);
    }

    @Test
    void aMessageThatMayHaveArrivedIsNotTriedElsewhereAtOnce() throws IOException {
        FakeMx bad = mx().misbehaving(PeerMisbehaviour.CLOSE_AT_END);
        FakeMx good = mx();
        String hop = rig.start(bad, good);
        SmtpTransport transport = rig.transport();
        assertThat(transport.deliver(rig.request(hop, "bob")).getFirst().outcome())
                .isInstanceOf(Deferred.class);
        assertThat(good.received()).isEmpty();
        assertThat(transport.inDoubt()).isEqualTo(1);
        assertThat(rig.log).anyMatch(line -> line.contains("in_doubt=1"));
    }

    @ParameterizedTest
    @CsvSource({
        "GREETING, 4.3.2",
        "EHLO, 4.3.2",
        "MAIL, 4.3.2",
        "RCPT, 4.3.2",
        "DATA, 4.3.2",
        "., 4.3.2"
    })
    void a421AnywhereGoesToTheNextHostAndDefersWhenThereIsNone(String step, String status)
            throws IOException {
        for (String extension : List.of("PIPELINING", "SIZE")) {
            Rig fresh = new Rig(folder);
            FakeMx alone = fresh.mx().offering(extension).replying(step, "421 4.3.2 closing");
            Outcome outcome = fresh.deliver(fresh.start(alone));
            assertThat(outcome.status()).isEqualTo(status);
            assertThat(((Deferred) outcome).about()).isEqualTo(About.HOST);
            fresh.close();

            Rig two = new Rig(folder);
            FakeMx bad = two.mx().offering(extension).replying(step, "421 4.3.2 closing");
            FakeMx good = two.mx().offering(extension);
            assertThat(two.deliver(two.start(bad, good))).isInstanceOf(Delivered.class);
            two.close();
        }
    }

    @Test
    void aGreetingOfNoWelcomeDefersHoweverPermanentItSounds() throws IOException {
        FakeMx mx = mx().replying("GREETING", "554 5.7.1 go away");
        Outcome outcome = rig.deliver(rig.start(mx));
        assertThat(outcome)
                .isEqualTo(
                        new Deferred(
                                "4.7.1",
                                "host mx0.example[127.0.0.1]:"
                                        + mx.port()
                                        + " refused to talk to me: 554 5.7.1 go away (in reply to the greeting)",
                                About.HOST));
    }

    @Test
    void aHostThatKnowsNoEhloIsGreetedByHelo() throws IOException {
        FakeMx mx = mx().replying("EHLO", "502 5.5.1 what");
        assertThat(rig.deliver(rig.start(mx))).isInstanceOf(Delivered.class);
        assertThat(mx.commands()).contains("HELO client.example");
    }

    @Test
    void aHostThatRefusesOurNameBouncesUnlessAnotherMayStillTakeIt() throws IOException {
        FakeMx refusing = mx().replying("EHLO", "550 5.7.1 no").replying("HELO", "550 5.7.1 no");
        assertThat(rig.deliver(rig.start(refusing))).isInstanceOf(Bounced.class);
        Rig two = new Rig(folder);
        FakeMx first = two.mx().replying("EHLO", "550 5.7.1 no").replying("HELO", "550 5.7.1 no");
        FakeMx second = two.mx().misbehaving(PeerMisbehaviour.CLOSE_AT_GREETING);
        assertThat(two.deliver(two.start(first, second))).isInstanceOf(Deferred.class);
        two.close();
    }

    @Test
    void aHostThatDoesNotListenIsPassedOver() throws IOException {
        FakeMx second = mx();
        String hop = rig.start(second);
        rig.names.mx("d.example", 5, "dead.example").host("dead.example", "127.0.0.3");
        assertThat(rig.deliver(hop)).isInstanceOf(Delivered.class);
        assertThat(rig.log).anyMatch(line -> line.contains("connect to dead.example[127.0.0.3]:"));
        Delivery done =
                rig.transport()
                        .deliver(rig.request("[127.0.0.3]:" + second.port(), "bob"))
                        .getFirst();
        assertThat(done.outcome().status()).isEqualTo("4.4.1");
        assertThat(done.relay()).isEqualTo(Delivery.NOBODY);
    }

    @Test
    void aLargeMessageThatWasCutOffGoesToTheNextHost() throws IOException {
        FakeMx first = mx().misbehaving(PeerMisbehaviour.CLOSE_AFTER_354);
        FakeMx second = mx();
        String body = "0123456789\r\n".repeat(1_000_000); // more than sockets buffer
        var to = Recipient.of(Mailbox.of("bob", "d.example"));
        var request = rig.request(rig.start(first, second), body, MailOptions.NONE, to);
        SmtpTransport transport = rig.transport();
        assertThat(Rig.statuses(transport.deliver(request))).containsExactly("2.0.0");
        assertThat(transport.inDoubt()).isZero();
        assertThat(second.received().getFirst().data()).isEqualTo(body);
    }

    @Test
    void recipientsThatHadTheirOutcomeKeepItWhenTheNextHostIsTried() throws IOException {
        FakeMx first =
                mx().replying("RCPT TO:<no@", "550 5.1.1 no").replying("DATA", "421 4.3.2 closing");
        FakeMx second = mx();
        List<Delivery> done =
                rig.transport().deliver(rig.request(rig.start(first, second), "no", "bob"));
        assertThat(Rig.statuses(done)).containsExactly("5.1.1", "2.0.0");
        assertThat(second.received().getFirst().to()).containsExactly("<bob@d.example>");
    }

    @Test
    void silenceTimesOut() throws IOException {
        rig.with(Rig.config(Duration.ofSeconds(1), Rig.REUSE, TlsLevel.MAY));
        FakeMx mx = mx().misbehaving(PeerMisbehaviour.SILENT);
        Outcome outcome = rig.deliver(rig.start(mx));
        assertThat(outcome.status()).isEqualTo("4.4.2");
        assertThat(outcome.detail()).contains("timed out while receiving the greeting");
    }

    @Test
    void whatTheNameServiceSaysIsTheOutcome() {
        rig.names.silent("slow.example").mx("null.example", 0, "");
        SmtpTransport transport = rig.transport();
        for (String[] each :
                new String[][] {
                    {"gone.example", "5.1.2"}, {"slow.example", "4.4.3"}, {"null.example", "5.1.10"}
                }) {
            Delivery done = transport.deliver(rig.request(each[0], "bob")).getFirst();
            assertThat(done.outcome().status()).isEqualTo(each[1]);
            assertThat(done.relay()).isEqualTo(Delivery.NOBODY);
        }
    }

    @Test
    void anIdleConnectionIsLeftPolitely() throws IOException {
        rig.with(
                Rig.config(
                        Duration.ofSeconds(20),
                        new SmtpConfig.Reuse(
                                Duration.ofSeconds(1), 10, Duration.ofSeconds(60), 100),
                        TlsLevel.MAY));
        FakeMx mx = mx();
        SmtpTransport transport = rig.transport();
        String hop = rig.start(mx);
        for (int round = 1; round <= 2; round++) {
            transport.deliver(rig.request(hop, "bob"));
            long expected = round;
            await().atMost(Duration.ofSeconds(10))
                    .until(() -> mx.commands().stream().filter("QUIT"::equals).count() == expected);
        }
        assertThat(connections(mx)).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"messages", "idle", "none", "surplus"})
    void reuseIsBounded(String bound) throws IOException {
        Duration minute = Duration.ofMinutes(1);
        rig.with(
                Rig.config(
                        minute,
                        switch (bound) {
                            case "messages" -> new SmtpConfig.Reuse(minute, 10, minute, 1);
                            case "idle" -> new SmtpConfig.Reuse(Duration.ZERO, 10, minute, 100);
                            case "none" -> new SmtpConfig.Reuse(minute, 0, minute, 100);
                            default -> new SmtpConfig.Reuse(minute, 1, minute, 100);
                        },
                        TlsLevel.MAY));
        FakeMx mx = mx();
        String hop = rig.start(mx);
        SmtpTransport transport = rig.transport();
        transport.deliver(rig.request(hop, "bob"));
        if (bound.equals("surplus")) { // another destination takes the one place there is
            FakeMx other = mx();
            other.start(new postern.base.Endpoint.Tcp(Rig.SECOND, 0));
            transport.deliver(rig.request("[127.0.0.2]:" + other.port(), "bob"));
        }
        transport.deliver(rig.request(hop, "bob"));
        assertThat(connections(mx)).isEqualTo(2);
        await().atMost(Duration.ofSeconds(10)).until(() -> mx.commands().contains("QUIT"));
    }

    @Test
    void destinationsBehindOneHostShareItsConnections() throws IOException {
        FakeMx mx = mx();
        String hop = rig.start(mx);
        rig.names.mx("other.example", 10, "mx0.example");
        SmtpTransport transport = rig.transport();
        transport.deliver(rig.request(hop, "bob"));
        transport.deliver(rig.request("other.example:" + mx.port(), "bob"));
        assertThat(connections(mx)).isEqualTo(1);
        assertThat(mx.received()).hasSize(2);
    }

    @Test
    void anAddressOfOurOwnIsNotSentTo() {
        var finding = Rig.ourselves(Set.of(Rig.SECOND), Set.of("client.example"));
        rig.with(config -> Rig.finding(finding, config));
        rig.names.mx("d.example", 10, "us.example").host("us.example", "127.0.0.2");
        assertThat(rig.deliver("d.example").status()).isEqualTo("5.4.6");
        rig.names.mx("e.example", 10, "client.example").host("client.example", "127.0.0.3");
        assertThat(rig.deliver("e.example").status()).isEqualTo("5.4.6");
    }
}
