package postern.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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
import postern.mail.Recipient.Notify;
import postern.testkit.FakeMx;

/** What is said to a host, and what its replies mean for each recipient. */
class TransactionTest {
    private final Path folder;
    @AutoClose private Rig rig;

    TransactionTest(@TempDir Path folder) {
        this.folder = folder;
        rig = new Rig(folder);
    }

    private FakeMx mx(boolean pipelining) {
        return pipelining ? rig.mx().offering("PIPELINING") : rig.mx();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aMessageArrives(boolean pipelining) throws IOException {
        FakeMx mx = mx(pipelining);
        String hop = rig.start(mx);
        List<Delivery> done = rig.transport().deliver(rig.request(hop, "bob", "cat"));
        String relay = "mx0.example[127.0.0.1]:" + mx.port();
        assertThat(done)
                .hasSize(2)
                .allSatisfy(
                        delivery -> {
                            assertThat(delivery.outcome())
                                    .isEqualTo(new Delivered("2.0.0", "250 2.0.0 taken"));
                            assertThat(delivery.relay()).isEqualTo(relay);
                        });
        assertThat(mx.received())
                .containsExactly(
                        new FakeMx.Received(
                                "<ann@a.example>",
                                List.of("<bob@d.example>", "<cat@d.example>"),
                                Rig.BODY,
                                false));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void contentArrivesWhateverItsForm(boolean pipelining) throws IOException {
        String many = "0123456789abcdefghijklmnopqrstuvwxyz\r\n".repeat(40_000); // 1.5 MB: on disk
        List<String> bodies =
                List.of(
                        "",
                        "a",
                        "a\r\n",
                        "a\r\n.b\r\n..\r\n.\r\nc\r\n",
                        ".",
                        many,
                        many + ".\r\n" + many);
        FakeMx mx = mx(pipelining);
        String hop = rig.start(mx);
        SmtpTransport transport = rig.transport();
        List<String> expected = new ArrayList<>();
        for (String body : bodies) {
            var request =
                    rig.request(
                            hop,
                            body,
                            MailOptions.NONE,
                            Recipient.of(Mailbox.of("b", "d.example")));
            assertThat(transport.deliver(request).getFirst().outcome())
                    .isInstanceOf(Delivered.class);
            String whole = body.isEmpty() || body.endsWith("\r\n") ? body : body + "\r\n";
            String stuffed = whole.replace("\r\n.", "\r\n..");
            expected.add(stuffed.startsWith(".") ? "." + stuffed : stuffed);
        }
        assertThat(mx.received().stream().map(FakeMx.Received::data).toList()).isEqualTo(expected);
        assertThat(mx.commands().stream().filter("CONNECT"::equals)).hasSize(1);
    }

    @Test
    void aKeptConnectionTakesTwoWritesPerMessage() throws IOException {
        FakeMx mx = mx(true);
        String hop = rig.start(mx);
        SmtpTransport transport = rig.transport();
        transport.deliver(rig.request(hop, "bob"));
        int before = rig.writes.get();
        for (int i = 0; i < 10; i++) {
            transport.deliver(rig.request(hop, "bob"));
        }
        assertThat(rig.writes.get() - before).isEqualTo(20);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void eachRecipientHasItsOwnOutcome(boolean pipelining) throws IOException {
        FakeMx mx =
                mx(pipelining)
                        .replying("RCPT TO:<no@", "550 5.1.1 no such user")
                        .replying("RCPT TO:<later@", "451 4.7.1 greylisted")
                        .replying("RCPT TO:<full@", "552 5.2.2 too many")
                        .replying("RCPT TO:<lines@", "550-5.1.1 no\r\n550 5.1.1 such user");
        String hop = rig.start(mx);
        List<Delivery> done =
                rig.transport()
                        .deliver(rig.request(hop, "no", "bob", "later", "full", "lines", "cat"));
        String said = "host mx0.example[127.0.0.1]:" + mx.port() + " said: ";
        assertThat(done.stream().map(Delivery::outcome))
                .containsExactly(
                        new Bounced("5.1.1", said + "550 5.1.1 no such user (in reply to RCPT TO)"),
                        new Delivered("2.0.0", "250 2.0.0 taken"),
                        new Deferred(
                                "4.7.1",
                                said + "451 4.7.1 greylisted (in reply to RCPT TO)",
                                About.RECIPIENT),
                        new Deferred(
                                "4.2.2",
                                said + "552 5.2.2 too many (in reply to RCPT TO)",
                                About.RECIPIENT),
                        new Bounced("5.1.1", said + "550 5.1.1 no such user (in reply to RCPT TO)"),
                        new Delivered("2.0.0", "250 2.0.0 taken"));
        assertThat(mx.received().getFirst().to())
                .containsExactly("<bob@d.example>", "<cat@d.example>");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 99, 100, 101, 250})
    void manyRecipientsGoInBatches(int count) throws IOException {
        FakeMx mx = mx(true).replying("RCPT TO:<r7@", "550 5.1.1 no");
        String hop = rig.start(mx);
        String[] to = IntStream.range(0, count).mapToObj(i -> "r" + i).toArray(String[]::new);
        List<Delivery> done = rig.transport().deliver(rig.request(hop, to));
        for (int i = 0; i < count; i++) {
            assertThat(done.get(i).outcome().status()).isEqualTo(i == 7 ? "5.1.1" : "2.0.0");
        }
        assertThat(mx.received().getFirst().to()).hasSize(count > 7 ? count - 1 : count);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whenAllAreRefusedNothingIsSentAndTheConnectionServesTheNext(boolean pipelining)
            throws IOException {
        FakeMx mx = mx(pipelining).replying("RCPT TO:<no@", "550 5.1.1 no such user");
        String hop = rig.start(mx);
        SmtpTransport transport = rig.transport();
        assertThat(Rig.statuses(transport.deliver(rig.request(hop, "no"))))
                .containsExactly("5.1.1");
        assertThat(Rig.statuses(transport.deliver(rig.request(hop, "bob"))))
                .containsExactly("2.0.0");
        assertThat(mx.received()).hasSize(1);
        assertThat(mx.commands().stream().filter("CONNECT"::equals)).hasSize(1);
        assertThat(mx.commands()).contains("RSET");
    }

    @Test
    void aGoAheadForNobodyIsAnsweredByALoneDot() throws IOException {
        FakeMx mx =
                mx(true).replying("RCPT TO:<no@", "550 5.1.1 no").replying("DATA", "354 go ahead");
        String hop = rig.start(mx);
        SmtpTransport transport = rig.transport();
        assertThat(Rig.statuses(transport.deliver(rig.request(hop, "no"))))
                .containsExactly("5.1.1");
        assertThat(Rig.statuses(transport.deliver(rig.request(hop, "bob"))))
                .containsExactly("2.0.0");
        assertThat(mx.received()).hasSize(1);
        assertThat(mx.commands().stream().filter("CONNECT"::equals)).hasSize(1);
    }

    @Test
    void aHostThatRefusesTheSenderAndGoesOnAllTheSameGetsNothing() throws IOException {
        FakeMx mx = mx(true).replying("MAIL", "550 5.7.1 no").replying("RCPT", "250 but yes");
        assertThat(rig.deliver(rig.start(mx)).status()).isEqualTo("5.7.1");
        assertThat(mx.received()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "MAIL, 550 5.7.1 go away, 5.7.1",
        "MAIL, 451 4.3.0 later, 4.3.0",
        "MAIL, 552 5.3.4 too big, 5.3.4",
        "MAIL, 450 no status, 4.0.0",
        "MAIL, 550 4.7.1 contradiction, 5.0.0",
        "RCPT, 450 4.2.1 busy, 4.2.1",
        "RCPT, 501 5.1.3 syntax, 5.1.3",
        "DATA, 451 4.3.0 later, 4.3.0",
        "DATA, 554 5.7.1 no, 5.7.1",
        "., 554 5.7.1 spam, 5.7.1",
        "., 452 4.3.1 full, 4.3.1",
        "., 550 no status, 5.0.0",
    })
    void aRefusalAtAnyStepIsTheOutcomeAndTheSessionGoesOn(String step, String reply, String status)
            throws IOException {
        for (boolean pipelining : new boolean[] {true, false}) {
            Rig fresh = new Rig(folder);
            FakeMx mx = pipelining ? fresh.mx().offering("PIPELINING") : fresh.mx();
            String hop = fresh.start(mx.replying(step, reply));
            SmtpTransport transport = fresh.transport();
            for (int i = 0; i < 2; i++) {
                assertThat(Rig.statuses(transport.deliver(fresh.request(hop, "bob", "cat"))))
                        .containsExactly(status, status);
            }
            assertThat(mx.received()).isEmpty();
            assertThat(mx.commands().stream().filter("CONNECT"::equals)).hasSize(1);
            fresh.close();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "MAIL, 354 what",
        "RCPT, 354 what",
        "DATA, 250 what",
        "., 354 what",
        "MAIL, 999 what",
        "RCPT, hello",
        "DATA, 100 what"
    })
    void aReplyOutOfPlaceDefers(String step, String reply) throws IOException {
        for (boolean pipelining : new boolean[] {true, false}) {
            Rig fresh = new Rig(folder);
            FakeMx mx = pipelining ? fresh.mx().offering("PIPELINING") : fresh.mx();
            String hop = fresh.start(mx.replying(step, reply));
            assertThat(fresh.deliver(hop)).isInstanceOf(Deferred.class);
            fresh.close();
        }
    }

    @Test
    void parametersGoOnlyWhereTheyAreOffered() throws IOException {
        FakeMx plain = rig.mx();
        FakeMx rich = rig.mx().offering("PIPELINING", "SIZE 100000", "8BITMIME", "DSN", "SMTPUTF8");
        var options =
                new MailOptions(
                        MailOptions.Body.EIGHT_BIT_MIME,
                        false,
                        MailOptions.Return.HEADERS,
                        "id+2B1");
        var to =
                new Recipient(
                        Mailbox.of("bob", "d.example"),
                        new Notify(true, true, true, false),
                        "rfc822;bob@d.example");
        String first = rig.start(plain);
        rig.transport().deliver(rig.request(first, Rig.BODY, options, to));
        rig.close();
        rig = new Rig(folder);
        String second = rig.start(rich);
        rig.transport().deliver(rig.request(second, Rig.BODY, options, to));
        assertThat(plain.commands())
                .contains("MAIL FROM:<ann@a.example>", "RCPT TO:<bob@d.example>");
        assertThat(rich.commands())
                .contains(
                        "MAIL FROM:<ann@a.example> SIZE=21 BODY=8BITMIME RET=HDRS ENVID=id+2B1",
                        "RCPT TO:<bob@d.example> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;bob@d.example");
    }

    /** RFC 3461 §5.2.2: who wants to hear of success is told by us where the host will not. */
    @ParameterizedTest
    @ValueSource(strings = {"DSN", "NOTHING"})
    void successThatTheHostWillNotReportIsRelayed(String extension) throws IOException {
        FakeMx mx = rig.mx().offering(extension);
        var eager =
                new Recipient(
                        Mailbox.of("bob", "d.example"), new Notify(true, true, false, false), "");
        var request =
                rig.request(
                        rig.start(mx),
                        Rig.BODY,
                        MailOptions.NONE,
                        eager,
                        Recipient.of(Mailbox.of("cat", "d.example")));
        List<Delivery> done = rig.transport().deliver(request);
        assertThat(done.stream().map(each -> each.passage().relayed()))
                .containsExactly(!extension.equals("DSN"), false);
    }

    @Test
    void aMessageOverTheHostsLimitIsBouncedWithoutACommand() throws IOException {
        FakeMx mx = rig.mx().offering("SIZE 20");
        assertThat(rig.deliver(rig.start(mx)).status()).isEqualTo("5.3.4");
        assertThat(mx.commands()).noneMatch(line -> line.startsWith("MAIL"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"SIZE", "SIZE 0", "SIZE many", "SIZE -5", "size 99999999999999999999"})
    void aLimitThatSaysNothingIsNone(String extension) throws IOException {
        FakeMx mx = rig.mx().offering(extension);
        assertThat(rig.deliver(rig.start(mx))).isInstanceOf(Delivered.class);
    }

    @ParameterizedTest
    @CsvSource({
        "8BITMIME, h\u00e9, 2.0.0",
        "NOTHING, h\u00e9, 5.6.3",
        "NOTHING, hello, 2.0.0",
    })
    void eightBitContentGoesOnlyWhereItIsTaken(String extension, String text, String status)
            throws IOException {
        rig.with(
                config ->
                        Rig.speech(
                                new SmtpConfig.Speech(
                                        true,
                                        SmtpConfig.EightBit.BOUNCE,
                                        SmtpConfig.LongLines.KEEP,
                                        100,
                                        false),
                                config));
        FakeMx mx = rig.mx().offering(extension);
        var options =
                new MailOptions(
                        MailOptions.Body.EIGHT_BIT_MIME, false, MailOptions.Return.UNSTATED, "");
        var request =
                rig.request(
                        rig.start(mx),
                        "Subject: x\r\n\r\n" + text + "\r\n",
                        options,
                        Recipient.of(Mailbox.of("bob", "d.example")));
        assertThat(Rig.statuses(rig.transport().deliver(request))).containsExactly(status);
    }

    @ParameterizedTest
    @CsvSource({
        "SMTPUTF8, d\u00f6ra, x, 2.0.0 2.0.0",
        "NOTHING, d\u00f6ra, x, 2.0.0 5.6.7",
        "NOTHING, dora, \u00fc, 5.6.7 5.6.7",
        "NOTHING, dora, x, 2.0.0 2.0.0",
    })
    void internationalMailGoesOnlyWhereItIsTaken(
            String extension, String local, String subject, String statuses) throws IOException {
        FakeMx mx = rig.mx().offering(extension, "8BITMIME");
        var options =
                new MailOptions(
                        MailOptions.Body.EIGHT_BIT_MIME, true, MailOptions.Return.UNSTATED, "");
        var request =
                rig.request(
                        rig.start(mx),
                        "Subject: " + subject + "\r\n\r\n\u00e9\r\n",
                        options,
                        Recipient.of(Mailbox.of("bob", "d.example")),
                        Recipient.of(Mailbox.of(local, "d.example")));
        assertThat(String.join(" ", Rig.statuses(rig.transport().deliver(request))))
                .isEqualTo(statuses);
    }

    @Test
    void outcomesSayWhomTheyAreAbout() throws IOException {
        FakeMx mx = rig.mx().replying("MAIL", "451 4.3.0 later");
        Outcome outcome = rig.deliver(rig.start(mx));
        assertThat(outcome)
                .isEqualTo(
                        new Deferred(
                                "4.3.0",
                                "host mx0.example[127.0.0.1]:"
                                        + mx.port()
                                        + " said: 451 4.3.0 later (in reply to MAIL FROM)",
                                About.MESSAGE));
    }
}
