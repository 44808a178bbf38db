package postern.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who has begun a message may finish it, whatever the operator does meanwhile. */
class ReloadTest {
    private static final Duration SOON = Duration.ofSeconds(30);

    @Test
    void reloadsUnderLoadLoseAndDoubleNothing(@TempDir(factory = OpenFolder.class) Path folder)
            throws Exception {
        try (RecordingSink sink = new RecordingSink();
                Postern postern = Postern.start(folder, sink.nextHop(), "");
                Client slow = Client.greeted(postern.smtp())) {
            begin(slow, "bob@far.test");
            String address = "127.0.0.1:" + postern.smtp();
            Load load = new Load(postern.smtp(), List.of("bob@far.test"));
            Thread sender = Thread.ofPlatform().start(load);
            String settings = Files.readString(postern.config());
            for (int i = 0; i < 3; i++) {
                int before = load.accepted().size();
                await().atMost(SOON).until(() -> load.accepted().size() > before + 20);
                String more =
                        "\n[[listener]]\nname = \"more\"\nkind = \"smtp\"\naddress = \"127.0.0.1:%d\"\n"
                                .formatted(Postern.freePort());
                String named = settings.replace("mx.interop.test", "mx" + i + ".interop.test");
                Files.writeString(postern.config(), named + more);
                Tool.Ended reload = postern.command("reload");
                assertThat(reload.code()).as(reload.output()).isZero();
            }
            slow.raw("last line\r\n");
            assertThat(slow.say(".")).startsWith("250");
            int before = load.accepted().size();
            await().atMost(SOON).until(() -> load.accepted().size() > before + 20);
            load.stop();
            sender.join(SOON);

            int all = load.accepted().size() + 1;
            await().atMost(SOON).until(() -> sink.received().size() >= all);
            assertThat(sink.received())
                    .extracting(each -> each.header("Subject"))
                    .as(postern.log())
                    .doesNotHaveDuplicates()
                    .hasSize(all);
            assertThat(new HashSet<>(load.accepted())).hasSize(all - 1);
            Tool.Ended status = postern.command("status");
            assertThat(status.output()).contains(address).doesNotContain("backoff");
        }
    }

    @Test
    void aStopWaitsForAMessageUnderWay(@TempDir(factory = OpenFolder.class) Path folder)
            throws Exception {
        try (Postern postern = Postern.start(folder, "", "")) {
            Process master = postern.launched();
            try (Client slow = Client.greeted(postern.smtp())) {
                begin(slow, Postern.USER + "@localhost");
                master.destroy(); // SIGTERM
                await().atMost(SOON).until(() -> postern.log().contains("stops"));
                slow.raw("last line\r\n");
                assertThat(slow.say(".")).startsWith("250");
            }
            assertThat(master.waitFor()).isZero();
            postern.start();
            await().atMost(SOON).until(() -> postern.mail(Postern.USER).size() == 1);
        }
    }

    @Test
    void whatPreventsAStartHasItsOwnExitStatus(@TempDir(factory = OpenFolder.class) Path folder)
            throws Exception {
        try (Postern first = Postern.start(folder.resolve("one"), "", "")) {
            assertThat(start(first).code()).isEqualTo(75); // EX_TEMPFAIL
            Path other = Files.createDirectory(folder.resolve("two"));
            Files.writeString(
                    other.resolve("postern.toml"),
                    Files.readString(first.config()).replace("\"aliases\"", "\"/dev/null\""));
            Tool.Ended taken = start(other.resolve("postern.toml"));
            assertThat(taken.code()).isEqualTo(69); // EX_UNAVAILABLE
            assertThat(taken.output()).contains("address in use; remedy:");

            Postern unwritable = Postern.prepare(folder.resolve("three"), "", "");
            Files.writeString(unwritable.state(), "");
            assertThat(start(unwritable).code()).isEqualTo(73); // EX_CANTCREAT

            assumeTrue(Tool.isRoot(), "only root's domains have other identities");
            Postern closed = Postern.prepare(folder.resolve("four"), "", "");
            Files.setPosixFilePermissions(
                    closed.folder(), PosixFilePermissions.fromString("rwx------"));
            Tool.Ended refused = start(closed);
            assertThat(refused.code()).isEqualTo(77); // EX_NOPERM
            assertThat(refused.output()).contains("chmod o+rx " + closed.folder());
        }
    }

    private static Tool.Ended start(Postern postern) throws IOException {
        return start(postern.config());
    }

    private static Tool.Ended start(Path config) throws IOException {
        String command = Tool.root().resolve("bin/postern").toString();
        return Tool.run(SOON, "", command, "-c", config.toString(), "start");
    }

    private static void begin(Client client, String recipient) throws IOException {
        assertThat(client.say("MAIL FROM:<ann@example.net>")).startsWith("250");
        assertThat(client.say("RCPT TO:<" + recipient + ">")).startsWith("250");
        assertThat(client.say("DATA")).startsWith("354");
        client.raw("Subject: slow\r\n\r\n" + "line\r\n".repeat(10));
    }
}
