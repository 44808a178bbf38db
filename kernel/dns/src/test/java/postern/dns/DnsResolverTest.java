package postern.dns;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Master;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import postern.base.World;
import postern.base.system.SystemWorld;
import postern.dns.DnsSettings.Families;
import postern.dns.Resolver.Answer;
import postern.dns.Resolver.MailHost;
import postern.dns.Resolver.Proof;

class DnsResolverTest {
    private static final World WORLD = SystemWorld.create((level, line) -> {});

    private final AtomicInteger questions = new AtomicInteger();
    private final AtomicInteger byTcp = new AtomicInteger();
    private final InetAddress here = InetAddress.ofLiteral("127.0.0.1");
    private final ServerSocket tcp = new ServerSocket(0, 10, here);
    private final DatagramSocket udp = new DatagramSocket(tcp.getLocalPort(), here);

    DnsResolverTest() throws IOException {}

    @AfterEach
    void stop() throws IOException {
        udp.close();
        tcp.close();
    }

    /** A name server on UDP and TCP. */
    private InetSocketAddress serve(UnaryOperator<Message> answer) {
        Thread.ofVirtual().start(() -> serveUdp(udp, answer));
        Thread.ofVirtual().start(() -> serveTcp(answer));
        return new InetSocketAddress(here, udp.getLocalPort());
    }

    private void serveUdp(DatagramSocket socket, UnaryOperator<Message> answer) {
        byte[] buffer = new byte[4096];
        try {
            while (true) {
                DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
                socket.receive(packet);
                Message query = new Message(Arrays.copyOf(buffer, packet.getLength()));
                questions.incrementAndGet();
                byte[] octets = answer.apply(query).toWire(512);
                socket.send(new DatagramPacket(octets, octets.length, packet.getSocketAddress()));
            }
        } catch (IOException closed) {
            // the test is over
        }
    }

    private void serveTcp(UnaryOperator<Message> answer) {
        try {
            while (true) {
                try (Socket socket = tcp.accept()) {
                    var in = new DataInputStream(socket.getInputStream());
                    byte[] query = in.readNBytes(in.readUnsignedShort());
                    byTcp.incrementAndGet();
                    byte[] reply = answer.apply(new Message(query)).toWire();
                    var out = new DataOutputStream(socket.getOutputStream());
                    out.writeShort(reply.length);
                    out.write(reply);
                    out.flush();
                    in.read();
                }
            }
        } catch (IOException closed) {
            // the test is over
        }
    }

    private static Message reply(Message query, int rcode) {
        Message reply = new Message(query.getHeader().getID());
        reply.getHeader().setFlag(Flags.QR);
        reply.getHeader().setFlag(Flags.RA);
        reply.getHeader().setRcode(rcode);
        reply.addRecord(query.getQuestion(), Section.QUESTION);
        return reply;
    }

    /** Answers from a zone's text; a name that is not in it does not exist. */
    private static UnaryOperator<Message> zone(String text) {
        return query -> {
            List<Record> zone = records(text);
            Record question = query.getQuestion();
            Message reply = reply(query, Rcode.NOERROR);
            Name name = question.getName();
            boolean known = false;
            for (Record record : zone) {
                if (record.getName().equals(name)) {
                    known = true;
                    if (record.getType() == question.getType()) {
                        reply.addRecord(record, Section.ANSWER);
                    } else if (record.getType() == org.xbill.DNS.Type.CNAME) {
                        reply.addRecord(record, Section.ANSWER);
                        name = ((org.xbill.DNS.CNAMERecord) record).getTarget();
                    }
                }
            }
            if (!known) {
                reply.getHeader().setRcode(Rcode.NXDOMAIN);
            }
            return reply;
        };
    }

    private static List<Record> records(String text) {
        try (var in =
                        new java.io.ByteArrayInputStream(
                                text.getBytes(java.nio.charset.StandardCharsets.US_ASCII));
                var master = new Master(in, Name.root)) {
            var all = new java.util.ArrayList<Record>();
            for (@Nullable Record record = master.nextRecord();
                    record != null;
                    record = master.nextRecord()) {
                all.add(record);
            }
            return all;
        } catch (IOException wrong) {
            throw new java.io.UncheckedIOException(wrong);
        }
    }

    private static Resolver resolver(InetSocketAddress server) {
        return resolver(Families.ANY, server);
    }

    private static Resolver resolver(Families families, InetSocketAddress... servers) {
        return new DnsResolver(
                WORLD, new DnsSettings(List.of(servers), Duration.ofMillis(300), 1, families));
    }

