package postern.smtp;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import postern.base.Endpoint;
import postern.base.LayeredPeer;
import postern.base.Listener;
import postern.base.Network;
import postern.base.Peer;
import postern.base.World;
import postern.base.system.SystemWorld;
import postern.dns.NextHop;
import postern.mail.Content;
import postern.mail.ContentBuffer;
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
import postern.smtp.tls.TlsConfig;
import postern.smtp.tls.TlsLevel;
import postern.smtp.tls.TlsMeans;
import postern.testkit.FakeMx;
import postern.testkit.FakeResolver;

/** Real sockets on loopback, fake hosts behind them, a table for the name service. */
final class Rig implements AutoCloseable {
    static final InetAddress FIRST = InetAddress.ofLiteral("127.0.0.1");
    static final InetAddress SECOND = InetAddress.ofLiteral("127.0.0.2");
    static final String BODY = "Subject: x\r\n\r\nhello\r\n";

    private static final int PORTS_TRIED = 10;
    private static final Duration HOUR = Duration.ofHours(1);

    static final SmtpConfig.Reuse REUSE =
            new SmtpConfig.Reuse(Duration.ofSeconds(5), 10, Duration.ofSeconds(60), 100);

    final List<String> log = Collections.synchronizedList(new ArrayList<>());
    final AtomicInteger writes = new AtomicInteger();
    final World world;
    final FakeResolver names = new FakeResolver();
    private final List<FakeMx> hosts = new ArrayList<>();
    private final ContentStore contents;
    private SmtpConfig config = config(Duration.ofSeconds(20), REUSE, TlsLevel.MAY);
    private TlsMeans means = TlsMeans.NONE;
    private final List<SmtpTransport> transports = new ArrayList<>();

    Rig(Path folder) {
        World real = SystemWorld.create((level, line) -> log.add(line));
        world =
                new World(
                        real.clock(),
                        real.disk(),
                        new Counting(real.network(), writes),
                        real.tasks(),
                        real.random(),
                        real.log());
        contents = new ContentStore(real.disk(), folder);
    }

    static SmtpConfig config(Duration patience, SmtpConfig.Reuse reuse, TlsLevel tls) {
        return new SmtpConfig(
                SmtpConfig.Kind.SMTP,
                "client.example",
                ourselves(Set.of(), Set.of("client.example")),
                TlsConfig.of(tls),
                new SmtpConfig.Speech(
                        true, SmtpConfig.EightBit.CONVERT, SmtpConfig.LongLines.KEEP, 100, false),
                new SmtpConfig.Timeouts(
                        patience, patience, patience, patience, patience, patience, patience,
                        patience, patience, HOUR, 0),
                reuse);
    }

    /**
     * The usual way to find hosts.
     *
     * @param addresses of ours
     * @param names of ours
     */
    static SmtpConfig.Finding ourselves(Set<InetAddress> addresses, Set<String> names) {
        return new SmtpConfig.Finding("", 25, List.of(), List.of(), List.of(), addresses, names);
    }

    /** The usual, with some of it changed. */
    Rig with(UnaryOperator<SmtpConfig> change) {
        config = change.apply(config);
        return this;
    }

    static SmtpConfig kind(SmtpConfig.Kind kind, SmtpConfig of) {
        return new SmtpConfig(
                kind, of.helo(), of.finding(), of.tls(), of.speech(), of.timeouts(), of.reuse());
    }

    static SmtpConfig speech(SmtpConfig.Speech speech, SmtpConfig of) {
        return new SmtpConfig(
                of.kind(), of.helo(), of.finding(), of.tls(), speech, of.timeouts(), of.reuse());
    }

    static SmtpConfig finding(SmtpConfig.Finding finding, SmtpConfig of) {
        return new SmtpConfig(
                of.kind(), of.helo(), finding, of.tls(), of.speech(), of.timeouts(), of.reuse());
    }

    static SmtpConfig timeouts(SmtpConfig.Timeouts timeouts, SmtpConfig of) {
        return new SmtpConfig(
                of.kind(), of.helo(), of.finding(), of.tls(), of.speech(), timeouts, of.reuse());
    }

    Rig with(SmtpConfig other) {
        config = other;
        return this;
    }

    SmtpConfig config() {
        return config;
    }

