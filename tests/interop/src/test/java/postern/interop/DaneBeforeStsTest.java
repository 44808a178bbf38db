package postern.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import postern.testkit.TestAuthority;
import postern.testkit.WebServer;
import postern.testkit.WebServer.Answer;

/**
 * Domains with TLSA records and an MTA-STS policy at once (RFC 8461 §2): the records decide, for
 * good and for ill, and TLSRPT counts what decided. A real validating resolver over a signed zone,
 * an HTTPS server, a real Postfix.
 */
class DaneBeforeStsTest {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final String WEB = "127.0.0.7";

    /** Whose records fit, but whose policy names another host. */
    private static final String PROVEN = "proven.example.com";

    /** Whose policy would be met, but whose records do not fit. */
    private static final String WRONG = "wrong.example.com";

    /** That has a policy alone. */
    private static final String POLICY = "policy.example.com";

    private static final List<String> DOMAINS = List.of(PROVEN, WRONG, POLICY);

    @TempDir(factory = OpenFolder.class)
    Path folder;

    @Test
    void recordsComeBeforePolicies() throws IOException {
        assumeTrue(Tool.isRoot(), "policy hosts listen on port 443, hence root");
        Tool.peer("unbound/usr");
        Path own = MailServer.prepare("postfix", folder);
        TestAuthority authority =
                TestAuthority.create().issue("mx", names("mx.")).issue("web", names("mta-sts."));
        Files.writeString(folder.resolve("ca.pem"), authority.pem());
        MailServer.certificate(own, authority, "mx");
        int port = Postern.freePort();
        String script =
                MailServer.script("postfix", own, port)
                        .replace(
                                "virtual_mailbox_domains = example.com",
                                "virtual_mailbox_domains = " + String.join(", ", DOMAINS));
        Path resolving = Files.createDirectory(folder.resolve("unbound"));
        String zone = zone(port, DaneServersTest.digest(own));
        try (Unbound unbound = Unbound.start(resolving, "example.com", zone, text -> text, "", "");
                WebServer web =
                        WebServer.start(new InetSocketAddress(WEB, 443), authority.server("web"));
                Image peer = MailServer.start("postfix", own, script)) {
            for (String domain : DOMAINS) {
                String host = domain.equals(PROVEN) ? "other." : "mx.";
                web.answer(
                        "mta-sts." + domain,
                        new Answer(
                                200,
                                "text/plain",
                                "version: STSv1\nmode: enforce\nmx: %s\nmax_age: 86400\n"
                                        .formatted(host + domain)));
            }
            MailServer.greeted(own, port);
            assertThat(peer).isNotNull();
            deliver(port, unbound);
            assertThat(web.requests()).hasSize(1); // where records decide no policy is asked for
        }
    }

    private static String[] names(String prefix) {
        return DOMAINS.stream().map(prefix::concat).toArray(String[]::new);
    }

    private void deliver(int port, Unbound unbound) throws IOException {
        String more =
                """

                [smtp]
                tls = "dane"
                port = %d
                tls_ca_files = ["%s"]
                %s
                [tls_reports]
                organization = "Interop"
                contact = "tlsrpt@localhost"
                """
                        .formatted(port, folder.resolve("ca.pem"), unbound.keys());
        try (Postern postern = Postern.start(folder.resolve("postern"), "", more)) {
            try (Client client = Client.greeted(postern.smtp())) {
                for (String domain : DOMAINS) {
                    assertThat(client.send("ann@localhost", "box@" + domain, "Subject: x\r\n\r\nx"))
                            .startsWith("250");
                }
            }
            await("verdicts; log: " + postern.logFile())
                    .atMost(SOON)
                    .untilAsserted(() -> verdicts(postern.log()));
            assertThat(postern.command("stop").code()).isZero();
            await().atMost(SOON).until(() -> !postern.launched().isAlive());
        }
        assertThat(counted())
                .contains("policy\t" + PROVEN + "\tTLSA\t1\t0")
                .containsPattern("policy\t" + WRONG + "\tTLSA\t0\t[1-9]")
                .contains("policy\t" + POLICY + "\tSTS\t1\t0")
                .doesNotContain("policy\t" + PROVEN + "\tSTS")
                .doesNotContain("policy\t" + WRONG + "\tSTS");
    }

    private static void verdicts(String log) {
        assertThat(log)
                .containsPattern("relay=mx\\.proven\\.example\\.com.*verified=yes by TLSA 3 1 1")
                .containsPattern("to=<box@proven\\.example\\.com> .*status=sent")
                .containsPattern("to=<box@wrong\\.example\\.com> .*dsn=4\\.7\\.5 status=deferred")
                .containsPattern("relay=mx\\.policy\\.example\\.com.*verified=yes.*MTA-STS of")
                .containsPattern("to=<box@policy\\.example\\.com> .*status=sent");
    }

    private String counted() throws IOException {
        StringBuilder all = new StringBuilder();
        try (Stream<Path> files = Files.list(folder.resolve("postern/state/out/tlsrpt"))) {
            for (Path file : files.toList()) {
                all.append(Files.readString(file));
            }
        }
        return all.toString();
    }

    private static String zone(int port, String digest) {
        StringBuilder zone =
                new StringBuilder(
                        """
                        $ORIGIN example.com.
                        $TTL 300
                        @ IN SOA ns.example.com. root.example.com. 1 3600 600 86400 60
                        @ IN NS ns.example.com.
                        ns IN A 127.0.0.1
                        """);
        for (String domain : DOMAINS) {
            zone.append(
                    """
                    %1$s. IN MX 10 mx.%1$s.
                    mx.%1$s. IN A 127.0.0.1
                    mta-sts.%1$s. IN A %2$s
                    _mta-sts.%1$s. IN TXT "v=STSv1; id=1;"
                    _smtp._tls.%1$s. IN TXT "v=TLSRPTv1; rua=mailto:box@%1$s"
                    """
                            .formatted(domain, WEB));
        }
        String tlsa = "_%d._tcp.mx.%s. IN TLSA 3 1 1 %s\n";
        return zone
                + tlsa.formatted(port, PROVEN, digest)
                + tlsa.formatted(port, WRONG, "00".repeat(32));
    }
}