    private static List<InetAddress> addresses(String... texts) {
        return Arrays.stream(texts).map(InetAddress::ofLiteral).toList();
    }

    @Test
    void anAddressHasNames() {
        Resolver resolver =
                resolver(serve(zone("7.2.0.192.in-addr.arpa. 60 IN PTR Host.Example.")));

        assertThat(resolver.names(InetAddress.ofLiteral("192.0.2.7")))
                .isEqualTo(new Answer.Found<>(List.of("Host.Example")));
        assertThat(resolver.names(InetAddress.ofLiteral("192.0.2.7")))
                .isEqualTo(new Answer.Found<>(List.of("Host.Example")));
        assertThat(questions).hasValue(1);
    }

    @Test
    void mailHostsAreFound() {
        Resolver resolver =
                resolver(
                        serve(
                                zone(
                                        """
                        d.example. 300 IN MX 10 Mx1.D.example.
                        d.example. 300 IN MX 20 mx2.d.example.
                        n.example. 300 IN MX 0 .
                        """)));
        assertThat(resolver.mailHosts("D.Example"))
                .isEqualTo(
                        new Answer.Found<>(
                                List.of(
                                        new MailHost(10, "mx1.d.example"),
                                        new MailHost(20, "mx2.d.example"))));
        assertThat(resolver.mailHosts("n.example"))
                .isEqualTo(new Answer.Found<>(List.of(new MailHost(0, ""))));
    }

    @Test
    void bothKindsOfAddressAreFoundThroughAliases() {
        InetSocketAddress server =
                serve(
                        zone(
                                """
                        www.d.example. 300 IN CNAME w.d.example.
                        w.d.example. 300 IN A 192.0.2.1
                        w.d.example. 300 IN AAAA 2001:db8::1
                        four.example. 300 IN A 192.0.2.4
                        half.example. 300 IN CNAME gone.example.
                        """));
        assertThat(resolver(server).addresses("www.d.example"))
                .isEqualTo(
                        new Answer.Found<>(
                                addresses("192.0.2.1", "2001:db8::1"),
                                new Proof(false, "w.d.example")));
        assertThat(resolver(server).addresses("four.example"))
                .isEqualTo(new Answer.Found<>(addresses("192.0.2.4")));
        assertThat(resolver(server).addresses("half.example")).isEqualTo(new Answer.NoSuchName<>());
        assertThat(resolver(Families.IPV6, server).addresses("w.d.example"))
                .isEqualTo(new Answer.Found<>(addresses("2001:db8::1")));
    }

    /** A loop is no word that there is nothing: as one message tells it, and link by link. */
    @ParameterizedTest
    @CsvSource({"1, true", "2, true", "3, true", "2, false", "3, false"})
    void aLoopOfAliasesEnds(int links, boolean whole) {
        StringBuilder zone = new StringBuilder();
        for (int i = 0; i < links; i++) {
            zone.append("a%d.example. 300 IN CNAME a%d.example.\n".formatted(i, (i + 1) % links));
        }
        UnaryOperator<Message> told =
                whole
                        ? query -> {
                            Message reply = reply(query, Rcode.NOERROR);
                            records(zone.toString())
                                    .forEach(each -> reply.addRecord(each, Section.ANSWER));
                            return reply;
                        }
                        : zone(zone.toString());
        Resolver resolver = resolver(serve(told));
        for (Answer<?> answer :
                List.of(resolver.addresses("a0.example"), resolver.mailHosts("a0.example"))) {
            assertThat(answer).isInstanceOf(Answer.Temporary.class);
        }
    }

    @Test
    void absenceIsToldApart() {
        Resolver resolver = resolver(serve(zone("d.example. 300 IN A 192.0.2.1")));
        assertThat(resolver.mailHosts("d.example")).isEqualTo(new Answer.Empty<>());
        assertThat(resolver.mailHosts("gone.example")).isEqualTo(new Answer.NoSuchName<>());
    }

    @Test
    void aLongAnswerComesByTcp() {
        StringBuilder zone = new StringBuilder();
        for (int i = 0; i < 60; i++) {
            zone.append("d.example. 300 IN MX " + (70 - i) + " a-rather-long-host-name-")
                    .append(i)
                    .append(".d.example.\n");
        }
        Answer<List<MailHost>> answer =
                resolver(serve(zone(zone.toString()))).mailHosts("d.example");
        assertThat(answer).isInstanceOf(Answer.Found.class);
        assertThat(((Answer.Found<List<MailHost>>) answer).value())
                .hasSize(50) // of 60: what is kept is bounded, and the best are
                .last()
                .extracting(MailHost::preference)
                .isEqualTo(60);
        assertThat(byTcp.get()).isEqualTo(1);
    }

