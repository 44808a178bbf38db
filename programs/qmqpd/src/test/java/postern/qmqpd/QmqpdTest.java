package postern.qmqpd;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import postern.base.Endpoint;
import postern.base.Listener;
import postern.base.Peer;
import postern.base.World;
import postern.base.system.SystemWorld;
import postern.config.Cidr;
import postern.mail.Content;
import postern.mail.ContentStore;
import postern.mail.MailOptions;
import postern.mail.Origin;
import postern.mail.Recipient;
import postern.mail.ReversePath;
import postern.testkit.ScriptPeer;
import postern.wire.DataDecoder;
import postern.wire.Reply;

/** QMQP by its description: one netstring of netstrings in, one netstring out. */
final class QmqpdTest {
    private static final World WORLD = SystemWorld.create((_, _) -> {});
    private static final InetAddress HERE = InetAddress.ofLiteral("127.0.0.1");
    private static final Endpoint CLIENT = new Endpoint.Tcp(HERE, 4321);
    private static final int MEMORY = 1 << 20;

    @TempDir Path folder;
    private final List<String> taken = new ArrayList<>();
    private Reply reply = Reply.of(250, "2.0.0", "Ok: queued as 4711");

    private static String netstring(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length + ":" + text + ",";
    }

    private static String message(String text, String sender, String... recipients) {
        StringBuilder whole = new StringBuilder(netstring(text)).append(netstring(sender));
        for (String recipient : recipients) {
            whole.append(netstring(recipient));
        }
        return netstring(whole.toString());
    }

    private String said(String input, int cut) {
        ContentStore store = new ContentStore(WORLD.disk(), folder, MEMORY, MEMORY);
        byte[] octets = input.getBytes(StandardCharsets.UTF_8);
        ScriptPeer peer = new ScriptPeer(CLIENT, octets, cut);
        new Session(WORLD, config(), bounds(), store, this::take, peer).converse();
        assertThat(store.residentOctetsLeft()).isEqualTo(MEMORY);
        return peer.output();
    }

    private static Qmqpd.Bounds bounds() {
        return new Qmqpd.Bounds(new DataDecoder.Limits(10_000, 1_000, 1_000, 3, true), 3);
    }

    private static QmqpdConfig config() {
        return new QmqpdConfig(
                Optional.empty(),
                Cidr.parse("127.0.0.0/8").stream().toList(),
                5,
                Duration.ofSeconds(20));
    }

    private List<Reply> take(
            Origin origin,
            ReversePath sender,
            MailOptions options,
            List<Recipient> recipients,
            Content content)
            throws IOException {
        byte[] octets = new byte[(int) content.octets()];
        assertThat(content.read(0, octets, 0, octets.length)).isEqualTo(octets.length);
        taken.add(
                "<"
                        + sender
                        + "> "
                        + recipients.stream().map(to -> to.mailbox().toString()).toList()
                        + " "
                        + origin.protocol()
                        + " "
                        + options.body()
                        + " "
                        + new String(octets, StandardCharsets.UTF_8).replace("\r\n", "|"));
        return recipients.stream().map(_ -> reply).toList();
    }

    @Test
    void aMessageIsTakenHoweverItIsCut() {
        String input =
                message(
                        "Subject: x\n\n.\nh\u00e9\r\nno newline",
                        "ann@a.example",
                        "b c@x.example",
                        "d@[192.0.2.1]");
        for (int cut : new int[] {1, 7, 100_000}) {
            assertThat(said(input, cut)).isEqualTo(netstring("KOk: queued as 4711"));
            assertThat(taken)
                    .containsExactly(
                            "<ann@a.example> [\"b c\"@x.example, d@[192.0.2.1]] QMQP EIGHT_BIT_MIME"
                                    + " Subject: x||.|h\u00e9|no newline|");
            taken.clear();
        }
        assertThat(said(message("x\n", "", "b@x.example"), 9)).contains("KOk");
        assertThat(taken).containsExactly("<> [b@x.example] QMQP SEVEN_BIT x|");
    }

    @ParameterizedTest
    @CsvSource({
        "450, 4.2.0, Z",
        "550, 5.1.1, D",
    })
    void refusalsArePassedOn(int code, String status, String letter) {
        reply = Reply.of(code, status, "no");
        assertThat(said(message("x\n", "a@x.example", "b@x.example"), 9))
                .contains(":" + letter + "no");
    }

