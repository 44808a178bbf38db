package postern.ipc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import postern.base.Endpoint;
import postern.base.Listener;
import postern.base.Peer;
import postern.base.World;
import postern.base.system.SystemWorld;
import postern.mail.Content;
import postern.mail.ContentStore;
import postern.mail.Delivery;
import postern.mail.DeliveryAgent;
import postern.mail.DeliveryRequest;
import postern.mail.MailOptions;
import postern.mail.Mailbox;
import postern.mail.Origin;
import postern.mail.Outcome;
import postern.mail.Passage;
import postern.mail.QueueId;
import postern.mail.Recipient;
import postern.mail.ReversePath;
import postern.mail.Terms;
import postern.wire.Reply;

/** Both halves of docs/protocols/handover.md, over a real socket. */
final class HandoverTest {
    private static final ReversePath SENDER = ReversePath.of(Mailbox.of("ann", "example.net"));
    private static final Recipient BOB = Recipient.of(Mailbox.of("bob", "example.org"));
    private static final Recipient EVE = Recipient.of(Mailbox.of("eve", "example.org"));

    @TempDir Path folder;

    private final World world = SystemWorld.create("test");
    private Endpoint socket;
    private Listener listener;
    private ContentStore store;

    @BeforeEach
    void listen() throws IOException {
        socket = new Endpoint.Local(folder.resolve("socket"));
        listener = world.network().listen(socket);
        store = new ContentStore(world.disk(), folder);
    }

