package postern.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was answered 250 arrives, whatever happens to us or to the next hop; and once. */
class QueueTest {
    private static final Duration SOON = Duration.ofSeconds(30);

    /** Short waits, so that a next hop that comes back is found again. */
    private static final String HASTY =
            """

            [qmgr]
            backoff_min = "1s"
            backoff_max = "2s"
            destination_retry = "1s"
            """;

    @Test
    void aHundredSurviveKillAllAndArriveOnce(@TempDir(factory = OpenFolder.class) Path folder)
            throws IOException {
        int nextHop = Postern.freePort(); // nobody there yet
        try (Postern postern = Postern.start(folder, "[127.0.0.1]:" + nextHop, HASTY)) {
            List<String> sent = IntStream.range(0, 100).mapToObj(n -> "number " + n).toList();
            try (Client client = Client.greeted(postern.smtp())) {
                for (String subject : sent) {
                    assertThat(
                                    client.send(
                                            "ann@example.net",
                                            "bob@far.test",
                                            "Subject: " + subject + "\r\n\r\nbody"))
                            .startsWith("250");
                }
            }
            Tool.Ended listed = postern.command("queue", "list");
            assertThat(listed.code()).as(listed.output()).isZero();
            assertThat(listed.output()).contains("bob@far.test");

            postern.killAll();
            postern.start();
            try (RecordingSink sink = new RecordingSink(nextHop, RecordingSink.Manner.POLITE)) {
                await().atMost(SOON).until(() -> sink.received().size() >= 100);
                assertThat(subjects(sink)).containsExactlyInAnyOrderElementsOf(sent);
                await().atMost(SOON)
                        .until(
                                () ->
                                        postern.command("queue", "list", "--json")
                                                        .output()
                                                        .indexOf("far.test")
                                                < 0);
                assertThat(sink.received()).hasSize(100);
            }
        }
    }

    @Test
    void aDamagedRecordIsSetAsideAndTheOthersArrive(
            @TempDir(factory = OpenFolder.class) Path folder) throws IOException {
        int nextHop = Postern.freePort(); // nobody there yet
        try (Postern postern = Postern.start(folder, "[127.0.0.1]:" + nextHop, HASTY)) {
            try (Client client = Client.greeted(postern.smtp())) {
                for (int n = 10; n < 30; n++) {
                    assertThat(
                                    client.send(
                                            "ann@example.net",
                                            "bob@far.test",
                                            "Subject: number " + n + "\r\n\r\nbody"))
                            .startsWith("250");
                }
            }
            postern.killAll();
            damage(postern.state().resolve("queue"), "Subject: number 20");
            postern.start();

            try (RecordingSink sink = new RecordingSink(nextHop, RecordingSink.Manner.POLITE)) {
                await().atMost(SOON).until(() -> sink.received().size() >= 19);
                assertThat(subjects(sink))
                        .doesNotContain("number 20")
                        .contains("number 10", "number 29")
                        .hasSize(19);
            }
            assertThat(postern.log()).containsIgnoringCase("damage");
        }
    }

