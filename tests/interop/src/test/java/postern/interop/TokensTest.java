package postern.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import postern.testkit.TestAuthority;
import postern.testkit.TokenIssuer;
import postern.testkit.WebServer;

/** Clients that others wrote bring tokens; the issuer is an HTTPS server beside. */
class TokensTest {
    private static final Duration SOON = Duration.ofSeconds(60);

    /** A header as Dovecot 2.3 wants it. */
    private static final String JWT = "{\"alg\":\"RS256\",\"kid\":\"one\",\"typ\":\"JWT\"}";

    private static final TokenIssuer ISSUER = TokenIssuer.rsa("one", 2048);

    /** What curl does not show: the reply to a token that is denied, and who leaves before it. */
    private static final String CLIENT =
            """
            import base64, smtplib, ssl, sys
            port, mechanism, user, token, answer = int(sys.argv[1]), *sys.argv[2:6]
            context = ssl.create_default_context(cafile=sys.argv[6])
            client = smtplib.SMTP_SSL("localhost", port, context=context, timeout=50)
            client.ehlo()
            print(client.esmtp_features.get("auth"))
            start = "user=%s" % user if mechanism == "XOAUTH2" else "n,a=%s," % user
            text = base64.b64encode(("%s\\1auth=Bearer %s\\1\\1" % (start, token)).encode()).decode()
            code, said = client.docmd("AUTH", mechanism + " " + text)
            print(code, base64.b64decode(said).decode() if code == 334 else said.decode())
            if code == 334 and answer != "gone":
                print(*client.docmd(answer))
            """;

    @TempDir(factory = OpenFolder.class)
    Path folder;

    private TestAuthority authority;
    private WebServer issuer;
    private RecordingSink sink;
    private int implicit;

    @BeforeEach
    void start() throws IOException {
        Tool.needs("curl");
        authority = TestAuthority.create().issue("web", "localhost").issue("mail", "localhost");
        Files.writeString(folder.resolve("mail.pem"), authority.credential("mail"));
        Files.createDirectory(folder.resolve("auth"));
        Files.writeString(folder.resolve("auth/ca.pem"), authority.pem());
        issuer =
                WebServer.start(new InetSocketAddress("127.0.0.1", 0), authority.server("web"))
                        .answer(answer(TokenIssuer.jwks(ISSUER)));
        sink = new RecordingSink();
        implicit = Postern.freePort();
    }

    @AfterEach
    void stop() throws IOException {
        issuer.close();
        sink.close();
    }

    private static WebServer.Answer answer(String json) {
        return new WebServer.Answer(200, "application/json", json);
    }

    private Postern postern(String auth) throws IOException {
        return Postern.start(folder.resolve("postern"), sink.nextHop(), more(auth));
    }

    private String more(String auth) {
        return """

        [smtpd]
        trusted = []

        [[certificate]]
        file = "%1$s/mail.pem"
        key = "%1$s/mail.pem"

        [[listener]]
        name = "submissions"
        kind = "submissions"
        address = "127.0.0.1:%2$d"

        [auth]
        failure_delay = "200ms"
        %3$s
        """
                .formatted(folder, implicit, auth);
    }

    private String byKeys(int port) {
        return """

        [auth.oauth]
        keys_url = "https://localhost:%d/jwks"
        ca_file = "%s/auth/ca.pem"
        issuer = "https://login.test"
        audiences = ["mail"]
        scopes = ["mail.send"]
        """
                .formatted(port, folder);
    }

    private static String claims(String user) {
        return """
        {"iss":"https://login.test","aud":["mail"],"scope":"openid mail.send","exp":%d,"iat":%d,
        "sub":"4711","email":"%s"}
        """
                .formatted(
                        Instant.now().getEpochSecond() + 3600,
                        Instant.now().getEpochSecond() - 10,
                        user);
    }

    private Tool.Ended curl(String user, String token) throws IOException {
        Path mail = Files.writeString(folder.resolve("message"), "Subject: by token\r\n\r\nx\r\n");
        return Tool.run(
                SOON,
                "",
                "curl",
                "--silent",
                "--show-error",
                "--cacert",
                folder.resolve("auth/ca.pem").toString(),
                "--url",
                "smtps://localhost:" + implicit,
                "--mail-from",
                user + "@localhost",
                "--mail-rcpt",
                "bob@far.test",
                "--upload-file",
                mail.toString(),
                "--user",
                user + ":",
                "--login-options",
                "AUTH=OAUTHBEARER",
                "--oauth2-bearer",
                token);
    }

    private String python(String mechanism, String user, String token, String answer)
            throws IOException {
        Tool.needs("python3");
        return Tool.run(
                        SOON,
                        CLIENT,
                        "python3",
                        "-",
                        String.valueOf(implicit),
                        mechanism,
                        user,
                        token,
                        answer,
                        folder.resolve("auth/ca.pem").toString())
                .output();
    }

