package postern.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A real Postfix that takes mail from whoever shows the right certificate, and is told by XFORWARD
 * where it came from.
 */
class TrustingPostfixTest {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final int MESSAGES = 5;

    @TempDir(factory = OpenFolder.class)
    Path folder;

    private Path own() {
        return folder.resolve("peer");
    }

    @Test
    void itLogsTheClientAndKnowsTheCertificate() throws IOException {
        assumeTrue(Tool.isRoot(), "the peers' processes need users of their own, hence root");
        Tool.needs("unshare");
        Tool.needs("openssl");
        Tool.peer("postfix/usr/lib/postfix/sbin/master");
        Files.createDirectory(own());
        Files.setPosixFilePermissions(own(), PosixFilePermissions.fromString("rwxr-xr-x"));
        RealServersTest.certificate(own());
        Path shown = folder.resolve("shown.pem");
        SelfSigned.write(shown, folder.resolve("shown.key"), "sender.test");
        Files.writeString(
                own().resolve("clientcerts"), SelfSigned.fingerprint(shown) + " sender.test\n");
        int port = Postern.freePort();
        Path image = Tool.root().resolve("tests/interop/target/peers/postfix");
        String script =
                RealServersTest.script("postfix", own(), port)
                        .replace(
                                "smtpd_tls_security_level = may",
                                TRUST.replace("@F@", own().toString()));
        try (Image peer = Image.start(image, own(), script)) {
            await("postfix greets; see " + own().resolve("out"))
                    .atMost(SOON)
                    .until(() -> RealServersTest.greets(port));
            assertThat(peer).isNotNull();
            strangerIsRefused(port);
            acquaintanceIsServed(port);
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

    private void strangerIsRefused(int port) throws IOException {
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
                                                    "to=<box@example\\.com>.*dsn=5\\.7\\.1"
                                                            + " status=bounced.*Access denied"));
        }
        assertThat(log()).doesNotContain("orig_client="); // it was not told to tell
    }

    private void acquaintanceIsServed(int port) throws IOException {
        String more =
                """

                [smtp]
                tls = "encrypt"
                tls_certificate = "%1$s/shown.pem"
                tls_certificate_key = "%1$s/shown.key"
                xforward = true
                idle = "200s"
                """
                        .formatted(folder);
        try (Postern postern =
                Postern.start(folder.resolve("friend"), "[127.0.0.1]:" + port, more)) {
            int before = established();
            for (int sent = 1; sent <= MESSAGES; sent++) {
                send(postern);
                int most = sent;
                await("log: " + postern.logFile())
                        .atMost(SOON)
                        .untilAsserted(
                                () -> assertThat(RealServersTest.mails(own())).hasSize(most));
            }
            assertThat(established() - before) // the connection waits for the next message
                    .as(log())
                    .isEqualTo(1);
            await().atMost(SOON)
                    .untilAsserted(() -> assertThat(origins(postern)).hasSize(MESSAGES));
        }
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
        return Files.readString(own().resolve("log"));
    }

    private static void send(Postern postern) throws IOException {
        try (Client client = Client.greeted(postern.smtp())) {
            assertThat(client.send("ann@localhost", "box@example.com", "Subject: x\r\n\r\nx"))
                    .startsWith("250");
        }
    }
}
