package postern.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Mailboxes on a file system that turns read-only, or goes, under Postern: a real mount. */
class MailboxMountTest {
    private static final Duration SOON = Duration.ofSeconds(30);

    @Test
    void mailWaitsWhileTheFileSystemIsReadOnly(@TempDir(factory = OpenFolder.class) Path folder)
            throws IOException {
        assumeTrue(Tool.isRoot(), "mounting needs root");
        Tool.needs("unshare");
        Tool.needs("nsenter");
        Postern postern = Postern.prepare(folder, "", "");
        Path mail = Files.createDirectories(postern.state().resolve("mail"));
        postern.behind(
                "unshare",
                "--mount",
                "sh",
                "-c",
                "mount --make-rprivate / && mount -t tmpfs -o mode=755 tmpfs "
                        + mail
                        + " && exec \"$@\"",
                "sh");
        try (postern) {
            postern.start();
            send(postern, "first");
            await().atMost(SOON).until(() -> delivered(postern, mail) == 1);

            inside(postern, "mount", "-o", "remount,ro", mail.toString());
            send(postern, "while read-only");
            awaitDeferred(postern, "Read-only file system");
            assertThat(delivered(postern, mail)).isEqualTo(1);

            inside(postern, "mount", "-o", "remount,rw", mail.toString());
            assertThat(postern.command("queue", "flush").code()).isZero();
            await().atMost(SOON).until(() -> delivered(postern, mail) == 2);

            inside(postern, "umount", "--lazy", mail.toString());
            send(postern, "while it is gone");
            awaitDeferred(postern, "the file system of mailboxes is not mounted at " + mail);
            assertThat(inside(postern, "find", mail.toString(), "-mindepth", "1")).isEmpty();

            inside(postern, "mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", mail.toString());
            assertThat(postern.command("queue", "flush").code()).isZero();
            await().atMost(SOON).until(() -> delivered(postern, mail) == 1);
        }
    }

    /**
     * What was never seen cannot be missed, unless the configuration says that it has to be there.
     */
    @Test
    void mailWaitsForAFileSystemThatWasNotThereAtTheStart(
            @TempDir(factory = OpenFolder.class) Path folder) throws IOException {
        assumeTrue(Tool.isRoot(), "mounting needs root");
        Tool.needs("unshare");
        Tool.needs("nsenter");
        Postern postern = Postern.prepare(folder, "", "require_mount = true\n");
        Path mail = Files.createDirectories(postern.state().resolve("mail"));
        postern.behind(
                "unshare", "--mount", "sh", "-c", "mount --make-rprivate / && exec \"$@\"", "sh");
        try (postern) {
            postern.start();
            send(postern, "before it is there");
            awaitDeferred(postern, "the file system of mailboxes is not mounted at " + mail);
            assertThat(inside(postern, "find", mail.toString(), "-mindepth", "1")).isEmpty();

            inside(postern, "mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", mail.toString());
            assertThat(postern.command("queue", "flush").code()).isZero();
            await().atMost(SOON).until(() -> delivered(postern, mail) == 1);
        }
    }

    private static void awaitDeferred(Postern postern, String why) {
        await().atMost(SOON)
                .until(
                        () ->
                                postern.log()
                                        .lines()
                                        .anyMatch(
                                                line ->
                                                        line.contains("status=deferred")
                                                                && line.contains(why)));
    }

    private static void send(Postern postern, String subject) throws IOException {
        try (Client client = Client.greeted(postern.smtp())) {
            assertThat(
                            client.send(
                                    "ann@example.net",
                                    Postern.USER + "@localhost",
                                    "Subject: " + subject + "\r\n\r\nbody"))
                    .startsWith("250");
        }
    }

    private static String inside(Postern postern, String... words) throws IOException {
        String[] all = new String[words.length + 4];
        all[0] = "nsenter";
        all[1] = "--mount";
        all[2] = "--target";
        all[3] = Long.toString(postern.launched().pid());
        System.arraycopy(words, 0, all, 4, words.length);
        Tool.Ended ended = Tool.run(SOON, "", all);
        assertThat(ended.code()).as(ended.output()).isZero();
        return ended.output();
    }

    private static long delivered(Postern postern, Path mail) throws IOException {
        return inside(postern, "find", mail.toString(), "-type", "f", "-path", "*/new/*")
                .lines()
                .count();
    }
}