    @Test
    void signedTokens() throws IOException {
        String good = ISSUER.token("RS256", claims("ann"));
        String forged = TokenIssuer.rsa("one", 2048).token("RS256", claims("ann"));
        try (Postern postern = postern(byKeys(issuer.port()))) {
            Tool.Ended sent = curl("ann", good);
            assertThat(sent.code()).as(sent.output()).isZero();
            sink.awaitMail("Subject: by token");
            postern.awaitLog("sasl_method=OAUTHBEARER sasl_username=ann");
            Tool.Ended denied = curl("ann", forged);
            assertThat(denied.code()).as(denied.output()).isEqualTo(67); // CURLE_LOGIN_DENIED
            postern.awaitLog("SASL OAUTHBEARER authentication failed");
            assertThat(python("XOAUTH2", "ann", good, "")).contains("235 2.7.0");
            assertThat(python("OAUTHBEARER", "ann", forged, "AQ=="))
                    .startsWith(" OAUTHBEARER XOAUTH2")
                    .contains("334 {\"status\":\"invalid_token\",\"scope\":\"mail.send\"}")
                    .contains("535 b'5.7.8");
            assertThat(python("OAUTHBEARER", "bob", good, "AQ==")).contains("535 b'5.7.8");
            assertThat(python("XOAUTH2", "ann", forged, "*")).contains("501 b'5.7.0");
            assertThat(python("XOAUTH2", "eve", forged, "gone"))
                    .contains("334 {\"status\":\"401\"");
            postern.awaitLog("reason=the token is for another user");
            await().atMost(SOON)
                    .until(
                            () ->
                                    postern.log().split("reason=the token was denied", -1).length
                                            == 3);
            assertThat(issuer.requests()).hasSize(1);
            assertThat(postern.log()).doesNotContain(good).doesNotContain(forged);
        }
    }

    /** RFC 4954 §6: then a client tries again, and does not ask its user. */
    @Test
    void withoutTheIssuerNothingCanBeTold() throws IOException {
        String good = ISSUER.token("RS256", claims("ann"));
        try (Postern postern = postern(byKeys(Postern.freePort()))) {
            assertThat(python("OAUTHBEARER", "ann", good, "AQ==")).contains("454 4.7.0");
            postern.awaitLog("keys of tokens: connect to localhost");
        }
    }

    @Test
    void theIssuerIsAsked() throws IOException {
        Files.writeString(folder.resolve("auth/client"), "postern:secret of ours\n");
        String asked =
                """

                [auth.oauth]
                introspection_url = "https://localhost:%d/introspect"
                introspection_credentials = "%2$s/auth/client"
                ca_file = "%2$s/auth/ca.pem"
                user_claim = "username"
                """
                        .formatted(issuer.port(), folder);
        try (Postern postern = postern(asked)) {
            issuer.answer(answer("{\"active\":true,\"username\":\"ann\",\"scope\":\"x\"}"));
            Tool.Ended sent = curl("ann", "opaque-token");
            assertThat(sent.code()).as(sent.output()).isZero();
            sink.awaitMail("Subject: by token");
            issuer.answer(answer("{\"active\":false}"));
            assertThat(python("OAUTHBEARER", "ann", "another-token", "AQ=="))
                    .contains("535 b'5.7.8");
            issuer.answer(new WebServer.Answer(500, "text/html", "oops"));
            assertThat(python("OAUTHBEARER", "ann", "third-token", "AQ==")).contains("454 4.7.0");
            postern.awaitLog("introspection: localhost answers 500");
            assertThat(postern.log()).doesNotContain("-token").doesNotContain("secret of ours");
        }
    }

    /** Another maker's service checks the same tokens; we pass them on. */
    @Test
    void dovecotTells() throws IOException {
        Path unpacked = Dovecot.unpacked();
        Path keys = Files.createDirectories(folder.resolve("keys/default/RS256"));
        Files.writeString(keys.resolve("one"), ISSUER.pem().replace("\r", ""));
        Files.writeString(
                folder.resolve("oauth2.conf"),
                """
                introspection_mode = local
                local_validation_key_dict = fs:posix:prefix=%s/keys/
                username_attribute = email
                """
                        .formatted(folder));
        String good = ISSUER.token(JWT, "RS256", claims("dora"));
        String forged = TokenIssuer.rsa("one", 2048).token(JWT, "RS256", claims("dora"));
        try (Dovecot _ =
                        Dovecot.start(unpacked, folder, dovecot(folder), folder.resolve("socket"));
                Postern postern = postern("dovecot = \"" + folder + "/socket\"")) {
            Tool.Ended sent = curl("dora", good);
            assertThat(sent.code())
                    .as(sent.output() + Files.readString(folder.resolve("dovecot.log")))
                    .isZero();
            postern.awaitLog("sasl_method=OAUTHBEARER sasl_username=dora");
            assertThat(python("XOAUTH2", "dora", forged, "")).contains("334 {").contains("535");
            assertThat(python("XOAUTH2", "dora", good, "")).contains("235 2.7.0");
        }
    }

    private static String dovecot(Path folder) {
        return """
                protocols =
                auth_mechanisms = oauthbearer xoauth2
                auth_failure_delay = 0
                auth_debug = yes
                passdb {
                  driver = oauth2
                  mechanisms = oauthbearer xoauth2
                  args = %1$s/oauth2.conf
                }
                userdb {
                  driver = static
                  args = uid=nobody gid=nogroup home=/nonexistent
                }
                service auth {
                  unix_listener %1$s/socket {
                    mode = 0666
                  }
                }
                """
                .formatted(folder);
    }
}
