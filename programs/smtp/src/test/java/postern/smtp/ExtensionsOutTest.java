package postern.smtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import postern.base.Endpoint;
import postern.mail.Delivery;
import postern.mail.MailOptions;
import postern.mail.Mailbox;
import postern.mail.Outcome.Bounced;
import postern.mail.Outcome.Deferred;
import postern.mail.Outcome.Delivered;
import postern.mail.Recipient;
import postern.mail.Terms;
import postern.smtp.tls.TlsLevel;
import postern.testkit.FakeMx;
import postern.testkit.PeerMisbehaviour;

/** Extensions used where they are offered, and who else is asked where they are not. */
class ExtensionsOutTest {
    private final Path folder;
    @AutoClose private final Rig rig;

    ExtensionsOutTest(@TempDir Path folder) {
        this.folder = folder;
        rig = new Rig(folder);
    }

    private static Recipient to(String local) {
        return Recipient.of(Mailbox.of(local, "d.example"));
    }

    private static MailOptions eightBit(boolean utf8) {
        return new MailOptions(
                MailOptions.Body.EIGHT_BIT_MIME, utf8, MailOptions.Return.UNSTATED, "");
    }

    @ParameterizedTest // RFC 3030
    @ValueSource(booleans = {true, false})
    void aMessageGoesInOneChunk(boolean pipelining) throws IOException {
        FakeMx mx = rig.mx().offering("CHUNKING");
        String hop = rig.start(pipelining ? mx.offering("PIPELINING") : mx);
        String large = "0123456789abcdefghijklmnopqrstuvwxyz\r\n".repeat(40_000);
        SmtpTransport transport = rig.transport();
        for (String body : List.of("", "a", "a\r\n", "a\r\n.b\r\n..\r\n.\r\nc\r\n", large)) {
            var request = rig.request(hop, body, MailOptions.NONE, to("bob"), to("cat"));
            assertThat(transport.deliver(request).getLast().outcome())
                    .isInstanceOf(Delivered.class);
            assertThat(mx.received().getLast().data())
                    .isEqualTo(body.isEmpty() || body.endsWith("\n") ? body : body + "\r\n");
        }
        assertThat(mx.commands()).contains("BDAT 3 LAST").doesNotContain("DATA");
        assertThat(mx.commands().stream().filter("CONNECT"::equals)).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({
        "BDAT, 552 5.2.3 too much, 5.2.3",
        "BDAT, 451 4.3.0 later, 4.3.0",
        "RCPT, 550 5.1.1 nobody, 5.1.1",
        "MAIL, 450 4.7.1 wait, 4.7.1",
    })
    void aRefusedChunkIsTheMessagesOutcome(String command, String reply, String status)
            throws IOException {
        FakeMx mx = rig.mx().offering("CHUNKING", "PIPELINING").replying(command, reply);
        String hop = rig.start(mx);
        SmtpTransport transport = rig.transport();
        for (int i = 0; i < 2; i++) {
            assertThat(Rig.statuses(transport.deliver(rig.request(hop, "bob"))))
                    .containsExactly(status);
        }
        assertThat(mx.commands().stream().filter("CONNECT"::equals)).hasSize(1);
        assertThat(mx.commands().stream().anyMatch(line -> line.startsWith("BDAT")))
                .isEqualTo(command.equals("BDAT"));
    }

    @Test
    void aHostThatOffersChunksInVainGetsDataAfterwards() throws IOException {
        FakeMx mx = rig.mx().misbehaving(PeerMisbehaviour.LYING_CHUNKING);
        String hop = rig.start(mx);
        SmtpTransport transport = rig.transport();
        assertThat(Rig.statuses(transport.deliver(rig.request(hop, "bob"))))
                .containsExactly("4.5.0");
        assertThat(Rig.statuses(transport.deliver(rig.request(hop, "bob"))))
                .containsExactly("2.0.0");
        assertThat(mx.commands()).contains("DATA");
    }

    @Test
    void binaryGoesWhereItIsTakenAndIsEncodedElsewhere() throws IOException {
        var options =
                new MailOptions(
                        MailOptions.Body.BINARY_MIME, false, MailOptions.Return.UNSTATED, "");
        String body =
                "MIME-Version: 1.0\r\nContent-Type: application/x\r\n"
                        + "Content-Transfer-Encoding: binary\r\n\r\na\nb\u0000";
        FakeMx rich = rig.mx().offering("CHUNKING", "BINARYMIME");
        rig.transport().deliver(rig.request(rig.start(rich), body, options, to("bob")));
        assertThat(rich.commands()).contains("MAIL FROM:<ann@a.example> BODY=BINARYMIME");
        assertThat(rich.received().getFirst().data()).isEqualTo(body);
        Rig other = new Rig(folder);
        FakeMx poor = other.mx().offering("CHUNKING", "8BITMIME");
        other.transport().deliver(other.request(other.start(poor), body, options, to("bob")));
        assertThat(poor.commands()).contains("MAIL FROM:<ann@a.example>");
        assertThat(poor.received().getFirst().data()).contains("base64").contains("YQpiAA==");
        other.close();
    }

    @Test // RFC 6152 §3
    void eightBitContentIsEncodedForAHostThatDoesNotTakeIt() throws IOException {
        FakeMx mx = rig.mx();
        var request =
                rig.request(
                        rig.start(mx),
                        "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
                                + "Content-Transfer-Encoding: 8bit\r\n\r\nh\u00e9\r\n",
                        eightBit(false),
                        to("bob"));
        assertThat(Rig.statuses(rig.transport().deliver(request))).containsExactly("2.0.0");
        assertThat(mx.received().getFirst().data()).endsWith("\r\n\r\nh=C3=A9\r\n");
        assertThat(mx.received().getFirst().from()).isEqualTo("<ann@a.example>");
    }

    @Test
    void aSignedMessageIsNotConvertedButReturned() throws IOException {
        FakeMx mx = rig.mx();
        var request =
                rig.request(
                        rig.start(mx),
                        "MIME-Version: 1.0\r\nContent-Type: multipart/signed; boundary=b\r\n\r\n"
                                + "--b\r\n\r\nh\u00e9\r\n--b--\r\n",
                        eightBit(false),
                        to("bob"));
        assertThat(Rig.statuses(rig.transport().deliver(request))).containsExactly("5.6.3");
        assertThat(mx.received()).isEmpty();
    }

    @Test
    void aLongLineGoesOutAsItCameIn() throws IOException {
        String line = "x".repeat(1500);
        assertThat(sentWith(line)).contains("\r\n\r\n" + line + "\r\n");
    }

    @Test // RFC 5322 §2.1.1
    void aLongLineIsEncodedWhereTheOperatorWantsIt() throws IOException {
        rig.with(
                config ->
                        Rig.speech(
                                new SmtpConfig.Speech(
                                        true,
                                        SmtpConfig.EightBit.CONVERT,
                                        SmtpConfig.LongLines.ENCODE,
                                        100,
                                        false),
                                config));
        String line = "x".repeat(1500);
        String data = sentWith(line);
        assertThat(data.lines()).allMatch(each -> each.length() <= 998);
        assertThat(data.replace("=\r\n", "")).contains(line);
    }

    private String sentWith(String line) throws IOException {
        FakeMx mx = rig.mx().offering("8BITMIME");
        var request =
                rig.request(
                        rig.start(mx),
                        "MIME-Version: 1.0\r\n\r\n" + line + "\r\n",
                        MailOptions.NONE,
                        to("bob"));
        assertThat(Rig.statuses(rig.transport().deliver(request))).containsExactly("2.0.0");
        return mx.received().getFirst().data();
    }

    @ParameterizedTest // RFC 6531 §3.2, RFC 1870 §6.1, RFC 2852 §4.1.4.1: another host may do
    @ValueSource(strings = {"SMTPUTF8", "SIZE", "DELIVERBY"})
    void whatOneHostLacksAnotherMayHave(String extension) throws IOException {
        FakeMx poor = rig.mx().offering("8BITMIME");
        FakeMx rich = rig.mx().offering("8BITMIME");
        switch (extension) {
            case "SIZE" -> poor.offering("SIZE 5");
            default -> rich.offering(extension);
        }
        MailOptions options = eightBit(extension.equals("SMTPUTF8"));
        if (extension.equals("DELIVERBY")) {
            options = options.with(by(3600, Terms.Deadline.Mode.RETURN, false));
        }
        String local = extension.equals("SMTPUTF8") ? "d\u00f6ra" : "dora";
        var request = rig.request(rig.start(poor, rich), Rig.BODY, options, to(local));
        assertThat(Rig.statuses(rig.transport().deliver(request))).containsExactly("2.0.0");
        assertThat(poor.received()).isEmpty();
        assertThat(rich.received()).hasSize(1);
    }

    @Test
    void whatNoHostHasIsReturnedUnlessOneWasNotReached() throws IOException {
        FakeMx first = rig.mx();
        FakeMx second = rig.mx();
        String hop = rig.start(first, second);
        var request = rig.request(hop, Rig.BODY, eightBit(true), to("bob"), to("d\u00f6ra"));
        List<Delivery> done = rig.transport().deliver(request);
        assertThat(done.getFirst().outcome()).isInstanceOf(Delivered.class);
        assertThat(done.getLast().outcome())
                .isInstanceOf(Bounced.class)
                .extracting(outcome -> outcome.status())
                .isEqualTo("5.6.7");
        rig.names.mx("d.example", 30, "dead.example").host("dead.example", "127.0.0.3");
        assertThat(rig.transport().deliver(request).getLast().outcome())
                .isInstanceOf(Deferred.class);
    }

    private static Terms by(long seconds, Terms.Deadline.Mode mode, boolean trace) {
        return new Terms(
                Terms.Release.AT_ONCE,
                new Terms.Deadline.By(Instant.now().plusSeconds(seconds), mode, trace),
                0,
                Terms.Protection.UNSTATED);
    }

    @Test // RFC 2852
    void aDeadlineIsPassedOnAsWhatIsLeftOfIt() throws IOException {
        FakeMx mx = rig.mx().offering("DELIVERBY 60");
        String hop = rig.start(mx);
        MailOptions hour = MailOptions.NONE.with(by(3600, Terms.Deadline.Mode.RETURN, true));
        List<Delivery> done = rig.transport().deliver(rig.request(hop, Rig.BODY, hour, to("bob")));
        assertThat(mx.received().getFirst().from()).matches("<ann@a.example> BY=3[56]\\d\\d;RT");
        assertThat(done.getFirst().passage().relayed()).isTrue();
        MailOptions soon = MailOptions.NONE.with(by(30, Terms.Deadline.Mode.RETURN, false));
        assertThat(
                        Rig.statuses(
                                rig.transport()
                                        .deliver(rig.request(hop, Rig.BODY, soon, to("bob")))))
                .containsExactly("5.4.7");
        MailOptions late = MailOptions.NONE.with(by(-30, Terms.Deadline.Mode.NOTIFY, false));
        rig.transport().deliver(rig.request(hop, Rig.BODY, late, to("bob")));
        assertThat(mx.received().getLast().from()).matches("<ann@a.example> BY=-3\\d;N");
    }

    @ParameterizedTest // RFC 2852 §4.1.4.2
    @CsvSource({
        "3600, NOTIFY, DSN, ' NOTIFY=FAILURE,DELAY'",
        "3600, NOTIFY, SIZE, ''",
        "3600, NOTIFY, DSN DELIVERBY, ''",
        "-30, NOTIFY, DSN, ''"
    })
    void whoDoesNotKnowTheDeadlineIsAskedToTellOfDelay(
            int seconds, Terms.Deadline.Mode mode, String offers, String asked) throws IOException {
        FakeMx mx = rig.mx().offering(offers.split(" ", -1));
        String hop = rig.start(mx);
        MailOptions options = MailOptions.NONE.with(by(seconds, mode, false));
        rig.transport().deliver(rig.request(hop, Rig.BODY, options, to("bob")));
        assertThat(mx.received().getFirst().to()).containsExactly("<bob@d.example>" + asked);
        var never = new Recipient(to("bob").mailbox(), Recipient.Notify.NEVER, "");
        rig.transport().deliver(rig.request(hop, Rig.BODY, options, never));
        assertThat(mx.received().getLast().to().getFirst()).doesNotContain("DELAY");
    }

    @Test // RFC 6710 §4, RFC 8689 §4.2.1
    void priorityIsPassedOnAndProtectionIsNotLeftBehind() throws IOException {
        FakeMx mx = rig.mx().offering("MT-PRIORITY", "REQUIRETLS");
        String hop = rig.start(mx);
        var urgent = MailOptions.NONE.with(Terms.NONE.withPriority(3));
        rig.transport().deliver(rig.request(hop, Rig.BODY, urgent, to("bob")));
        assertThat(mx.received().getFirst().from()).isEqualTo("<ann@a.example> MT-PRIORITY=3");
        var secret =
                MailOptions.NONE.with(
                        new Terms(
                                Terms.Release.AT_ONCE,
                                Terms.Deadline.NONE,
                                0,
                                Terms.Protection.REQUIRED));
        assertThat(
                        Rig.statuses(
                                rig.transport()
                                        .deliver(rig.request(hop, Rig.BODY, secret, to("bob")))))
                .containsExactly("5.7.30");
        assertThat(mx.received()).hasSize(1);
    }

    @Test // RFC 6710 §4.2: whatever it is
    void whoKnowsOfPrioritiesIsToldEach() throws IOException {
        FakeMx mx = rig.mx().offering("MT-PRIORITY");
        String hop = rig.start(mx);
        for (int priority : List.of(0, -4)) {
            var options = MailOptions.NONE.with(Terms.NONE.withPriority(priority));
            rig.transport().deliver(rig.request(hop, Rig.BODY, options, to("bob")));
            assertThat(mx.received().getLast().from())
                    .isEqualTo("<ann@a.example> MT-PRIORITY=" + priority);
        }
    }

    static Stream<Arguments> headersBeyondAscii() {
        String part =
                "--b\r\nContent-Type: text/plain\r\nContent-Description: %s\r\n\r\n%s\r\n--b--\r\n";
        String mixed =
                "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" + part;
        String inner =
                "MIME-Version: 1.0\r\nContent-Type: message/rfc822\r\n\r\nSubject: %s\r\n\r\n%s\r\n";
        return Stream.of(
                arguments("Subject: \u00e9\r\n\r\nx\r\n", false),
                arguments("Subject: x\r\n\r\n\u00e9\r\n", true),
                arguments(mixed.formatted("\u00e9", "x"), false),
                arguments(mixed.formatted("x", "\u00e9"), true),
                arguments(inner.formatted("\u00e9", "x"), false),
                arguments(inner.formatted("x", "\u00e9"), true));
    }

    /** RFC 6531 §3.2: at any level of a message. */
    @ParameterizedTest
    @MethodSource("headersBeyondAscii")
    void internationalHeadersGoWhereTheyAreTaken(String text, boolean goes) throws IOException {
        FakeMx mx = rig.mx().offering("8BITMIME");
        String hop = rig.start(mx);
        assertThat(
                        Rig.statuses(
                                rig.transport()
                                        .deliver(rig.request(hop, text, eightBit(true), to("b")))))
                .containsExactly(goes ? "2.0.0" : "5.6.7");
        assertThat(mx.received()).hasSize(goes ? 1 : 0);
    }

    @Test // RFC 9422
    void limitsAreKept() throws IOException {
        FakeMx mx = rig.mx().offering("PIPELINING", "LIMITS RCPTMAX=2 MAILMAX=4");
        String hop = rig.start(mx);
        SmtpTransport transport = rig.transport();
        assertThat(transport.deliver(rig.request(hop, "a", "b", "c", "d", "e")))
                .allSatisfy(done -> assertThat(done.outcome()).isInstanceOf(Delivered.class));
        assertThat(mx.received().stream().map(message -> message.to().size()))
                .containsExactly(2, 2, 1);
        for (int i = 0; i < 2; i++) {
            transport.deliver(rig.request(hop, "a"));
        }
        assertThat(mx.commands().stream().filter("CONNECT"::equals)).hasSize(2);
    }

    @Test // RFC 9422 MAILMAX: whatever became of the message that a MAIL began
    void beginningsAreCounted() throws IOException {
        FakeMx mx =
                rig.mx()
                        .offering("PIPELINING", "LIMITS MAILMAX=2")
                        .replying("RCPT TO:<no", "550 5.1.1 no");
        String hop = rig.start(mx);
        SmtpTransport transport = rig.transport();
        for (int i = 0; i < 3; i++) {
            assertThat(Rig.statuses(transport.deliver(rig.request(hop, "no"))))
                    .containsExactly("5.1.1");
        }
        assertThat(beginnings(mx)).containsExactly(2, 1);
    }

    @Test // RFC 9422: a host that takes little at once gets the rest over further connections
    void limitsOfOneConnectionAreNoLimitsOfAMessage() throws IOException {
        FakeMx mx =
                rig.mx()
                        .offering("PIPELINING", "LIMITS RCPTMAX=1 MAILMAX=2")
                        .replying("RCPT TO:<b", "450 4.2.1 later");
        String hop = rig.start(mx);
        assertThat(Rig.statuses(rig.transport().deliver(rig.request(hop, "a", "b", "c", "d", "e"))))
                .containsExactly("2.0.0", "4.2.1", "2.0.0", "2.0.0", "2.0.0");
        assertThat(beginnings(mx)).containsExactly(2, 2, 1); // and nobody was asked for twice
    }

    /** How many MAIL commands there were in each connection. */
    private static List<Integer> beginnings(FakeMx mx) {
        List<Integer> counts = new ArrayList<>();
        for (String command : mx.commands()) {
            if (command.equals("CONNECT")) {
                counts.add(0);
            } else if (command.startsWith("MAIL")) {
                counts.add(counts.removeLast() + 1);
            }
        }
        return counts;
    }

    @Test // RFC 9422, RCPTDOMAINMAX: different domains of one session, all its messages together
    void domainsOfOneConnectionAreLimited() throws IOException {
        FakeMx mx = rig.mx().offering("PIPELINING", "LIMITS RCPTDOMAINMAX=2");
        String hop = rig.start(mx);
        SmtpTransport transport = rig.transport();
        Recipient[] to = addressed("a@one.test", "b@two.test", "c@three.test", "d@ONE.test");
        assertThat(transport.deliver(rig.request(hop, Rig.BODY, MailOptions.NONE, to)))
                .allSatisfy(done -> assertThat(done.outcome()).isInstanceOf(Delivered.class));
        for (String next : List.of("e@four.test", "f@two.test", "g@three.test")) {
            transport.deliver(rig.request(hop, Rig.BODY, MailOptions.NONE, addressed(next)));
        }
        assertThat(mx.received().stream().map(FakeMx.Received::to))
                .containsExactly(
                        List.of("<a@one.test>", "<b@two.test>", "<d@one.test>"),
                        List.of("<c@three.test>"),
                        List.of("<e@four.test>"),
                        List.of("<f@two.test>"),
                        List.of("<g@three.test>"));
        List<Set<String>> domains = new ArrayList<>();
        for (String command : mx.commands()) {
            if (command.equals("CONNECT")) {
                domains.add(new HashSet<>());
            } else if (command.startsWith("RCPT")) {
                domains.getLast().add(command.replaceAll(".*@|>.*", ""));
            }
        }
        assertThat(domains).allSatisfy(each -> assertThat(each).hasSizeLessThanOrEqualTo(2));
    }

    private static Recipient[] addressed(String... addresses) {
        return Stream.of(addresses)
                .map(address -> address.split("@", -1))
                .map(parts -> Recipient.of(Mailbox.of(parts[0], parts[1])))
                .toArray(Recipient[]::new);
    }

    @ParameterizedTest // RFC 2033
    @ValueSource(booleans = {true, false})
    void lmtpAnswersForEachRecipient(boolean chunking) throws IOException {
        rig.with(config -> Rig.kind(SmtpConfig.Kind.LMTP, config));
        FakeMx mx =
                rig.mx()
                        .offering("PIPELINING")
                        .replying(". <full@", "452 4.2.2 full")
                        .replying("RCPT TO:<no@", "550 5.1.1 no");
        rig.start(chunking ? mx.offering("CHUNKING") : mx);
        SmtpTransport transport = rig.transport();
        String hop = "[127.0.0.1]:" + mx.port();
        for (int i = 0; i < 2; i++) {
            assertThat(
                            Rig.statuses(
                                    transport.deliver(
                                            rig.request(hop, "bob", "no", "full", "cat"))))
                    .containsExactly("2.0.0", "5.1.1", "4.2.2", "2.0.0");
        }
        assertThat(mx.commands()).contains("LHLO client.example").doesNotContain("EHLO");
        assertThat(mx.commands().stream().filter("CONNECT"::equals)).hasSize(1);
    }

    @Test
    void nextHopsAreTriedInTurnAndAFallbackLast() throws IOException {
        FakeMx good = rig.mx();
        good.start(new Endpoint.Tcp(Rig.SECOND, 0));
        String dead = "[127.0.0.3]:" + good.port();
        String alive = "[127.0.0.2]:" + good.port();
        assertThat(rig.deliver(dead + ", " + alive)).isInstanceOf(Delivered.class);
        rig.with(config -> Rig.finding(finding("", List.of(dead, alive), List.of()), config));
        assertThat(rig.deliver(dead)).isInstanceOf(Delivered.class);
        assertThat(rig.deliver("gone.example")).isInstanceOf(Delivered.class);
        rig.names.mx("no.example", 0, "");
        assertThat(rig.deliver("no.example").status()).isEqualTo("5.1.10");
        rig.with(config -> Rig.finding(finding(alive, List.of(), List.of()), config));
        assertThat(rig.deliver("whatever.example")).isInstanceOf(Delivered.class);
        assertThat(good.received()).hasSize(4);
    }

    /** A slip of the operator's, or a name service out of sorts, costs no mail. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "[gone.example]",
                "gone.example",
                "no.example",
                "empty.example",
                "[IPvX:1]",
                "gone.example, [also.example]"
            })
    void aNextHopThatCannotBeIsNoFaultOfTheMail(String hop) {
        rig.names.mx("no.example", 0, "").mx("empty.example", 10, "gone.example");
        List<String> later = List.of("4.3.5");
        Recipient bob = to("bob");
        var request = rig.request(hop, Rig.BODY, MailOptions.NONE, bob);
        assertThat(Rig.statuses(rig.transport().deliver(request))).isEqualTo(later);
        rig.with(config -> Rig.finding(finding(hop, List.of(), List.of()), config));
        var own = rig.request("d.example", Rig.BODY, MailOptions.NONE, bob);
        assertThat(Rig.statuses(rig.transport().deliver(own))).isEqualTo(later);
        rig.with(config -> Rig.finding(finding("", List.of(hop), List.of()), config));
        assertThat(Rig.statuses(rig.transport().deliver(own))).isEqualTo(later);
    }

    private static SmtpConfig.Finding finding(
            String nextHop, List<String> fallback, List<InetAddress> sources) {
        return new SmtpConfig.Finding(
                nextHop, 25, List.of(), fallback, sources, Set.of(), Set.of());
    }

    @Test
    void connectionsComeFromTheAddressThatIsStated() throws IOException {
        rig.with(
                config ->
                        Rig.finding(
                                finding(
                                        "",
                                        List.of(),
                                        List.of(
                                                InetAddress.ofLiteral("::1"),
                                                InetAddress.ofLiteral("127.0.0.9"))),
                                config));
        FakeMx mx = rig.mx();
        assertThat(rig.deliver(rig.start(mx))).isInstanceOf(Delivered.class);
        assertThat(mx.clients())
                .allMatch(
                        client ->
                                client instanceof Endpoint.Tcp(InetAddress address, _)
                                        && address.getHostAddress().equals("127.0.0.9"));
    }

    @Test
    void aMessageHasADeadlineOverAllItsSteps() throws IOException {
        SmtpConfig base = Rig.config(Duration.ofSeconds(20), Rig.REUSE, TlsLevel.NONE);
        SmtpConfig.Timeouts t = base.timeouts();
        rig.with(
                config ->
                        Rig.timeouts(
                                new SmtpConfig.Timeouts(
                                        t.connect(),
                                        t.greeting(),
                                        t.ehlo(),
                                        t.tls(),
                                        t.mail(),
                                        t.rcpt(),
                                        t.data(),
                                        t.block(),
                                        t.end(),
                                        Duration.ofSeconds(1),
                                        0),
                                config));
        FakeMx mx = rig.mx().misbehaving(PeerMisbehaviour.SILENT_AT_MAIL);
        assertThat(rig.deliver(rig.start(mx)).detail()).contains("timed out");
    }

    @Test
    void aRateBelowTheLeastEndsTheMessage() {
        var timeouts = Rig.config(Duration.ofSeconds(20), Rig.REUSE, TlsLevel.NONE).timeouts();
        var slow =
                new SmtpConfig.Timeouts(
                        timeouts.connect(),
                        timeouts.greeting(),
                        timeouts.ehlo(),
                        timeouts.tls(),
                        timeouts.mail(),
                        timeouts.rcpt(),
                        timeouts.data(),
                        Duration.ofMinutes(3),
                        timeouts.end(),
                        timeouts.message(),
                        500);
        assertThat(slow.flow(0)).isEqualTo(Duration.ofMinutes(3));
        assertThat(slow.flow(50_000)).isEqualTo(Duration.ofSeconds(280));
        assertThat(timeouts.flow(50_000)).isEqualTo(timeouts.message());
    }
}
