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
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** docs/faults.md, as far as it takes real processes, a real disk and real limits to see it. */
class FaultsTest {
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final String HASTY =
            """

            [qmgr]
            backoff_min = "1s"
            backoff_max = "2s"
            destination_retry = "1s"
            """;

    @Test
    void filesThatAreNoSegmentsDoNotKeepItFromStarting(
            @TempDir(factory = OpenFolder.class) Path folder) throws IOException {
        int nextHop = Postern.freePort();
        Postern postern = Postern.start(folder, "[127.0.0.1]:" + nextHop, HASTY);
        send(postern, 10);
        postern.close();
        Path log = postern.state().resolve("queue/log");
        Files.writeString(log.resolve("7fffffffffffffff.seg"), "no segment");
        Files.createDirectory(log.resolve("00000000000000f1.seg"));
        Files.writeString(log.resolve("README"), "left alone");
        // what root has put there would be one more fault, and not this one
        ownedLike(log, "7fffffffffffffff.seg", "00000000000000f1.seg");

        try (RecordingSink sink = new RecordingSink(nextHop, RecordingSink.Manner.POLITE)) {
            postern.start();

            await().atMost(SOON).until(() -> subjects(sink).size() == 10);
            assertThat(postern.log()).contains("set aside");
            assertThat(postern.state().resolve("queue/damaged/7fffffffffffffff.seg")).exists();
            assertThat(log.resolve("README")).exists();
        } finally {
            postern.close();
        }
    }

    @Test
    void aFlippedOctetCostsAtMostOneMessageAndIsReported(
            @TempDir(factory = OpenFolder.class) Path folder) throws IOException {
        int nextHop = Postern.freePort();
        Postern postern = Postern.start(folder, "[127.0.0.1]:" + nextHop, HASTY);
        send(postern, 20);
        postern.close();
        Path segment = largest(postern.state().resolve("queue/log"));
        byte[] octets = Files.readAllBytes(segment);
        octets[octets.length / 3] ^= 0x40;
        Files.write(segment, octets);

        try (RecordingSink sink = new RecordingSink(nextHop, RecordingSink.Manner.POLITE)) {
            postern.start();

            await().atMost(SOON).until(() -> subjects(sink).size() >= 19);
            assertThat(postern.log()).contains("copy=damaged/");
        } finally {
            postern.close();
        }
    }

    @Test
    void twoHundredAndFiftySixDescriptors(@TempDir(factory = OpenFolder.class) Path folder)
            throws IOException {
        try (RecordingSink sink = new RecordingSink();
                Postern postern = Postern.prepare(folder, sink.nextHop(), HASTY)) {
            postern.behind("bash", "-c", "ulimit -n 256; exec \"$@\"", "limited");
            postern.start();
            List<Client> clients = new ArrayList<>();
            try {
                for (int n = 0; n < 300; n++) {
                    clients.add(new Client(postern.smtp())); // most wait in the backlog
                }
                await().atMost(SOON).until(() -> postern.log().contains("Too many open files"));
            } finally {
                for (Client client : clients) {
                    client.close();
                }
            }

            await().atMost(SOON).until(postern::greets);
            send(postern, 1);
            await().atMost(SOON).until(() -> subjects(sink).size() == 1);
            assertThat(postern.command("status").code()).isZero();
            assertThat(postern.command("queue", "list").code()).isZero();
        }
    }

    @Test
    void moreSessionsThanTheLimitAreToldToComeLater(
            @TempDir(factory = OpenFolder.class) Path folder) throws IOException {
        try (Postern postern = Postern.start(folder, "", "\n[smtpd]\nsessions = 5\n")) {
            List<Client> clients = new ArrayList<>();
            try {
                for (int n = 0; n < 5; n++) {
                    Client client = new Client(postern.smtp());
                    clients.add(client);
                    await().atMost(SOON).until(() -> client.reply().startsWith("220"));
                }
                try (Client sixth = new Client(postern.smtp())) {
                    assertThat(sixth.reply()).startsWith("421 4.3.2");
                }
                clients.removeFirst().close();

                await().atMost(SOON).until(postern::greets);
            } finally {
                for (Client client : clients) {
                    client.close();
                }
            }
        }
    }

