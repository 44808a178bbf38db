package postern.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A site whose virtual domain is in a real database, directory or store: docs/howto/site.md. Each
 * is asked, attacked, stopped, killed and started again. Most of that is waiting: the rows run
 * beside each other, on ports and folders of their own.
 */
@Execution(ExecutionMode.CONCURRENT)
class DatabaseTablesTest {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final String MESSAGE = "Subject: s\r\n\r\nbody";

    enum Kind {
        POSTGRESQL,
        MARIADB,
        SLAPD,
        MEMCACHED,
        REDIS;

        Databases start(Path folder) throws IOException {
            return switch (this) {
                case POSTGRESQL -> Databases.postgresql(folder);
                case MARIADB -> Databases.mariadb(folder);
                case SLAPD -> Databases.slapd(folder);
                case MEMCACHED -> Stores.memcached(folder);
                case REDIS -> Stores.redis(folder);
            };
        }
    }

    /** Local parts made to break out of a statement, a filter, a DN or a path. */
    private static final List<String> ATTACKS =
            List.of(
                    "x' OR '1'='1",
                    "x'; DROP TABLE boxes; --",
                    "x\\' OR 1=1 -- ",
                    "x\" OR \"1\"=\"1",
                    "*",
                    "*)(uid=*",
                    "a*",
                    "\\2a",
                    "ann,dc=shop",
                    "ann,sn=Lee",
                    "%",
                    "_nn",
                    "../../etc/passwd",
                    "$(id)");

    private static Postern site(Path folder, Databases database) throws IOException {
        return site(folder, database.tables());
    }

    /**
     * @param tables boxes, aliases and odd
     */
    static Postern site(Path folder, String tables) throws IOException {
        Postern postern = Postern.prepare(folder.resolve("postern"), "[127.0.0.1]:9", "");
        Path base = Files.createDirectory(folder.resolve("vhosts"));
        if (Tool.isRoot()) {
            Files.setAttribute(base, "unix:uid", 65_534);
            Files.setAttribute(base, "unix:gid", 65_534);
        }
        String text = Files.readString(postern.config());
        Files.writeString(
                postern.config(),
                text.replace(
                                "[local]\n",
                                """
                                virtual_mailbox = ["shop.example"]
                                virtual_mailboxes = ["boxes"]
                                virtual_aliases = ["aliases"]
                                [local]
                                """)
                        + """
                        [virtual]
                        base = "%s"
                        mailboxes = ["boxes"]
                        uid = 65534
                        gid = 65534
                        """
                                .formatted(base)
                        + tables);
        return postern;
    }

