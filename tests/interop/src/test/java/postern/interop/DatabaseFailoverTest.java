package postern.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import postern.interop.DatabaseTablesTest.Kind;
import postern.testkit.TestAuthority;

/**
 * Real databases, directories and stores of which one takes over from another, and their
 * certificates.
 */
@Execution(ExecutionMode.CONCURRENT)
class DatabaseFailoverTest {
    private static final Duration SOON = Duration.ofSeconds(60);

    /** New every time: smtpd remembers for a while what it was told of a recipient. */
    private static final AtomicInteger NAMES = new AtomicInteger();

    private static String rcpt(Client client, String user) throws IOException {
        String recipient = user + "+" + NAMES.incrementAndGet() + "@shop.example";
        return client.say("RCPT TO:<" + recipient + ">");
    }

    private static Client session(Postern postern) throws IOException {
        Client client = Client.greeted(postern.smtp());
        assertThat(client.say("MAIL FROM:<x@far.example>")).startsWith("250");
        return client;
    }

    private static String where(Databases server) {
        return "\"127.0.0.1:" + server.port() + "\"";
    }

    /** Killed and hung in the midst of questions: nobody notices while there is a second. */
    @ParameterizedTest
    @EnumSource
    void theSecondAnswersForTheFirst(Kind kind, @TempDir(factory = OpenFolder.class) Path folder)
            throws IOException {
        try (Databases first = kind.start(folder.resolve("first"));
                Databases second = kind.start(folder.resolve("second"));
                Postern postern =
                        DatabaseTablesTest.site(
                                folder,
                                first.tables()
                                        .replace(
                                                "[" + where(first) + "]",
                                                "[" + where(first) + ", " + where(second) + "]"))) {
            postern.start();
            try (Client client = session(postern)) {
                for (int i = 0; i < 120; i++) {
                    if (i == 40) {
                        first.kill();
                    }
                    assertThat(rcpt(client, "ann")).as("question " + i).startsWith("250");
                }
                assertThat(rcpt(client, "eve")).startsWith("550 5.1.1");
            }
            first.start();
            second.kill(); // whoever was asked last
            try (Client client = session(postern)) {
                await().atMost(SOON).until(() -> rcpt(client, "ann").startsWith("250"));
            }
            second.start();
            first.stop(); // takes connections and says nothing
            try (Client client = session(postern)) {
                assertThat(rcpt(client, "ann")).startsWith("250");
                assertThat(rcpt(client, "eve")).startsWith("550 5.1.1");
            }
            second.kill();
            try (Client client = session(postern)) {
                assertThat(rcpt(client, "ann"))
                        .startsWith("451 4.3.0")
                        .endsWith("Temporary lookup failure"); // why is no stranger's business
                assertThat(rcpt(client, "eve")).startsWith("451 4.3.0");
            }
            await().atMost(SOON).until(() -> postern.log().matches("(?s).*reason=\\S*127.0.0.1.*"));
            first.resume();
            try (Client client = session(postern)) {
                await().atMost(SOON).until(() -> rcpt(client, "ann").startsWith("250"));
                assertThat(rcpt(client, "eve")).startsWith("550 5.1.1");
            }
        }
    }

    /** Servers that have TLS. */
    enum Secured {
        POSTGRESQL(""),
        MARIADB(""),
        SLAPD_START_TLS(""),
        SLAPD_LDAPS("start_tls = false\n");

        private final String more;

        Secured(String more) {
            this.more = more;
        }

        Databases start(Path folder, String credential) throws IOException {
            return switch (this) {
                case POSTGRESQL -> Databases.postgresql(folder, credential);
                case MARIADB -> Databases.mariadb(folder, credential);
                case SLAPD_START_TLS -> Databases.slapd(folder, credential, "ldap");
                case SLAPD_LDAPS -> Databases.slapd(folder, credential, "ldaps");
            };
        }

        String tables(Databases server, String host, String tls) {
            return server.tables()
                    .replace(
                            "hosts = [" + where(server) + "]",
                            "hosts = [\"%s:%d\"]\n%s\n%s"
                                    .formatted(host, server.port(), tls, more));
        }
    }

    private static Tool.Ended asked(Path folder, String tables) throws IOException {
        Postern other =
                Postern.prepare(
                        Files.createTempDirectory(folder, "asked"), "[127.0.0.1]:9", tables);
        return other.command("table", "query", "boxes", "ann@shop.example");
    }

