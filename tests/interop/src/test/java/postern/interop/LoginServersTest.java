package postern.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import postern.base.Endpoint;
import postern.base.system.SystemWorld;
import postern.testkit.FakeMx;

/**
 * We say who we are to the servers that relays run: Dovecot's submission service, a Postfix whose
 * logins Dovecot checks, and Exim with authenticators of its own; by each mechanism that they have.
 */
class LoginServersTest {
    private static final Duration SOON = Duration.ofSeconds(90);
    private static final String PASSWORD = "p3ncil";
    private static final String WRONG = "not-p3ncil";
    private static final String TOKEN_KEY = "a-key-of-thirty-two-octets-......";

    private static final List<String> PASSWORDS =
            List.of("PLAIN", "LOGIN", "SCRAM-SHA-1", "SCRAM-SHA-256");
    private static final List<String> TOKENS = List.of("XOAUTH2", "OAUTHBEARER");

    @TempDir(factory = OpenFolder.class)
    Path folder;

    /**
     * One transport, for mail to NAME.test.
     *
     * @param table of credentials
     * @param passes whether the server is to believe us
     */
    private record Way(
            String name, int port, String mechanism, String table, String more, boolean passes) {
        static Way of(String server, int port, String mechanism, String table, boolean passes) {
            String name = (server + "-" + mechanism + "-" + table).toLowerCase(Locale.ROOT);
            return new Way(name, port, mechanism, table, "", passes);
        }

        Way with(String name, String lines) {
            return new Way(name, port, mechanism, table, lines, passes);
        }

        String section() {
            return """

            [transport.%s]
            next_hop = "[127.0.0.1]:%d"
            sasl_credentials = ["%s"]
            sasl_mechanisms = ["%s"]
            %s
            """
                    .formatted(name, port, table, mechanism, more);
        }
    }

    @Test
    void dovecotAndPostfixBelieveUs() throws Exception {
        Path peer = MailServer.prepare("postfix", folder);
        MailServer.certificate(peer);
        int submission = Postern.freePort();
        int submissions = Postern.freePort();
        int logins = Postern.freePort();
        int postfix = Postern.freePort();
        FakeMx sink = new FakeMx(SystemWorld.create((_, _) -> {}));
        FakeMx unused = sink.start(new Endpoint.Tcp(InetAddress.getLoopbackAddress(), 0));
        String script =
                MailServer.script("postfix", peer, postfix)
                        .replace("smtpd_tls_security_level = may", POSTFIX.formatted(logins));
        Path own = Files.createDirectory(folder.resolve("dovecot"));
        String configuration = dovecot(own, peer, submission, submissions, logins, sink.port());
        try (Dovecot _ = Dovecot.start(unpacked(), own, configuration, own.resolve("auth"));
                Image _ = MailServer.start("postfix", peer, script)) {
            MailServer.greeted(peer, postfix);
            List<Way> ways =
                    Stream.of("dovecot", "postfix")
                            .flatMap(
                                    server ->
                                            ways(
                                                    server,
                                                    server.equals("dovecot")
                                                            ? submission
                                                            : postfix))
                            .collect(Collectors.toList());
            ways.add(
                    Way.of("dovecot", submissions, "PLAIN", "good", true)
                            .with("dovecot-wrapped", "tls_wrapper = true"));
            ways.add(
                    Way.of("dovecot", submission, "PLAIN", "good", false)
                            .with("dovecot-clear", "tls = \"none\""));
            ways.add(
                    Way.of("postfix", postfix, "PLAIN", "good", true)
                            .with("postfix-older", "tls_protocols = [\"TLSv1.2\"]"));
            check(ways);
        } finally {
            sink.stop();
        }
    }

    private static Stream<Way> ways(String server, int port) {
        return Stream.concat(
                PASSWORDS.stream()
                        .flatMap(
                                mechanism ->
                                        Stream.of(
                                                Way.of(server, port, mechanism, "good", true),
                                                Way.of(server, port, mechanism, "wrong", false))),
                TOKENS.stream()
                        .flatMap(
                                mechanism ->
                                        Stream.of(
                                                Way.of(server, port, mechanism, "token", true),
                                                Way.of(server, port, mechanism, "forged", false))));
    }

