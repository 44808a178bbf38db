package postern.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What docs/tls.md promises toward clients, by each provider, asked by OpenSSL's client. */
@ParameterizedClass
@ValueSource(strings = {"jsse", "conscrypt"})
class TlsTowardClientsTest {
    private static final Duration SOON = Duration.ofSeconds(60);

    /** Certificates are read anew each 30 seconds. */
    private static final Duration RENEWED_MAX = Duration.ofSeconds(120);

    private static final int HALF_OPEN = 2_000;
    private static final long HALF_OPEN_KIB_MAX = 60 * 1024;

    /** One of each provider. */
    private record Site(Postern postern, Path folder, int implicit) {}

    private static final Map<String, Site> SITES = new HashMap<>();

    @Parameter private String provider = "";

    private Path folder;
    private Postern postern;
    private int implicit;

    @BeforeAll
    static void start(@TempDir(factory = OpenFolder.class) Path given) throws IOException {
        Tool.needs("openssl");
        for (String provider : List.of("jsse", "conscrypt")) {
            Path folder = Files.createDirectory(given.resolve(provider));
            for (String name :
                    List.of("first", "second", "third", "fourth", "client", "stranger")) {
                certificate(folder, name, name);
            }
            int implicit = Postern.freePort();
            String more =
                    """
                    [smtpd]
                    tls_provider = "%s"
                    client_certificates = true
                    client_authorities = "client.pem"
                    sessions = 5000
                    sessions_per_client = 5000
                    tls_handshakes = 100
                    tls_timeout = "5s"
                    [[certificate]]
                    file = "first.pem"
                    key = "first.key"
                    [[certificate]]
                    file = "second.pem"
                    key = "second.key"
                    [[certificate]]
                    file = "third.pem"
                    key = "third.key"
                    [[certificate]]
                    file = "fourth.pem"
                    key = "fourth.key"
                    [[listener]]
                    name = "submissions"
                    kind = "submissions"
                    address = "127.0.0.1:%d"
                    [[rule]]
                    name = "known-key"
                    stage = "mail"
                    fingerprint = ["%s"]
                    action = "reject"
                    reply = "554 5.7.1 we know you"
                    """
                            .formatted(provider, implicit, fingerprint(folder, "client"));
            SITES.put(provider, new Site(Postern.start(folder, "", more), folder, implicit));
        }
    }

    @BeforeEach
    void choose() {
        Site site = Objects.requireNonNull(SITES.get(provider));
        postern = site.postern();
        folder = site.folder();
        implicit = site.implicit();
    }

    @AfterAll
    static void stop() throws IOException {
        for (Site site : SITES.values()) {
            site.postern().close();
        }
        SITES.clear();
    }

    private static void certificate(Path folder, String file, String name) throws IOException {
        Tool.Ended made =
                openssl(
                        "",
                        "req",
                        "-x509",
                        "-newkey",
                        "ec",
                        "-pkeyopt",
                        "ec_paramgen_curve:P-256",
                        "-nodes",
                        "-days",
                        "2",
                        "-subj",
                        "/CN=" + name,
                        "-addext",
                        "subjectAltName=DNS:" + file + ".test",
                        "-keyout",
                        folder.resolve(file + ".key").toString(),
                        "-out",
                        folder.resolve(file + ".pem").toString());
        assertThat(made.code()).as(made.output()).isZero();
    }

    private static String fingerprint(Path folder, String file) throws IOException {
        return openssl(
                        "",
                        "x509",
                        "-in",
                        folder.resolve(file + ".pem").toString(),
                        "-noout",
                        "-fingerprint",
                        "-sha256")
                .output()
                .replaceAll(".*=|[:\\s]", "")
                .toLowerCase(java.util.Locale.ROOT);
    }

    private static Tool.Ended openssl(String input, String... words) throws IOException {
        List<String> command = new ArrayList<>(List.of("openssl"));
        command.addAll(List.of(words));
        return Tool.run(SOON, input, command.toArray(String[]::new));
    }

    /** What s_client says of a connection by STARTTLS, on which that is said. */
    private Tool.Ended client(String said, String... more) throws IOException {
        List<String> words =
                new ArrayList<>(
                        List.of(
                                "s_client",
                                "-starttls",
                                "smtp",
                                "-crlf",
                                "-connect",
                                "127.0.0.1:" + postern.smtp()));
        words.addAll(List.of(more));
        return openssl(said, words.toArray(String[]::new));
    }

