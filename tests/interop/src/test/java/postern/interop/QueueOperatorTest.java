package postern.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What docs/howto/queue.md shows: an operator with a queue that has real trouble in it. */
class QueueOperatorTest {
    private static final Duration SOON = Duration.ofSeconds(120);
    private static final String SENDER = Postern.USER + "@localhost";

    private static String trouble(RecordingSink sink, int dead) {
        return """

        [routing]
        transport = ["routes"]

        [table.routes]
        kind = "inline"
        entries = { "trouble.test" = "smtp:%s", "dead.test" = "smtp:[127.0.0.1]:%d" }

        [qmgr]
        backoff_min = "1h"
        destination_retry = "1h"
        """
                .formatted(sink.nextHop(), dead);
    }

    private static void send(Postern postern, String... recipients) throws IOException {
        try (Client client = Client.greeted(postern.smtp())) {
            for (String recipient : recipients) {
                assertThat(client.send(SENDER, recipient, "Subject: x\r\n\r\nbody"))
                        .startsWith("250");
            }
        }
    }

    private static String said(Postern postern, String... words) throws IOException {
        List<String> all = new ArrayList<>(List.of("queue"));
        all.addAll(List.of(words));
        Tool.Ended ended = postern.command(all.toArray(String[]::new));
        assertThat(ended.code()).as(all + ": " + ended.output()).isZero();
        return ended.output();
    }

    private static String id(Postern postern, String recipient) throws IOException {
        Matcher found =
                Pattern.compile("\"id\":\"([^\"]+)\"")
                        .matcher(said(postern, "list", "--json", "--recipient", recipient));
        assertThat(found.find()).as(recipient).isTrue();
        return found.group(1);
    }

    @Test
    void troubleIsSeenAndMended(@TempDir(factory = OpenFolder.class) Path folder)
            throws IOException {
        int dead = Postern.freePort();
        try (RecordingSink sink = new RecordingSink(0, RecordingSink.Manner.TROUBLED);
                Postern postern = Postern.start(folder, "", trouble(sink, dead))) {
            send(
                    postern,
                    "ann@trouble.test",
                    "grey@trouble.test",
                    "full@trouble.test",
                    "unknown@trouble.test",
                    "bob@dead.test");
            await().atMost(SOON)
                    .until(
                            () ->
                                    said(postern, "list", "--reason", "refused")
                                                    .contains("bob@dead")
                                            && said(postern, "list", "--reason", "greylisted")
                                                    .contains("grey@trouble.test")
                                            && said(postern, "list", "--reason", "mailbox is full")
                                                    .contains("full@trouble.test"));
            // unknown user: its sender was told at once, in the sender's mailbox
            await().atMost(SOON).until(() -> !postern.mail(Postern.USER).isEmpty());
            assertThat(Files.readString(postern.mail(Postern.USER).getFirst()))
                    .contains("Action: failed")
                    .contains("Diagnostic-Code: smtp; 550 5.1.1 No such user here\r\n".strip());
            assertThat(said(postern, "list"))
                    .startsWith("-Queue ID-  --Size-- ----Arrival Time---- -Sender/Recipient")
                    .contains("in 3 Requests.");
            assertThat(said(postern, "summary"))
                    .contains("TOTAL     3")
                    .contains("[127.0.0.1]:" + dead + "     1");

            // greylisting: a flush of the one is immediate, and its history tells
            String grey = id(postern, "grey@trouble.test");
            assertThat(said(postern, "flush", grey)).isEqualTo("1 message due now\n");
            await().atMost(SOON)
                    .until(() -> said(postern, "history", grey).contains("attempt 2 for"));
            said(postern, "flush", "--destination", "trouble.test");
            await().atMost(SOON)
                    .until(() -> said(postern, "history", grey).contains("not in the queue"));
            assertThat(said(postern, "history", grey))
                    .contains(" taken from <" + SENDER + ">")
                    .contains("attempt 1 for <grey@trouble.test>")
                    .contains("attempt 3 for <grey@trouble.test>")
                    .contains(": delivered");

            // a dead host: held, and it stays held
            assertThat(said(postern, "hold", "--destination", "dead.test", "--dry-run"))
                    .isEqualTo("1 message would be held\n");
            assertThat(said(postern, "hold", "--destination", "dead.test", "--yes"))
                    .isEqualTo("1 message held\n");
            String held = id(postern, "bob@dead.test");
            String full = id(postern, "full@trouble.test");
            postern.killAll();
            postern.start();
            await().atMost(SOON)
                    .until(() -> said(postern, "list", "--state", "held").contains(held + "!"));
            assertThat(said(postern, "history", held)).contains("attempt 1 for").contains("held");

            givenUp(postern, full);
            assertThat(said(postern, "delete", "--all", "--yes")).isEqualTo("1 message deleted\n");
            assertThat(said(postern, "list")).isEqualTo("Mail queue is empty\n");
        }
    }

    /** A full mailbox: given up, and its sender is told. */
    private static void givenUp(Postern postern, String full) throws IOException {
        int told = postern.mail(Postern.USER).size();
        assertThat(said(postern, "expire", full)).isEqualTo("1 message expired\n");
        await().atMost(SOON).until(() -> postern.mail(Postern.USER).size() > told);
        assertThat(said(postern, "history", full))
                .contains("sender told of failure")
                .contains("not in the queue any more");
    }

    @Test
    void anotherUserSeesTheirOwnMailOnly(@TempDir(factory = OpenFolder.class) Path folder)
            throws IOException {
        assumeTrue(Tool.isRoot(), "one user alone cannot show it");
        Tool.needs("setpriv");
        int dead = Postern.freePort();
        try (RecordingSink sink = new RecordingSink(0, RecordingSink.Manner.TROUBLED);
                Postern postern = Postern.start(folder, "", trouble(sink, dead))) {
            send(postern, "bob@dead.test");
            String foreign = id(postern, "bob@dead.test");
            postern.behind("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups");
            assertThat(said(postern, "list")).isEqualTo("Mail queue is empty\n");
            assertThat(postern.command("queue", "show", foreign).code()).isEqualTo(66);
            assertThat(postern.command("queue", "cat", foreign).code()).isEqualTo(66);
            assertThat(postern.command("queue", "delete", foreign).code()).isEqualTo(77);
            assertThat(postern.command("queue", "flush").code()).isEqualTo(77);
        }
    }
}
