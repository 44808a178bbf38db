package postern.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A real Postfix, and an Exim, that take mail from whoever shows the right certificate; Postfix is
 * told by XFORWARD where it came from. What it counts: handshakes, and recipients of a transaction.
 */
class TrustingPostfixTest {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final int MESSAGES = 5;

    /** Of one transaction. Figure from Postfix, {@code default_destination_recipient_limit}. */
    private static final int RECIPIENTS = 50;

    @TempDir(factory = OpenFolder.class)
    Path folder;

    private Path own = Path.of("");

    /**
     * GnuTLS on the other side: it is asked to verify the certificate, and takes mail for no other.
     */
    @Test
    void eximKnowsTheCertificate() throws IOException {
        prepare("exim");
        int port = Postern.freePort();
        Files.copy(folder.resolve("shown.pem"), own.resolve("friends.pem"));
        String script =
                MailServer.script("exim", own, port)
                        .replace(
                                "tls_advertise_hosts = *",
                                "tls_advertise_hosts = *\ntls_try_verify_hosts = *\n"
                                        + "tls_verify_certificates = "
                                        + own.resolve("friends.pem"))
                        .replace(
                                "  accept\nbegin routers",
                                "  accept verify = certificate\nbegin routers");
        try (Image peer = MailServer.start("exim", own, script)) {
            MailServer.greeted(own, port);
            assertThat(peer).isNotNull();
            strangerIsRefused(port, "5\\.0\\.0");
            try (Postern postern = friend("friend", port, "")) {
                send(postern);
                arrived(postern, 1);
            }
        }
    }

    private void prepare(String server) throws IOException {
        Tool.needs("openssl");
        own = MailServer.prepare(server, folder);
        MailServer.certificate(own);
        SelfSigned.write(folder.resolve("shown.pem"), folder.resolve("shown.key"), "sender.test");
    }

    private void arrived(Postern postern, int messages) {
        await("log: " + postern.logFile())
                .atMost(SOON)
                .untilAsserted(() -> assertThat(MailServer.mails(own)).hasSize(messages));
    }

    @Test
    void itLogsTheClientAndKnowsTheCertificate() throws IOException {
        prepare("postfix");
        Path shown = folder.resolve("shown.pem");
        Files.writeString(
                own.resolve("clientcerts"), SelfSigned.fingerprint(shown) + " sender.test\n");
        int port = Postern.freePort();
        String script =
                MailServer.script("postfix", own, port)
                        .replace(
                                "smtpd_tls_security_level = may",
                                TRUST.replace("@F@", own.toString()));
        try (Image peer = MailServer.start("postfix", own, script)) {
            MailServer.greeted(own, port);
            assertThat(peer).isNotNull();
            strangerIsRefused(port, "5\\.7\\.1");
            assertThat(log()).doesNotContain("orig_client="); // it was not told to tell
            acquaintanceIsServed(port);
            sessionsAreResumed(port);
        }
    }

    private static final String TRUST =
            """
            smtpd_tls_security_level = encrypt
            smtpd_tls_loglevel = 1
            smtpd_tls_ask_ccert = yes
            smtpd_tls_fingerprint_digest = sha256
            relay_clientcerts = texthash:@F@/clientcerts
            smtpd_relay_restrictions = permit_tls_clientcerts, reject
            smtpd_authorized_xforward_hosts = 127.0.0.0/8""";

    private void strangerIsRefused(int port, String status) throws IOException {
        try (Postern postern =
                Postern.start(
                        folder.resolve("stranger"),
                        "[127.0.0.1]:" + port,
                        "\n[smtp]\ntls = \"encrypt\"\n")) {
            send(postern);
            await("log: " + postern.logFile())
                    .atMost(SOON)
                    .untilAsserted(
                            () ->
                                    assertThat(postern.log())
                                            .containsPattern(
                                                    "to=<box@example\\.com>.*dsn="
                                                            + status
                                                            + " status=bounced.*RCPT TO"));
        }
    }

    private Postern friend(String name, int port, String more) throws IOException {
        String keys =
                """

                [smtp]
                tls = "encrypt"
                tls_certificate = "%1$s/shown.pem"
                tls_certificate_key = "%1$s/shown.key"
                """
                        .formatted(folder);
        return Postern.start(folder.resolve(name), "[127.0.0.1]:" + port, keys + more);
    }

    private void acquaintanceIsServed(int port) throws IOException {
        try (Postern postern = friend("friend", port, "xforward = true\nidle = \"200s\"\n")) {
            int before = established();
            for (int sent = 1; sent <= MESSAGES; sent++) {
                send(postern);
                arrived(postern, sent);
            }
            manyAtOnce(postern);
            await().atMost(SOON)
                    .untilAsserted(() -> assertThat(origins(postern)).hasSize(MESSAGES));
            assertThat(established() - before) // the connection waits for the next message
                    .as(log())
                    .isEqualTo(1);
        }
    }

    /** Fifty recipients are one transaction. */
    private void manyAtOnce(Postern postern) throws IOException {
        try (Client client = Client.greeted(postern.smtp())) {
            assertThat(client.say("MAIL FROM:<ann@localhost>")).startsWith("250");
            for (int i = 0; i < RECIPIENTS; i++) {
                assertThat(client.say("RCPT TO:<many" + i + "@example.com>")).startsWith("250");
            }
            assertThat(client.say("DATA")).startsWith("354");
            assertThat(client.say("Subject: x\r\n\r\nx\r\n.")).startsWith("250");
        }
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(log()).contains("nrcpt=" + RECIPIENTS + " "));
    }

    /**
     * Where each message has a connection of its own, every other handshake is resumed at the
     * least: we use a ticket of TLS 1.3 once, and Postfix gives no new one with a resumed
     * handshake.
     */
    private void sessionsAreResumed(int port) throws IOException {
        try (Postern postern = friend("again", port, "idle = \"0s\"\n")) {
            for (int sent = 1; sent <= MESSAGES; sent++) {
                send(postern);
                int most = sent;
                await("log: " + postern.logFile())
                        .atMost(SOON)
                        .until(() -> count(postern, "status=sent") == most);
            }
            assertThat(count(postern, "tls: relay=")).isEqualTo(MESSAGES);
            assertThat(count(postern, "resumed=yes")).isGreaterThanOrEqualTo(MESSAGES / 2);
        }
    }

    private static int count(Postern postern, String words) throws IOException {
        return (int) postern.log().lines().filter(line -> line.contains(words)).count();
    }

    /** Handshakes that Postfix saw. */
    private int established() throws IOException {
        return (int)
                log().lines().filter(line -> line.contains("TLS connection established")).count();
    }

    /** Lines of Postfix's that name our queue ids and the client that we had them from. */
    private List<String> origins(Postern postern) throws IOException {
        Pattern told =
                Pattern.compile(
                        "client=localhost\\[127\\.0\\.0\\.1\\], orig_queue_id=(\\w+),"
                                + " orig_client=\\S+\\[127\\.0\\.0\\.1\\]");
        String ours = postern.log();
        return log().lines()
                .map(told::matcher)
                .filter(Matcher::find)
                .map(found -> found.group(1))
                .filter(id -> ours.contains(id + ": to=<box@example.com>"))
                .toList();
    }

    private String log() throws IOException {
        return Files.readString(own.resolve("log"));
    }

    private static void send(Postern postern) throws IOException {
        try (Client client = Client.greeted(postern.smtp())) {
            assertThat(client.send("ann@localhost", "box@example.com", "Subject: x\r\n\r\nx"))
                    .startsWith("250");
        }
    }
}