    @Test
    void eximBelievesUs() throws Exception {
        Path peer = MailServer.prepare("exim", folder);
        MailServer.certificate(peer);
        SelfSigned.write(folder.resolve("our.cert"), folder.resolve("our.key"), "ann");
        Files.copy(folder.resolve("our.cert"), peer.resolve("ours"));
        int port = Postern.freePort();
        String script =
                MailServer.script("exim", peer, port)
                        .replace(
                                "acl_rcpt:\n  accept",
                                "acl_rcpt:\n  accept authenticated = *\n  deny")
                        .replace("tls_advertise_hosts = *", EXIM_TLS.formatted(peer))
                        .replace("* * F,2h,1m\n", "* * F,2h,1m\n" + EXIM_LOGINS);
        try (Image _ = MailServer.start("exim", peer, script)) {
            MailServer.greeted(peer, port);
            String certificate =
                    "tls_certificate = \"%1$s/our.cert\"\ntls_certificate_key = \"%1$s/our.key\""
                            .formatted(folder);
            check(
                    List.of(
                            Way.of("exim", port, "PLAIN", "good", true),
                            Way.of("exim", port, "PLAIN", "wrong", false),
                            Way.of("exim", port, "LOGIN", "good", true),
                            Way.of("exim", port, "LOGIN", "wrong", false),
                            Way.of("exim", port, "SCRAM-SHA-256", "good", false), // not offered
                            Way.of("exim", port, "EXTERNAL", "nobody", false),
                            Way.of("exim", port, "EXTERNAL", "nobody", true)
                                    .with("exim-certificate", certificate),
                            Way.of("exim", port, "PLAIN", "good", false)
                                    .with("exim-clear", "tls = \"none\"")));
        }
    }

    /** Mail to each: it is taken, or it waits for the login; and no secret is in the log. */
    private void check(List<Way> ways) throws Exception {
        String token = token(TOKEN_KEY);
        String routes =
                ways.stream()
                        .map(way -> "\"%1$s.test\" = \"%1$s:\"".formatted(way.name))
                        .collect(Collectors.joining(", "));
        String more =
                TABLES.formatted(
                                PASSWORD,
                                WRONG,
                                token,
                                token("another-key-of-thirty-two-octets."),
                                routes)
                        + ways.stream().map(Way::section).collect(Collectors.joining());
        try (Postern postern = Postern.start(folder.resolve("postern"), "", more)) {
            try (Client client = Client.greeted(postern.smtp())) {
                for (Way way : ways) {
                    assertThat(
                                    client.send(
                                            "ann@localhost",
                                            "bob@" + way.name + ".test",
                                            "Subject: x\r\n\r\nx"))
                            .startsWith("250");
                }
            }
            for (Way way : ways) {
                String start = "to=<bob@" + way.name + ".test> ";
                await(way + "; log: " + postern.logFile())
                        .atMost(SOON)
                        .until(() -> outcome(postern, start).contains("status="));
                assertThat(outcome(postern, start))
                        .as(way.name)
                        .containsPattern(
                                way.passes
                                        ? "tls=TLSv1\\.[23] dsn=2\\.\\d\\.\\d status=sent"
                                        : "dsn=4\\.7\\.\\d status=deferred \\(SASL authentication"
                                                + " failed");
            }
            assertThat(Stream.of(PASSWORD, token)).noneMatch(postern.log()::contains);
        }
    }

    private static String outcome(Postern postern, String start) {
        return postern.log().lines().filter(line -> line.contains(start)).findFirst().orElse("");
    }

