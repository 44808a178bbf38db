package postern.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.SSLEngine;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import postern.base.Endpoint;
import postern.base.Peer;
import postern.base.system.SystemWorld;
import postern.testkit.FakeMx;
import postern.testkit.TestAuthority;
import postern.testkit.WebServer;
import postern.testkit.WebServer.Answer;
import postern.tls.TlsPeer;

/**
 * Access tokens through the whole of Postern: a real resolver names the token endpoint, an HTTPS
 * server is one (RFC 6749), and a host under TLS takes mail for the right token alone.
 */
class TokenEndpointTest {
    private static final Duration SOON = Duration.ofSeconds(60);

    @TempDir(factory = OpenFolder.class)
    Path folder;

    @SuppressWarnings("NullAway.Init") // first of all in the test
    private TestAuthority authority;

    @Test
    void mailWaitsForItsTokenAndGoesWithIt() throws IOException {
        Tool.peer("unbound/usr");
        authority = TestAuthority.create().issue("server", "login.test");
        Files.writeString(folder.resolve("ca.pem"), authority.pem());
        Files.writeString(folder.resolve("client.secret"), "cl13nt-secret\n");
        Files.writeString(folder.resolve("refresh.token"), "refresh-one\n");
        Path names = Files.createDirectory(folder.resolve("unbound"));
        String zone = "local-zone: \"test.\" static\nlocal-data: 'login.test. A 127.0.0.1'";
        InetAddress local = InetAddress.getLoopbackAddress();
        try (Unbound unbound = Unbound.plain(names, zone);
                WebServer web =
                        WebServer.start(
                                new InetSocketAddress(local, 0), authority.server("server"))) {
            FakeMx mx = host();
            web.answer(
                    new Answer(
                            400,
                            "application/json",
                            "{\"error\":\"invalid_grant\",\"error_description\":\"sign in again\"}"));
            FakeMx unused = mx.start(new Endpoint.Tcp(local, 0));
            String hop = "[127.0.0.1]:" + mx.port();
            try (Postern postern =
                    Postern.start(folder.resolve("postern"), hop, more(unbound, web, hop))) {
                waits(postern);
                assertThat(mx.commands()).noneMatch(line -> line.startsWith("AUTH"));
                web.answer(granted("access-one", ",\"refresh_token\":\"refresh-two\""));
                restart(postern);
                await("log: " + postern.logFile())
                        .atMost(SOON)
                        .until(() -> mx.received().size() == 1);
                assertThat(body(web, 1)).contains("refresh_token=refresh-one");
                Path kept = folder.resolve("postern/state/out/oauth/mail");
                assertThat(Files.readString(kept)).endsWith("\nrefresh-two\n");
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(kept)))
                        .isEqualTo("rw-------");
                web.answer(granted("access-one", ""));
                restart(postern);
                send(postern);
                await().atMost(SOON).until(() -> mx.received().size() == 2);
                assertThat(body(web, 2)).contains("refresh_token=refresh-two");
                assertThat(mx.received()).allMatch(FakeMx.Received::sealed);
                assertThat(web.requests())
                        .allMatch(
                                each ->
                                        each.authorization()
                                                .equals(
                                                        "Basic "
                                                                + base64("postern:cl13nt-secret")));
                assertThat(Stream.of("refresh-", "access-", "cl13nt"))
                        .noneMatch(postern.log()::contains);
            }
            mx.stop();
        }
    }

    private static void waits(Postern postern) throws IOException {
        send(postern);
        await("log: " + postern.logFile())
                .atMost(SOON)
                .untilAsserted(
                        () ->
                                assertThat(postern.log())
                                        .containsPattern(
                                                "dsn=4\\.7\\.0 status=deferred.*no access token of"
                                                        + " \\[oauth\\.mail\\]: login\\.test answers"
                                                        + " 400: invalid_grant \\(sign in again\\)"));
        assertThat(postern.command("queue", "list").output()).contains("invalid_grant");
    }

    /** What is known of tokens is forgotten; what waits is tried at once. */
    private static void restart(Postern postern) throws IOException {
        assertThat(postern.command("stop").code()).isZero();
        await().atMost(SOON).until(() -> !postern.launched().isAlive());
        postern.start();
        assertThat(postern.command("queue", "flush").code()).isZero();
    }

    private static void send(Postern postern) throws IOException {
        try (Client client = Client.greeted(postern.smtp())) {
            assertThat(client.send("ann@localhost", "bob@far.test", "Subject: x\r\n\r\nx"))
                    .startsWith("250");
        }
    }

    private String more(Unbound unbound, WebServer web, String hop) {
        return """

        [smtp]
        tls = "encrypt"
        dns_servers = ["127.0.0.1:%d"]
        dns_trust = "none"
        tls_ca_files = ["%s/ca.pem"]
        sasl_credentials = ["relay"]

        [table.relay]
        kind = "inline"
        entries = { "%s" = "ann@far.test:{oauth}mail" }

        [oauth.mail]
        token_endpoint = "https://login.test:%d/token"
        client_id = "postern"
        client_secret_file = "%s/client.secret"
        refresh_token_file = "%s/refresh.token"
        """
                .formatted(unbound.port(), folder, hop, web.port(), folder, folder);
    }

    private FakeMx host() {
        String good = base64("n,a=ann@far.test,\u0001auth=Bearer access-one\u0001\u0001");
        return new FakeMx(SystemWorld.create((_, _) -> {}))
                .offering("PIPELINING", "AUTH PLAIN OAUTHBEARER")
                .replying("AUTH OAUTHBEARER " + good, "235 2.7.0 ok")
                .replying("AUTH", "535 5.7.8 no")
                .replying("MAIL", "250 2.1.0 ok")
                .sealing(this::seal);
    }

    private Peer seal(Peer plain) throws IOException {
        SSLEngine engine = authority.server("server").createSSLEngine();
        engine.setUseClientMode(false);
        return TlsPeer.start(plain, engine, SOON);
    }

    private static Answer granted(String token, String more) {
        return new Answer(
                200,
                "application/json",
                "{\"access_token\":\"%s\",\"token_type\":\"Bearer\",\"expires_in\":3600%s}"
                        .formatted(token, more));
    }

    private static String body(WebServer web, int request) {
        List<WebServer.Request> all = web.requests();
        assertThat(all).hasSizeGreaterThan(request);
        return new String(all.get(request).body(), StandardCharsets.US_ASCII);
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
