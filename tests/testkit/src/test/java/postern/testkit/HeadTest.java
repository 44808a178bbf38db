package postern.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import postern.base.Disk;
import postern.base.DiskFile;
import postern.base.system.SystemWorld;

/** {@link Disk#head}, on a real disk. */
class HeadTest {
    private static final String TEXT = "abcdefghij";

    private final Disk disk = SystemWorld.create("test").disk();
    @TempDir Path folder;
    private Path path = Path.of("set before each");

    @BeforeEach
    void write() throws IOException {
        path = folder.resolve("file");
        try (DiskFile file = disk.create(path)) {
            file.write(0, ByteBuffer.wrap(TEXT.getBytes(StandardCharsets.US_ASCII)));
        }
    }

    @ParameterizedTest
    @CsvSource({"0,''", "1,a", "9,abcdefghi", "10,abcdefghij", "11,abcdefghij", "1000,abcdefghij"})
    void itEndsAtTheBoundOrWithTheFile(int octetsMax, String head) throws IOException {
        assertThat(disk.head(path, octetsMax)).asString().isEqualTo(head);
    }

    @ParameterizedTest
    @CsvSource({"1", "3", "10"})
    void itIsWholeHoweverLittleIsReadAtOnce(int portion) throws IOException {
        Disk slow = new LayeredDisk(disk, new Portions(portion, Long.MAX_VALUE));
        assertThat(slow.head(path, 8)).asString().isEqualTo("abcdefgh");
        assertThat(slow.head(path, 80)).asString().isEqualTo(TEXT);
    }

    @Test
    void aFileThatIsCutShorterMeanwhileIsWhatIsLeftOfIt() throws IOException {
        Disk cutting = new LayeredDisk(disk, new Portions(3, 6));
        assertThat(cutting.head(path, 80)).asString().isEqualTo("abcdef");
    }

    @Test
    void ofNoFileThereIsNone() {
        assertThatThrownBy(() -> disk.head(folder.resolve("none"), 1))
                .isInstanceOf(NoSuchFileException.class);
    }

    /** Reads so many octets at once, and none from that position on. */
    private record Portions(int octets, long end) implements LayeredDisk.Layer {
        @Override
        public int read(DiskFile file, ByteBuffer into, long position) throws IOException {
            if (position >= end) {
                return -1;
            }
            ByteBuffer portion = into.slice(into.position(), Math.min(octets, into.remaining()));
            int n = file.read(portion, position);
            into.position(into.position() + Math.max(0, n));
            return n;
        }
    }
}
