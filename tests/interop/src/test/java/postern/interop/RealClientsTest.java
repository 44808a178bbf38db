package postern.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Clients that others wrote hand mail in; it lies in the Maildir or at the next hop as it was. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RealClientsTest {
    private static final Duration SOON = Duration.ofSeconds(20);

    private Postern postern;
    private RecordingSink sink;
    private int qmqp;

    @BeforeAll
    void start(@TempDir(factory = OpenFolder.class) Path folder) throws IOException {
        sink = new RecordingSink();
        qmqp = Postern.freePort();
        postern =
                Postern.start(
                        folder,
                        sink.nextHop(),
                        "[qmqpd]\naddress = \"127.0.0.1:"
                                + qmqp
                                + "\"\nclients = [\"127.0.0.1/32\"]\n");
    }

    @AfterAll
    void stop() throws IOException {
        postern.close();
        sink.close();
    }

    @Test
    void swaksToALocalUser() throws IOException {
        Tool.needs("swaks");

        Tool.Ended sent =
                Tool.run(
                        SOON,
                        "",
                        "swaks",
                        "--server",
                        "127.0.0.1:" + postern.smtp(),
                        "--from",
                        "ann@example.net",
                        "--to",
                        Postern.USER + "@localhost",
                        "--header",
                        "Subject: by swaks",
                        "--body",
                        "Grüße\n..two dots\n.one\nend");

        assertThat(sent.code()).as(sent.output()).isZero();
        String mail = awaitMail("Subject: by swaks");
        assertThat(mail)
                .startsWith("Return-Path: <ann@example.net>")
                .contains("Grüße\n..two dots\n.one\nend\n");
    }

    @Test
    void unknownLocalUserIsRefusedAtRcpt() throws IOException {
        Tool.needs("swaks");

        Tool.Ended sent =
                Tool.run(
                        SOON,
                        "",
                        "swaks",
                        "--server",
                        "127.0.0.1:" + postern.smtp(),
                        "--from",
                        "ann@example.net",
                        "--to",
                        "nosuchuser@localhost");

        assertThat(sent.code()).isEqualTo(24); // swaks: no recipient was accepted
        assertThat(sent.output()).contains("550 5.1.1");
    }

    @Test
    void pythonsSmtplibRelays() throws IOException {
        Tool.needs("python3");
        String script =
                """
                import smtplib, sys
                from email.message import EmailMessage
                m = EmailMessage()
                m["From"], m["To"], m["Subject"] = "ann@example.net", "bob@far.test", "by smtplib"
                m.set_content("Zeile mit Ümlaut\\n.dot\\n" + "long " * 150 + "\\n", cte="8bit")
                with smtplib.SMTP("127.0.0.1", int(sys.argv[1]), timeout=20) as s:
                    s.send_message(m, rcpt_options=["NOTIFY=NEVER"], mail_options=["BODY=8BITMIME"])
                """;

        Tool.Ended sent = Tool.run(SOON, script, "python3", "-", String.valueOf(postern.smtp()));

        assertThat(sent.code()).as(sent.output()).isZero();
        RecordingSink.Received got = sink.awaitSubject("by smtplib");
        assertThat(got.sender()).isEqualTo("ann@example.net");
        assertThat(got.recipients()).containsExactly("bob@far.test");
        assertThat(new String(got.content(), StandardCharsets.UTF_8))
                .contains("Zeile mit Ümlaut\r\n.dot\r\n");
    }

    @Test // lines end with LF on the way here
    void aMessageByQmqp() throws IOException {
        Tool.needs("python3");
        String script =
                """
                import socket, sys
                def net(octets):
                    return b"%d:%s," % (len(octets), octets)
                message = b"Subject: by qmqp\\n\\n.dot\\n" + b"line\\n" * 20000
                whole = net(net(message) + net(b"ann@example.net") + net(b"bob@far.test"))
                def ask(source):
                    with socket.create_connection(("127.0.0.1", int(sys.argv[1])), 20, (source, 0)) as s:
                        try:
                            s.sendall(whole)
                            return b"".join(iter(lambda: s.recv(4096), b""))
                        except OSError:
                            return b""
                print(ask("127.0.0.1"), ask("127.0.0.2"))
                """;

        Tool.Ended sent = Tool.run(SOON, script, "python3", "-", String.valueOf(qmqp));

        assertThat(sent.output()).contains(":KOk: queued as").endsWith("' b''\n");
        RecordingSink.Received got = sink.awaitSubject("by qmqp");
        assertThat(got.sender()).isEqualTo("ann@example.net");
        assertThat(new String(got.content(), StandardCharsets.UTF_8))
                .contains("with QMQP")
                .contains("\r\n\r\n.dot\r\nline\r\n")
                .endsWith("line\r\n");
    }

    @Test
    void sendmailReadsRecipientsFromTheMessage() throws IOException {
        Tool.Ended sent =
                Tool.run(
                        SOON,
                        "To: "
                                + Postern.USER
                                + "@localhost\nBcc: carl@far.test\nSubject: by sendmail\n\nfirst mail\n",
                        Map.of("POSTERN_CONFIG", postern.config().toString()),
                        Tool.root().resolve("bin/sendmail").toString(),
                        "-t",
                        "-i");

        assertThat(sent.code()).as(sent.output()).isZero();
        String mail = awaitMail("Subject: by sendmail");
        assertThat(mail).contains("first mail\n").doesNotContainIgnoringCase("bcc:");
        assertThat(mail).contains("Message-ID: <").contains("Date: ").contains("From: ");
        assertThat(sink.awaitSubject("by sendmail").recipients()).containsExactly("carl@far.test");
    }

    @Test
    void smtpSourceManySessions() throws IOException {
        Path source = Tool.peer("postfix/usr/sbin/smtp-source");
        int before = sink.received().size();

        Tool.Ended sent =
                Tool.run(
                        Duration.ofSeconds(60),
                        "",
                        Map.of(
                                "LD_LIBRARY_PATH",
                                source.resolve("../../lib/postfix").normalize().toString()),
                        source.toString(),
                        "-s",
                        "20",
                        "-m",
                        "200",
                        "-l",
                        "10240",
                        "-f",
                        "a@example.net",
                        "-t",
                        "many@far.test",
                        "127.0.0.1:" + postern.smtp());

        assertThat(sent.code()).as(sent.output()).isZero();
        await().atMost(SOON).until(() -> fromMany() >= 200);
        assertThat(fromMany()).isEqualTo(200);
        assertThat(sink.received().size()).isGreaterThanOrEqualTo(before + 200);
    }

    @Test
    void statusShowsEveryDomainConfined() throws IOException {
        Tool.Ended status = postern.command("status");

        assertThat(status.code()).as(status.output()).isZero();
        assertThat(status.output())
                .contains("master")
                .contains("front")
                .contains("queue")
                .contains("out")
                .contains("local");
        assertThat(status.output()).contains("seccomp").contains("landlock");
    }

    private long fromMany() {
        return sink.received().stream()
                .filter(mail -> mail.recipients().contains("many@far.test"))
                .count();
    }

    private String awaitMail(String mark) {
        return await("mail with " + mark)
                .atMost(SOON)
                .until(() -> find(mark), mail -> !mail.isEmpty());
    }

    private String find(String mark) throws IOException {
        for (Path file : postern.mail(Postern.USER)) {
            String text = Files.readString(file);
            if (text.contains(mark)) {
                return text;
            }
        }
        return "";
    }
}
