package postern.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
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
import postern.base.ControlLine;

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

    private static final ControlLine ALL = ControlLine.of("request", "1");

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
        assertThat(heard).containsExactly("list\trequest=1");
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

    /** {@code postern queue list | head}: a million lines are not waited for. */
    @Test
    void whenNobodyReadsTheListItEnds() throws IOException {
        var closed =
                new PrintStream(
                        new OutputStream() {
                            @Override
                            public void write(int octet) throws IOException {
                                throw new IOException("Broken pipe");
                            }
                        },
                        true);
        Terminal usual = console.terminal();
        var deaf =
                new Terminal(
                        usual.world(),
                        usual.in(),
                        closed,
                        usual.err(),
                        usual.user(),
                        usual.environment());
        String many = "id=01jd3k2p9x4\tarrived=0\tsize=1\tsender=a\n".repeat(5_000);
        try (UnixServer _ = queue(many)) { // its end never comes
            var client =
                    new QueueClient(deaf, new StateFolder(folder, Optional.empty(), _ -> folder));
            assertThat(client.list(ALL, false)).isEqualTo(ExitStatus.IO_ERROR);
        }
        assertThat(console.err()).isEmpty();
    }

    @Test
    void aQueueInWhichNothingFitsIsNotCalledEmpty() throws IOException {
        try (UnixServer _ = queue("result=ok\tcount=0\n.\n")) {
            assertThat(client().list(ALL.with("older", 60), false)).isEqualTo(ExitStatus.OK);
        }
        assertThat(console.out()).isEqualTo("No message in the queue fits\n");
    }

    @Test
    void oneObjectALine() throws IOException {
        try (UnixServer _ = queue(LIST)) {
            assertThat(client().list(ALL, true)).isEqualTo(ExitStatus.OK);
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
    void aMillionIsNotGluedToWhatStandsBefore() throws IOException {
        String answer =
                """
                destinations=1\ttotal=1234567\tages=0,0,0,0,0,0,0,0,234567,1000000\toldest=90000
                result=ok\tcount=1
                .
                """;
        try (UnixServer _ = queue(answer)) {
            assertThat(client().summary(ALL, false)).isEqualTo(ExitStatus.OK);
        }
        assertThat(console.out())
                .contains("TOTAL 1234567     0 ")
                .endsWith("     0 234567 1000000\n");
    }

    @Test
    void theSummaryIsQshapesTable() throws IOException {
        String answer =
                """
                destinations=2\ttotal=12\tages=1,2,0,0,0,0,0,0,0,9\toldest=90000
                destination=example.net\ttotal=11\tages=1,1,0,0,0,0,0,0,0,9\toldest=90000\treason=4.4.1 refused
                destination=example.org\ttotal=1\tages=0,1,0,0,0,0,0,0,0,0\toldest=400
                result=ok\tcount=2
                .
                """;
        try (UnixServer _ = queue(answer)) {
            assertThat(client().summary(ALL, false)).isEqualTo(ExitStatus.OK);
        }
        assertThat(console.out())
                .isEqualTo(
                        """
                                                           T     5    10    20    40    80   160   320   640  1280 1280+
                                                 TOTAL    12     1     2     0     0     0     0     0     0     0     9
                                           example.net    11     1     1     0     0     0     0     0     0     0     9
                                                        (4.4.1 refused)
                                           example.org     1     0     1     0     0     0     0     0     0     0     0
                        """);
    }

    @Test
    void aHistoryIsToldInOrder() throws IOException {
        String answer =
                """
                event=taken\tid=01jd3k2p9x4\ttime=1795203600\tsize=700\tsender=ann@example.org\tlogin=ann\tlistener=submission
                event=recipient\taddress=bob@example.net
                event=attempt\taddress=bob@example.net\tstate=waiting\tattempts=3\ttime=1795203700\trelay=mx[192.0.2.1]:25\ttls=TLSv1.3\treason=4.2.0 later\tnext=1795204000
                event=rule\taddress=bob@example.net\trule=routing.transport\tvalue=smtp:relay\torigin=routes:7
                event=now\tstate=deferred
                id=01jd3k2p9x4\tstate=deferred
                address=bob@example.net\tstate=waiting\ttransport=smtp\tnexthop=example.net\tnext=1795204000
                result=ok\tcount=2
                .
                """;
        try (UnixServer _ = queue(answer)) {
            assertThat(client().history(ALL, false)).isEqualTo(ExitStatus.OK);
        }
        assertThat(console.out())
                .isEqualTo(
                        """
                        2026-11-20 19:40:00  01jd3k2p9x4 taken from <ann@example.org>, 700 octets
                                             login ann, listener submission
                                             for <bob@example.net>
                                             attempts 1 to 2 are not on record any more
                        2026-11-20 19:41:40  attempt 3 for <bob@example.net> at mx[192.0.2.1]:25 (TLSv1.3): deferred
                                               (4.2.0 later)
                                               next try 2026-11-20 19:46:40, 300 s later by the back-off
                        rules, as of now     <bob@example.net>: routing.transport -> smtp:relay  [routes:7]
                        now                  deferred
                                             <bob@example.net>: waiting by smtp to example.net
                                               next try 2026-11-20 19:46:40
                        """);
    }

    private QueueOrders orders(Console at) {
        return new QueueOrders(
                at.terminal(), new StateFolder(folder, Optional.empty(), _ -> folder));
    }

    @Test
    void whatIsNamedIsDoneAndWhatIsSelectedIsCountedAndAskedAbout() throws IOException {
        ControlLine one = ALL.with("id", "01jd");
        ControlLine many = ALL.with("sender", "a b@example.org");
        try (UnixServer _ = queue("result=ok\tcount=3\n.\n")) {
            assertThat(orders(console).order("delete", one, "deleted", false, false, true))
                    .isEqualTo(ExitStatus.OK);
            var no = new Console("n\n", Map.of());
            assertThat(orders(no).order("delete", many, "deleted", false, false, false))
                    .isEqualTo(ExitStatus.USAGE);
            assertThat(no.err()).startsWith("delete 3 messages? [y/N]");
            var yes = new Console("y\n", Map.of());
            assertThat(orders(yes).order("delete", many, "deleted", false, false, false))
                    .isEqualTo(ExitStatus.OK);
            assertThat(yes.out()).isEqualTo("3 messages deleted\n");
            assertThat(orders(console).order("hold", many, "held", true, true, true))
                    .isEqualTo(ExitStatus.OK);
        }
        String selected = "\trequest=1\tsender=a b@example.org";
        assertThat(heard)
                .containsExactly(
                        "delete\trequest=1\tid=01jd",
                        "delete" + selected + "\tdryrun=1",
                        "delete" + selected + "\tdryrun=1",
                        "delete" + selected,
                        "hold" + selected + "\tdryrun=1");
        assertThat(console.out()).isEqualTo("{\"count\":3}\n{\"count\":3,\"dry_run\":true}\n");
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
            assertThat(client().show(ALL, false)).as(answer).isEqualTo(status);
        }
        java.nio.file.Files.delete(folder.resolve("run/queue-control"));
    }
}