    @Test
    void answersAreKeptForTheirTime() {
        Resolver resolver =
                resolver(
                        serve(
                                zone(
                                        """
                        d.example. 300 IN MX 10 mx.d.example.
                        now.example. 0 IN MX 10 mx.d.example.
                        """)));
        for (int i = 0; i < 3; i++) {
            resolver.mailHosts("d.example");
            resolver.mailHosts("gone.example");
        }
        assertThat(questions.get()).isEqualTo(2);
        for (int i = 0; i < 3; i++) {
            resolver.mailHosts("now.example");
        }
        assertThat(questions.get()).isEqualTo(5);
    }

    @ParameterizedTest
    @ValueSource(ints = {Rcode.SERVFAIL, Rcode.REFUSED, Rcode.NOTIMP, Rcode.FORMERR})
    void aServersFailureIsTemporaryAndNotKept(int rcode) {
        Resolver resolver = resolver(serve(query -> reply(query, rcode)));
        assertThat(resolver.mailHosts("d.example")).isInstanceOf(Answer.Temporary.class);
        int asked = questions.get();
        assertThat(resolver.mailHosts("d.example")).isInstanceOf(Answer.Temporary.class);
        assertThat(questions.get()).isGreaterThan(asked);
    }

    @Test
    void silenceIsTemporary() {
        InetSocketAddress silent = new InetSocketAddress(here, udp.getLocalPort());
        assertThat(resolver(silent).addresses("d.example")).isInstanceOf(Answer.Temporary.class);
    }

    @Test
    void anOldServerIsAskedWithoutEdns() {
        UnaryOperator<Message> zone = zone("d.example. 300 IN A 192.0.2.1");
        Resolver resolver =
                resolver(
                        serve(
                                query ->
                                        query.getOPT() == null
                                                ? zone.apply(query)
                                                : reply(query, Rcode.FORMERR)));
        assertThat(resolver.addresses("d.example"))
                .isEqualTo(new Answer.Found<>(addresses("192.0.2.1")));
    }

    @Test
    void theNextServerIsAskedWhenOneFails() throws IOException {
        InetSocketAddress good = serve(zone("d.example. 300 IN MX 10 mx.d.example."));
        try (DatagramSocket mute = new DatagramSocket(0, InetAddress.ofLiteral("127.0.0.1"))) {
            InetSocketAddress silent =
                    new InetSocketAddress(mute.getLocalAddress(), mute.getLocalPort());
            assertThat(resolver(Families.ANY, silent, good).mailHosts("d.example"))
                    .isInstanceOf(Answer.Found.class);
        }
    }

    private static Message validated(Message reply) {
        reply.getHeader().setFlag(Flags.AD);
        return reply;
    }

    private static Answer<List<MailHost>> mailHosts(
            InetSocketAddress server, DnsSettings.Trust trust) {
        return trusting(server, trust).mailHosts("d.example");
    }

    private static Resolver trusting(InetSocketAddress server, DnsSettings.Trust trust) {
        return new DnsResolver(
                WORLD,
                new DnsSettings(
                        List.of(server),
                        Duration.ofMillis(300),
                        1,
                        Families.ANY,
                        trust,
                        "d.example"));
    }

    @Test
    void anAnswerIsSecureWhenATrustedServerSaysSo() {
        UnaryOperator<Message> zone =
                zone(
                        """
                        d.example. 300 IN CNAME e.example.
                        e.example. 300 IN MX 10 mx.e.example.
                        """);
        InetSocketAddress server =
                serve(
                        query ->
                                query.getHeader().getFlag(Flags.AD)
                                        ? validated(zone.apply(query))
                                        : zone.apply(query));
        var hosts = List.of(new MailHost(10, "mx.e.example"));
        assertThat(mailHosts(server, DnsSettings.Trust.LOOPBACK))
                .isEqualTo(new Answer.Found<>(hosts, new Proof(true, "e.example")));
        assertThat(mailHosts(server, DnsSettings.Trust.NONE))
                .isEqualTo(new Answer.Found<>(hosts, new Proof(false, "e.example")));
        assertThat(trusting(server, DnsSettings.Trust.ALL).mailHosts("gone.example"))
                .isEqualTo(new Answer.NoSuchName<>(true));
        assertThat(trusting(server, DnsSettings.Trust.ALL).validation())
                .isInstanceOf(Resolver.Validation.Present.class);
        assertThat(trusting(server, DnsSettings.Trust.NONE).validation())
                .isInstanceOf(Resolver.Validation.Absent.class);
    }

