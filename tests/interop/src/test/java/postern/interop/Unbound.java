package postern.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import postern.base.World;
import postern.base.system.SystemWorld;
import postern.dns.DnsResolver;
import postern.dns.DnsSettings;
import postern.dns.Resolver.Answer;
import postern.dns.Resolver.Validation;

/** A real validating resolver over a zone that is signed here. */
final class Unbound implements AutoCloseable {
    private static final Duration SOON = Duration.ofSeconds(30);

    private final Process process;
    private final int port;
    private final String zone;

    private Unbound(Process process, int port, String zone) {
        this.process = process;
        this.port = port;
        this.zone = zone;
    }

    /**
     * Starts it and waits until it validates.
     *
     * @param folder its own
     * @param zone its name, without the final dot
     * @param text its records
     * @param forging changes the signed zone, so that DNSSEC proves some of it false
     * @param server more lines for the section {@code server:}
     * @param more further sections
     */
    static Unbound start(
            Path folder,
            String zone,
            String text,
            UnaryOperator<String> forging,
            String server,
            String more)
            throws IOException {
        Path unpacked = Tool.peer("unbound/usr");
        int port = Postern.freePort();
        Files.writeString(folder.resolve("zone"), text);
        String key = sign(unpacked, folder, zone);
        Path signed = folder.resolve("zone.signed");
        Files.writeString(signed, forging.apply(Files.readString(signed)));
        Path conf = folder.resolve("unbound.conf");
        String signing =
                "module-config: \"validator iterator\"\n  trust-anchor-file: \"%s/%s.ds\"\n  %s"
                        .formatted(folder, key, server);
        String auth = AUTH_ZONE.formatted(zone, folder) + more;
        Files.writeString(conf, CONFIGURATION.formatted(port, folder, signing, auth));
        Unbound unbound = new Unbound(run(unpacked, folder, conf), port, zone);
        await("unbound validates; see " + folder.resolve("unbound.out"))
                .atMost(SOON)
                .until(() -> unbound.resolver().validation() instanceof Validation.Present);
        return unbound;
    }

    /**
     * One that signs nothing and answers from these lines alone; it answers when this returns.
     *
     * @param server lines for the section {@code server:}, without indentation
     */
    static Unbound plain(Path folder, String server) throws IOException {
        Path unpacked = Tool.peer("unbound/usr");
        int port = Postern.freePort();
        Path conf = folder.resolve("unbound.conf");
        String lines = "module-config: \"iterator\"\n" + server;
        Files.writeString(conf, CONFIGURATION.formatted(port, folder, lines.indent(2).strip(), ""));
        Unbound unbound = new Unbound(run(unpacked, folder, conf), port, "");
        await("unbound answers; see " + folder.resolve("unbound.out"))
                .atMost(SOON)
                .until(() -> !(unbound.resolver().addresses("test") instanceof Answer.Temporary));
        return unbound;
    }

    private static Process run(Path unpacked, Path folder, Path conf) throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(
                                unpacked.resolve("sbin/unbound").toString(),
                                "-d",
                                "-c",
                                conf.toString())
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve("unbound.out").toFile());
        builder.environment().put("LD_LIBRARY_PATH", libraries(unpacked));
        return builder.start();
    }

    int port() {
        return port;
    }

    /** Keys of {@code [smtp]} by which Postern asks it. */
    String keys() {
        return "dns_servers = [\"127.0.0.1:" + port + "\"]\ndns_probe = \"" + zone + "\"\n";
    }

    /** One that asks it, with nothing in its memory. */
    DnsResolver resolver() {
        World world = SystemWorld.create((level, line) -> {});
        return new DnsResolver(
                world,
                new DnsSettings(
                        List.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), port)),
                        DnsSettings.TIMEOUT,
                        DnsSettings.ROUNDS,
                        DnsSettings.Families.ANY,
                        DnsSettings.Trust.LOOPBACK,
                        zone));
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    private static String libraries(Path unpacked) {
        return unpacked.resolve("lib/x86_64-linux-gnu").toString();
    }

    /** Makes a key and signs the zone; the key's name. */
    private static String sign(Path unpacked, Path folder, String zone) throws IOException {
        Map<String, String> variables = Map.of("LD_LIBRARY_PATH", libraries(unpacked));
        String script =
                "cd %1$s && %2$s/ldns-keygen -a ECDSAP256SHA256 -k %3$s && %2$s/ldns-signzone -n zone $(basename K*.private .private)"
                        .formatted(folder, unpacked.resolve("bin"), zone);
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

    private static final String CONFIGURATION =
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
              %3$s
            %4$s
            remote-control:
              control-enable: no
            """;

    private static final String AUTH_ZONE =
            """
            auth-zone:
              name: "%1$s"
              zonefile: "%2$s/zone.signed"
              for-downstream: no
              for-upstream: yes
              fallback-enabled: no
            """;
}
