package postern.lookup;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import postern.base.Endpoint;
import postern.base.Listener;
import postern.base.World;
import postern.base.system.SystemWorld;
import postern.table.SocketMap;
import postern.table.Table.Answer;

/** The socketmap server and its client, over a real socket. */
final class LookupServerTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    @TempDir Path folder;
    private final World world = SystemWorld.create((_, _) -> {});
    private final CountDownLatch arrived = new CountDownLatch(1);
    private final CountDownLatch go = new CountDownLatch(1);
    private Endpoint at;
    private Listener listener;
    private LookupServer server;

    private Answer answer(String key) {
        return switch (key) {
            case "nobody" -> Answer.ABSENT;
            case "later" -> new Answer.TemporaryFailure("database is down");
            case "long" -> new Answer.Found("x".repeat(200_000), "here");
            case "wait" -> {
                arrived.countDown();
                try {
                    go.await();
                } catch (InterruptedException interrupted) {
                    throw new AssertionError(interrupted);
                }
                yield new Answer.Found("waited", "here");
            }
            default -> new Answer.Found("<" + key + ">", "here");
        };
    }

    @BeforeEach
    void listen() throws IOException {
        at = new Endpoint.Local(folder.resolve("lookup"));
        listener = world.network().listen(at);
        server = new LookupServer(world, Map.of("people", this::answer));
        world.tasks().start("serve", () -> server.serve(listener));
    }

    @AfterEach
    void close() {
        go.countDown();
        listener.close();
    }

    private SocketMap client(int connections) {
        return new SocketMap(world, List.of(at), connections, LIMIT);
    }

    private static String said(Answer answer) {
        return switch (answer) {
            case Answer.Found found -> found.value() + " of " + found.origin();
            case Answer.Absent _ -> "absent";
            case Answer.TemporaryFailure(String reason) -> "later " + reason;
        };
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ann@example.org",
                "",
                "two words",
                "ann'--@example.org",
                "*)(uid=*",
                "../../etc/passwd",
                "7:people x,",
                "jürgen@bücher.example",
                "a\nb\0c"
            })
    void keysAreDataWhateverTheyHold(String key) {
        assertThat(said(client(1).ask("people", key, "there"))).isEqualTo("<" + key + "> of there");
    }

    @Test
    void everyAnswerHasItsWord() {
        SocketMap client = client(2);
        assertThat(said(client.ask("people", "nobody", "t"))).isEqualTo("absent");
        assertThat(said(client.ask("people", "later", "t"))).isEqualTo("later database is down");
        assertThat(said(client.ask("people", "long", "t")))
                .isEqualTo("later the answer is too long");
        assertThat(said(client.ask("others", "ann", "t"))).isEqualTo("later no such table");
        assertThat(said(client.ask("people", "k".repeat(5000), "t"))).isEqualTo("absent");
    }

    @Test
    void oneHangingQuestionHoldsUpNoOtherConnection() throws InterruptedException {
        SocketMap client = client(2);
        var ended = new CountDownLatch(1);
        Thread.ofVirtual()
                .start(
                        () -> {
                            if (said(client.ask("people", "wait", "t")).equals("waited of t")) {
                                ended.countDown();
                            }
                        });
        for (int i = 0; i < 10; i++) {
            assertThat(said(client.ask("people", "ann", "t"))).isEqualTo("<ann> of t");
        }
        go.countDown();
        assertThat(ended.await(20, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void whatIsUnderWayIsAnsweredBeforeItEnds() throws InterruptedException {
        SocketMap client = client(2);
        assertThat(said(client.ask("people", "ann", "t"))).isEqualTo("<ann> of t");
        var asked = new CountDownLatch(1);
        Thread.ofVirtual()
                .start(
                        () -> {
                            if (said(client.ask("people", "wait", "t")).equals("waited of t")) {
                                asked.countDown();
                            }
                        });
        assertThat(arrived.await(20, TimeUnit.SECONDS)).isTrue();
        var ended = new CountDownLatch(1);
        server.drain(listener, ended::countDown);
        assertThat(ended.getCount()).isEqualTo(1);
        go.countDown();
        assertThat(asked.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(ended.await(20, TimeUnit.SECONDS)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"x", ":,", "5:hello!", "99999999999:", "9999:", "-1:,", "3:abcd,", "12"})
    void whatIsNoNetstringIsHungUpOn(String octets) throws IOException {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(folder.resolve("lookup")));
            channel.write(ByteBuffer.wrap(octets.getBytes(StandardCharsets.US_ASCII)));
            channel.shutdownOutput();
            assertThat(channel.read(ByteBuffer.allocate(10))).isEqualTo(-1);
        }
        assertThat(said(client(1).ask("people", "ann", "t"))).isEqualTo("<ann> of t");
    }

    @Test
    void aServerThatIsGoneIsAFailureAndNotAbsence() throws IOException {
        SocketMap client = client(1);
        try (var other =
                new Scripted(
                        (in, out) -> {
                            in.read();
                            out.write("9:OK half".getBytes(StandardCharsets.US_ASCII));
                        })) {
            var broken = new SocketMap(world, List.of(other.endpoint()), 1, LIMIT);
            assertThat(said(broken.ask("people", "ann", "t"))).startsWith("later");
        }
        assertThat(said(client.ask("people", "ann", "t"))).isEqualTo("<ann> of t");
    }
}
