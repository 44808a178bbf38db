package postern.table;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import postern.base.Disk;
import postern.config.Configuration;
import postern.config.Key;
import postern.config.Problem;
import postern.config.Settings;

/**
 * Looks at all tables before anything starts: their keys, the names that other sections use, and
 * what is in their files. What is wrong is told now and not by night.
 */
public final class TableCheck implements Configuration.Check {
    private final List<TableConfig.Use> uses;
    private final Supplier<Disk> disk;
    private final List<Problem> problems = new ArrayList<>();
    private final Map<String, TableConfig> configured = new HashMap<>();

    private TableCheck(List<TableConfig.Use> uses, Supplier<Disk> disk) {
        this.uses = List.copyOf(uses);
        this.disk = disk;
    }

    public static Configuration.Check of(List<TableConfig.Use> uses, Supplier<Disk> disk) {
        return settings -> new TableCheck(uses, disk).check(settings);
    }

    @Override
    public List<Problem> check(Settings settings) {
        List<TableConfig> all = TableConfig.all(settings);
        all.forEach(table -> configured.put(table.name(), table));
        for (TableConfig table : all) {
            keys(table);
            table.tables().forEach(name -> exists(name, table.group(), TableConfig.TABLES));
        }
        for (TableConfig.Use use : uses) {
            for (Settings.Group group : use.groups(settings)) {
                use.names().apply(group).forEach(name -> exists(name, group, use.key()));
            }
        }
        for (TableConfig table : all) {
            if (within(table.name(), table, new HashSet<>())) {
                problem(
                        table.group(),
                        TableConfig.TABLES,
                        "table \"" + table.name() + "\" is made of itself",
                        "take it out of its own list");
            }
        }
        if (problems.isEmpty()) {
            for (TableConfig table : all) {
                Tables.source(table.kind()).ifPresent(source -> file(table, source));
            }
        }
        return problems;
    }

    private void problem(Settings.Group group, Key<?> key, String what, String remedy) {
        problems.add(group.problem(key, what, remedy));
    }

    private void exists(String name, Settings.Group group, Key<?> key) {
        if (!configured.containsKey(name)) {
            problem(
                    group,
                    key,
                    "\"" + key.name() + "\" names the table \"" + name + "\", which is not there",
                    "write a [table." + name + "], or name one that is there");
        }
    }

    /** Whether the table is found among the parts of another. */
    private boolean within(String wanted, TableConfig table, Set<String> seen) {
        for (String part : table.tables()) {
            TableConfig config = configured.get(part);
            if (part.equals(wanted)
                    || config != null && seen.add(part) && within(wanted, config, seen)) {
                return true;
            }
        }
        return false;
    }

    private void keys(TableConfig table) {
        KindKeys its = KindKeys.of(table.kind());
        for (Key<?> key : TableConfig.SECTION.keys()) {
            boolean stated = table.group().stated(key);
            if (key != TableConfig.KIND
                    && stated
                    && !its.wanted().contains(key)
                    && !its.allowed().contains(key)) {
                problem(
                        table.group(),
                        key,
                        "\"" + key.name() + "\" means nothing to a table of kind " + kind(table),
                        "remove it, or choose another kind");
            }
            if (its.wanted().contains(key) && !stated) {
                problem(
                        table.group(),
                        TableConfig.KIND,
                        "a table of kind " + kind(table) + " needs \"" + key.name() + "\"",
                        "write it below");
            }
        }
    }

    private static String kind(TableConfig table) {
        return table.kind().name().toLowerCase(Locale.ROOT);
    }

    private void file(TableConfig table, HotTable.Source source) {
        Load load = HotTable.load(disk.get(), Tables.path(table), source);
        if (load instanceof Load.Broken(List<TableProblem> wrong)) {
            String remedy = "mend it: the table " + table.name() + " is taken as a whole or not";
            for (TableProblem problem : wrong) {
                int column = problem.line() == 0 ? 0 : 1;
                problems.add(
                        new Problem(
                                problem.file(), problem.line(), column, problem.what(), remedy));
            }
        }
    }
}
