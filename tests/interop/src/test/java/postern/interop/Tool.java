package postern.interop;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs programs that are not ours, and ours. */
final class Tool {
    private Tool() {}

    /** How a program ended; output and errors together. */
    record Ended(int code, String output) {}

    /** The repository's root. */
    static Path root() {
        String given = System.getProperty("postern.root");
        Path at = Path.of(given == null ? "" : given).toAbsolutePath();
        while (at != null && !Files.exists(at.resolve("bin/jdk"))) {
            at = at.getParent();
        }
        if (at == null) {
            throw new IllegalStateException("not inside Postern's tree");
        }
        return at;
    }

    /** Skips the test when a command is not on this machine. */
    static void needs(String command) {
        boolean found = false;
        for (String folder : String.valueOf(System.getenv("PATH")).split(File.pathSeparator, -1)) {
            found |= Files.isExecutable(Path.of(folder, command));
        }
        assumeTrue(found, command + " is not installed");
    }

    static boolean isRoot() {
        return "root".equals(System.getProperty("user.name"));
    }

    /**
     * A file of an unpacked peer (see tests/interop/peers); skips the test when it is not there.
     */
    static Path peer(String path) {
        Path file = root().resolve("tests/interop/target/peers").resolve(path);
        assumeTrue(Files.exists(file), "no " + path + ": tests/interop/peers unpacks it");
        return file;
    }

    static Ended run(Duration limit, String input, String... command) throws IOException {
        return run(limit, input, Map.of(), command);
    }

    static Ended run(Duration limit, String input, Map<String, String> variables, String... command)
            throws IOException {
        Path in = Files.createTempFile("interop", ".in");
        Path out = Files.createTempFile("interop", ".out");
        try {
            Files.writeString(in, input);
            ProcessBuilder builder =
                    new ProcessBuilder(List.of(command))
                            .redirectErrorStream(true)
                            .redirectInput(in.toFile())
                            .redirectOutput(out.toFile());
            builder.environment().putAll(variables);
            Process process = builder.start();
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
                throw new IOException(
                        command[0] + " did not end within " + limit + ": " + Files.readString(out));
            }
            return new Ended(process.exitValue(), Files.readString(out));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException(interrupted);
        } finally {
            Files.delete(in);
            Files.delete(out);
        }
    }
}
