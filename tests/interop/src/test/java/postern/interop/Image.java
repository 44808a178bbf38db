package postern.interop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * A program of others that wants to be installed, running in an image of this machine; see
 * tests/interop/image.
 */
final class Image implements AutoCloseable {
    private final Process process;

    private Image(Process process) {
        this.process = process;
    }

    /**
     * @param unpacked its packages
     * @param folder its own, for what must be seen outside; output goes to {@code out} there
     * @param script run by bash inside, as root
     */
    static Image start(Path unpacked, Path folder, String script) throws IOException {
        Path file = folder.resolve("run.sh");
        Files.writeString(file, script);
        return new Image(
                new ProcessBuilder(
                                Tool.root().resolve("tests/interop/image").toString(),
                                unpacked.toString(),
                                folder.toString(),
                                file.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve("out").toFile())
                        .start());
    }

    @Override
    public void close() {
        List<ProcessHandle> all =
                Stream.concat(process.descendants(), Stream.of(process.toHandle())).toList();
        all.forEach(ProcessHandle::destroyForcibly);
    }
}