    /** RFC 7672 §2.1.3: an alias has a proof of its own, whatever lies behind it. */
    @Test
    void anAliasIsAskedForAlone() {
        InetSocketAddress server =
                serve(query -> validated(zone("a.example. 300 IN CNAME b.example.").apply(query)));
        Resolver resolver = trusting(server, DnsSettings.Trust.LOOPBACK);
        assertThat(resolver.alias("a.example"))
                .isEqualTo(new Answer.Found<>("b.example", new Proof(true, "a.example")));
        assertThat(resolver.alias("gone.example")).isEqualTo(new Answer.NoSuchName<>(true));
    }

    private InetSocketAddress silentAboutIpv6(UnaryOperator<Message> zone) {
        return serve(
                query ->
                        query.getQuestion().getType() == org.xbill.DNS.Type.AAAA
                                ? reply(query, Rcode.SERVFAIL)
                                : zone.apply(query));
    }

    /** Else whoever silences the question for one kind of address turns DANE off. */
    @Test
    void silenceAboutOneKindOfAddressTakesNoProofAway() {
        UnaryOperator<Message> zone = zone("mx.example. 300 IN A 192.0.2.1");
        InetSocketAddress server = silentAboutIpv6(query -> validated(zone.apply(query)));
        assertThat(trusting(server, DnsSettings.Trust.LOOPBACK).addresses("mx.example"))
                .isEqualTo(
                        new Answer.Found<>(
                                List.of(InetAddress.ofLiteral("192.0.2.1")),
                                new Proof(true, "mx.example")));
    }

    @Test
    void silenceAboutOneKindOfAddressIsMetOnce() {
        UnaryOperator<Message> zone = zone("mx.example. 300 IN A 192.0.2.1");
        InetSocketAddress server = silentAboutIpv6(zone);
        Resolver resolver = resolver(server);
        Answer<?> first = resolver.addresses("mx.example");
        int asked = questions.get();
        assertThat(resolver.addresses("mx.example"))
                .isEqualTo(first)
                .isEqualTo(new Answer.Found<>(addresses("192.0.2.1")));
        assertThat(questions.get()).isEqualTo(asked);
    }

    /** Else a stranger's name that nobody answers for turns DANE off for everybody's. */
    @Test
    void whoValidatesIsAskedFirstThoughItFailed() throws IOException {
        UnaryOperator<Message> zone = zone("d.example. 0 IN MX 10 mx.d.example.");
        InetSocketAddress validating =
                serve(
                        query ->
                                query.getQuestion().getName().toString().startsWith("lost.")
                                        ? new Message(query.getHeader().getID() ^ 1) // to nobody
                                        : validated(zone.apply(query)));
        try (DatagramSocket socket = new DatagramSocket(0, here)) {
            Thread.ofVirtual().start(() -> serveUdp(socket, zone));
            var other = new InetSocketAddress(here, socket.getLocalPort());
            Resolver resolver = resolver(Families.ANY, validating, other);
            var proven =
                    new Answer.Found<>(
                            List.of(new MailHost(10, "mx.d.example")),
                            new Proof(true, "d.example"));
            assertThat(resolver.mailHosts("d.example")).isEqualTo(proven);
            assertThat(resolver.mailHosts("lost.example")).isEqualTo(new Answer.NoSuchName<>());
            assertThat(resolver.mailHosts("d.example")).isEqualTo(proven);
        }
    }

    @Test
    void aServerThatDoesNotValidateIsFoundOut() {
        InetSocketAddress server = serve(zone("d.example. 300 IN MX 10 mx.d.example."));
        assertThat(trusting(server, DnsSettings.Trust.LOOPBACK).validation())
                .isInstanceOf(Resolver.Validation.Absent.class);
        assertThat(mailHosts(server, DnsSettings.Trust.LOOPBACK))
                .extracting(answer -> ((Answer.Found<?>) answer).proof())
                .isEqualTo(Proof.NONE);
    }

    /** RFC 4035 §5.5: what fails validation is SERVFAIL unless checking is disabled. */
    @Test
    void aForgedAnswerIsToldFromAFailure() {
        UnaryOperator<Message> zone = zone("d.example. 300 IN MX 10 mx.d.example.");
        InetSocketAddress server =
                serve(
                        query ->
                                query.getHeader().getFlag(Flags.CD)
                                        ? zone.apply(query)
                                        : reply(query, Rcode.SERVFAIL));
        assertThat(resolver(server).mailHosts("d.example"))
                .extracting(answer -> ((Answer.Temporary<?>) answer).trouble())
                .isEqualTo(Resolver.Trouble.BOGUS);
    }