    /** Changes one octet where the text lies in a file of the queue. */
    private static void damage(Path queue, String text) throws IOException {
        try (Stream<Path> files = Files.walk(queue)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                byte[] octets = Files.readAllBytes(file);
                int at = new String(octets, StandardCharsets.ISO_8859_1).indexOf(text);
                if (at >= 0) {
                    octets[at] ^= 1;
                    Files.write(file, octets);
                    return;
                }
            }
        }
        throw new AssertionError("not in the queue: " + text);
    }

    @Test
    void unknownThereComesBackAsANotice(@TempDir(factory = OpenFolder.class) Path folder)
            throws IOException {
        try (RecordingSink sink = new RecordingSink(0, RecordingSink.Manner.KNOWS_SOME);
                Postern postern = Postern.start(folder, sink.nextHop(), HASTY);
                Client client = Client.greeted(postern.smtp())) {
            String sender = Postern.USER + "@localhost";

            assertThat(client.send(sender, "unknown@far.test", "Subject: hello\r\n\r\nbody"))
                    .startsWith("250");

            await().atMost(SOON).until(() -> postern.mail(Postern.USER).size() == 1);
            assertThat(Files.readString(postern.mail(Postern.USER).getFirst()))
                    .startsWith("Return-Path: <>")
                    .contains("multipart/report")
                    .contains("Final-Recipient: rfc822;")
                    .contains("unknown@far.test")
                    .contains("Action: failed")
                    .contains("Status: 5.1.1")
                    .contains("No such user here");
        }
    }

    @Test
    void aNextHopThatVanishesMidMessageGetsItLater(@TempDir(factory = OpenFolder.class) Path folder)
            throws IOException {
        try (RecordingSink sink = new RecordingSink(0, RecordingSink.Manner.VANISHES);
                Postern postern = Postern.start(folder, sink.nextHop(), HASTY);
                Client client = Client.greeted(postern.smtp())) {
            assertThat(client.send("ann@example.net", "bob@far.test", "Subject: again\r\n\r\nbody"))
                    .startsWith("250");
            await().atMost(SOON).until(() -> postern.log().contains("status=deferred"));
            assertThat(sink.received()).isEmpty();

            sink.behave(RecordingSink.Manner.POLITE);

            await().atMost(SOON).until(() -> sink.received().size() == 1);
        }
    }

    @Test
    void aSilentNextHopHoldsNobodyElseUp(@TempDir(factory = OpenFolder.class) Path folder)
            throws IOException {
        try (RecordingSink sink = new RecordingSink(0, RecordingSink.Manner.SILENT);
                Postern postern = Postern.start(folder, sink.nextHop(), HASTY);
                Client client = Client.greeted(postern.smtp())) {
            for (int n = 0; n < 50; n++) {
                assertThat(
                                client.send(
                                        "ann@example.net",
                                        "bob" + n + "@far.test",
                                        "Subject: x\r\n\r\nbody"))
                        .startsWith("250");
            }

            assertThat(
                            client.send(
                                    "ann@example.net",
                                    Postern.USER + "@localhost",
                                    "Subject: near\r\n\r\nbody"))
                    .startsWith("250");

            await().atMost(SOON).until(() -> postern.mail(Postern.USER).size() == 1);
        }
    }

    @Test
    void everyChildMayBeKilledUnderLoad(@TempDir(factory = OpenFolder.class) Path folder)
            throws IOException {
        try (RecordingSink sink = new RecordingSink();
                Postern postern = Postern.start(folder, sink.nextHop(), HASTY)) {
            Load load =
                    new Load(postern.smtp(), List.of("bob@far.test", Postern.USER + "@localhost"));
            Thread sender = Thread.startVirtualThread(load);
            // agents start with their first work: front, queue, out, local
            await().atMost(SOON)
                    .until(() -> postern.children().size() == 4 && load.accepted().size() > 20);
            for (int killed = 0; killed < 4; killed++) {
                int before = load.accepted().size();
                postern.children().get(killed).destroyForcibly();
                await().atMost(SOON)
                        .until(
                                () ->
                                        postern.children().size() == 4
                                                && load.accepted().size() > before + 20);
            }
            load.stop();
            await().atMost(SOON).until(() -> !sender.isAlive());

            await().atMost(Duration.ofSeconds(60))
                    .until(() -> arrived(postern, sink).containsAll(load.accepted()));
            List<String> arrived = arrived(postern, sink);
            assertThat(arrived.size() - arrived.stream().distinct().count())
                    .as("duplicates: only in the window between an agent's answer and our record")
                    .isLessThanOrEqualTo(100);
        }
    }

    /** The subjects at the sink and in the Maildir. */
    private static List<String> arrived(Postern postern, RecordingSink sink) throws IOException {
        List<String> all = new ArrayList<>(subjects(sink));
        for (Path file : postern.mail(Postern.USER)) {
            Files.readAllLines(file, StandardCharsets.ISO_8859_1).stream()
                    .filter(line -> line.startsWith("Subject: "))
                    .map(line -> line.substring("Subject: ".length()))
                    .forEach(all::add);
        }
        return all;
    }

    private static List<String> subjects(RecordingSink sink) {
        return sink.received().stream().map(mail -> mail.header("Subject")).toList();
    }
}
