package postern.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import postern.tls.Credential;

/**
 * DANE with a real validating resolver over a signed zone, to real servers: mail goes to the host
 * whose records fit, waits where they do not, and `postern tls check` says so beforehand.
 */
class DaneServersTest {
    private static final Duration SOON = Duration.ofSeconds(60);

    @ParameterizedTest
    @ValueSource(strings = {"postfix", "exim"})
    void recordsOfASignedZoneAreMet(String server, @TempDir(factory = OpenFolder.class) Path folder)
            throws IOException {
        Tool.needs("openssl");
        Path own = MailServer.prepare(server, folder);
        MailServer.certificate(own);
        int port = Postern.freePort();
        Path names = Files.createDirectory(folder.resolve("unbound"));
        try (Unbound unbound =
                        Unbound.start(
                                names,
                                "example.com",
                                zone(port, digest(own)),
                                text -> // one record is not what was signed
                                text.replaceAll(
                                                "(_tcp\\.forged\\S+\\s+\\S+\\s+IN\\s+TLSA\\s+)3",
                                                "$12"),
                                "",
                                "");
                Image peer = MailServer.start(server, own, MailServer.script(server, own, port))) {
            MailServer.greeted(own, port);
            // a machine that is busy may be late once: what counts is what comes of it
            String more =
                    "\n[qmgr]\nbackoff_min = \"1s\"\nbackoff_max = \"4s\"\n[smtp]\ntls = \"dane\"\nport = "
                            + port
                            + "\n"
                            + unbound.keys();
            try (Postern postern = Postern.start(folder.resolve("postern"), "", more);
                    Client client = Client.greeted(postern.smtp())) {
                for (String domain : DOMAINS) {
                    assertThat(
                                    client.send(
                                            "ann@localhost",
                                            "box@" + domain,
                                            "Subject: proven\r\n\r\nx"))
                            .startsWith("250");
                }
                await("log: " + postern.logFile())
                        .atMost(SOON)
                        .untilAsserted(() -> told(postern.log()));
                await("mail at " + server)
                        .atMost(SOON)
                        .untilAsserted(() -> assertThat(MailServer.mails(own)).hasSize(1));
                checked(postern);
            }
            assertThat(peer).isNotNull();
        }
    }

    private static final List<String> DOMAINS =
            List.of("example.com", "wrong.example.com", "forged.example.com");

    private static void told(String log) {
        assertThat(log)
                .containsPattern("tls: relay=mx\\.example\\.com.*verified=yes by TLSA 3 1 1")
                .containsPattern("to=<box@example\\.com> .* tls=TLSv1\\.3.*status=sent")
                .containsPattern("to=<box@wrong\\.example\\.com> .*dsn=4\\.7\\.5 status=deferred")
                .containsPattern("to=<box@forged\\.example\\.com> .*dsn=4\\.7\\.5 status=deferred");
    }

    private static void checked(Postern postern) throws IOException {
        Tool.Ended good = check(postern, "example.com");
        assertThat(good.output())
                .contains("DNSSEC is validated by 127.0.0.1")
                .contains("MX records proven, address proven")
                .contains("proven by TLSA 3 1 1")
                .contains("-> mail goes, encrypted and verified");
        assertThat(good.code()).isZero();
        Tool.Ended wrong = check(postern, "wrong.example.com");
        assertThat(wrong.output())
                .contains("(validation-failure)")
                .contains("-> mail waits: 4.7.5 server certificate of bad.example.com");
        assertThat(wrong.code()).isEqualTo(75);
        Tool.Ended forged = check(postern, "forged.example.com");
        assertThat(forged.output())
                .contains("(dnssec-invalid)")
                .contains("DNSSEC validation failed");
        assertThat(forged.code()).isEqualTo(75);
    }

    private static Tool.Ended check(Postern postern, String domain) throws IOException {
        return Tool.run(
                SOON,
                "",
                Tool.root().resolve("bin/postern").toString(),
                "-c",
                postern.config().toString(),
                "tls",
                "check",
                domain);
    }

    /** SHA-256 of the public key of the certificate there. */
    static String digest(Path own) throws IOException {
        String pem = Files.readString(own.resolve("cert")) + Files.readString(own.resolve("key"));
        if (!(Credential.parse(pem, pem) instanceof Credential.Parsed.Usable(Credential made))) {
            throw new IllegalStateException("openssl made a certificate");
        }
        try {
            byte[] key = made.chain().getFirst().getPublicKey().getEncoded();
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(key));
        } catch (GeneralSecurityException broken) {
            throw new IllegalStateException(broken);
        }
    }

    private static String zone(int port, String digest) {
        return """
        $ORIGIN example.com.
        $TTL 300
        @ IN SOA ns.example.com. root.example.com. 1 3600 600 86400 60
        @ IN NS ns.example.com.
        ns IN A 127.0.0.1
        @ IN MX 10 mx.example.com.
        wrong IN MX 10 bad.example.com.
        forged IN MX 10 forged.example.com.
        mx IN A 127.0.0.1
        bad IN A 127.0.0.1
        forged IN A 127.0.0.1
        _%1$d._tcp.mx IN TLSA 3 1 1 %2$s
        _%1$d._tcp.mx IN TLSA 3 1 1 00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff
        _%1$d._tcp.bad IN TLSA 3 1 1 00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff
        _%1$d._tcp.forged IN TLSA 3 1 1 %2$s
        """
                .formatted(port, digest);
    }
}