    @AfterEach
    void close() {
        listener.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 10_000, 64 * 1024, 64 * 1024 + 1, 1 << 20, (5 << 20) + 17})
    void contentArrivesOctetForOctet(int octets) throws IOException {
        var seen = new Recorder();
        serve(() -> seen);
        byte[] message = octets(octets);
        List<Reply> replies = send(client(), message, BOB);
        assertThat(replies).extracting(Reply::code).containsExactly(250);
        assertThat(seen.messages).hasSize(1);
        assertThat(seen.messages.getFirst()).isEqualTo(message);
    }

    @Test
    void attributesArriveAndUnknownOnesAreRefused() throws IOException {
        var seen = new Recorder();
        serve(() -> seen);
        var origin =
                new Origin(
                        "192.0.2.1", "mx.example", "he lo", "ESMTPS", "ann=x", "smtp", true, "T 1");
        try (Content content = content(octets(5))) {
            assertThat(
                            client().send(
                                            Attributes.of(origin),
                                            SENDER,
                                            MailOptions.NONE,
                                            List.of(BOB),
                                            content))
                    .hasSize(1);
        }
        assertThat(seen.attributes.getFirst().origin()).isEqualTo(origin);
        assertThat(Attributes.parse("1 COLOUR=RED")).isEmpty();
        assertThat(Attributes.parse("3 ID=1")).isEmpty();
        assertThat(Attributes.parse("1 ID=1 ID=2")).isEmpty();
        assertThat(Attributes.parse("1 ID=" + "x".repeat(600))).isEmpty();
        assertThat(Attributes.parse("1")).isPresent();
    }

    @ParameterizedTest
    @MethodSource("terms")
    void termsArrive(Terms terms) throws IOException {
        var seen = new Recorder();
        serve(() -> seen);
        try (Content content = content(octets(5))) {
            List<Reply> replies =
                    client().send(
                                    Attributes.of(new QueueId(7), "x", Origin.OURSELVES),
                                    SENDER,
                                    MailOptions.NONE.with(terms),
                                    List.of(BOB),
                                    content);
            assertThat(replies).extracting(Reply::code).containsExactly(250);
        }
        assertThat(seen.options).extracting(MailOptions::terms).containsExactly(terms);
    }

    static List<Terms> terms() {
        Terms.Release later = new Terms.Release(Instant.ofEpochSecond(1_800_000_000L, 5), "for;9");
        Instant then = Instant.ofEpochSecond(1_800_000_000L);
        return List.of(
                Terms.NONE,
                new Terms(later, Terms.Deadline.NONE, 9, Terms.Protection.UNSTATED),
                new Terms(
                        Terms.Release.AT_ONCE,
                        new Terms.Deadline.By(then, Terms.Deadline.Mode.RETURN, true),
                        0,
                        Terms.Protection.REQUIRED),
                new Terms(
                        Terms.Release.AT_ONCE,
                        new Terms.Deadline.By(then, Terms.Deadline.Mode.NOTIFY, false),
                        -9,
                        Terms.Protection.WAIVED),
                Terms.NONE.withVerp("-+"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "RELEASE=soon",
                "HOLD=for;9",
                "VERP=@=",
                "DEADLINE=2026-11-21T12:00:00Z",
                "DEADLINE=2026-11-21T12:00:00Z;X",
                "DEADLINE=;R",
                "PRIORITY=10",
                "PRIORITY=high",
                "REQUIRETLS=maybe"
            })
    void malformedTermsAreRefused(String attribute) {
        assertThat(Attributes.parse("2 " + attribute)).isEmpty();
    }

    @Test
    void repliesBelongToTheirRecipients() throws IOException {
        serve(() -> new Recorder(EVE.mailbox()));
        LmtpClient client = client();
        assertThat(send(client, octets(100), EVE, BOB))
                .extracting(Reply::code)
                .containsExactly(550, 250);
        assertThat(send(client, octets(100_000), EVE)).extracting(Reply::code).containsExactly(550);
        assertThat(send(client, octets(100), EVE)).extracting(Reply::code).containsExactly(550);
        assertThat(send(client, octets(100), BOB)).extracting(Reply::code).containsExactly(250);
    }

    @Test
    void staleConnectionIsReplacedUnnoticed() throws IOException {
        var seen = new Recorder();
        world.tasks()
                .start(
                        "dying server and its successor",
                        () -> {
                            closesAfterOneMessage();
                            new LmtpServer(world, "agent", () -> seen).serve(listener);
                        });
        LmtpClient client = client();
        assertThat(send(client, octets(10), BOB)).hasSize(1);
        assertThat(send(client, octets(20), BOB)).hasSize(1);
        assertThat(seen.messages).hasSize(1);
    }

    @Test
    void outcomesOfAnAgentComeBackWithRelayAndReach() throws IOException {
        DeliveryAgent agent =
                request ->
                        List.of(
                                new Delivery(
                                        new Outcome.Delivered("2.1.5", "250 queued as 1 about=x"),
                                        "mx.example[192.0.2.7]:25"),
                                new Delivery(
                                        new Outcome.Deferred(
                                                "4.4.1", "no route", Outcome.About.DESTINATION),
                                        Delivery.NOBODY),
                                new Delivery(
                                        new Outcome.Delivered("2.1.5", "250 setup=1 tls=x"),
                                        "mx.example[192.0.2.7]:25",
                                        new Passage(37, "TLSv1.3", true)),
                                new Delivery(
                                        new Outcome.Deferred("4.0.0", "", Outcome.About.HOST),
                                        "mx.example[192.0.2.7]:25",
                                        new Passage(5, "", false)));
        serve(() -> new AgentSession(agent, store));
        try (Content content = content(octets(1000))) {
            DeliveryRequest request =
                    request(List.of(BOB, EVE, BOB, EVE), content, Origin.OURSELVES);
            assertThat(new AgentClient(client()).deliver(request))
                    .isEqualTo(agent.deliver(request));
        }
    }

    private static DeliveryRequest request(
            List<Recipient> recipients, Content content, Origin origin) {
        return new DeliveryRequest(
                new QueueId(99),
                "example.org",
                SENDER,
                MailOptions.NONE,
                recipients,
                content,
                origin);
    }

    /** An agent is told where a message came from where it asks, and spared that where not. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void agentsAreToldTheOriginTheyAskFor(boolean asking) throws IOException {
        var origin =
                new Origin(
                        "IPv6:2001:db8::1", "c.example", "h e", "ESMTPSA", "ann", "mx", true, "T");
        List<Origin> told = new ArrayList<>();
        DeliveryAgent agent =
                new DeliveryAgent() {
                    @Override
                    public List<Delivery> deliver(DeliveryRequest request) {
                        told.add(request.origin());
                        return List.of(
                                new Delivery(new Outcome.Delivered("2.0.0", ""), Delivery.NOBODY));
                    }

                    @Override
                    public boolean asksForOrigin() {
                        return asking;
                    }
                };
        serve(() -> new AgentSession(agent, store));
        try (Content content = content(octets(10))) {
            DeliveryRequest request = request(List.of(BOB), content, origin);
            assertThat(new AgentClient(client()).deliver(request)).hasSize(1);
        }
        assertThat(told)
                .containsExactly(
                        asking
                                ? new Origin(
                                        origin.clientAddress(),
                                        origin.clientName(),
                                        origin.helo(),
                                        origin.protocol(),
                                        origin.login(),
                                        "",
                                        false)
                                : Origin.OURSELVES);
    }

    @Test
    void serverWithoutOurExtensionsGetsPlainLmtp() throws IOException {
        var heard = new ByteArrayOutputStream();
        world.tasks().start("other", () -> other(heard));
        try (Content content = content("a\r\n.b\r\nc\r\n".getBytes(StandardCharsets.US_ASCII))) {
            List<Reply> replies =
                    client().send(
                                    Attributes.of(new QueueId(7), "x", Origin.OURSELVES),
                                    SENDER,
                                    MailOptions.NONE,
                                    List.of(BOB),
                                    content);
            assertThat(replies).extracting(Reply::text).containsExactly("stored");
        }
        assertThat(heard.toString(StandardCharsets.US_ASCII))
                .isEqualTo(
                        "LHLO test\r\nMAIL FROM:<ann@example.net>\r\nRCPT TO:<bob@example.org>\r\n"
                                + "DATA\r\na\r\n..b\r\nc\r\n.\r\n");
    }

    @Test
    void drainedServerEndsWhenItsConnectionsAreIdle() throws Exception {
        LmtpServer server = serve(Recorder::new);
        LmtpClient client = client();
        assertThat(send(client, octets(10), BOB)).hasSize(1);
        var ended = new CountDownLatch(1);
        server.drain(listener, ended::countDown);
        assertThat(ended.await(10, TimeUnit.SECONDS)).isTrue();
        assertThatThrownBy(() -> send(client, octets(10), BOB))
                .isInstanceOf(LmtpClient.Untouched.class);
    }

    @Test
    void drainingServerFinishesWhatItHasAndSays421ToTheRest() throws Exception {
        var ending = new CountDownLatch(1);
        var drained = new CountDownLatch(1);
        var seen = new Recorder();
        LmtpServer server = serve(() -> new Lingering(seen, ending, drained));
        try (Peer idle = world.network().connect(socket, Duration.ofSeconds(5))) {
            hear(idle, new ByteArrayOutputStream(), "220 agent LMTP Postern\r\n");
            var replies = new CompletableFuture<List<Reply>>();
            world.tasks().start("client", () -> replies.complete(sent(client(), 10)));
            assertThat(ending.await(10, TimeUnit.SECONDS)).isTrue();
            var ended = new CountDownLatch(1);
            server.drain(listener, ended::countDown);
            assertThat(codes(idle)).containsExactly(421);
            assertThat(ended.getCount()).isEqualTo(1);
            drained.countDown();
            assertThat(replies.get(10, TimeUnit.SECONDS))
                    .extracting(Reply::code)
                    .containsExactly(250);
            assertThat(ended.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(seen.messages).hasSize(1);
        }
    }

    /** The process halts at the end of the drain: told twice, it would halt before the others. */
    @Test
    void connectionThatComesLateDoesNotEndTheDrainTwice() throws Exception {
        var accepting = new CountDownLatch(1);
        var drained = new CountDownLatch(1);
        var served = new CountDownLatch(1);
        Listener late =
                new Listener() {
                    @Override
                    public Endpoint local() {
                        return listener.local();
                    }

                    @Override
                    public Peer accept() throws IOException {
                        accepting.countDown();
                        awaitQuietly(drained);
                        return listener.accept();
                    }

                    @Override
                    public void close() {}
                };
        var session = new Recorder();
        var server = new LmtpServer(world, "agent", () -> session);
        world.tasks()
                .start(
                        "serve",
                        () -> {
                            server.serve(late);
                            served.countDown();
                        });
        try (Peer waiting = world.network().connect(socket, Duration.ofSeconds(5))) {
            assertThat(accepting.await(10, TimeUnit.SECONDS)).isTrue();
            var ended = new AtomicInteger();
            server.drain(late, ended::incrementAndGet);
            drained.countDown();
            assertThat(codes(waiting)).endsWith(421);
            assertThat(served.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(session.closed.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(ended).hasValue(1);
        }
    }

    private static void awaitQuietly(CountDownLatch latch) throws IOException {
        try {
            latch.await();
        } catch (InterruptedException interrupted) {
            throw new IOException(interrupted);
        }
    }

    private List<Reply> sent(LmtpClient client, int octets) {
        try {
            return send(client, octets(octets), BOB);
        } catch (IOException failed) {
            throw new AssertionError(failed);
        }
    }

    /** A session whose end takes until it is let go. */
    private record Lingering(LmtpSession of, CountDownLatch ending, CountDownLatch goOn)
            implements LmtpSession {
        @Override
        public Reply mail(Attributes attributes, ReversePath from, MailOptions asked, long size) {
            return of.mail(attributes, from, asked, size);
        }

        @Override
        public Reply rcpt(Recipient recipient) {
            return of.rcpt(recipient);
        }

        @Override
        public ByteBuffer room(int wanted) throws IOException {
            return of.room(wanted);
        }

        @Override
        public void filled(int octets) throws IOException {
            of.filled(octets);
        }

        @Override
        public List<Reply> end() throws IOException {
            ending.countDown();
            try {
                assertThat(goOn.await(10, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException interrupted) {
                throw new AssertionError(interrupted);
            }
            return of.end();
        }

        @Override
        public void abort() {
            of.abort();
        }

        @Override
        public Reply verify(Mailbox recipient) {
            return of.verify(recipient);
        }

        @Override
        public void close() {
            of.close();
        }
    }

    @Test
    void whatAClosingServerDidNotLookAtGoesToItsSuccessor() throws IOException {
        var seen = new Recorder();
        world.tasks()
                .start(
                        "closing server and its successor",
                        () -> {
                            says421ToAMessage();
                            new LmtpServer(world, "agent", () -> seen).serve(listener);
                        });
        assertThat(send(client(), octets(10), BOB)).extracting(Reply::code).containsExactly(250);
        assertThat(seen.messages).hasSize(1);
    }

    private void says421ToAMessage() {
        try (Peer peer = listener.accept()) {
            say(peer, "220 other\r\n");
            hear(peer, new ByteArrayOutputStream(), "LHLO test\r\n");
            say(peer, "250-other\r\n250 CHUNKING\r\n");
            hear(peer, new ByteArrayOutputStream(), "LAST\r\n");
            say(peer, "421 4.3.2 closing\r\n");
        } catch (IOException failed) {
            throw new AssertionError(failed);
        }
    }

    @Test
    void serverThatDiesWithoutReplyLeavesItOpen() {
        world.tasks().start("dying", this::dying);
        assertThatThrownBy(() -> send(client(), octets(10), BOB)).isInstanceOf(IOException.class);
    }

    @Test
    void garbageIsAnsweredAndHarmsNothing() throws IOException {
        serve(Recorder::new);
        try (Peer peer = world.network().connect(socket, Duration.ofSeconds(5))) {
            String garbage =
                    "\0\1\2\r\nBDAT 5 LAST\r\nhelloRCPT TO:<a@b>\r\nXPOSTERN 9\r\nVRFY x\r\n"
                            + "EHLO x\r\nDATA\r\n"
                            + "x".repeat(9000)
                            + "\r\nQUIT\r\n";
            peer.write(ByteBuffer.wrap(garbage.getBytes(StandardCharsets.US_ASCII)));
            assertThat(codes(peer))
                    .containsExactly(220, 500, 503, 503, 501, 501, 500, 502, 500, 221);
        }
    }

    private static List<Integer> codes(Peer peer) throws IOException {
        var text = new ByteArrayOutputStream();
        byte[] block = new byte[4096];
        for (int n = peer.read(block, 0, block.length);
                n >= 0;
                n = peer.read(block, 0, block.length)) {
            text.write(block, 0, n);
        }
        return text.toString(StandardCharsets.US_ASCII)
                .lines()
                .map(line -> Integer.parseInt(line.substring(0, 3)))
                .toList();
    }

    private void other(ByteArrayOutputStream heard) {
        try (Peer peer = listener.accept()) {
            say(peer, "220 other\r\n");
            hear(peer, heard, "LHLO test\r\n");
            say(peer, "250-other\r\n250 PIPELINING\r\n");
            hear(peer, heard, "RCPT TO:<bob@example.org>\r\n");
            say(peer, "250 ok\r\n250 ok\r\n");
            hear(peer, heard, "DATA\r\n");
            say(peer, "354 go\r\n");
            hear(peer, heard, "\r\n.\r\n");
            say(peer, "250 2.0.0 stored\r\n");
        } catch (IOException failed) {
            throw new AssertionError(failed);
        }
    }

    private void dying() {
        try (Peer peer = listener.accept()) {
            say(peer, "220 other\r\n");
            hear(peer, new ByteArrayOutputStream(), "LHLO test\r\n");
            say(peer, "250-other\r\n250 CHUNKING\r\n");
            hear(peer, new ByteArrayOutputStream(), "LAST\r\n");
        } catch (IOException failed) {
            throw new AssertionError(failed);
        }
    }

    private void closesAfterOneMessage() {
        try (Peer peer = listener.accept()) {
            say(peer, "220 other\r\n");
            hear(peer, new ByteArrayOutputStream(), "LHLO test\r\n");
            say(peer, "250-other\r\n250 CHUNKING\r\n");
            hear(peer, new ByteArrayOutputStream(), "LAST\r\n");
            say(peer, "250 ok\r\n250 ok\r\n250 ok\r\n");
        } catch (IOException failed) {
            throw new AssertionError(failed);
        }
    }

    private static void say(Peer peer, String text) throws IOException {
        peer.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)));
    }

    private static void hear(Peer peer, ByteArrayOutputStream into, String upTo)
            throws IOException {
        byte[] block = new byte[4096];
        while (!into.toString(StandardCharsets.ISO_8859_1).contains(upTo)) {
            int n = peer.read(block, 0, block.length);
            if (n < 0) {
                throw new IOException("closed before " + upTo);
            }
            into.write(block, 0, n);
        }
    }

    private LmtpServer serve(Supplier<LmtpSession> sessions) {
        var server = new LmtpServer(world, "agent", sessions);
        world.tasks().start("server", () -> server.serve(listener));
        return server;
    }

    private LmtpClient client() {
        return new LmtpClient(world.network(), socket, "test", 4);
    }

    private List<Reply> send(LmtpClient client, byte[] message, Recipient... recipients)
            throws IOException {
        try (Content content = content(message)) {
            return client.send(
                    Attributes.NONE, SENDER, MailOptions.NONE, List.of(recipients), content);
        }
    }

    private Content content(byte[] message) throws IOException {
        var buffer = store.buffer(message.length);
        buffer.append(message, 0, message.length);
        return buffer.finish();
    }

    private static byte[] octets(int length) {
        byte[] octets = new byte[length];
        for (int i = 0; i < length; i++) {
            octets[i] = (byte) (i % 79 == 77 ? '\r' : i % 79 == 78 ? '\n' : 'a' + i % 26);
        }
        return octets;
    }
}
