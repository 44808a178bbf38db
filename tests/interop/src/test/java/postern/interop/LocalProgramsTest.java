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

/** Mail handed to the filters that people use, of Debian's packages, through a real Postern. */
class LocalProgramsTest {
    private static final Duration SOON = Duration.ofSeconds(60);

    @Test
    void procmailSortsTheMail(@TempDir(factory = OpenFolder.class) Path folder) throws IOException {
        Path procmail = Tool.peer("procmail/usr").resolve("bin/procmail");
        Path out = out(folder);
        Path rules =
                Files.writeString(
                        folder.resolve("procmailrc"),
                        "DEFAULT="
                                + out
                                + "/default\n:0\n* ^Subject: sort me\n"
                                + out
                                + "/sorted\n");
        String keys = "mailbox_command = \"" + procmail + " -m " + rules + "\"";
        deliverTwo(folder.resolve("postern"), keys);
        await().atMost(SOON).until(() -> Files.exists(out.resolve("sorted")));
        await().atMost(SOON).until(() -> Files.exists(out.resolve("default")));
        assertThat(Files.readString(out.resolve("sorted")))
                .startsWith("From ann@example.net ")
                .contains("Subject: sort me")
                .doesNotContain("leave me");
        assertThat(Files.readString(out.resolve("default"))).contains("Subject: leave me");
    }

    @Test
    void maildropFilesTheMail(@TempDir(factory = OpenFolder.class) Path folder) throws IOException {
        Path root = Tool.peer("maildrop");
        Path out = out(folder);
        Path rules =
                Files.writeString(
                        folder.resolve("mailfilter"),
                        "if (/^Subject: sort me/)\n{\n  to \""
                                + out
                                + "/sorted\"\n}\nto \""
                                + out
                                + "/default\"\n");
        Files.setPosixFilePermissions(rules, PosixFilePermissions.fromString("rw-------"));
        if (Tool.isRoot()) {
            Files.setAttribute(rules, "unix:uid", 65_534); // maildrop wants the user's own
        }
        String libraries =
                root
                        + "/usr/lib:"
                        + root
                        + "/usr/lib/x86_64-linux-gnu:"
                        + root
                        + "/lib/x86_64-linux-gnu";
        String keys =
                "mailbox_command = \"LD_LIBRARY_PATH="
                        + libraries
                        + " "
                        + root
                        + "/usr/bin/maildrop "
                        + rules
                        + "\"";
        deliverTwo(folder.resolve("postern"), keys);
        await().atMost(SOON).until(() -> Files.exists(out.resolve("sorted")));
        await().atMost(SOON).until(() -> Files.exists(out.resolve("default")));
        assertThat(Files.readString(out.resolve("sorted")))
                .contains("Subject: sort me")
                .doesNotContain("leave me");
    }

    private static Path out(Path folder) throws IOException {
        assumeTrue(Tool.isRoot(), "the sample runs the filter as nobody");
        Path out = Files.createDirectory(folder.resolve("out"));
        Files.setPosixFilePermissions(out, PosixFilePermissions.fromString("rwxrwxrwx"));
        return out;
    }

    private static void deliverTwo(Path folder, String keys) throws IOException {
        try (Postern postern = Postern.start(folder, "", keys);
                Client client = Client.greeted(postern.smtp())) {
            for (String subject : new String[] {"sort me", "leave me"}) {
                assertThat(
                                client.send(
                                        "ann@example.net",
                                        Postern.USER + "@localhost",
                                        "Subject: " + subject + "\r\n\r\nbody"))
                        .startsWith("250");
            }
            await().atMost(SOON)
                    .until(() -> postern.log().split("status=sent", -1).length - 1 == 2);
        }
    }
}
