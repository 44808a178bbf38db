package postern.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Any LMTP server can be a delivery agent, or the end of a transport: Dovecot's keeps mail. */
class DovecotTest {
    private static final Duration SOON = Duration.ofSeconds(20);

    private static final String AGENT =
            """

            [service]
            agents = { local = "%s" }
            """;

    private static final String TRANSPORT =
            """

            [transport.store]
            kind = "lmtp"
            next_hop = "unix:%s"

            [routing]
            transport = ["ways"]

            [table.ways]
            kind = "inline"
            entries = { "localhost" = "store:" }
            """;

    /**
     * @param by in the place of local, or as a transport of smtp's
     */
    @ParameterizedTest
    @ValueSource(strings = {"agent", "transport"})
    void dovecotKeepsMail(String by, @TempDir(factory = OpenFolder.class) Path folder)
            throws IOException {
        Path unpacked = Dovecot.unpacked();
        Path lmtp = folder.resolve("lmtp");
        try (Dovecot _ = Dovecot.start(unpacked, folder, configuration(folder), lmtp)) {
            String agents = (by.equals("agent") ? AGENT : TRANSPORT).formatted(lmtp);
            try (Postern postern = Postern.start(folder.resolve("postern"), "", agents);
                    Client client = Client.greeted(postern.smtp())) {

                assertThat(
                                client.send(
                                        "ann@example.net",
                                        Postern.USER + "@localhost",
                                        "Subject: to Dovecot\r\n\r\n..dot\r\nbody"))
                        .startsWith("250");

                await().atMost(SOON).until(() -> mails(folder).size() == 1);
                assertThat(Files.readString(mails(folder).getFirst()))
                        .contains("Subject: to Dovecot")
                        .contains("\n.dot\nbody");
                postern.awaitLog("status=sent");
                assertThat(postern.mail(Postern.USER)).isEmpty();
            }
        }
    }

    /** After aliases and .forward, which are local's: mailbox_transport. */
    @Test
    void localHandsUsersMailToDovecotsLmtp(@TempDir(factory = OpenFolder.class) Path folder)
            throws IOException {
        Path unpacked = Dovecot.unpacked();
        Path lmtp = folder.resolve("lmtp");
        try (Dovecot dovecot = Dovecot.start(unpacked, folder, configuration(folder), lmtp)) {
            String transport = "mailbox_transport = \"" + lmtp + "\"\n";
            try (Postern postern = Postern.start(folder.resolve("postern"), "", transport);
                    Client client = Client.greeted(postern.smtp())) {
                assertThat(client.send("ann@example.net", "games@localhost", "Subject: 1\r\n\r\nx"))
                        .startsWith("250");
                assertThat(client.send("ann@example.net", "news@localhost", "Subject: 2\r\n\r\nx"))
                        .startsWith("250");
                await().atMost(SOON).until(() -> mails(folder).size() == 2);
                assertThat(postern.mail("games")).isEmpty();

                dovecot.end();
                assertThat(client.send("ann@example.net", "games@localhost", "Subject: 3\r\n\r\nx"))
                        .startsWith("250");
                postern.awaitLog("status=deferred");
            }
        }
    }

    /** As the user, with the names that Dovecot's manual uses. */
    @Test
    void dovecotsLdaIsAMailboxCommand(@TempDir(factory = OpenFolder.class) Path folder)
            throws IOException {
        assumeTrue(Tool.isRoot(), "becomes the recipient, and lays Dovecot over /usr");
        Tool.needs("unshare");
        Path unpacked = Tool.peer("dovecot/usr");
        Dovecot.mailFolder(folder);
        Path conf =
                Files.writeString(
                        folder.resolve("lda.conf"),
                        """
                        base_dir = %1$s/run
                        log_path = /dev/stderr
                        ssl = no
                        first_valid_uid = 1
                        mail_location = maildir:%1$s/mail/%%u
                        """
                                .formatted(folder));
        String command =
                "mailbox_command = '/usr/lib/dovecot/dovecot-lda -c %s -f \"$SENDER\" -a \"$RECIPIENT\"'\n"
                        .formatted(conf);
        Postern postern = Postern.prepare(folder.resolve("postern"), "", command);
        postern.behind(
                "unshare",
                "--mount",
                "sh",
                "-c",
                "mount --make-rprivate / && " + Dovecot.overlay(unpacked) + " && exec \"$@\"",
                "sh");
        try (postern) {
            postern.start();
            try (Client client = Client.greeted(postern.smtp())) {
                assertThat(
                                client.send(
                                        "ann@example.net",
                                        "games@localhost",
                                        "Subject: by LDA\r\n\r\nbody"))
                        .startsWith("250");
            }
            await("log: " + postern.logFile()).atMost(SOON).until(() -> mails(folder).size() == 1);
            Path mail = mails(folder).getFirst();
            assertThat(Files.readString(mail))
                    .startsWith("Return-Path: <ann@example.net>\n")
                    .contains("Subject: by LDA\n\nbody");
            assertThat(Files.getOwner(mail).getName()).isEqualTo("games");
        }
    }

    private static List<Path> mails(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder.resolve("mail"))) {
            return files.filter(file -> file.toString().contains("/new/")).toList();
        } catch (UncheckedIOException underWay) {
            return List.of(); // Dovecot's locks come and go: whoever waits looks again
        }
    }

    private static String configuration(Path folder) {
        return """
                protocols = lmtp
                mail_location = maildir:%1$s/mail/%%n
                userdb {
                  driver = static
                  args = uid=nobody gid=nogroup home=%1$s/mail/%%n
                }
                passdb {
                  driver = static
                  args = nopassword=y
                }
                service lmtp {
                  unix_listener %1$s/lmtp {
                    mode = 0666
                  }
                }
                """
                .formatted(folder);
    }
}
