package postern.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Everything but delivery into other users' mailboxes works with no root at all. */
class RootlessTest {
    private static final Duration SOON = Duration.ofSeconds(20);

    @Test
    void anOrdinaryUserRunsItConfined(@TempDir(factory = OpenFolder.class) Path folder)
            throws IOException {
        assumeTrue(Tool.isRoot(), "the other tests already run without root");
        Tool.needs("setpriv");
        try (RecordingSink sink = new RecordingSink();
                Postern postern = Postern.prepare(folder.resolve("postern"), sink.nextHop(), "")) {
            Files.setPosixFilePermissions(
                    postern.folder(), PosixFilePermissions.fromString("rwxrwxrwx"));
            postern.behind("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups");
            postern.start();

            try (Client client = Client.greeted(postern.smtp())) {
                assertThat(
                                client.send(
                                        "ann@example.net",
                                        "nobody@localhost",
                                        "Subject: near\r\n\r\nbody"))
                        .startsWith("250");
                assertThat(
                                client.send(
                                        "ann@example.net",
                                        "bob@far.test",
                                        "Subject: far\r\n\r\nbody"))
                        .startsWith("250");
            }

            await().atMost(SOON)
                    .until(() -> postern.mail("nobody").size() == 1 && sink.received().size() == 1);
            Tool.Ended status = postern.command("status");
            assertThat(status.output())
                    .contains("landlock")
                    .contains("seccomp")
                    .doesNotContain("backoff");
        }
    }
}
