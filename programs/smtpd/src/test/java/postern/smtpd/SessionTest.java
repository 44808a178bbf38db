package postern.smtpd;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import postern.base.Endpoint;
import postern.base.World;
import postern.base.system.SystemWorld;
import postern.mail.Content;
import postern.mail.ContentStore;
import postern.mail.Domain;
import postern.mail.MailOptions;
import postern.mail.Mailbox;
import postern.mail.Origin;
import postern.mail.Recipient;
import postern.mail.ReversePath;
import postern.testkit.FrozenClock;
import postern.testkit.ScriptPeer;
import postern.testkit.SimWorld;
import postern.wire.Reply;

/** What cannot be told as a dialogue: clients that do not wait for replies, and nonsense. */
final class SessionTest {
    private static final String EHLO = "EHLO x.example\r\n";
    private static final String ENVELOPE = "MAIL FROM:<a@x.example>\r\nRCPT TO:<b@y.example>\r\n";

    @TempDir Path directory;
    private final List<String> accepted = new ArrayList<>();

    @Test // RFC 2920 §3.1
    void whoDoesNotWaitForTheReplyToEhloIsHungUpOn() {
        assertThat(codes(EHLO + ENVELOPE, 4096)).isEqualTo("220 554");
        assertThat(codes("HELO x.example\r\nNOOP\r\n", 4096)).isEqualTo("220 554");
        assertThat(codes("NOOP\r\n" + EHLO, 4096)).isEqualTo("220 554");
        assertThat(codes(EHLO, 4096)).isEqualTo("220 250");
    }

    @Test // RFC 2920 §3.1, RFC 5321 §4.1.1.4
    void contentThatDoesNotWaitFor354IsNeverReadAsCommands() {
        String after = "DATA\r\nRSET\r\n" + ENVELOPE + "DATA\r\nx\r\n.\r\n";
        for (String before : List.of("", "MAIL FROM:<a@x.example>\r\n", ENVELOPE)) {
            // the peer of these tests says everything at once, but cut where a reply is due
            assertThat(codes(EHLO + before + after, EHLO.length())).doesNotContain("354");
        }
        assertThat(accepted).isEmpty();
    }

    @Test
    void garbageEndsTheSessionAtOnce() {
        assertThat(codes("\u0016\u0003\u0001 hello\r\nNOOP\r\n", 4096)).isEqualTo("220 554");
    }

    @Test
    void aLineWithoutEndIsHungUpOnInConstantMemory() {
        assertThat(codes("A".repeat(2_000_000), 4096)).isEqualTo("220");
        assertThat(codes(EHLO + "A".repeat(4_000) + "\r\nNOOP\r\n", EHLO.length()))
                .isEqualTo("220 250 500 250");
    }

    @Test // RFC 5321 §4.5.3.1.10
    void aListThatIsTooLongCostsOnlyItsRest() {
        String list = "RCPT TO:<b@y.example>\r\n".repeat(1_200);
        String replies = codes(EHLO + "MAIL FROM:<a@x.example>\r\n" + list, EHLO.length());
        assertThat(replies).startsWith("220 250 250 250").endsWith("452 452").doesNotContain("421");
    }

    /** Any state, any line: every command gets one reply, and nothing of it is a bug of ours. */
    @Test
    void anyLinesInAnyOrder() {
        String[] lines = {
            "EHLO x.example",
            "HELO x.example",
            "MAIL FROM:<a@x.example>",
            "MAIL FROM:<>",
            "MAIL FROM:<a@x.example> SIZE=5 BODY=8BITMIME",
            "RCPT TO:<b@y.example>",
            "RCPT TO:<c@y.example> NOTIFY=NEVER",
            "RCPT TO:<>",
            "RSET",
            "NOOP",
            "VRFY b",
            "HELP",
            "AUTH EXTERNAL =",
            "BDAT 0",
            "BDAT 0 LAST",
            "BDAT 4\r\nRSET",
            "BDAT 6 LAST\r\nQUIT\r\n",
            "DATA",
            "x\r\n.",
            ".",
            "",
            "\0",
            "\u00ff\u00fe",
            "a\nb",
            "QUIT x",
            "EXPN",
            "STARTTLS"
        };
        Random random = new Random(3);
        for (int round = 0; round < 2_000; round++) {
            StringBuilder input = new StringBuilder();
            for (int i = random.nextInt(25); i > 0; i--) {
                input.append(lines[random.nextInt(lines.length)]);
                if (random.nextInt(30) != 0) {
                    input.append("\r\n");
                }
            }
            for (String code : codes(input.toString(), 1 + random.nextInt(40)).split(" ", -1)) {
                assertThat(code).matches("[2345][0-9][0-9]");
            }
        }
        assertThat(accepted).isNotEmpty();
    }

    /** Plays all of the input, at most {@code cut} octets at once; the codes of the replies. */
    private String codes(String input, int cut) {
        ContentStore store =
                new ContentStore(SystemWorld.create("test").disk(), directory, 100_000, 100_000);
        Endpoint remote = new Endpoint.Tcp(SimWorld.address("127.0.0.1"), 1025);
        ListenerConfig listener = new ListenerConfig("smtp", ListenerConfig.Kind.SMTP, remote);
        SmtpdConfig config = SmtpdConfig.defaults("mx.example.org", List.of(listener));
        Premises premises =
                Premises.of(
                        world(),
                        config,
                        store,
                        new Taker(),
                        Stand.policy(world()),
                        new Pressure(),
                        () -> false);
        ScriptPeer peer = new ScriptPeer(remote, input.getBytes(StandardCharsets.ISO_8859_1), cut);

        new Session(premises, listener, peer, Client.of(remote, config.trusted())).converse();

        assertThat(store.residentOctetsLeft()).isEqualTo(100_000);
        StringBuilder codes = new StringBuilder();
        for (String line : peer.output().split("\r\n", -1)) {
            if (line.length() >= 3 && (line.length() == 3 || line.charAt(3) == ' ')) {
                codes.append(codes.isEmpty() ? "" : " ").append(line, 0, 3);
            }
        }
        return codes.toString();
    }

    private static World world() {
        World real = SystemWorld.create("test");
        return new World(
                new FrozenClock(),
                real.disk(),
                real.network(),
                real.tasks(),
                real.random(),
                (level, line) -> assertThat(line).doesNotContain("panic"));
    }

    private final class Taker implements Intake {
        @Override
        public long wake(Domain domain, boolean below) {
            return 0;
        }

        @Override
        public List<Reply> submit(
                Origin origin,
                ReversePath sender,
                MailOptions options,
                List<Recipient> recipients,
                Content content,
                String held) {
            accepted.add(sender + " " + recipients.size() + " " + content.octets());
            return recipients.stream().map(_ -> Reply.of(250, "2.0.0", "Ok")).toList();
        }

        @Override
        public Reply verify(Mailbox recipient) {
            return Reply.of(250, "2.1.5", "known");
        }
    }
}