    /** RFC 7515 §3.3, which Dovecot checks by itself. */
    private static String token(String key) throws GeneralSecurityException {
        Base64.Encoder base64 = Base64.getUrlEncoder().withoutPadding();
        String signed =
                Stream.of(
                                "{\"alg\":\"HS256\",\"typ\":\"JWT\"}",
                                "{\"sub\":\"ann\",\"email\":\"ann\",\"iat\":1700000000,"
                                        + "\"nbf\":1700000000,\"exp\":4000000000}")
                        .map(
                                part ->
                                        base64.encodeToString(
                                                part.getBytes(StandardCharsets.US_ASCII)))
                        .collect(Collectors.joining("."));
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key.getBytes(StandardCharsets.US_ASCII), "HmacSHA256"));
        return signed
                + "."
                + base64.encodeToString(mac.doFinal(signed.getBytes(StandardCharsets.US_ASCII)));
    }

    private static Path unpacked() {
        Path unused = Tool.peer("dovecot/usr/lib/dovecot/submission");
        return Dovecot.unpacked();
    }

    private static String dovecot(
            Path own, Path peer, int submission, int submissions, int logins, int relay)
            throws IOException {
        Path keys = Files.createDirectories(own.resolve("keys/default/HS256"));
        Files.writeString(
                keys.resolve("default"),
                Base64.getEncoder().encodeToString(TOKEN_KEY.getBytes(StandardCharsets.US_ASCII)));
        Files.writeString(own.resolve("users"), "ann:{PLAIN}" + PASSWORD + "\n");
        Files.writeString(
                own.resolve("tokens"),
                """
                introspection_mode = local
                local_validation_key_dict = fs:posix:prefix=%s/keys/
                username_attribute = email
                """
                        .formatted(own));
        return DOVECOT.replace("@F@", own.toString())
                .replace("@C@", peer.toString())
                .replace("@SUBMISSION@", "" + submission)
                .replace("@SUBMISSIONS@", "" + submissions)
                .replace("@LOGINS@", "" + logins)
                .replace("@RELAY@", "" + relay);
    }

    private static final String TABLES =
            """

            [smtp]
            tls = "encrypt"

            [table.good]
            kind = "inline"
            entries = { "127.0.0.1" = "ann:%s" }

            [table.wrong]
            kind = "inline"
            entries = { "127.0.0.1" = "ann:%s" }

            [table.token]
            kind = "inline"
            entries = { "127.0.0.1" = "ann:%s" }

            [table.forged]
            kind = "inline"
            entries = { "127.0.0.1" = "ann:%s" }

            [table.nobody]
            kind = "inline"
            entries = { "127.0.0.1" = "ann" }

            [table.ways]
            kind = "inline"
            entries = { %s }

            [routing]
            transport = ["ways"]
            """;

    private static final String DOVECOT =
            """
            protocols = submission
            listen = 127.0.0.1
            hostname = dovecot.test
            mail_location = maildir:@F@/mail
            ssl = required
            ssl_cert = <@C@/cert
            ssl_key = <@C@/key
            auth_mechanisms = plain login scram-sha-1 scram-sha-256 xoauth2 oauthbearer
            auth_failure_delay = 0
            submission_relay_host = 127.0.0.1
            submission_relay_port = @RELAY@
            passdb {
              driver = oauth2
              mechanisms = xoauth2 oauthbearer
              args = @F@/tokens
            }
            passdb {
              driver = passwd-file
              mechanisms = plain login scram-sha-1 scram-sha-256
              args = @F@/users
            }
            userdb {
              driver = static
              args = uid=65534 gid=65534 home=@F@/mail
            }
            service submission-login {
              inet_listener submission {
                port = @SUBMISSION@
              }
              inet_listener submissions {
                port = @SUBMISSIONS@
                ssl = yes
              }
            }
            service auth {
              inet_listener postfix {
                address = 127.0.0.1
                port = @LOGINS@
              }
              unix_listener @F@/auth {
              }
            }
            """;

    private static final String POSTFIX =
            """
            smtpd_tls_security_level = may
            smtpd_tls_auth_only = yes
            smtpd_sasl_auth_enable = yes
            smtpd_sasl_type = dovecot
            smtpd_sasl_path = inet:127.0.0.1:%d
            smtpd_recipient_restrictions = permit_sasl_authenticated, reject\
            """;

    private static final String EXIM_TLS =
            """
            tls_advertise_hosts = *
            tls_try_verify_hosts = *
            tls_verify_certificates = %s/ours
            auth_advertise_hosts = \\${if eq{\\$tls_in_cipher}{}{}{*}}\
            """;

    private static final String EXIM_LOGINS =
            """
            begin authenticators
            plain:
              driver = plaintext
              public_name = PLAIN
              server_prompts = :
              server_condition = \\${if and{{eq{\\$auth2}{ann}}{eq{\\$auth3}{p3ncil}}}}
              server_set_id = \\$auth2
            login:
              driver = plaintext
              public_name = LOGIN
              server_prompts = Username:: : Password::
              server_condition = \\${if and{{eq{\\$auth1}{ann}}{eq{\\$auth2}{p3ncil}}}}
              server_set_id = \\$auth1
            external:
              driver = external
              public_name = EXTERNAL
              server_param2 = \\${certextract {subject,CN}{\\$tls_in_peercert}{\\$value}{none}}
              server_condition = \\${if and{{eq{\\$tls_in_certificate_verified}{1}}{eq{\\$auth2}{ann}}}}
              server_set_id = \\$auth2
            """;
}
