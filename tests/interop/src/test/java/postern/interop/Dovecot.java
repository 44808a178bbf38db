package postern.interop;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.stream.Stream;
import org.awaitility.core.ConditionTimeoutException;

/**
 * A Dovecot of the Debian package, unpacked and not installed: it runs in a mount namespace of its
 * own, where the unpacked tree lies over /usr.
 */
final class Dovecot implements AutoCloseable {
    private static final Duration SOON = Duration.ofSeconds(20);

    /** What every instance needs that runs beside others and has no users of its own. */
    private static final String COMMON =
            """
            base_dir = %1$s/run
            log_path = %1$s/dovecot.log
            ssl = no
            default_internal_user = nobody
            default_internal_group = nogroup
            default_login_user = daemon
            first_valid_uid = 1
            """;

    private final Process process;

    private Dovecot(Process process) {
        this.process = process;
    }

    /** Where it is unpacked; skips the test where it could not run. */
    static Path unpacked() {
        assumeTrue(Tool.isRoot(), "Dovecot's processes need users of their own, hence root");
        Tool.needs("unshare");
        return Tool.peer("dovecot/usr");
    }

    /**
     * Started in the folder, with {@code mail} in it for whoever it becomes; its socket is there
     * when this returns.
     *
     * @param configuration what is not the same for all
     */
    static Dovecot start(Path unpacked, Path folder, String configuration, Path socket)
            throws IOException {
        mailFolder(folder);
        Path conf =
                Files.writeString(
                        folder.resolve("dovecot.conf"), COMMON.formatted(folder) + configuration);
        String inside =
                "mount --make-rprivate / && "
                        + overlay(unpacked)
                        + " && exec dovecot -F -c "
                        + conf;
        Dovecot started =
                new Dovecot(
                        new ProcessBuilder("unshare", "--mount", "bash", "-c", inside)
                                .redirectErrorStream(true)
                                .redirectOutput(folder.resolve("dovecot.out").toFile())
                                .start());
        try {
            await("Dovecot's socket").atMost(SOON).until(() -> Files.exists(socket));
        } catch (ConditionTimeoutException never) {
            started.end();
            throw never;
        }
        return started;
    }

    /** Where whoever Dovecot becomes keeps mail. */
    static void mailFolder(Path folder) throws IOException {
        Path mail = Files.createDirectory(folder.resolve("mail"));
        Files.setPosixFilePermissions(mail, PosixFilePermissions.fromString("rwxrwxrwx"));
    }

    /** The command that lays the unpacked tree over /usr. */
    static String overlay(Path unpacked) {
        return "mount -t overlay overlay -o lowerdir=" + unpacked + ":/usr /usr";
    }

    @Override
    public void close() {
        end();
    }

    /** Ends all of its processes at once; it may have ended before. */
    void end() {
        Stream.concat(process.descendants(), Stream.of(process.toHandle()))
                .toList()
                .forEach(ProcessHandle::destroyForcibly);
    }
}
