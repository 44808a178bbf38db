package postern.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import postern.testkit.TestAuthority;
import postern.testkit.WebServer;
import postern.testkit.WebServer.Answer;

/**
 * Policies of MTA-STS through the whole of Postern: a real resolver names the hosts, an HTTPS
 * server holds the policies, a real Postfix takes the mail. Then what TLSRPT makes of it.
 */
class MtaStsTest {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final String WEB = "127.0.0.6";
    private static final List<String> DOMAINS =
            List.of("kept.test", "broken.test", "unlisted.test", "testing.test", "none.test");

    @TempDir(factory = OpenFolder.class)
    Path folder;

    private Path own = Path.of("");

    /** The mail host has a certificate for mx.kept.test alone. */
    @Test
    void promisesAreKeptOrMailWaits() throws IOException {
        assumeTrue(Tool.isRoot(), "policy hosts listen on port 443, hence root");
        Tool.peer("unbound/usr");
        own = MailServer.prepare("postfix", folder);
        String[] webNames = DOMAINS.stream().map("mta-sts."::concat).toArray(String[]::new);
        TestAuthority authority =
                TestAuthority.create().issue("mx", "mx.kept.test").issue("web", webNames);
        Files.writeString(folder.resolve("ca.pem"), authority.pem());
        MailServer.certificate(own, authority, "mx");
        int port = Postern.freePort();
        String script =
                MailServer.script("postfix", own, port)
                        .replace(
                                "virtual_mailbox_domains = example.com",
                                "virtual_mailbox_domains = " + String.join(", ", DOMAINS));
        try (Unbound resolver = Unbound.plain(folder, names());
                WebServer web = web(authority);
                Image peer = MailServer.start("postfix", own, script)) {
            MailServer.greeted(own, port);
            assertThat(peer).isNotNull();
            deliver(port, resolver.port(), web);
        }
    }

    private void deliver(int port, int dns, WebServer web) throws IOException {
        String more =
                """

                [smtp]
                port = %d
                dns_servers = ["127.0.0.1:%d"]
                dns_trust = "none"
                tls_ca_files = ["%s"]

                [tls_reports]
                organization = "Interop"
                contact = "tlsrpt@localhost"
                """
                        .formatted(port, dns, folder.resolve("ca.pem"));
        try (Postern postern = Postern.start(folder.resolve("postern"), "", more)) {
            mail(postern, DOMAINS);
            await("verdicts; log: " + postern.logFile())
                    .atMost(SOON)
                    .untilAsserted(() -> verdicts(postern.log()));
            await().atMost(SOON).until(() -> MailServer.mails(own).size() == 3);
            assertThat(web.requests().stream().map(WebServer.Request::target))
                    .hasSize(DOMAINS.size())
                    .containsOnly("/.well-known/mta-sts.txt");
            checkByHand(postern);
            assertThat(postern.command("stop").code()).isZero();
            await().atMost(SOON).until(() -> !postern.launched().isAlive());
            assertThat(counted()).contains("policy\tkept.test\tSTS\t1\t0");
            for (String domain : DOMAINS) {
                web.answer("mta-sts." + domain, new Answer(500, "text/plain", ""));
            }
            int logged = postern.log().length();
            yesterday(); // a day that an earlier process counted, and nobody reported
            postern.start();
            mail(postern, List.of("kept.test", "unlisted.test"));
            await("what is kept holds without its host; log: " + postern.logFile())
                    .atMost(SOON)
                    .untilAsserted(
                            () ->
                                    assertThat(postern.log().substring(logged))
                                            .containsPattern("to=<box@kept.test>.*status=sent")
                                            .containsPattern(
                                                    "to=<box@unlisted.test>.*dsn=4.7.5"
                                                            + " status=deferred"));
            report(postern);
        }
    }

    private static void mail(Postern postern, List<String> domains) throws IOException {
        try (Client client = Client.greeted(postern.smtp())) {
            for (String domain : domains) {
                assertThat(client.send("ann@localhost", "box@" + domain, "Subject: x\r\n\r\nx"))
                        .startsWith("250");
            }
        }
    }

    /** RFC 8461 §5. */
    private static void verdicts(String log) {
        assertThat(log)
                .containsPattern("to=<box@kept.test>.* tls=TLSv1.3 .*status=sent")
                .containsPattern("relay=mx.kept.test.*verified=yes.*MTA-STS of kept.test, mode")
                .containsPattern(
                        "to=<box@broken.test>.*status=deferred.*certificate is for mx.kept.test")
                .containsPattern(
                        "to=<box@unlisted.test>.*dsn=4.7.5 status=deferred.*MTA-STS policy of"
                                + " unlisted.test does not list mx.unlisted.test")
                .containsPattern("to=<box@testing.test>.*status=sent")
                .containsPattern(
                        "relay=mx.testing.test.*verified=no"
                                + " result=certificate-host-mismatch.*mail goes all the same")
                .containsPattern("to=<box@none.test>.*status=sent");
    }

