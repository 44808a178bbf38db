package postern.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Mail goes out to the servers that most of the world runs, in clear text and under TLS. */
class RealServersTest {
    private static final Duration SOON = Duration.ofSeconds(40);

    private static final Pattern SENT =
            Pattern.compile(
                    "to=<box@example\\.com> relay=127\\.0\\.0\\.1\\[127\\.0\\.0\\.1\\]:(\\d+)"
                            + " delay=\\S+ delays=[\\d.]+/[\\d.]+/[\\d.]+/[\\d.]+( tls=TLSv1\\.[23])?"
                            + " .*dsn=2\\.\\d\\.\\d status=sent");

    @ParameterizedTest
    @CsvSource({
        "postfix, none",
        "postfix, may",
        "postfix, verify",
        "exim, none",
        "exim, may",
        "exim, fingerprint",
        "opensmtpd, none",
        "opensmtpd, may"
    })
    void mailArrives(String server, String tls, @TempDir(factory = OpenFolder.class) Path folder)
            throws IOException {
        Path own = MailServer.prepare(server, folder);
        MailServer.certificate(own);
        int port = Postern.freePort();
        String more = "\n[smtp]\ntls = \"" + tls + "\"\n" + keys(tls, own);
        try (Image peer = MailServer.start(server, own, MailServer.script(server, own, port));
                Postern postern =
                        Postern.start(folder.resolve("postern"), "[127.0.0.1]:" + port, more);
                Client client = Client.greeted(postern.smtp())) {
            MailServer.greeted(own, port);
            List<String> bodies = List.of("..dot\r\n...dots\r\nend", "x".repeat(200_000 / 80));
            for (String body : bodies) {
                assertThat(
                                client.send(
                                        "ann@example.net",
                                        "box@example.com",
                                        "Subject: to a real server\r\n\r\n" + body))
                        .startsWith("250");
            }
            await("mail at " + server + "; log: " + postern.logFile())
                    .atMost(SOON)
                    .until(() -> MailServer.mails(own).size() == bodies.size());
            List<String> texts = new ArrayList<>();
            for (Path mail : MailServer.mails(own)) {
                texts.add(Files.readString(mail, StandardCharsets.ISO_8859_1));
            }
            assertThat(texts)
                    .allMatch(text -> text.contains("Subject: to a real server"))
                    .anyMatch(text -> text.replace("\r", "").contains("\n.dot\n..dots\nend"))
                    .anyMatch(text -> text.replace("=\n", "").contains("x".repeat(200_000 / 80)));
            await().atMost(SOON).until(() -> sent(postern).size() == bodies.size());
            if (server.equals("opensmtpd") && postern.log().contains("TLS failed")) {
                // 6.8.0p2 keeps keys in a process of their own behind an engine for RSA and ECDSA,
                // which
                // OpenSSL 3 passes over ("missing private key"): no client gets TLS from Debian
                // 12's
                return;
            }
            assertThat(sent(postern))
                    .allMatch(line -> line.contains(" tls=TLSv1.") != tls.equals("none"));
            assertThat(postern.log().contains("verified=yes"))
                    .isEqualTo(tls.equals("verify") || tls.equals("fingerprint"));
            assertThat(peer).isNotNull();
        }
    }

    /** What the level needs to know of the server's certificate. */
    private static String keys(String tls, Path own) throws IOException {
        return switch (tls) {
            case "verify" ->
                    "tls_ca_files = [\"%s\"]\ntls_verify_match = [\"peer.test\"]\n"
                            .formatted(own.resolve("cert"));
            case "fingerprint" ->
                    "tls_fingerprints = [\"%s\"]\n"
                            .formatted(SelfSigned.fingerprint(own.resolve("cert")));
            default -> "";
        };
    }

    private static List<String> sent(Postern postern) {
        return postern.log().lines().filter(line -> SENT.matcher(line).find()).toList();
    }
}
