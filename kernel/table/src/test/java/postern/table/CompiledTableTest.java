package postern.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class CompiledTableTest {
    @TempDir Path folder;
    private final Bench bench = new Bench();

    private Path built(String text) throws IOException {
        Path source = Bench.write(folder, "users", text);
        Path target = TableBuilder.compiled(source);
        assertThat(TableBuilder.build(bench.world.disk(), source, target))
                .isInstanceOf(TableBuilder.Result.Built.class);
        return target;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 1023, 1024, 30_000})
    void everyEntryIsFoundAndNoOther(int entries) throws IOException {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < entries; i++) {
            text.append("User").append(i).append("@example.org  box-").append(i).append('\n');
        }
        Table table = Bench.table(bench.read(built(text.toString()), CompiledTable::read));
        for (int i = 0; i < entries; i++) {
            assertThat(table.lookup("user" + i + "@example.org"))
                    .isEqualTo(new Table.Answer.Found("box-" + i, "users:" + (i + 1)));
        }
        for (int i = entries; i < entries + 1000; i++) {
            assertThat(table.lookup("user" + i + "@example.org")).isEqualTo(Table.Answer.ABSENT);
        }
    }

    @Test
    void badLinesAreToldAndNothingIsMade() throws IOException {
        Path source = Bench.write(folder, "users", "a one\nb\nA two\nc three\nc four\n");
        Path target = TableBuilder.compiled(source);
        assertThat(TableBuilder.build(bench.world.disk(), source, target))
                .isInstanceOfSatisfying(
                        TableBuilder.Result.Broken.class,
                        broken ->
                                assertThat(broken.problems())
                                        .extracting(TableProblem::line)
                                        .containsExactly(2));
        Files.writeString(source, "a one\nA two\nc three\nc four\n");
        assertThat(TableBuilder.build(bench.world.disk(), source, target))
                .isInstanceOfSatisfying(
                        TableBuilder.Result.Broken.class,
                        broken ->
                                assertThat(broken.problems())
                                        .extracting(TableProblem::toString)
                                        .containsExactly(
                                                source + ":2: \"a\" is there already, in line 1",
                                                source
                                                        + ":4: \"c\" is there already, in line"
                                                        + " 3"));
        assertThat(Files.exists(target)).isFalse();
    }

    @Test
    void anyDamageIsNoticedWhenItIsOpened() throws IOException {
        Path file = built("a@example.org one\nb@example.org two\n");
        byte[] sound = Files.readAllBytes(file);
        for (int i = 0; i < sound.length; i++) {
            byte[] damaged = sound.clone();
            damaged[i] ^= 0x10;
            Files.write(file, damaged);
            assertThat(Bench.problems(bench.read(file, CompiledTable::read)))
                    .as("octet " + i)
                    .singleElement()
                    .asString()
                    .contains("build it with \"postern table build\"");
        }
        for (int length = 0; length < sound.length; length++) {
            Files.write(file, Arrays.copyOf(sound, length));
            assertThat(Bench.problems(bench.read(file, CompiledTable::read))).hasSize(1);
        }
    }

    @Test
    void aValueMayBeLong() throws IOException {
        String list = "member@example.org, ".repeat(50_000).strip();
        Table table = Bench.table(bench.read(built("all " + list + "\n"), CompiledTable::read));
        assertThat(Bench.said(table.lookup("all"))).isEqualTo(list);
    }
}
