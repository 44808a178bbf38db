package postern.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** sendmail and its other names, called as cron does: with next to no environment. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SendmailCommandTest {
    private static final Duration SOON = Duration.ofSeconds(60);

    private Postern postern;

    @BeforeAll
    void start(@TempDir(factory = OpenFolder.class) Path folder) throws IOException {
        postern = Postern.prepare(folder, "", "");
        String text = Files.readString(postern.config());
        Files.writeString(
                postern.config(),
                text.replace("[domains]\n", "[domains]\norigin = \"localhost\"\n"));
        postern.start();
    }

    @AfterAll
    void stop() {
        if (postern != null) {
            postern.close();
        }
    }

    private static Tool.Ended run(Postern of, String name, String input, String... words)
            throws IOException {
        List<String> all =
                new ArrayList<>(
                        List.of(
                                "env",
                                "-i",
                                "HOME=/",
                                "LOGNAME=" + Postern.USER,
                                "PATH=/usr/bin:/bin",
                                "SHELL=/bin/sh",
                                "POSTERN_CONFIG=" + of.config(),
                                Tool.root().resolve("bin").resolve(name).toString()));
        all.addAll(List.of(words));
        return Tool.run(SOON, input, all.toArray(String[]::new));
    }

    /** The message with that subject, once it lies in the user's Maildir. */
    private String mail(String subject) {
        return await("mail with Subject: " + subject + "; log: " + postern.logFile())
                .atMost(SOON)
                .until(() -> find(subject), text -> !text.isEmpty());
    }

    private String find(String subject) throws IOException {
        for (Path file : postern.mail(Postern.USER)) {
            String text = Files.readString(file);
            if (text.contains("\nSubject: " + subject + "\n")) {
                return text;
            }
        }
        return "";
    }

    /** What Postfix's takes, taken by ours: the message arrives. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "-bm -i -oi -oem -odb -om -oo -os -o7 -o8",
                "-Ac -Am -G -U -m -n -x -c",
                "-B8BITMIME -B 7BIT -L tag -O DeliveryMode=b -oA/etc/aliases -h 5 -p ESMTP -X log",
                "-N never -R hdrs -V id",
                "-f ann@example.net -FAnn",
                "-r ann@example.net",
                "-v"
            })
    void optionsOfOthersSendTheMessage(String options) throws IOException {
        List<String> words = new ArrayList<>(List.of(options.split(" ")));
        words.add(Postern.USER);
        String subject = "options " + options;
        Tool.Ended sent =
                run(
                        postern,
                        "sendmail",
                        "Subject: " + subject + "\n\nbody\n",
                        words.toArray(String[]::new));

        assertThat(sent.code()).as(sent.output()).isZero();
        String mail = mail(subject);
        assertThat(mail).contains("\n\nbody\n").contains("\nDelivered-To: " + Postern.USER + "@");
        if (options.contains("ann@example.net")) {
            assertThat(mail).startsWith("Return-Path: <ann@example.net>\n");
        } else {
            assertThat(mail).startsWith("Return-Path: <" + Postern.USER + "@localhost>\n");
        }
    }

    /** RFC 6409 §4.2: cron's own header. */
    @Test
    void namesOfCronAreCompleted() throws IOException {
        String message =
                "From: root (Cron Daemon)\nTo: %s\nSubject: Cron <root@pc> true\n\nran\n"
                        .formatted(Postern.USER);
        Tool.Ended sent =
                run(postern, "sendmail", message, "-FCronDaemon", "-i", "-oem", Postern.USER);

        assertThat(sent.code()).as(sent.output()).isZero();
        assertThat(mail("Cron <root@pc> true"))
                .contains("\nFrom: root@localhost (Cron Daemon)\n")
                .contains("\nTo: " + Postern.USER + "@localhost\n");
    }

    /** RFC 5322 §3.6.2: a From field has an address in it, also where the envelope has none. */
    @Test
    void mailFromNobodyHasAnAuthor() throws IOException {
        String message = "Subject: from nobody\n\nx\n";
        Tool.Ended sent = run(postern, "sendmail", message, "-f", "<>", Postern.USER);

        assertThat(sent.code()).as(sent.output()).isZero();
        assertThat(mail("from nobody"))
                .startsWith("Return-Path: <>\n")
                .contains("\nFrom: MAILER-DAEMON@mx.interop.test\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    -bp         | 0  | Mail queue is empty
                    -bi         | 0  |
                    -I          | 0  |
                    -bh         | 0  |
                    -bH         | 0  |
                    -q          | 0  |
                    -q15m       | 0  |
                    -qRfar.test | 0  |
                    -bv         | 64 | no recipient
                    -bv USER    | 0  | deliverable
                    -bv nobody.of.that.name | 67 | 550 5.1.1
                    -bd         | 64 | postern start
                    -bS         | 64 | bsmtp
                    -bz USER    | 64 | not supported
                    -Z USER     | 64 | unknown flag -Z
                    -XV USER    | 0  |
                    -XV@@ USER  | 64 | delimiters
                    -f          | 64 | needs a value
                    ''          | 64 | no recipient
                    nobody.of.that.name | 67 | nothing was sent
                    a@b..c      | 65 | nothing was sent
                    """)
    void modesAndMistakesHaveTheirStatus(String words, int code, String said) throws IOException {
        String[] arguments =
                words.isEmpty() ? new String[0] : words.replace("USER", Postern.USER).split(" ");
        Tool.Ended ended = run(postern, "sendmail", "Subject: mistake\n\nx\n", arguments);

        assertThat(ended.code()).as(ended.output()).isEqualTo(code);
        assertThat(ended.output()).contains(said == null ? "" : said);
    }

    @Test
    void otherNames() throws IOException {
        assertThat(run(postern, "mailq", "").output()).contains("Mail queue is empty");
        assertThat(run(postern, "newaliases", "").code()).isZero();
        Postern other = Postern.prepare(postern.folder().resolve("other"), "", "");
        String named = other.config().toString();
        assertThat(run(postern, "mailq", "", "-C", named).code()).isNotZero();
        assertThat(run(postern, "newaliases", "", "-C", named).code()).isNotZero();
        assertThat(run(postern, "mailq", "", "-Z").code()).isEqualTo(64);
        Tool.Ended uucp =
                run(
                        postern,
                        "rmail",
                        "From ann Sat Nov 21 10:00:00 2026 remote from far\nSubject: by rmail\n\nx\n",
                        Postern.USER + "@localhost");
        assertThat(uucp.code()).as(uucp.output()).isZero();
        assertThat(mail("by rmail")).startsWith("Return-Path: <ann@far>\n");
        String batch =
                "HELO far\nMAIL FROM:<ann@far.test>\nRCPT TO:<%s@localhost>\nDATA\nSubject: by bsmtp\n\n..dot\n.\nQUIT\n"
                        .formatted(Postern.USER);
        assertThat(run(postern, "bsmtp", batch).code()).isZero();
        assertThat(mail("by bsmtp")).contains("\n\n.dot\n");
    }

    @Test
    void whenNothingRunsItIsToBeTriedAgain(@TempDir(factory = OpenFolder.class) Path folder)
            throws IOException {
        Postern down = Postern.prepare(folder, "", "");
        Tool.Ended sent = run(down, "sendmail", "Subject: x\n\nx\n", Postern.USER);

        assertThat(sent.code()).isEqualTo(75); // EX_TEMPFAIL
        assertThat(sent.output()).contains("postern start").contains("nothing was sent");
        assertThat(run(down, "mailq", "").code()).isNotZero();
    }
}