    @Test
    void whatIsNoMessageIsRefused() {
        assertThat(said(message("x\n", "nobody", "b@x.example"), 9)).contains("Dbad sender");
        assertThat(said(message("x\n", "a@x.example", "b@"), 9)).contains("Dbad recipient");
        assertThat(said(message("x\n", "a@x.example", "b\n@x.example"), 9))
                .contains("Dbad recipient");
        assertThat(said(message("x\n", "a@x.example"), 9)).contains("Dno recipients");
        assertThat(
                        said(
                                message(
                                        "x\n",
                                        "a@x.example",
                                        "b@x.example",
                                        "b@x.example",
                                        "b@x.example",
                                        "b@x.example"),
                                9))
                .contains("Dmore than 3");
        assertThat(said(message("x\n", "a".repeat(1001), "b@x.example"), 9))
                .contains("Dan address");
        assertThat(said(message("\n" + "x\n".repeat(6_000), "a@x.example", "b@x.example"), 999))
                .contains("#5.3.4");
        assertThat(said(message("x".repeat(20_000), "a@x.example", "b@x.example"), 999))
                .contains("#5.3.4");
        assertThat(said(message("Received: x\n".repeat(4), "a@x.example", "b@x.example"), 9))
                .contains("#5.4.6");
        for (String input :
                new String[] {
                    "x",
                    "5x",
                    "99999999999:",
                    "01:a,",
                    ":",
                    "4:3:a,,",
                    "5:1:a,,",
                    "8:1:a,1:b;",
                    "3:9:a,"
                }) {
            assertThat(said(input, 2)).as(input).doesNotContain("K");
        }
        assertThat(taken).isEmpty();
    }

    @Test // what is cut off was not said
    void aMessageThatBreaksOffIsNotTaken() {
        String whole = message("Subject: x\n\nbody\n", "ann@a.example", "bob@x.example");
        for (int length = 0; length < whole.length(); length++) {
            String answer = said(whole.substring(0, length), 5);
            assertThat(answer).as(whole.substring(0, length)).isEmpty();
        }
        assertThat(taken).isEmpty();
    }

    @Test
    void anyOctetsEnd() {
        Random random = new Random(5);
        String whole = message("Subject: x\n\nbody\n", "ann@a.example", "bob@x.example");
        for (int round = 0; round < 3_000; round++) {
            StringBuilder input = new StringBuilder(whole);
            for (int n = 1 + random.nextInt(3); n > 0; n--) {
                input.setCharAt(
                        random.nextInt(input.length()),
                        "0123456789:,@\n\r\0x".charAt(random.nextInt(17)));
            }
            assertThat(said(input.toString(), 1 + random.nextInt(60)))
                    .matches("(?s)|[0-9]+:[KZD].*,");
        }
    }

    @Test
    void strangersAreHungUpOnAndADrainWaitsForWhatIsUnderWay() throws Exception {
        var stranger = new QmqpdConfig(Optional.empty(), List.of(), 5, Duration.ofSeconds(20));
        assertThat(over(stranger, message("x\n", "", "b@x.example"))).isEmpty();
        assertThat(taken).isEmpty();
        assertThat(over(config(), message("x\n", "", "b@x.example")))
                .isEqualTo(netstring("KOk: queued as 4711"));
        assertThat(taken).hasSize(1);
    }

    /** Over a real socket; the server has drained when this returns. */
    private String over(QmqpdConfig config, String input) throws Exception {
        Listener listener = WORLD.network().listen(new Endpoint.Tcp(HERE, 0));
        ContentStore store = new ContentStore(WORLD.disk(), folder, MEMORY, MEMORY);
        Qmqpd qmqpd = new Qmqpd(WORLD, config, bounds(), store, this::take);
        qmqpd.start(listener);
        StringBuilder output = new StringBuilder();
        try (Peer peer = WORLD.network().connect(listener.local(), Duration.ofSeconds(20))) {
            peer.expireAfter(Duration.ofSeconds(20));
            byte[] into = new byte[100];
            peer.write(ByteBuffer.wrap(input.getBytes(StandardCharsets.UTF_8)));
            for (int n = peer.read(into, 0, 100); n > 0; n = peer.read(into, 0, 100)) {
                output.append(new String(into, 0, n, StandardCharsets.UTF_8));
            }
        } catch (IOException reset) {
            // a stranger's octets were not read
        }
        CountDownLatch ended = new CountDownLatch(1);
        qmqpd.drain(listener, ended::countDown);
        assertThat(ended.await(20, TimeUnit.SECONDS)).isTrue();
        return output.toString();
    }
}