    @ParameterizedTest // RFC 8996; seclevel 0, or OpenSSL would not even ask
    @CsvSource({"-tls1", "-tls1_1"})
    void oldVersionsAreAnsweredByAnAlert(String version) throws IOException {
        Tool.Ended said = client("", version, "-cipher", "ALL:@SECLEVEL=0");
        assertThat(said.code()).isNotZero();
        assertThat(said.output()).contains("alert protocol version");
    }

    @ParameterizedTest // RFC 9325 §4.2: nothing without forward secrecy or authenticated encryption
    @CsvSource({"AES128-GCM-SHA256", "ECDHE-ECDSA-AES128-SHA", "ECDHE-ECDSA-AES256-SHA384"})
    void weakSuitesAreNotSpoken(String suite) throws IOException {
        Tool.Ended said = client("", "-tls1_2", "-cipher", suite + ":@SECLEVEL=0");
        assertThat(said.code()).isNotZero();
        assertThat(said.output()).contains("alert handshake failure");
    }

    @ParameterizedTest // RFC 6066 §3
    @CsvSource({
        "first.test, first",
        "second.test, second",
        "third.test, third",
        "THIRD.test, third",
        "nobody.test, first"
    })
    void clientsAreShownTheCertificateOfTheNameTheyAskFor(String name, String subject)
            throws IOException {
        for (String version : List.of("-tls1_2", "-tls1_3")) {
            assertThat(client("QUIT\n", version, "-servername", name).output())
                    .contains("subject=CN = " + subject);
        }
        assertThat(client("QUIT\n", "-noservername").output()).contains("subject=CN = first");
    }

    @ParameterizedTest
    @CsvSource({"-tls1_2", "-tls1_3"})
    void sessionsAreResumed(String version) throws IOException {
        String file = folder.resolve("session").toString();
        // the reply comes behind the ticket, so that openssl has both before it ends
        Tool.Ended first = client("NOOP\nQUIT\n", "-ign_eof", version, "-sess_out", file);
        assertThat(first.output()).contains("New, TLSv1").doesNotContain("Reused");
        Tool.Ended second = client("QUIT\n", "-ign_eof", version, "-sess_in", file);
        assertThat(second.output()).contains("Reused, TLSv1").contains("221 2.0.0");
        assertThat(
                        client("QUIT\n", version, "-sess_in", file, "-servername", "second.test")
                                .output())
                .contains("Verif"); // another name: in full or not, but served
    }

    @Test // ALPACA
    void clientsThatWantAnotherProtocolAreRefused() throws IOException {
        for (String version : List.of("-tls1_2", "-tls1_3")) {
            Tool.Ended web = client("", version, "-alpn", "http/1.1,h2");
            assertThat(web.code()).isNotZero();
            assertThat(web.output()).contains("alert no application protocol");
            assertThat(client("QUIT\n", version, "-alpn", "h2,smtp").output())
                    .contains("ALPN protocol: smtp");
        }
    }

    @Test // CVE-2011-0411
    void whatStandsBehindStartTlsInClearIsNotSaidUnderTls() throws IOException {
        try (Client client = Client.greeted(postern.smtp())) {
            client.raw("STARTTLS\r\nMAIL FROM:<mallory@example.net>\r\n");
            assertThat(client.reply()).startsWith("554 5.5.0");
        }
    }

    @Test
    void certificatesAreKeysForRules() throws IOException {
        String envelope = "EHLO x\nMAIL FROM:<a@example.net>\nQUIT\n";
        assertThat(slowly(envelope, "client")).contains("we know you");
        assertThat(slowly(envelope, "stranger"))
                .doesNotContain("we know you")
                .contains("250 2.1.0");
        await().atMost(SOON)
                .untilAsserted(
                        () ->
                                assertThat(postern.log())
                                        .contains(
                                                "certificate=SHA256:"
                                                        + fingerprint(folder, "client")
                                                        + " subject=CN=client verified=yes")
                                        .contains(
                                                "certificate=SHA256:"
                                                        + fingerprint(folder, "stranger")
                                                        + " subject=CN=stranger verified=no"));
    }

