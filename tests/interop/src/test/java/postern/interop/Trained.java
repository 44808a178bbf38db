package postern.interop;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/**
 * The built Postern is trained before anything starts it, as {@code ./run} does: the tests try what
 * users run, and each start costs a third less. A build takes the cache away, so one that is there
 * fits.
 */
public final class Trained implements LauncherSessionListener {
    private static final Duration TRAINING_MAX = Duration.ofMinutes(3);

    @Override
    public void launcherSessionOpened(LauncherSession session) {
        Path lib = Tool.root().resolve("dist/target/postern/lib");
        if (!Files.isDirectory(lib) || Files.exists(lib.resolve("postern.aot"))) {
            return;
        }
        try {
            Tool.Ended ended =
                    Tool.run(TRAINING_MAX, "", Tool.root().resolve("dist/train").toString());
            if (ended.code() != 0) {
                throw new IllegalStateException(ended.output());
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
