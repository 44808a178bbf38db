package postern.table;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import postern.base.Disk;
import postern.base.DiskFile;
import postern.base.LogLine;
import postern.base.World;

/**
 * A table in a file that may change while it is used. Who asks looks at the file once a second at
 * the most; when it has changed, and nobody has written to it for a second, all of it is read anew
 * and takes the old one's place at once. A file that is wrong, or gone, changes nothing but the
 * log. Any thread.
 */
final class HotTable implements Table {
    /** How often the file is looked at, and how long it must have lain still. */
    static final Duration STILL = Duration.ofSeconds(1);

    /** Reads a table's file. */
    interface Source {
        Load read(String name, DiskFile file) throws IOException;
    }

    private final World world;
    private final String name;
    private final Path path;
    private final Source source;
    private final AtomicBoolean looking = new AtomicBoolean();
    private volatile Table table;
    private volatile long lookAgain;
    // of who is looking
    private Disk.@Nullable Stamp seen;
    private boolean missing;

    private HotTable(World world, String name, Path path, Source source) {
        this.world = world;
        this.name = name;
        this.path = path;
        this.source = source;
        this.table = new SmallTables.Unavailable("table " + name + " is not loaded");
    }

    /** Loads it; where that fails, every lookup fails for now, until the file is right. */
    static HotTable open(World world, String name, Path path, Source source) {
        var hot = new HotTable(world, name, path, source);
        hot.first();
        return hot;
    }

    /** Reads the file once, for a check. */
    static Load load(Disk disk, Path path, Source source) {
        try (DiskFile file = disk.openRead(path)) {
            return source.read(path.toString(), file);
        } catch (NoSuchFileException none) {
            return broken(path, "there is no such file");
        } catch (IOException unreadable) {
            return broken(path, "cannot be read: " + unreadable.getMessage());
        }
    }

    private static Load broken(Path path, String what) {
        return new Load.Broken(List.of(new TableProblem(path.toString(), 0, what)));
    }

    @Override
    public Answer lookup(String key) {
        refresh();
        return table.lookup(key);
    }

    @Override
    public Answer lookupPart(String key) {
        refresh();
        return table.lookupPart(key);
    }

    private void first() {
        try {
            seen = world.disk().stamp(path).orElse(null);
            missing = seen == null;
        } catch (IOException unreadable) {
            missing = true;
        }
        load("no lookup is answered until it is right");
        lookAgain = world.clock().nanoTime() + STILL.toNanos();
    }

    private void refresh() {
        if (world.clock().nanoTime() - lookAgain < 0 || !looking.compareAndSet(false, true)) {
            return;
        }
        try {
            look();
        } finally {
            lookAgain = world.clock().nanoTime() + STILL.toNanos();
            looking.set(false);
        }
    }

    private void look() {
        Optional<Disk.Stamp> stamp;
        try {
            stamp = world.disk().stamp(path);
        } catch (IOException unreadable) {
            stamp = Optional.empty();
        }
        if (stamp.isEmpty()) {
            if (seen != null && !missing) {
                missing = true;
                complain("the file is gone", "the version loaded before stays in force");
            }
            return;
        }
        Disk.Stamp now = stamp.get();
        boolean back = missing;
        missing = false;
        if (now.equals(seen) && !back) {
            return;
        }
        Duration age = Duration.between(now.modified(), world.clock().now());
        if (age.isNegative() || age.compareTo(STILL) >= 0) {
            seen = now;
            load("the version loaded before stays in force");
        }
    }

    private void load(String consequence) {
        switch (load(world.disk(), path, source)) {
            case Load.Loaded(Table loaded) -> {
                boolean anew = !(table instanceof SmallTables.Unavailable);
                table = loaded;
                if (anew) {
                    world.log()
                            .info(LogLine.about("table").with("table", name).with("loaded", path));
                }
            }
            case Load.Broken(List<TableProblem> problems) -> {
                problems.forEach(problem -> complain(problem.toString(), consequence));
                if (table instanceof SmallTables.Unavailable) {
                    table =
                            new SmallTables.Unavailable(
                                    "table " + name + ": " + problems.getFirst());
                }
            }
        }
    }

    private void complain(String what, String consequence) {
        world.log()
                .warning(
                        LogLine.about("table")
                                .with("table", name)
                                .with("problem", what)
                                .say(consequence));
    }
}