    @Test
    void failureAndSilenceAreToldApart() {
        InetSocketAddress silent = new InetSocketAddress(here, udp.getLocalPort());
        assertThat(resolver(silent).mailHosts("d.example"))
                .extracting(answer -> ((Answer.Temporary<?>) answer).trouble())
                .isEqualTo(Resolver.Trouble.NO_ANSWER);
        InetSocketAddress broken = serve(query -> reply(query, Rcode.SERVFAIL));
        assertThat(resolver(broken).mailHosts("d.example"))
                .extracting(answer -> ((Answer.Temporary<?>) answer).trouble())
                .isEqualTo(Resolver.Trouble.SERVER_FAILURE);
    }

    @Test
    void aServerThatDoesNotAnswerIsAskedLastForAWhile() throws IOException {
        InetSocketAddress good = serve(zone("d.example. 0 IN MX 10 mx.d.example."));
        try (DatagramSocket mute = new DatagramSocket(0, InetAddress.ofLiteral("127.0.0.1"))) {
            mute.setSoTimeout(1);
            var silent = new InetSocketAddress(mute.getLocalAddress(), mute.getLocalPort());
            Resolver resolver = resolver(Families.ANY, silent, good);
            for (int i = 0; i < 5; i++) {
                assertThat(resolver.mailHosts("d.example")).isInstanceOf(Answer.Found.class);
            }
            var packet = new DatagramPacket(new byte[512], 512);
            mute.receive(packet);
            org.assertj.core.api.Assertions.assertThatThrownBy(() -> mute.receive(packet))
                    .isInstanceOf(java.net.SocketTimeoutException.class);
        }
    }

    @Test
    void servicesTextsAndCertificatesAreRead() {
        Resolver resolver =
                resolver(
                        serve(
                                zone(
                                        """
                        _submission._tcp.d.example. 300 IN SRV 10 5 587 Mail.d.example.
                        _25._tcp.d.example. 300 IN TLSA 3 1 1 00ff
                        _mta-sts.d.example. 300 IN TXT "v=STSv1;" " id=1"
                        """)));
        assertThat(resolver.services("_submission._tcp.d.example"))
                .isEqualTo(
                        new Answer.Found<>(
                                List.of(new Resolver.Service(10, 5, 587, "mail.d.example"))));
        assertThat(resolver.texts("_mta-sts.d.example"))
                .isEqualTo(new Answer.Found<>(List.of("v=STSv1; id=1")));
        var found = (Answer.Found<List<Resolver.Tlsa>>) resolver.tlsa("_25._tcp.d.example");
        assertThat(found.value().getFirst().data()).containsExactly(0, -1);
        assertThat(found.value().getFirst().usage()).isEqualTo(3);
    }

    @Test
    void localhostIsHere() {
        Resolver resolver = resolver(serve(query -> reply(query, Rcode.NXDOMAIN)));
        assertThat(resolver.mailHosts("localhost")).isEqualTo(new Answer.Empty<>());
        assertThat(resolver.addresses("LocalHost"))
                .isEqualTo(new Answer.Found<>(addresses("127.0.0.1", "::1")));
        assertThat(questions.get()).isZero();
    }

    @Test
    void whatCannotBeANameDoesNotExist() {
        Resolver resolver = resolver(serve(query -> reply(query, Rcode.SERVFAIL)));
        assertThat(resolver.mailHosts("a..b")).isEqualTo(new Answer.NoSuchName<>());
        assertThat(resolver.mailHosts("x".repeat(64) + ".example"))
                .isEqualTo(new Answer.NoSuchName<>());
        assertThat(questions.get()).isZero();
    }

    @Test
    void internationalNamesAreAskedInAscii() {
        Resolver resolver =
                resolver(
                        serve(
                                zone(
                                        """
                        xn--bcher-kva.example. 300 IN A 192.0.2.1
                        xn--fa-hia.example. 300 IN A 192.0.2.2
                        fass.example. 300 IN A 192.0.2.3
                        """)));
        assertThat(resolver.addresses("bücher.example"))
                .isEqualTo(new Answer.Found<>(addresses("192.0.2.1")));
        assertThat(resolver.addresses("faß.example")) // RFC 5894 §7.2
                .isEqualTo(new Answer.Found<>(addresses("192.0.2.2")));
    }
}