    /** As Python's smtplib speaks: a line, then its reply. */
    private String slowly(String lines, String certificate) throws IOException {
        Tool.needs("python3");
        String script =
                """
                import socket, ssl, sys
                port, name, lines = int(sys.argv[1]), sys.argv[2], sys.argv[3].splitlines()
                context = ssl._create_unverified_context()
                context.load_cert_chain(name + ".pem", name + ".key")
                peer = socket.create_connection(("127.0.0.1", port), 30)
                peer = context.wrap_socket(peer)
                print(peer.recv(1000))
                for line in lines:
                    peer.sendall(line.encode() + b"\\r\\n")
                    print(peer.recv(1000))
                """;
        Tool.Ended said =
                Tool.run(
                        SOON,
                        script,
                        "python3",
                        "-",
                        String.valueOf(implicit),
                        folder.resolve(certificate).toString(),
                        lines);
        assertThat(said.code()).as(said.output()).isZero();
        return said.output();
    }

    /** OpenSSL ends only because it is refused: nothing closes its input. */
    @Test // RFC 5746 §4.5, CVE-2009-3555, CVE-2011-1473
    void renegotiationIsRefused() throws Exception {
        Path said = folder.resolve("renegotiation");
        Process client =
                new ProcessBuilder(
                                "openssl",
                                "s_client",
                                "-starttls",
                                "smtp",
                                "-crlf",
                                "-tls1_2",
                                "-connect",
                                "127.0.0.1:" + postern.smtp())
                        .redirectErrorStream(true)
                        .redirectOutput(said.toFile())
                        .start();
        try {
            await("the handshake")
                    .atMost(SOON)
                    .until(() -> Files.readString(said).contains("250 "));
            client.getOutputStream().write("R\n".getBytes(StandardCharsets.US_ASCII));
            client.getOutputStream().flush();
            assertThat(client.waitFor(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
            assertThat(Files.readString(said))
                    .containsPattern(
                            "(?s)RENEGOTIATING.*alert (no renegotiation|handshake failure)");
        } finally {
            client.destroyForcibly();
        }
    }

    @Test
    void renewedFilesAreTakenUp() throws IOException {
        try (Client before = Client.greeted(postern.smtp())) {
            certificate(folder, "fourth", "renewed");
            await("the new certificate")
                    .atMost(RENEWED_MAX)
                    .pollInterval(Duration.ofSeconds(1))
                    .until(
                            () ->
                                    client("QUIT\n", "-servername", "fourth.test")
                                            .output()
                                            .contains("subject=CN = renewed"));
            assertThat(before.say("NOOP")).startsWith("250"); // nobody was disturbed
        }
        Files.copy(
                folder.resolve("second.key"),
                folder.resolve("fourth.key"),
                StandardCopyOption.REPLACE_EXISTING); // the wrong one: nothing changes
        await("a warning")
                .atMost(RENEWED_MAX)
                .until(() -> postern.log().contains("belongs to none of the certificates"));
        assertThat(client("QUIT\n", "-servername", "fourth.test").output())
                .contains("subject=CN = renewed");
    }

    @Test
    void handshakesThatDoNotEndAreBounded() throws Exception {
        halfOpen(HALF_OPEN / 2); // the first cost what stays
        long before = postern.residentKib();
        halfOpen(HALF_OPEN);
        assertThat(postern.residentKib() - before).isLessThan(HALF_OPEN_KIB_MAX);
        assertThat(client("QUIT\n", "-ign_eof").output()).contains("221 2.0.0");
    }

    /** All open at once; those beyond the bound are closed by the server, the others in time. */
    private void halfOpen(int count) throws Exception {
        byte[] half = {22, 3, 1, 2, 0, 1, 0, 1, (byte) 252, 3, 3}; // of a ClientHello
        List<Socket> open = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), implicit);
                open.add(socket);
                socket.setSoTimeout((int) SOON.toMillis());
                try {
                    socket.getOutputStream().write(half);
                } catch (IOException closedAlready) {
                    continue;
                }
            }
            for (Socket socket : open) {
                try {
                    InputStream in = socket.getInputStream();
                    in.transferTo(java.io.OutputStream.nullOutputStream());
                } catch (IOException reset) {
                    continue; // that is an end too
                }
            }
        } finally {
            for (Socket socket : open) {
                socket.close();
            }
        }
    }
}