    /** By a table of that kind, whose server is our listener. */
    private static Tool.Ended asked(
            Path folder, String kind, ServerSocket listener, int timeoutSeconds)
            throws IOException {
        return asked(
                folder,
                """
                [lookup]
                drivers = ["%s"]
                [table.boxes]
                kind = "%s"
                hosts = ["127.0.0.1:%d"]
                timeout = "%ds"
                %s
                """
                        .formatted(
                                Tool.peer("mariadb/usr/share/java/mariadb-java-client.jar"),
                                kind,
                                listener.getLocalPort(),
                                timeoutSeconds,
                                question(kind)));
    }

    @ParameterizedTest
    @EnumSource
    void onlyWhoShowsTheRightCertificateIsAsked(
            Secured kind, @TempDir(factory = OpenFolder.class) Path folder) throws IOException {
        // GnuTLS, which slapd has, does not take EC keys as the JDK writes them
        TestAuthority authority =
                TestAuthority.create()
                        .issueRsa("good", "localhost")
                        .issueRsa("other", "db.example");
        Path trusted =
                Files.writeString(
                        Files.createDirectory(folder.resolve("trusted")).resolve("ca.pem"),
                        authority.pem());
        Path others =
                Files.writeString(
                        folder.resolve("trusted/others.pem"), TestAuthority.create().pem());
        String verify = "tls = \"verify\"\ntls_authorities = \"%s\"";
        try (Databases server =
                        kind.start(folder.resolve("database"), authority.credential("good"));
                Postern postern =
                        DatabaseTablesTest.site(
                                folder,
                                kind.tables(server, "localhost", verify.formatted(trusted)))) {
            postern.start();
            try (Client client = session(postern)) {
                assertThat(rcpt(client, "ann")).startsWith("250");
                assertThat(rcpt(client, "eve")).startsWith("550 5.1.1");
            }
            assertThat(
                            asked(folder, kind.tables(server, "127.0.0.1", "tls = \"encrypt\""))
                                    .output())
                    .contains("shop.example/ann/");

            Tool.Ended unknown =
                    asked(folder, kind.tables(server, "localhost", verify.formatted(others)));
            assertThat(unknown.code()).isEqualTo(75);
            assertThat(unknown.output()).containsIgnoringCase("certificat");

            server.kill();
            Files.writeString(
                    folder.resolve("database/credential.pem"), authority.credential("other"));
            server.start();
            Tool.Ended wrongName =
                    asked(folder, kind.tables(server, "localhost", verify.formatted(trusted)));
            assertThat(wrongName.code()).as(wrongName.output()).isEqualTo(75);
            assertThat(wrongName.output()).contains("localhost").containsIgnoringCase("certificat");
            try (Client client = session(postern)) {
                await().atMost(SOON).until(() -> rcpt(client, "ann").startsWith("451 4.3.0"));
                assertThat(rcpt(client, "eve")).startsWith("451 4.3.0");
            }
        }
    }

    /** The domain that has no TLS says so, and is told nothing: no password, no key. */
    @ParameterizedTest
    @EnumSource
    void whoHasNoTlsIsNotAskedWhereItIsWanted(
            Secured kind, @TempDir(factory = OpenFolder.class) Path folder) throws IOException {
        try (Databases server = kind.start(folder.resolve("database"), "");
                Postern postern =
                        DatabaseTablesTest.site(
                                folder, kind.tables(server, "localhost", "tls = \"encrypt\""))) {
            postern.start();
            try (Client client = session(postern)) {
                assertThat(rcpt(client, "ann")).startsWith("451 4.3.0");
                assertThat(rcpt(client, "eve")).startsWith("451 4.3.0");
            }
            Tool.Ended query = postern.command("table", "query", "boxes", "ann@shop.example");
            assertThat(query.code()).isEqualTo(75);
            assertThat(query.output()).matches("(?is).*(ssl|tls).*");
        }
    }

    /** What is no database's at all, and what announces more than a machine has. */
    private static final List<byte[]> GARBAGE =
            List.of(
                    "SSH-2.0-OpenSSH_9.2p1\r\n".getBytes(StandardCharsets.US_ASCII),
                    "HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII),
                    new byte[] {'E', 0x7f, -1, -1, -1, 'x', 0, 0},
                    new byte[] {-1, -1, -1, 0, 10, 'x', 0, 0},
                    new byte[] {0x30, (byte) 0x84, 0x7f, -1, -1, -1, 2, 1, 1},
                    new byte[64]);

