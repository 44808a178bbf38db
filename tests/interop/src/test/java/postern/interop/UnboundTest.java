package postern.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import postern.base.World;
import postern.base.system.SystemWorld;
import postern.dns.DnsResolver;
import postern.dns.DnsSettings;
import postern.dns.Resolver.Answer;
import postern.dns.Resolver.MailHost;
import postern.dns.Resolver.Proof;
import postern.dns.Resolver.Trouble;
import postern.dns.Resolver.Validation;

/** A real validating resolver over a signed zone, one record of which is forged. */
class UnboundTest {
    private static final Duration SOON = Duration.ofSeconds(30);

    @TempDir(factory = OpenFolder.class)
    Path folder;

    @Test
    void whatIsProvenAndWhatIsForgedIsTold() throws IOException {
        Path unpacked = Tool.peer("unbound/usr");
        int port = Postern.freePort();
        Path conf = configure(unpacked, port);
        Process unbound = run(unpacked, "sbin/unbound", List.of("-d", "-c", conf.toString()));
        try {
            World world = SystemWorld.create((level, line) -> {});
            var server = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
            var settings =
                    new DnsSettings(
                            List.of(server),
                            DnsSettings.TIMEOUT,
                            DnsSettings.ROUNDS,
                            DnsSettings.Families.ANY,
                            DnsSettings.Trust.LOOPBACK,
                            "signed.test");
            await("unbound validates; see " + folder.resolve("unbound.out"))
                    .atMost(SOON)
                    .until(
                            () ->
                                    new DnsResolver(world, settings).validation()
                                            instanceof Validation.Present);
            check(new DnsResolver(world, settings));
            checkPostern(port);
        } finally {
            unbound.destroyForcibly();
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
        assertThat(resolver.tlsa("_25._tcp.mx.signed.test")).isInstanceOf(Answer.Found.class);
        assertThat(trouble(resolver.mailHosts("forged.signed.test"))).isEqualTo(Trouble.BOGUS);
        assertThat(trouble(resolver.mailHosts("x.broken.test"))).isEqualTo(Trouble.SERVER_FAILURE);
    }

    private static Trouble trouble(Answer<?> answer) {
        assertThat(answer).isInstanceOf(Answer.Temporary.class);
        return ((Answer.Temporary<?>) answer).trouble();
    }

    /** A forged domain is no reason to bounce, one that does not exist is. */
    private void checkPostern(int port) throws IOException {
        String more =
                "\n[smtp]\ndns_servers = [\"127.0.0.1:"
                        + port
                        + "\"]\ndns_probe = \"signed.test\"\n";
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
                                                    "smtp: dnssec=present server=127.0.0.1:" + port)
                                            .containsPattern(
                                                    "to=<bob@forged.*dsn=4.7.5 status=deferred")
                                            .containsPattern(
                                                    "to=<bob@gone.*dsn=5.1.2 status=bounced"));
        }
    }

    private Process run(Path unpacked, String program, List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(unpacked.resolve(program).toString());
        command.addAll(arguments);
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve("unbound.out").toFile());
        builder.environment().put("LD_LIBRARY_PATH", libraries(unpacked));
        return builder.start();
    }

    private static String libraries(Path unpacked) {
        return unpacked.resolve("lib/x86_64-linux-gnu").toString();
    }

    private Path configure(Path unpacked, int port) throws IOException {
        Files.writeString(
                folder.resolve("signed"),
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
                """);
        Files.writeString(
                folder.resolve("plain"),
                """
                $ORIGIN plain.test.
                $TTL 300
                @ IN SOA ns.plain.test. root.plain.test. 1 3600 600 86400 60
                @ IN NS ns.plain.test.
                @ IN MX 10 mx.plain.test.
                """);
        String key = sign(unpacked);
        Path zone = folder.resolve("signed.signed");
        Files.writeString(
                zone,
                Files.readString(zone)
                        .replaceAll(
                                "(forged\\.signed\\.test\\.\\s+\\S+\\s+IN\\s+MX\\s+)10", "$111"));
        Path conf = folder.resolve("unbound.conf");
        Files.writeString(
                conf,
                """
                server:
                  interface: 127.0.0.1@%1$d
                  port: %1$d
                  username: ""
                  chroot: ""
                  directory: "%2$s"
                  pidfile: "%2$s/unbound.pid"
                  use-syslog: no
                  access-control: 127.0.0.0/8 allow
                  do-not-query-localhost: no
                  module-config: "validator iterator"
                  trust-anchor-file: "%2$s/%3$s.ds"
                  domain-insecure: "plain.test"
                  local-zone: "broken.test" refuse
                  local-zone: "test." nodefault
                auth-zone:
                  name: "signed.test"
                  zonefile: "%2$s/signed.signed"
                  for-downstream: no
                  for-upstream: yes
                  fallback-enabled: no
                auth-zone:
                  name: "plain.test"
                  zonefile: "%2$s/plain"
                  for-downstream: no
                  for-upstream: yes
                  fallback-enabled: no
                remote-control:
                  control-enable: no
                """
                        .formatted(port, folder, key));
        return conf;
    }

    /** Makes a key and signs the zone; the key's name. */
    private String sign(Path unpacked) throws IOException {
        Map<String, String> variables = Map.of("LD_LIBRARY_PATH", libraries(unpacked));
        String bin = unpacked.resolve("bin").toString();
        String script =
                "cd %1$s && %2$s/ldns-keygen -a ECDSAP256SHA256 -k signed.test && %2$s/ldns-signzone -n signed $(basename K*.private .private)"
                        .formatted(folder, bin);
        Tool.Ended signed = Tool.run(SOON, "", variables, "bash", "-c", script);
        assertThat(signed.code()).as(signed.output()).isZero();
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".private"))
                    .map(name -> name.substring(0, name.length() - ".private".length()))
                    .findFirst()
                    .orElseThrow();
        }
    }
}
