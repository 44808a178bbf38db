package postern.table;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import postern.base.Clock;
import postern.base.DiskFile;
import postern.base.World;
import postern.base.system.SystemWorld;

/** A real disk, a clock that stands still until it is told, and a log that is kept. */
final class Bench implements Clock {
    final List<String> log = Collections.synchronizedList(new ArrayList<>());
    private final World real = SystemWorld.create((_, line) -> log.add(line));
    final World world =
            new World(this, real.disk(), real.network(), real.tasks(), real.random(), real.log());
    private Duration passed = Duration.ZERO;

    @Override
    public Instant now() {
        return real.clock().now().plus(passed);
    }

    @Override
    public long nanoTime() {
        return passed.toNanos();
    }

    @Override
    public void sleep(Duration span) {
        passed = passed.plus(span);
    }

    static Path write(Path folder, String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    Load read(Path path, HotTable.Source source) throws IOException {
        try (DiskFile file = world.disk().openRead(path)) {
            return source.read(path.getFileName().toString(), file);
        }
    }

    static Table table(Load load) {
        return switch (load) {
            case Load.Loaded(Table table) -> table;
            case Load.Broken(List<TableProblem> problems) ->
                    throw new AssertionError(problems.toString());
        };
    }

    static List<String> problems(Load load) {
        return switch (load) {
            case Load.Loaded _ -> List.of();
            case Load.Broken(List<TableProblem> problems) ->
                    problems.stream().map(TableProblem::toString).toList();
        };
    }

    static String said(Table.Answer answer) {
        return switch (answer) {
            case Table.Answer.Found found -> found.value();
            case Table.Answer.Absent _ -> "(absent)";
            case Table.Answer.TemporaryFailure(String reason) -> "(later) " + reason;
        };
    }
}