    /** What an operator sees who asks: the same verdicts, and their reasons. */
    private static void checkByHand(Postern postern) throws IOException {
        Tool.Ended kept = postern.command("tls", "check", "kept.test");
        assertThat(kept.code()).as(kept.output()).isZero();
        assertThat(kept.output())
                .contains("MTA-STS: MTA-STS of kept.test, mode enforce: TLS required")
                .contains("mx: mx.kept.test; max_age: 86400");
        Tool.Ended broken = postern.command("tls", "check", "broken.test");
        assertThat(broken.code()).as(broken.output()).isEqualTo(75);
        assertThat(broken.output())
                .contains("certificate is for mx.kept.test")
                .contains("certificate-host-mismatch");
        Tool.Ended unlisted = postern.command("tls", "check", "unlisted.test");
        assertThat(unlisted.code()).as(unlisted.output()).isEqualTo(75);
        assertThat(unlisted.output()).contains("does not list mx.unlisted.test");
        Tool.Ended none = postern.command("tls", "check", "none.test");
        assertThat(none.code()).as(none.output()).isZero();
        assertThat(none.output()).contains("MTA-STS: none: the policy says mode none");
    }

    private Path reports() {
        return folder.resolve("postern/state/out/tlsrpt");
    }

    /** What was counted today, as the drained process left it. */
    private String counted() throws IOException {
        StringBuilder all = new StringBuilder();
        try (Stream<Path> files = Files.list(reports())) {
            for (Path file : files.toList()) {
                all.append(Files.readString(file));
            }
        }
        return all.toString();
    }

    private void yesterday() throws IOException {
        Path today;
        try (Stream<Path> files = Files.list(reports())) {
            today =
                    files.filter(file -> file.getFileName().toString().startsWith("t."))
                            .findFirst()
                            .orElseThrow();
        }
        LocalDate day = LocalDate.now(ZoneOffset.UTC).minusDays(2);
        Files.move(today, reports().resolve("t." + day + ".0123456789abcdef"));
    }

    /** RFC 8460 §5.3: it comes by mail, to the postmaster whose certificate is not good too. */
    private void report(Postern postern) throws IOException {
        String of = "TLS-Report-Domain: broken.test"; // others get theirs, in any order
        await("the report; log: " + postern.logFile())
                .atMost(SOON)
                .untilAsserted(() -> assertThat(mails()).anyMatch(text -> text.contains(of)));
        String text = mails().stream().filter(each -> each.contains(of)).findFirst().orElseThrow();
        assertThat(text).contains("Submitter: localhost").contains("TLS-Required: No");
        String part = text.substring(text.indexOf("Content-Type: application/tlsrpt+gzip"));
        String body = part.substring(part.indexOf("\n\n") + 2, part.indexOf("\n--"));
        byte[] packed = Base64.getMimeDecoder().decode(body);
        try (var in = new GZIPInputStream(new ByteArrayInputStream(packed))) {
            assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8))
                    .contains("\"result-type\":\"certificate-host-mismatch\"")
                    .contains("\"receiving-mx-hostname\":\"mx.broken.test\"")
                    .contains("\"policy-string\":[\"version: STSv1\",\"mode: enforce\"");
        }
    }

    private List<String> mails() throws IOException {
        List<String> texts = new ArrayList<>();
        for (Path mail : MailServer.mails(own)) {
            texts.add(Files.readString(mail, StandardCharsets.ISO_8859_1).replace("\r", ""));
        }
        return texts;
    }

    private static WebServer web(TestAuthority authority) throws IOException {
        WebServer web = WebServer.start(new InetSocketAddress(WEB, 443), authority.server("web"));
        for (String domain : DOMAINS) {
            String mode =
                    switch (domain) {
                        case "testing.test", "none.test" ->
                                domain.substring(0, domain.indexOf('.'));
                        default -> "enforce";
                    };
            String host = domain.equals("unlisted.test") ? "other." : "mx.";
            String policy =
                    "version: STSv1\nmode: %s\nmx: %s\nmax_age: 86400\n"
                            .formatted(mode, host + domain);
            web.answer("mta-sts." + domain, new Answer(200, "text/plain", policy));
        }
        return web;
    }

    private static String names() {
        StringBuilder data = new StringBuilder("local-zone: \"test.\" static\n");
        for (String domain : DOMAINS) {
            for (String record :
                    List.of(
                            "@D. MX 10 mx.@D.",
                            "mx.@D. A 127.0.0.1",
                            "mta-sts.@D. A " + WEB,
                            "_mta-sts.@D. TXT \"v=STSv1; id=1;\"",
                            "_smtp._tls.@D. TXT \"v=TLSRPTv1; rua=mailto:box@@D\"")) {
                data.append("local-data: '").append(record.replace("@D", domain)).append("'\n");
            }
        }
        return data.toString();
    }
}
