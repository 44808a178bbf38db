package postern.smtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import postern.base.Endpoint;
import postern.mail.Content;
import postern.mail.ContentStore;
import postern.mail.Delivery;
import postern.mail.DeliveryRequest;
import postern.mail.MailOptions;
import postern.mail.Mailbox;
import postern.mail.Origin;
import postern.mail.Outcome;
import postern.mail.QueueId;
import postern.mail.Recipient;
import postern.mail.ReversePath;
import postern.smtp.tls.TlsLevel;
import postern.testkit.FakeMx;
import postern.testkit.FakeResolver;
import postern.testkit.LyingDisk;
import postern.testkit.SimProcess;
import postern.testkit.SimWorld;

/** Mail that would come back to us: RFC 5321 §5.1, §6.3. What becomes of it, and in which words. */
class LoopsTest {
    private static final InetAddress OURS = InetAddress.ofLiteral("192.0.2.1");
    private static final InetAddress THEIRS = InetAddress.ofLiteral("192.0.2.2");

    /** A host that calls itself by one of our names. */
    private static final String IMPOSTOR = "impostor";

    private final SimWorld sim = new SimWorld(1);

    @AfterEach
    void close() {
        assertThat(sim.panics()).isEmpty();
        sim.close();
    }

    static Stream<Arguments> loops() {
        return Stream.of(
                row(
                        "the best mail host has our name",
                        names ->
                                names.mx("d.example", 10, "Us.example")
                                        .mx("d.example", 20, "mx.example"),
                        "d.example",
                        "5.4.6 mail for d.example loops back to this host"),
                row(
                        "it has the name that our clients give",
                        names -> names.mx("d.example", 10, "helo.example"),
                        "d.example",
                        "5.4.6 mail for d.example loops back to this host"),
                row(
                        "it has our address",
                        names ->
                                names.mx("d.example", 10, "other.example")
                                        .host("other.example", "192.0.2.1"),
                        "d.example",
                        "5.4.6 mail for d.example loops back to this host"),
                row(
                        "one of two equals is us",
                        names ->
                                names.mx("d.example", 10, "mx.example")
                                        .mx("d.example", 10, "us.example"),
                        "d.example",
                        "5.4.6 mail for d.example loops back to this host"),
                row(
                        "we are the second best: the best takes it",
                        names ->
                                names.mx("d.example", 10, "mx.example")
                                        .mx("d.example", 20, "us.example"),
                        "d.example",
                        "2.0.0 250 2.0.0 taken"),
                row(
                        "we are the second best, and the best is away: it waits",
                        names ->
                                names.mx("d.example", 10, "away.example")
                                        .mx("d.example", 20, "us.example")
                                        .host("away.example", "192.0.2.9"),
                        "d.example",
                        "4.4.1 connect to away.example[192.0.2.9]:25:"));
    }

    static Stream<Arguments> loopsWithoutMx() {
        return Stream.of(
                row(
                        "a domain without MX has our address",
                        names -> names.host("d.example", "192.0.2.1"),
                        "d.example",
                        "5.4.6 mail for d.example loops back to this host"),
                row(
                        "a domain without MX has our name",
                        names -> names.host("us.example", "192.0.2.77"),
                        "us.example",
                        "4.3.5 the next hop us.example: mail for us.example loops back to this"
                                + " host"),
                row(
                        "the next hop is our address",
                        names -> names,
                        "[192.0.2.1]",
                        "4.3.5 the next hop [192.0.2.1]: mail for [192.0.2.1] loops back"),
                row(
                        "the next hop has our address",
                        names -> names.host("us.example", "192.0.2.1"),
                        "[us.example]",
                        "4.3.5 the next hop [us.example]: mail for us.example loops back"),
                row(
                        "another port is another program's",
                        names -> names,
                        "[192.0.2.2]:2525",
                        "2.0.0 250 2.0.0 taken"),
                row(
                        "somebody else greets by our name",
                        names -> names.mx("d.example", 10, IMPOSTOR).host(IMPOSTOR, "192.0.2.3"),
                        "d.example",
                        "5.4.6 mail loops back to this host by impostor[192.0.2.3]:25"));
    }

    private static Arguments row(
            String what, UnaryOperator<FakeResolver> names, String nextHop, String outcome) {
        return arguments(what, names, nextHop, outcome);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource({"loops", "loopsWithoutMx"})
    void mailDoesNotComeBack(
            String what, UnaryOperator<FakeResolver> names, String nextHop, String outcome) {
        host(THEIRS, "mx.example", 25);
        host(THEIRS, "mx.example", 2525);
        host(InetAddress.ofLiteral("192.0.2.3"), "US.example", 25);
        var resolver = new FakeResolver().host("mx.example", "192.0.2.2");
        SimProcess out = sim.process("out", "out", OURS, new LyingDisk());
        List<Delivery> done = new ArrayList<>();
        out.start(
                "deliver",
                () -> {
                    var store = new ContentStore(out.world().disk(), Path.of("/scratch"));
                    try (var transport =
                                    new SmtpTransport(
                                            out.world(), config(), names.apply(resolver), store);
                            Content content = Rig.content(store, "x\r\n")) {
                        done.addAll(transport.deliver(request(nextHop, content)));
                    } catch (IOException failed) {
                        throw new AssertionError(failed);
                    }
                });
        sim.run(Duration.ofMinutes(10), () -> !done.isEmpty());
        assertThat(done).as(what).hasSize(1);
        Outcome ended = done.getFirst().outcome();
        assertThat(ended.status() + " " + ended.detail()).startsWith(outcome);
    }

    private void host(InetAddress at, String name, int port) {
        SimProcess process = sim.process(name + port, "mx", at, new LyingDisk());
        FakeMx mx =
                new FakeMx(process.world())
                        .replying("EHLO", "250 " + name)
                        .replying(".", "250 2.0.0 taken");
        process.start(
                "listen",
                () -> {
                    try {
                        FakeMx unused = mx.start(new Endpoint.Tcp(at, port));
                    } catch (IOException failed) {
                        throw new AssertionError(failed);
                    }
                });
        sim.run(Duration.ofSeconds(1));
    }

    private static SmtpConfig config() {
        SmtpConfig usual = Rig.config(Duration.ofMinutes(1), Rig.REUSE, TlsLevel.NONE);
        return Rig.finding(
                Rig.ourselves(Set.of(OURS), Set.of("us.example", "helo.example")), usual);
    }

    private static DeliveryRequest request(String nextHop, Content content) {
        return new DeliveryRequest(
                new QueueId(42),
                nextHop,
                ReversePath.of(Mailbox.of("ann", "a.example")),
                MailOptions.NONE,
                List.of(Recipient.of(Mailbox.of("bob", "d.example"))),
                content,
                Origin.OURSELVES);
    }
}
