package postern.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TimeZone;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QueueClientTest {
    private static final String LIST =
            """
            id=01jd3k2p9x4\tarrived=1795203600\tsize=10240\tsender=ann@example.org\tstate=deferred
            address=bob@example.net\tstate=waiting\tattempts=3\tnext=1795205400\treason=connect to mx.example.net[192.0.2.1]:25: timed out
            address=carl@example.net\tstate=waiting\tattempts=3\tnext=1795205400\treason=connect to mx.example.net[192.0.2.1]:25: timed out
            id=01jd3k2p9x5\tarrived=1795203661\tsize=700\tsender=\tstate=active\tnovelty=1
            address=dora@example.net\tstate=waiting\tattempts=0
            result=ok\tcount=2
            .
            """;

    @TempDir Path folder;
    private final Console console = new Console("", Map.of());
    private final List<String> heard = new CopyOnWriteArrayList<>();
    private TimeZone zone = TimeZone.getDefault();

    @BeforeEach
    void inUtc() {
        zone = TimeZone.getDefault();
        TimeZone.setDefault(TimeZone.getTimeZone("UTC"));
    }

    @AfterEach
    void restored() {
        TimeZone.setDefault(zone);
    }

    private UnixServer queue(String answer) throws IOException {
        return UnixServer.start(
                folder.resolve("run/queue-control"),
                talk -> {
                    heard.add(talk.hear());
                    talk.say(answer);
                });
    }

    private QueueClient client() {
        return new QueueClient(
                console.terminal(), new StateFolder(folder, Optional.empty(), _ -> folder));
    }

    @Test
    void theQueueInItsFamiliarLook() throws IOException {
        try (UnixServer _ = queue(LIST)) {
            assertThat(client().mailq()).isEqualTo(ExitStatus.OK);
        }
        assertThat(heard).containsExactly("list");
        assertThat(console.out())
                .isEqualTo(
                        """
                        -Queue ID-  --Size-- ----Arrival Time---- -Sender/Recipient-------
                        01jd3k2p9x4    10240 Fri Nov 20 19:40:00  ann@example.org
                                                  (connect to mx.example.net[192.0.2.1]:25: timed out)
                                                                 bob@example.net
                                                                 carl@example.net

                        01jd3k2p9x5*     700 Fri Nov 20 19:41:01  MAILER-DAEMON
                                                                 dora@example.net

                        -- 10 Kbytes in 2 Requests.
                        """);
    }

    @Test
    void anEmptyQueueSaysSo() throws IOException {
        try (UnixServer _ = queue("result=ok\tcount=0\n.\n")) {
            assertThat(client().mailq()).isEqualTo(ExitStatus.OK);
        }
        assertThat(console.out()).isEqualTo("Mail queue is empty\n");
    }

    @Test
    void oneObjectALine() throws IOException {
        try (UnixServer _ = queue(LIST)) {
            assertThat(client().listJson()).isEqualTo(ExitStatus.OK);
        }
        assertThat(console.out().lines()).hasSize(2);
        assertThat(console.out().lines().toList().getLast())
                .isEqualTo(
                        "{\"id\":\"01jd3k2p9x5\",\"arrived\":\"2026-11-20T19:41:01Z\",\"size\":700,\"sender\":\"\",\"state\":\"active\",\"novelty\":\"1\",\"recipients\":[{\"address\":\"dora@example.net\",\"state\":\"waiting\",\"attempts\":0}]}");
    }

    @Test
    void aStrangersReasonDoesNotSteerTheTerminal() throws IOException {
        String answer =
                "id=1\tarrived=0\tsize=1\tsender=a\naddress=b\treason=x\\n\u001b[2J\nresult=ok\n.\n";
        try (UnixServer _ = queue(answer)) {
            assertThat(client().mailq()).isEqualTo(ExitStatus.OK);
        }
        assertThat(console.out()).contains("(x??[2J)").doesNotContain("\u001b");
    }

    @Test
    void ordersAreAnswered() throws IOException {
        try (UnixServer _ = queue("result=ok\tcount=1\n.\n")) {
            assertThat(client().change("flush", "", "due now", false)).isEqualTo(ExitStatus.OK);
            assertThat(client().change("delete", "01jd", "deleted", true)).isEqualTo(ExitStatus.OK);
        }
        assertThat(heard).containsExactly("flush", "delete\tid=01jd");
        assertThat(console.out()).isEqualTo("1 message due now\n{\"count\":1}\n");
    }

    @Test
    void whatGoesWrongHasItsExitStatus() throws IOException {
        assertThat(client().mailq()).isEqualTo(ExitStatus.UNAVAILABLE);
        assertAnswer("result=error\tcode=unknown\ttext=no such message\n.\n", ExitStatus.NO_INPUT);
        assertAnswer("result=error\tcode=noperm\ttext=only root\n.\n", ExitStatus.NO_PERMISSION);
        assertAnswer("result=error\tcode=failed\ttext=disk\n.\n", ExitStatus.TEMPORARY);
        assertAnswer("id=1\tsize=1\n", ExitStatus.TEMPORARY);
        assertAnswer("id=1\tsize=\\\n.\n", ExitStatus.TEMPORARY);
        assertThat(console.err()).contains("no such message").contains("the answer broke off");
    }

    private void assertAnswer(String answer, ExitStatus status) throws IOException {
        try (UnixServer _ = queue(answer)) {
            assertThat(client().show("1", false)).as(answer).isEqualTo(status);
        }
        java.nio.file.Files.delete(folder.resolve("run/queue-control"));
    }
}