    @ParameterizedTest
    @ValueSource(strings = {"pgsql", "mysql", "ldap"})
    void whoTalksNonsenseIsNoDatabase(String kind, @TempDir(factory = OpenFolder.class) Path folder)
            throws IOException {
        for (byte[] garbage : GARBAGE) {
            try (ServerSocket listener =
                    new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
                Thread.ofVirtual().start(() -> talk(listener, garbage));
                Tool.Ended ended = asked(folder, kind, listener, 3);
                assertThat(ended.code()).as(ended.output()).isEqualTo(75);
                assertThat(ended.output()).startsWith("postern: 127.0.0.1:");
            }
        }
    }

    /** What begins an answer of some ten thousand octets; it never ends. */
    @ParameterizedTest
    @CsvSource({
        "pgsql, 45000070004e",
        "mysql, ff7f00000a",
        "ldap, 3083010000020101648300fff0048300ffe0"
    })
    void whoDribblesIsBrokenOff(
            String kind, String begin, @TempDir(factory = OpenFolder.class) Path folder)
            throws Exception {
        CountDownLatch through = new CountDownLatch(1);
        try (ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual()
                    .start(() -> dribble(listener, HexFormat.of().parseHex(begin), through));
            Tool.Ended ended = asked(folder, kind, listener, 2);
            assertThat(ended.code()).as(ended.output()).isEqualTo(75);
            assertThat(ended.output())
                    .startsWith("postern: 127.0.0.1:")
                    .contains("no answer in time", "key ann@shop.example, ");
            assertThat(through.getCount()).as("it was read to the end").isOne();
        }
    }

    private static void dribble(ServerSocket listener, byte[] begin, CountDownLatch through) {
        try (Socket socket = listener.accept()) {
            socket.getOutputStream().write(begin);
            for (int i = 0; i < 20_000; i++) {
                socket.getOutputStream().write(1);
                boolean _ = through.await(20, TimeUnit.MILLISECONDS);
            }
            through.countDown();
        } catch (IOException | InterruptedException gone) {
            Thread.yield(); // the client has hung up, or the test is over
        }
    }

    private static String question(String kind) {
        return kind.equals("ldap")
                ? "search_base = \"dc=a\"\n"
                : "database = \"d\"\nuser = \"u\"\nquery = \"SELECT a FROM b WHERE c = '%s'\"\n";
    }

    /** What a server has more of than anybody wants: in one value, and in many. */
    @Test
    void whatHoldsTooMuchIsNoAnswer(@TempDir(factory = OpenFolder.class) Path folder)
            throws IOException {
        try (Databases server = Databases.mariadb(folder.resolve("database"))) {
            for (String query :
                    List.of(
                            "SELECT REPEAT('x', 12000000) FROM boxes WHERE address = '%s'",
                            "SELECT REPEAT('x', 1000000) FROM seq_1_to_100, boxes WHERE address = '%s'",
                            "SELECT 1 FROM seq_1_to_100000000, boxes WHERE address = '%s'")) {
                String tables =
                        server.tables()
                                .replace("SELECT path FROM boxes WHERE address = '%s'", query);
                Tool.Ended ended = asked(folder, tables);
                assertThat(ended.code()).as(query + ended.output()).isEqualTo(75);
                assertThat(ended.output()).as(query).contains("more than ");
            }
        }
    }

    private static void talk(ServerSocket listener, byte[] words) {
        while (!listener.isClosed()) {
            try (Socket socket = listener.accept()) {
                socket.getOutputStream().write(words);
                socket.shutdownOutput();
                socket.getInputStream().transferTo(OutputStream.nullOutputStream());
            } catch (IOException gone) {
                Thread.yield(); // the client has hung up, or the test is over
            }
        }
    }

    /** What is missing is told before anything starts, with its line and what to install. */
    @Test
    void checkTellsWhatIsMissing(@TempDir(factory = OpenFolder.class) Path folder)
            throws IOException {
        Postern postern =
                Postern.prepare(
                        folder,
                        "[127.0.0.1]:9",
                        """
                        [lookup]
                        drivers = ["/nowhere/driver.jar"]
                        [table.boxes]
                        kind = "mysql"
                        database = "d"
                        user = "u"
                        query = "SELECT a FROM b WHERE c = '%s'"
                        tls = "verify"
                        tls_authorities = "/nowhere/ca.pem"
                        """);
        Tool.Ended ended = postern.command("check");
        assertThat(ended.code()).isEqualTo(78);
        assertThat(ended.output())
                .contains("/nowhere/driver.jar")
                .contains("libmariadb-java")
                .contains("/nowhere/ca.pem: there is no such file");
    }
}