    private static List<Path> mail(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder.resolve("vhosts"))) {
            return files.filter(file -> file.toString().contains("/ann/new/")).toList();
        }
    }

    /** RFC 5321 §4.1.2: Quoted-string. */
    private static String quoted(String localPart) {
        return '"' + localPart.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    private static String send(Postern postern, String to) throws IOException {
        try (Client client = Client.greeted(postern.smtp())) {
            return client.send("x@far.example", to, MESSAGE);
        }
    }

    private static String query(Postern postern, String table, String key) throws IOException {
        return postern.command("table", "query", table, key).output();
    }

    @ParameterizedTest
    @EnumSource
    void aVirtualDomainIsThere(Kind kind, @TempDir(factory = OpenFolder.class) Path folder)
            throws IOException {
        try (Databases database = kind.start(folder.resolve("database"));
                Postern postern = site(folder, database)) {
            assertThat(postern.command("check").output()).contains("ok");
            postern.start();

            assertThat(query(postern, "boxes", "ann@shop.example")).contains("shop.example/ann/");
            assertThat(query(postern, "odd", "ann@shop.example")).contains("7 of ann@shop.example");
            assertThat(postern.command("table", "query", "boxes", "eve@shop.example").code())
                    .isEqualTo(1);
            assertThat(query(postern, "aliases", "all@shop.example"))
                    .contains("ann@shop.example")
                    .contains("o'hara@shop.example");
            assertThat(postern.command("explain", "address", "sales@shop.example").output())
                    .contains("virtual alias sales@shop.example -> ann@shop.example")
                    .contains("table aliases postern.toml:")
                    .contains("table boxes postern.toml:");

            try (Client client = Client.greeted(postern.smtp())) {
                assertThat(client.say("MAIL FROM:<x@far.example>")).startsWith("250");
                for (String attack : ATTACKS) {
                    assertThat(client.say("RCPT TO:<" + quoted(attack) + "@shop.example>"))
                            .as(attack)
                            .startsWith("550 5.1.1");
                }
                assertThat(client.say("RCPT TO:<ann@shop.example>")).startsWith("250");
            }
            assertThat(postern.command("table", "query", "boxes", "*@shop.example").code())
                    .isEqualTo(1);
            assertThat(send(postern, "ann@shop.example")).startsWith("250");
            assertThat(send(postern, "sales@shop.example")).startsWith("250");
            assertThat(send(postern, "eve@shop.example")).startsWith("550 5.1.1");
            await().atMost(SOON).until(() -> mail(folder).size() == 2);

            assertThat(postern.log()).doesNotContain(Databases.PASSWORD);
            assertThat(postern.command("status").output()).doesNotContain(Databases.PASSWORD);
        }
    }

    @ParameterizedTest
    @EnumSource
    void nothingIsLostWhileItHangsOrIsDead(
            Kind kind, @TempDir(factory = OpenFolder.class) Path folder) throws IOException {
        try (Databases database = kind.start(folder.resolve("database"));
                Postern postern = site(folder, database)) {
            postern.start();
            assertThat(send(postern, "ann@shop.example")).startsWith("250");
            await().atMost(SOON).until(() -> mail(folder).size() == 1);
            assertThat(send(postern, "ann+taken@shop.example")).startsWith("250");
            await().atMost(SOON).until(() -> mail(folder).size() == 2);

            database.stop();
            assertThat(send(postern, "ann+hangs@shop.example")).startsWith("451 4.3.0");
            assertThat(send(postern, Postern.USER + "@localhost")).startsWith("451"); // an alias?
            assertThat(postern.command("table", "query", "boxes", "ann@shop.example").code())
                    .isEqualTo(75);
            database.resume();
            await().atMost(SOON)
                    .until(() -> send(postern, "ann+back@shop.example").startsWith("250"));
            await().atMost(SOON).until(() -> mail(folder).size() == 3);

            database.kill();
            assertThat(send(postern, "ann+dead@shop.example")).startsWith("451 4.3.0");
            assertThat(send(postern, "eve+dead@shop.example")).startsWith("451 4.3.0");
            database.start();
            await().atMost(SOON)
                    .until(() -> send(postern, "ann+again@shop.example").startsWith("250"));
            await().atMost(SOON).until(() -> mail(folder).size() == 4);
            await().atMost(SOON)
                    .until(() -> send(postern, "eve+again@shop.example").startsWith("550 5.1.1"));
        }
    }

    /** Taken while it was there, to be delivered while it is dead: virtual asks for the mailbox. */
    @ParameterizedTest
    @EnumSource
    void whatWasTakenWaitsInTheQueue(Kind kind, @TempDir(factory = OpenFolder.class) Path folder)
            throws IOException {
        try (Databases database = kind.start(folder.resolve("database"));
                Postern postern = site(folder, database)) {
            postern.start();
            try (Client client = Client.greeted(postern.smtp())) {
                assertThat(client.say("MAIL FROM:<x@far.example>")).startsWith("250");
                assertThat(client.say("RCPT TO:<ann@shop.example>")).startsWith("250");
                assertThat(client.say("DATA")).startsWith("354");
                database.kill();
                client.raw(MESSAGE + "\r\n.\r\n");
                String reply = client.reply();
                assertThat(reply).matches("(250|451).*");
                if (reply.startsWith("250")) {
                    await().atMost(SOON).until(() -> postern.log().contains("status=deferred"));
                }
                database.start();
                if (reply.startsWith("451")) { // aliases are expanded when a message comes in
                    await().atMost(SOON)
                            .until(() -> send(postern, "ann@shop.example").startsWith("250"));
                }
            }
            await().atMost(SOON)
                    .until(
                            () -> {
                                assertThat(postern.command("queue", "flush").code()).isZero();
                                return mail(folder).size() == 1;
                            });
        }
    }
}
