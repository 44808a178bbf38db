package postern.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What prevents a start is said once, clearly, with the exit code of sysexits.h. */
class StartTest {
    private static final Duration SOON = Duration.ofSeconds(20);

    @Test
    void aPortInUse(@TempDir(factory = OpenFolder.class) Path folder) throws IOException {
        Postern postern = Postern.prepare(folder, "", "");
        try (ServerSocket taken =
                new ServerSocket(postern.smtp(), 1, InetAddress.getLoopbackAddress())) {
            int code = failedStart(postern);

            assertThat(code).isPositive();
            assertThat(postern.log())
                    .contains(String.valueOf(taken.getLocalPort()))
                    .containsIgnoringCase("in use");
        }
    }

    @Test
    void aSecondInstance(@TempDir(factory = OpenFolder.class) Path folder) throws IOException {
        try (Postern first = Postern.start(folder, "", "")) {
            Tool.Ended second =
                    Tool.run(
                            SOON,
                            "",
                            Tool.root().resolve("bin/postern").toString(),
                            "-c",
                            first.config().toString(),
                            "start");

            assertThat(second.code()).isPositive();
            assertThat(second.output()).contains("another postern");
            assertThat(first.greets()).isTrue();
        }
    }

    @Test
    void aMistypedKey(@TempDir(factory = OpenFolder.class) Path folder) throws IOException {
        Postern postern = Postern.prepare(folder, "", "");
        Files.writeString(
                postern.config(),
                Files.readString(postern.config())
                        .replace("hostname", "hostnam")
                        .replace("mailbox", "mailbx"));

        int code = failedStart(postern);

        assertThat(code).isEqualTo(78); // EX_CONFIG
        assertThat(postern.log())
                .contains("postern.toml:1:1")
                .contains("hostname")
                .contains("mailbox");
    }

    @Test
    void anUnwritableStateFolder(@TempDir(factory = OpenFolder.class) Path folder)
            throws IOException {
        Postern postern = Postern.prepare(folder, "", "");
        Files.writeString(folder.resolve("state"), "a file where the folder should be");

        int code = failedStart(postern);

        assertThat(code).isPositive();
        assertThat(postern.log()).contains(postern.state().toString());
    }

    @Test
    void aGroupThatDoesNotExist(@TempDir(factory = OpenFolder.class) Path folder)
            throws IOException {
        Postern postern =
                Postern.prepare(folder, "", "\n[service]\nqueue_readers = \"no-such-group\"\n");

        Tool.Ended checked = postern.command("check");

        assertThat(checked.code()).isEqualTo(78);
        assertThat(checked.output())
                .containsPattern("postern.toml:\\d+:\\d+: ")
                .contains("there is no group no-such-group")
                .contains("make the group");
    }

    @Test
    void aQueueOfALaterPostern(@TempDir(factory = OpenFolder.class) Path folder)
            throws IOException {
        Postern postern = Postern.start(folder, "", "");
        postern.close();
        Path log = postern.state().resolve("queue/log");
        List<Path> segments;
        try (Stream<Path> files = Files.list(log)) {
            segments = files.sorted().toList();
        }
        ofALaterVersion(segments.getLast());

        int code = failedStart(postern);

        assertThat(code).isEqualTo(78); // EX_CONFIG
        assertThat(postern.log())
                .contains(segments.getLast() + ": queue log of version 1000")
                .contains("remedy: start the later Postern")
                .doesNotContain("restarts=queue");
    }

    /** Both copies of the header: docs/protocols/queue-format.md. */
    private static void ofALaterVersion(Path segment) throws IOException {
        int copyOctets = 64;
        byte[] octets = Files.readAllBytes(segment);
        for (int copy = 0; copy < 2 * copyOctets; copy += copyOctets) {
            ByteBuffer header = ByteBuffer.wrap(octets, copy, copyOctets).slice();
            header.putInt(8, 1000);
            CRC32C crc = new CRC32C();
            crc.update(octets, copy, copyOctets - 4);
            header.putInt(copyOctets - 4, (int) crc.getValue());
        }
        Files.write(segment, octets);
    }

    @Test
    void reloadKeepsTheOldWhenTheNewIsWrong(@TempDir(factory = OpenFolder.class) Path folder)
            throws IOException {
        try (Postern postern = Postern.start(folder, "", "");
                Client session = Client.greeted(postern.smtp())) {
            String right = Files.readString(postern.config());
            Files.writeString(postern.config(), right.replace("[local]", "[locale]"));

            Tool.Ended refused = postern.command("reload");

            assertThat(refused.code()).isEqualTo(78);
            assertThat(refused.output()).contains("locale");
            assertThat(session.say("NOOP")).startsWith("250");

            Files.writeString(
                    postern.config(),
                    right.replace("\"localhost\"", "\"localhost\", \"also.test\""));
            Tool.Ended taken = postern.command("reload");

            assertThat(taken.code()).as(taken.output()).isZero();
            assertThat(session.say("NOOP")).startsWith("250");
            await().atMost(SOON).until(() -> knows(postern, Postern.USER + "@also.test"));
            assertThat(knows(postern, "nosuchuser@also.test")).isFalse();
        }
    }

    @Test
    void aFullDiskIs452AndLosesNothing(@TempDir(factory = OpenFolder.class) Path folder)
            throws IOException {
        assumeTrue(Tool.isRoot(), "a small file system can only be mounted by root");
        Path small = Files.createDirectory(folder.resolve("state"));
        Tool.Ended mounted =
                Tool.run(
                        SOON,
                        "",
                        "mount",
                        "-t",
                        "tmpfs",
                        "-o",
                        "size=160m,mode=755",
                        "tmpfs",
                        small.toString());
        assumeTrue(mounted.code() == 0, "cannot mount: " + mounted.output());
        try (RecordingSink sink = new RecordingSink(0, RecordingSink.Manner.DEFERS);
                Postern postern = Postern.start(folder, sink.nextHop(), "")) {
            String big = "Subject: big\r\n\r\n" + ("x".repeat(76) + "\r\n").repeat(12_000);
            int accepted = 0;
            String reply = "250";
            for (int n = 0; n < 160 && reply.startsWith("250"); n++) {
                try (Client client = Client.greeted(postern.smtp())) {
                    reply = client.send("ann@example.net", "bob@far.test", big);
                    accepted += reply.startsWith("250") ? 1 : 0;
                }
            }

            assertThat(reply).startsWith("452");
            assertThat(accepted).isPositive();
            assertThat(Files.getFileStore(small).getUsableSpace())
                    .as("the reserve, less what is no mail")
                    .isGreaterThan(60L << 20);
            Tool.Ended listed = postern.command("queue", "list");
            assertThat(
                            listed.output()
                                    .lines()
                                    .filter(line -> line.contains("bob@far.test"))
                                    .count())
                    .isEqualTo(accepted);
        } finally {
            Tool.run(SOON, "", "umount", "-l", small.toString());
        }
    }

    private static boolean knows(Postern postern, String address) throws IOException {
        try (Client client = Client.greeted(postern.smtp())) {
            client.say("MAIL FROM:<ann@example.net>");
            return client.say("RCPT TO:<" + address + ">").startsWith("250");
        }
    }

    private static int failedStart(Postern postern) throws IOException {
        Process process = postern.launch();
        try {
            await("that it gives up").atMost(SOON).until(() -> !process.isAlive());
            return process.exitValue();
        } finally {
            postern.close();
        }
    }
}
