package postern.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class HotTableTest {
    @TempDir Path folder;
    private final Bench bench = new Bench();
    private Path file = Path.of("");

    @BeforeEach
    void written() throws IOException {
        file = Bench.write(folder, "virtual", "a@b one\n");
    }

    private HotTable open() {
        return HotTable.open(bench.world, "virtual", file, MapTable::read);
    }

    /** Another file of that name, written to some seconds ago. */
    private void replace(String text) throws IOException {
        Path fresh = Bench.write(folder, "virtual.new", text);
        Files.setLastModifiedTime(fresh, FileTime.from(Instant.now().minusSeconds(30)));
        Files.move(fresh, file, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    }

    private String ask(Table table) {
        bench.sleep(Duration.ofSeconds(2));
        return Bench.said(table.lookup("a@b"));
    }

    @Test
    void aChangeIsSeenByTheNextThatAsks() throws IOException {
        HotTable table = open();
        assertThat(ask(table)).isEqualTo("one");
        replace("a@b two\n");
        assertThat(Bench.said(table.lookup("a@b"))).isEqualTo("one"); // looked at a moment ago
        assertThat(ask(table)).isEqualTo("two");
        assertThat(bench.log).singleElement().asString().contains("table=virtual loaded=");
    }

    @Test
    void whatIsWrittenToThisMomentIsLeftToLieStill() throws IOException {
        HotTable table = open();
        Files.writeString(file, "a@b ha");
        Files.setLastModifiedTime(file, FileTime.from(Instant.now().plusSeconds(2)));
        bench.sleep(HotTable.STILL.plusMillis(1500));
        assertThat(Bench.said(table.lookup("a@b"))).isEqualTo("one");
        Files.writeString(file, "a@b half no more\n");
        bench.sleep(Duration.ofSeconds(5));
        assertThat(Bench.said(table.lookup("a@b"))).isEqualTo("half no more");
    }

    @Test
    void aBadFileKeepsTheGoodOneInForceAndSaysSo() throws IOException {
        HotTable table = open();
        replace("a@b two\nnonsense\nb@b\n");
        assertThat(ask(table)).isEqualTo("one");
        assertThat(ask(table)).isEqualTo("one");
        assertThat(bench.log).hasSize(2);
        assertThat(bench.log.getFirst())
                .contains("virtual:2: \"nonsense\" has no value")
                .endsWith("the version loaded before stays in force");
        assertThat(bench.log.getLast()).contains("virtual:3:");
        replace("a@b three\n");
        assertThat(ask(table)).isEqualTo("three");
    }

    @Test
    void aFileThatVanishesChangesNothingAndIsReadWhenItIsBack() throws IOException {
        HotTable table = open();
        Files.delete(file);
        assertThat(ask(table)).isEqualTo("one");
        assertThat(ask(table)).isEqualTo("one");
        assertThat(bench.log).singleElement().asString().contains("the file is gone");
        replace("a@b two\n");
        assertThat(ask(table)).isEqualTo("two");
    }

    @Test
    void withoutAGoodVersionNothingIsAbsent() throws IOException {
        Files.delete(file);
        HotTable table = open();
        assertThat(ask(table)).startsWith("(later) table virtual: ").contains("no such file");
        replace("a@b two\n");
        assertThat(ask(table)).isEqualTo("two");
    }

    @Test
    void aCompiledTableIsReplacedWhileItIsMapped() throws IOException {
        Path compiled = TableBuilder.compiled(file);
        build(compiled);
        HotTable table = HotTable.open(bench.world, "virtual", compiled, CompiledTable::read);
        assertThat(ask(table)).isEqualTo("one");
        Files.writeString(file, "a@b two\n");
        build(compiled);
        bench.sleep(Duration.ofSeconds(5));
        assertThat(ask(table)).isEqualTo("two");
    }

    private void build(Path compiled) throws IOException {
        Path temporary = folder.resolve("building");
        assertThat(TableBuilder.build(bench.world.disk(), file, temporary))
                .isInstanceOf(TableBuilder.Result.Built.class);
        bench.world.disk().replace(temporary, compiled);
    }
}