    /** What is handed in for TLS. */
    Rig with(TlsMeans other) {
        means = other;
        return this;
    }

    static SmtpConfig tls(TlsConfig tls, SmtpConfig of) {
        return new SmtpConfig(
                of.kind(), of.helo(), of.finding(), tls, of.speech(), of.timeouts(), of.reuse());
    }

    FakeMx mx() {
        FakeMx mx = new FakeMx(world);
        hosts.add(mx);
        return mx;
    }

    /**
     * Starts hosts for d.example, the first at preference 10, the second at 20; returns the next
     * hop.
     */
    String start(FakeMx... mail) throws IOException {
        int port = listen(mail);
        for (int i = 0; i < mail.length; i++) {
            InetAddress at = i == 0 ? FIRST : SECOND;
            names.host("mx" + i + ".example", at.getHostAddress());
            names.mx("d.example", 10 * (i + 1), "mx" + i + ".example");
        }
        return "d.example:" + port;
    }

    /** All on one port: a free one of the first address may be taken on the second. */
    private static int listen(FakeMx... mail) throws IOException {
        for (int attempt = 1; ; attempt++) {
            int port = 0;
            try {
                for (int i = 0; i < mail.length; i++) {
                    mail[i].start(new Endpoint.Tcp(i == 0 ? FIRST : SECOND, port));
                    port = mail[i].port();
                }
                return port;
            } catch (BindException taken) {
                if (attempt == PORTS_TRIED) {
                    throw taken;
                }
                Arrays.stream(mail).forEach(FakeMx::stop);
            }
        }
    }

    SmtpTransport transport() {
        SmtpTransport transport = new SmtpTransport(world, config, names, contents, means);
        transports.add(transport);
        return transport;
    }

    Content content(String text) {
        try {
            return content(contents, text);
        } catch (IOException full) {
            throw new java.io.UncheckedIOException(full);
        }
    }

    static Content content(ContentStore store, String text) throws IOException {
        byte[] octets = text.getBytes(StandardCharsets.UTF_8);
        try (ContentBuffer buffer = store.buffer(0)) {
            buffer.append(octets, 0, octets.length);
            return buffer.finish();
        }
    }

    DeliveryRequest request(String nextHop, String body, MailOptions options, Recipient... to) {
        return new DeliveryRequest(
                new QueueId(42),
                nextHop,
                ReversePath.of(Mailbox.of("ann", "a.example")),
                options,
                List.of(to),
                content(body),
                Origin.OURSELVES);
    }

    DeliveryRequest request(String nextHop, String... localParts) {
        String domain =
                NextHop.parse(nextHop).filter(NextHop::byMx).map(NextHop::name).orElse("d.example");
        Recipient[] to =
                Arrays.stream(localParts)
                        .map(part -> Recipient.of(Mailbox.of(part, domain)))
                        .toArray(Recipient[]::new);
        return request(nextHop, BODY, MailOptions.NONE, to);
    }

    Outcome deliver(String nextHop) {
        return transport().deliver(request(nextHop, "bob")).getFirst().outcome();
    }

    static List<String> statuses(List<Delivery> deliveries) {
        return deliveries.stream().map(delivery -> delivery.outcome().status()).toList();
    }

    @Override
    public void close() {
        transports.forEach(SmtpTransport::close);
        hosts.forEach(FakeMx::stop);
    }

    /** Counts what its clients write, each call once. */
    private record Counting(Network network, AtomicInteger writes) implements Network {
        @Override
        public Peer connect(Endpoint target, Duration timeout) throws IOException {
            return new CountedPeer(network.connect(target, timeout), writes);
        }

        @Override
        public Peer connect(Endpoint target, InetAddress from, Duration timeout)
                throws IOException {
            return new CountedPeer(network.connect(target, from, timeout), writes);
        }

        @Override
        public Listener listen(Endpoint at) throws IOException {
            return network.listen(at);
        }
    }

    private static final class CountedPeer extends LayeredPeer {
        private final AtomicInteger writes;

        CountedPeer(Peer peer, AtomicInteger writes) {
            super(peer);
            this.writes = writes;
        }

        @Override
        public void write(ByteBuffer... buffers) throws IOException {
            writes.incrementAndGet();
            super.write(buffers);
        }
    }
}
