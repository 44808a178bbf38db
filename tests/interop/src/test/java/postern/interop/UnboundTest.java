package postern.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import postern.dns.DnsResolver;
import postern.dns.Resolver.Answer;
import postern.dns.Resolver.MailHost;
import postern.dns.Resolver.Proof;
import postern.dns.Resolver.Trouble;

/** A real validating resolver over a signed zone, one record of which is forged. */
class UnboundTest {
    private static final Duration SOON = Duration.ofSeconds(30);

    @TempDir(factory = OpenFolder.class)
    Path folder;

    @Test
    void whatIsProvenAndWhatIsForgedIsTold() throws IOException {
        Path own = Files.createDirectory(folder.resolve("unbound"));
        Files.writeString(own.resolve("plain"), PLAIN);
        try (Unbound unbound =
                Unbound.start(
                        own,
                        "signed.test",
                        SIGNED,
                        text ->
                                text.replaceAll(
                                        "(forged\\.signed\\.test\\.\\s+\\S+\\s+IN\\s+MX\\s+)10",
                                        "$111"),
                        "domain-insecure: \"plain.test\"\n  local-zone: \"broken.test\" refuse\n"
                                + "  local-zone: \"test.\" nodefault",
                        PLAIN_ZONE.formatted(own))) {
            check(unbound.resolver());
            checkPostern(unbound);
        }
    }

    private static void check(DnsResolver resolver) {
        assertThat(resolver.mailHosts("signed.test"))
                .isEqualTo(
                        new Answer.Found<>(
                                List.of(new MailHost(10, "mx.signed.test")),
                                new Proof(true, "signed.test")));
        assertThat(resolver.addresses("alias.signed.test"))
                .isEqualTo(
                        new Answer.Found<>(
                                List.of(InetAddress.ofLiteral("127.0.0.2")),
                                new Proof(true, "mx.signed.test")));
        assertThat(resolver.mailHosts("plain.test"))
                .isEqualTo(new Answer.Found<>(List.of(new MailHost(10, "mx.plain.test"))));
        assertThat(resolver.mailHosts("gone.signed.test")).isEqualTo(new Answer.NoSuchName<>(true));
        assertThat(resolver.mailHosts("mx.signed.test")).isEqualTo(new Answer.Empty<>(true));
        assertThat(resolver.alias("outward.signed.test")) // RFC 7672 §2.1.3
                .isEqualTo(
                        new Answer.Found<>(
                                "mx.plain.test", new Proof(true, "outward.signed.test")));
        assertThat(resolver.addresses("outward.signed.test"))
                .isEqualTo(
                        new Answer.Found<>(
                                List.of(InetAddress.ofLiteral("127.0.0.3")),
                                new Proof(false, "mx.plain.test")));
        assertThat(resolver.tlsa("_25._tcp.mx.signed.test")).isInstanceOf(Answer.Found.class);
        assertThat(trouble(resolver.mailHosts("forged.signed.test"))).isEqualTo(Trouble.BOGUS);
        assertThat(trouble(resolver.mailHosts("x.broken.test"))).isEqualTo(Trouble.SERVER_FAILURE);
    }

    private static Trouble trouble(Answer<?> answer) {
        assertThat(answer).isInstanceOf(Answer.Temporary.class);
        return ((Answer.Temporary<?>) answer).trouble();
    }

    /** A forged domain is no reason to bounce, one that does not exist is. */
    private void checkPostern(Unbound unbound) throws IOException {
        String more = "\n[smtp]\n" + unbound.keys();
        try (Postern postern = Postern.start(folder.resolve("postern"), "", more);
                Client client = Client.greeted(postern.smtp())) {
            for (String domain : List.of("forged.signed.test", "gone.signed.test")) {
                assertThat(client.send("ann@localhost", "bob@" + domain, "Subject: x\r\n\r\nx"))
                        .startsWith("250");
            }
            await("log: " + postern.logFile())
                    .atMost(SOON)
                    .untilAsserted(
                            () ->
                                    assertThat(postern.log())
                                            .contains(
                                                    "smtp: dnssec=present server=127.0.0.1:"
                                                            + unbound.port())
                                            .containsPattern(
                                                    "to=<bob@forged.*dsn=4.7.5 status=deferred")
                                            .containsPattern(
                                                    "to=<bob@gone.*dsn=5.1.2 status=bounced"));
        }
    }

    private static final String SIGNED =
            """
            $ORIGIN signed.test.
            $TTL 300
            @ IN SOA ns.signed.test. root.signed.test. 1 3600 600 86400 60
            @ IN NS ns.signed.test.
            ns IN A 127.0.0.1
            @ IN MX 10 mx.signed.test.
            mx IN A 127.0.0.2
            _25._tcp.mx IN TLSA 3 1 1 00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff
            forged IN MX 10 mx.signed.test.
            alias IN CNAME mx.signed.test.
            outward IN CNAME mx.plain.test.
            """;

    private static final String PLAIN =
            """
            $ORIGIN plain.test.
            $TTL 300
            @ IN SOA ns.plain.test. root.plain.test. 1 3600 600 86400 60
            @ IN NS ns.plain.test.
            @ IN MX 10 mx.plain.test.
            mx IN A 127.0.0.3
            """;

    private static final String PLAIN_ZONE =
            """
            auth-zone:
              name: "plain.test"
              zonefile: "%1$s/plain"
              for-downstream: no
              for-upstream: yes
              fallback-enabled: no
            """;
}
