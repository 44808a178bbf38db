package postern.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import postern.testkit.TestAuthority;

/** Clients that others wrote say who they are; the password file is {@code postern passwd}'s. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AuthenticationTest {
    private static final Duration SOON = Duration.ofSeconds(60);

    /** With Python's own library, and for channel binding with openssl's view of the connection. */
    private static final String CLIENT =
            """
            import base64, hashlib, hmac, os, re, smtplib, ssl, subprocess, sys
            port, how, user, password = int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4]
            context = ssl.create_default_context(cafile=sys.argv[5])
            b64 = lambda octets: base64.b64encode(octets).decode()

            def plus():
                peer = subprocess.Popen(
                    ["openssl", "s_client", "-connect", "localhost:%d" % port, "-ign_eof", "-crlf",
                     "-keymatexport", "EXPORTER-Channel-Binding", "-keymatexportlen", "32"],
                    stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
                binding = None
                def reply():
                    nonlocal binding
                    while True:
                        line = peer.stdout.readline().decode()
                        if not line:
                            sys.exit("hung up")
                        found = re.match(r"\\s*Keying material: ([0-9A-F]{64})", line)
                        if found:
                            binding = bytes.fromhex(found.group(1))
                        if re.match(r"[2-5]\\d\\d ", line):
                            return line.rstrip()
                def say(text):
                    peer.stdin.write((text + "\\n").encode())
                    peer.stdin.flush()
                    return reply()
                reply()
                say("EHLO me")
                nonce = b64(os.urandom(12))
                bare = "n=%s,r=%s" % (user, nonce)
                gs2 = "p=tls-exporter,,"
                first = say("AUTH SCRAM-SHA-256-PLUS " + b64((gs2 + bare).encode()))
                first = base64.b64decode(first[4:]).decode()
                fields = dict(field.split("=", 1) for field in first.split(","))
                digest = lambda key, text: hmac.new(key, text.encode(), "sha256").digest()
                salted = hashlib.pbkdf2_hmac(
                    "sha256", password.encode(), base64.b64decode(fields["s"]), int(fields["i"]))
                key = digest(salted, "Client Key")
                without = "c=%s,r=%s" % (b64(gs2.encode() + binding), fields["r"])
                message = ",".join((bare, first, without))
                signature = digest(hashlib.sha256(key).digest(), message)
                proof = b64(bytes(a ^ b for a, b in zip(key, signature)))
                last = say(b64((without + ",p=" + proof).encode()))
                if last.startswith("334"):
                    server = digest(digest(salted, "Server Key"), message)
                    assert base64.b64decode(last[4:]).decode() == "v=" + b64(server)
                    last = say("")
                print(last)
                peer.kill()

            def library():
                client = (smtplib.SMTP_SSL("localhost", port, context=context, timeout=50)
                          if how.endswith("-implicit") else smtplib.SMTP("localhost", port, timeout=50))
                client.ehlo()
                if not how.endswith("-implicit"):
                    print("before TLS:", client.esmtp_features.get("auth"))
                    client.starttls(context=context)
                    client.ehlo()
                client.user, client.password = user, password
                mechanism = how.split("-")[0]
                try:
                    print(client.auth(mechanism, getattr(client, "auth_" + mechanism.lower())))
                    client.sendmail(user + "@localhost", ["bob@far.test"], "Subject: " + how + "\\r\\n\\r\\nx")
                except smtplib.SMTPException as failed:
                    print(failed)

            def external():
                context.load_cert_chain(sys.argv[6], sys.argv[7])
                client = smtplib.SMTP_SSL("localhost", port, context=context, timeout=50)
                client.ehlo()
                print(client.esmtp_features.get("auth"))
                print(client.docmd("AUTH", "EXTERNAL " + (b64(user.encode()) or "=")))
                print(client.docmd("MAIL", "FROM:<%s>" % (user if "@" in user else "x@localhost")))
                print(client.docmd("RCPT", "TO:<bob@far.test>"))
                if client.docmd("DATA")[0] == 354:
                    client.send(b"Subject: external\\r\\n.\\r\\n")
                    print(client.getreply())

            {"PLUS": plus, "EXTERNAL": external}.get(how, library)()
            """;

    private Postern postern;
    private RecordingSink sink;
    private Path home;
    private Path certificate;
    private String fingerprint = "";
    private int implicit;
    private int clear;

    @BeforeAll
    void start(@TempDir(factory = OpenFolder.class) Path folder) throws IOException {
        sink = new RecordingSink();
        home = folder;
        certificate = folder.resolve("cert.pem");
        SelfSigned.write(certificate, folder.resolve("key.pem"), "localhost", "localhost");
        SelfSigned.write(
                folder.resolve("client.pem"), folder.resolve("client.key"), "carol", "carol");
        SelfSigned.write(
                folder.resolve("forged.pem"), folder.resolve("forged.key"), "dave", "dave");
        TestAuthority authority =
                TestAuthority.create()
                        .issueNamed("dave", "dave")
                        .issue(
                                "erin",
                                "host.example.net",
                                "*.example.net",
                                "erin@Example.NET",
                                "e2@example.net");
        Files.writeString(folder.resolve("ca.pem"), authority.pem());
        Files.writeString(folder.resolve("dave.pem"), authority.credential("dave"));
        Files.writeString(folder.resolve("names.pem"), authority.credential("erin"));
        TestAuthority stranger = TestAuthority.create().issue("erin", "erin@example.net");
        Files.writeString(folder.resolve("strange.pem"), stranger.credential("erin"));
        fingerprint = SelfSigned.fingerprint(folder.resolve("client.pem"));
        implicit = Postern.freePort();
        clear = Postern.freePort();
        postern = Postern.prepare(folder.resolve("postern"), sink.nextHop(), more(folder));
        Tool.Ended added =
                Tool.run(
                        SOON,
                        "s3cret pass\n",
                        Tool.root().resolve("bin/postern").toString(),
                        "-c",
                        postern.config().toString(),
                        "passwd",
                        "ann",
                        "--scheme",
                        "argon2id,scram-sha-256");
        assertThat(added.output()).contains("ann: added");
        postern.start();
    }

    private String more(Path folder) {
        return """

        [smtpd]
        trusted = []
        client_certificates = true
        client_authorities = "%1$s/ca.pem"

        [smtpd.auth]
        certificates = { "SHA256:%4$s" = "carol", "CN=dave" = "dave" }
        certificate_names = ["email", "dns"]

        [auth]
        passwords = "auth/passwords"
        failure_delay = "200ms"

        [[certificate]]
        file = "%1$s/cert.pem"
        key = "%1$s/key.pem"

        [[listener]]
        name = "submissions"
        kind = "submissions"
        address = "127.0.0.1:%2$d"

        [[listener]]
        name = "clear"
        kind = "submission"
        address = "127.0.0.1:%3$d"
        starttls = "never"
        auth = "offer-in-clear"
        """
                .formatted(folder, implicit, clear, fingerprint);
    }

    @AfterAll
    void stop() throws IOException {
        if (postern != null) {
            postern.close();
        }
        sink.close();
    }

    private String client(int port, String how, String user, String password) throws IOException {
        return client(port, how, user, password, "client.pem", "client.key");
    }

    private String client(
            int port, String how, String user, String password, String shown, String key)
            throws IOException {
        Tool.needs("python3");
        return Tool.run(
                        SOON,
                        CLIENT,
                        "python3",
                        "-",
                        String.valueOf(port),
                        how,
                        user,
                        password,
                        certificate.toString(),
                        home.resolve(shown).toString(),
                        home.resolve(key).toString())
                .output();
    }

    /** Who shows a certificate that is known need not say more. */
    @Test
    void aCertificateIsALogin() throws IOException {
        assertThat(client(implicit, "EXTERNAL", "", ""))
                .contains("EXTERNAL SCRAM-SHA-256-PLUS")
                .contains("(235, b'2.7.0 Authentication successful')");
    }

    /** RFC 4422 appendix A: who names a login must be whom the certificate is of. */
    @Test
    void aCertificateIsNobodyElsesLogin() throws IOException {
        assertThat(client(implicit, "EXTERNAL", "ann", "")).contains("(535, b'5.7.8");
    }

    /** An authority vouches for the name; who issued the same name himself has none. */
    @Test
    void aNameThatAnAuthorityVouchesForIsALogin() throws IOException {
        assertThat(client(implicit, "EXTERNAL", "dave", "", "dave.pem", "dave.pem"))
                .startsWith(" EXTERNAL ")
                .contains("(235, b'2.7.0")
                .contains("(250, b'2.1.0");
        assertThat(client(implicit, "EXTERNAL", "dave", "", "forged.pem", "forged.key"))
                .startsWith(" SCRAM-SHA-256-PLUS")
                .contains("(504, b'5.5.4")
                .contains("(530, b'5.7.0");
    }

    /** RFC 4422 appendix A: no other name than one that an authority vouches for. */
    @ParameterizedTest
    @CsvSource({
        "'', erin@example.net",
        "erin@example.net, erin@example.net",
        "e2@example.net, e2@example.net",
        "host.example.net, host.example.net",
        "x.example.net, ''",
        "*.example.net, ''",
        "ann@example.net, ''",
        "erin, ''",
    })
    void namesOfACertificateAreLogins(String asked, String login) throws IOException {
        String said = client(implicit, "EXTERNAL", asked, "", "names.pem", "names.pem");

        assertThat(said).startsWith(" EXTERNAL ").contains(login.isEmpty() ? "(535, " : "(235, ");
        if (!login.isEmpty()) {
            postern.awaitLog("sasl_method=EXTERNAL sasl_username=" + login);
        }
    }

    @Test
    void namesThatNobodyVouchesForAreNoLogins() throws IOException {
        assertThat(client(implicit, "EXTERNAL", "", "", "strange.pem", "strange.pem"))
                .startsWith(" SCRAM-SHA-256-PLUS")
                .contains("(504, b'5.5.4");
    }

    /** Our own smtp is a client too, and takes the best mechanism there is. */
    @Test
    void aRelayAuthenticates(@TempDir(factory = OpenFolder.class) Path folder) throws IOException {
        String hop = "[127.0.0.1]:" + postern.submission();
        String credentials =
                """

                [smtp]
                tls = "encrypt"
                sasl_credentials = ["relay"]

                [table.relay]
                kind = "inline"
                entries = { "%s" = "ann:s3cret pass" }
                """
                        .formatted(hop);
        try (Postern relay = Postern.start(folder.resolve("relay"), hop, credentials);
                Client client = Client.greeted(relay.smtp())) {
            assertThat(
                            client.send(
                                    "ann@example.net",
                                    "bob@far.test",
                                    "Subject: relayed by login\r\n\r\nx"))
                    .startsWith("250");
            sink.awaitMail("relayed by login");
            relay.awaitLog("status=sent");
            assertThat(relay.log()).doesNotContain("s3cret");
        }
        postern.awaitLog("sasl_method=SCRAM-SHA-256-PLUS sasl_username=ann");
    }

    @ParameterizedTest
    @ValueSource(strings = {"PLAIN", "LOGIN", "PLAIN-implicit", "LOGIN-implicit"})
    void pythonsLibrary(String how) throws IOException {
        int port = how.endsWith("implicit") ? implicit : postern.submission();

        assertThat(client(port, how, "ann", "s3cret pass"))
                .contains("(235, b'2.7.0 Authentication successful')")
                .doesNotContain("before TLS: PLAIN");
        sink.awaitMail("Subject: " + how + "\r\n", "ESMTPSA");
        postern.awaitLog("sasl_method=" + how.replace("-implicit", "") + " sasl_username=ann");
    }

    /** RFC 9266: openssl exports the same of the connection as we do. */
    @Test
    void channelBindingByAnotherTls() throws IOException {
        assertThat(client(implicit, "PLUS", "ann", "s3cret pass")).startsWith("235 2.7.0");
        assertThat(client(implicit, "PLUS", "ann", "wrong")).startsWith("535 5.7.8");
    }

    @Test
    void whoIsWrongLearnsNothing() throws IOException {
        String wrong = client(postern.submission(), "PLAIN", "ann", "wrong");
        String unknown = client(postern.submission(), "PLAIN", "nobody", "wrong");

        assertThat(wrong).contains("535").isEqualTo(unknown);
        postern.awaitLog("SASL PLAIN authentication failed: reason=wrong password");
        postern.awaitLog("SASL PLAIN authentication failed: reason=unknown user");
        assertThat(postern.log()).doesNotContain("s3cret");
    }

    @ParameterizedTest
    @ValueSource(strings = {"SCRAM-SHA-256", "PLAIN", "LOGIN"})
    void gsasl(String mechanism) throws IOException {
        Path gsasl = Tool.peer("gsasl/usr/bin/gsasl");
        Path library = Tool.peer("gsasl/usr/lib/x86_64-linux-gnu");

        String said =
                Tool.run(
                                SOON,
                                "",
                                Map.of("LD_LIBRARY_PATH", library.toString()),
                                gsasl.toString(),
                                "--smtp",
                                "--connect",
                                "127.0.0.1:" + clear,
                                "--no-starttls",
                                "--mechanism",
                                mechanism,
                                "--authentication-id",
                                "ann",
                                "--authorization-id",
                                mechanism.equals("PLAIN") ? "ann" : "",
                                "--password",
                                "s3cret pass")
                        .output();

        assertThat(said).contains("235 2.7.0");
    }

    /** The file changes while it is used. */
    @Test
    void passwordsChangeWithoutARestart() throws IOException {
        Tool.Ended added = passwd("first\n", "carl", "--scheme", "argon2id,scram-sha-256");
        assertThat(added.output()).contains("carl: added");
        await().atMost(SOON)
                .until(() -> client(implicit, "PLAIN-implicit", "carl", "first").contains("235"));
        assertThat(passwd("second\n", "carl", "--scheme", "argon2id,scram-sha-256").output())
                .contains("carl: changed");
        await().atMost(SOON)
                .until(() -> client(implicit, "PLAIN-implicit", "carl", "second").contains("235"));
        assertThat(client(implicit, "PLAIN-implicit", "carl", "first")).contains("535");
        assertThat(passwd("", "--delete", "carl").output()).contains("carl: deleted");
    }

    private Tool.Ended passwd(String in, String... words) throws IOException {
        List<String> all =
                Stream.concat(
                                Stream.of(
                                        Tool.root().resolve("bin/postern").toString(),
                                        "-c",
                                        postern.config().toString(),
                                        "passwd"),
                                Stream.of(words))
                        .toList();
        return Tool.run(SOON, in, all.toArray(String[]::new));
    }

    /** Another maker's service behind the same protocol. */
    @Test
    void dovecotTells(@TempDir(factory = OpenFolder.class) Path folder) throws IOException {
        Path unpacked = Dovecot.unpacked();
        Files.writeString(
                folder.resolve("users"),
                "dora:{PLAIN}dovecot pass\ngone:{PLAIN}dovecot pass::::::nologin reason=left\n");
        int port = Postern.freePort();
        String more =
                more(home)
                        .replace(
                                "passwords = \"auth/passwords\"",
                                "dovecot = \"" + folder + "/auth\"")
                        .replace(":" + implicit, ":" + port)
                        .replace(":" + clear, ":" + Postern.freePort());
        try (Dovecot _ = Dovecot.start(unpacked, folder, dovecot(folder), folder.resolve("auth"));
                Postern other = Postern.start(folder.resolve("postern"), "", more)) {
            assertThat(client(port, "PLAIN-implicit", "dora", "dovecot pass")).contains("235");
            assertThat(client(port, "LOGIN-implicit", "dora", "dovecot pass")).contains("235");
            assertThat(client(port, "PLAIN-implicit", "dora", "wrong")).contains("535");
            assertThat(client(port, "PLAIN-implicit", "nobody", "wrong")).contains("535");
            assertThat(client(port, "PLAIN-implicit", "gone", "dovecot pass")).contains("535");
            other.awaitLog("sasl_method=LOGIN sasl_username=dora");
            other.awaitLog("reason=left sasl_username=gone");
        }
    }

    private static String dovecot(Path folder) {
        return """
                protocols =
                auth_mechanisms = plain login
                auth_failure_delay = 0
                passdb {
                  driver = passwd-file
                  args = %1$s/users
                }
                userdb {
                  driver = static
                  args = uid=nobody gid=nogroup home=/nonexistent
                }
                service auth {
                  unix_listener %1$s/auth {
                    mode = 0666
                  }
                }
                """
                .formatted(folder);
    }
}