    @Test
    void aThousandRecipientsAreTakenAndTheRestIsForLater(
            @TempDir(factory = OpenFolder.class) Path folder) throws IOException {
        try (RecordingSink sink = new RecordingSink();
                Postern postern = Postern.start(folder, sink.nextHop(), HASTY);
                Client client = Client.greeted(postern.smtp())) {
            client.say("MAIL FROM:<ann@example.net>");
            List<String> replies =
                    IntStream.range(0, 1_100)
                            .mapToObj(n -> told(client, "RCPT TO:<u" + n + "@far.test>"))
                            .toList();

            assertThat(replies.subList(0, 1_000)).allMatch(reply -> reply.startsWith("250"));
            assertThat(replies.subList(1_000, 1_100)).allMatch(reply -> reply.startsWith("452"));
            assertThat(client.say("DATA")).startsWith("354");
            client.raw("Subject: many\r\n\r\nbody\r\n.");
            assertThat(client.say("")).startsWith("250");
            await().atMost(SOON).until(() -> recipients(sink) == 1_000);
        }
    }

    @Test
    void onADiskWithoutAnyRoomNothingIsSentTwice(@TempDir(factory = OpenFolder.class) Path folder)
            throws IOException {
        assumeTrue(Tool.isRoot(), "a small file system can only be mounted by root");
        Path small = Files.createDirectory(folder.resolve("state"));
        String options = "size=200m,mode=755";
        Tool.Ended mounted =
                Tool.run(SOON, "", "mount", "-t", "tmpfs", "-o", options, "t", small.toString());
        assumeTrue(mounted.code() == 0, "cannot mount: " + mounted.output());
        int nextHop = Postern.freePort();
        try (Postern postern = Postern.start(folder, "[127.0.0.1]:" + nextHop, HASTY)) {
            send(postern, 300);
            fill(small.resolve("ballast"));
            try (RecordingSink sink = new RecordingSink(nextHop, RecordingSink.Manner.POLITE)) {
                await().atMost(SOON).until(() -> postern.log().contains("deliveries pause"));
                postern.killAll();
                int before = sink.received().size();
                Files.delete(small.resolve("ballast"));
                postern.start();

                await().atMost(SOON).until(() -> subjects(sink).size() == 300);
                assertThat(sink.received().size() - 300)
                        .as("twice: what could not be recorded before the crash")
                        .isLessThanOrEqualTo(before)
                        .isLessThanOrEqualTo(100);
            }
        } finally {
            Tool.run(SOON, "", "umount", "-l", small.toString());
        }
    }

    private static void fill(Path ballast) throws IOException {
        byte[] block = new byte[1 << 20];
        try (var out = Files.newOutputStream(ballast)) {
            for (int length = block.length; length > 0; ) {
                try {
                    out.write(block, 0, length);
                } catch (IOException full) {
                    length /= 2;
                }
            }
        }
    }

    private static void send(Postern postern, int messages) throws IOException {
        try (Client client = Client.greeted(postern.smtp())) {
            for (int n = 0; n < messages; n++) {
                String content = "Subject: number " + n + "\r\n\r\nbody";
                assertThat(client.send("ann@example.net", "bob@far.test", content))
                        .startsWith("250");
            }
        }
    }

    private static String told(Client client, String line) {
        try {
            return client.say(line);
        } catch (IOException gone) {
            return "gone: " + gone.getMessage();
        }
    }

    private static List<String> subjects(RecordingSink sink) {
        return sink.received().stream().map(mail -> mail.header("Subject")).distinct().toList();
    }

    private static int recipients(RecordingSink sink) {
        return sink.received().stream().mapToInt(mail -> mail.recipients().size()).sum();
    }

    private static Path largest(Path log) throws IOException {
        try (Stream<Path> files = Files.list(log)) {
            return files.max((a, b) -> Long.compare(a.toFile().length(), b.toFile().length()))
                    .orElseThrow();
        }
    }

    private static void ownedLike(Path log, String... names) throws IOException {
        for (String name : names) {
            Files.setOwner(log.resolve(name), Files.getOwner(log));
        }
    }
}
