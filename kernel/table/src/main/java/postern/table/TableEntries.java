package postern.table;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import postern.base.Disk;
import postern.config.Problem;
import postern.config.Settings;

/**
 * What tables answer, read without being asked: whoever knows what an answer has to look like can
 * say so before the night. Tables of other machines, of users and of the environment are passed
 * over, and so are compiled ones, and answers that a pattern fills in.
 */
public final class TableEntries {
    /** A place in a file, or in postern.toml itself. */
    public interface Place {
        Problem problem(String what, String remedy);
    }

    /**
     * One of them.
     *
     * @param key the key, or line 12 of a file of patterns
     */
    public record Entry(String key, String value, Place place) {}

    private final Disk disk;
    private final List<TableConfig> configured;
    private final List<Entry> found = new ArrayList<>();
    private final Set<String> seen = new HashSet<>();

    private TableEntries(Settings settings, Disk disk) {
        this.disk = disk;
        this.configured = TableConfig.all(settings);
    }

    /**
     * Those of the tables, and of what they are made of.
     *
     * @param names of tables; what is not there, or broken, is {@link TableCheck}'s to tell
     */
    public static List<Entry> of(Settings settings, List<String> names, Disk disk) {
        var entries = new TableEntries(settings, disk);
        names.forEach(entries::add);
        return entries.found;
    }

    /**
     * What is wrong with them.
     *
     * @param flaw of a value, as it goes on behind the key: {@code has no level}; empty: none
     */
    public static List<Problem> problems(
            List<Entry> entries, Function<String, Optional<String>> flaw, String remedy) {
        List<Problem> problems = new ArrayList<>();
        for (Entry entry : entries) {
            flaw.apply(entry.value)
                    .map(why -> entry.place.problem("\"" + entry.key + "\" " + why, remedy))
                    .ifPresent(problems::add);
        }
        return problems;
    }

    private void add(String name) {
        if (seen.add(name)) {
            configured.stream().filter(table -> table.name().equals(name)).forEach(this::add);
        }
    }

    private void add(TableConfig table) {
        switch (table.kind()) {
            case INLINE ->
                    table.inline()
                            .forEach(
                                    (key, value) ->
                                            found.add(new Entry(key, value, table::problem)));
            case STATIC ->
                    table.group()
                            .get(TableConfig.VALUE)
                            .ifPresent(
                                    value ->
                                            found.add(
                                                    new Entry(
                                                            table.name(),
                                                            value,
                                                            (what, remedy) ->
                                                                    table.group()
                                                                            .problem(
                                                                                    TableConfig
                                                                                            .VALUE,
                                                                                    what,
                                                                                    remedy))));
            case FIRST, UNION -> table.tables().forEach(this::add);
            case PIPEMAP -> { // the last one's answer is the answer
                if (!table.tables().isEmpty()) {
                    add(table.tables().getLast());
                }
            }
            case FILE, REGEXP, CIDR ->
                    Tables.source(table.kind())
                            .ifPresent(source -> file(Tables.path(table), source));
            case COMPILED, USERS, ENVIRONMENT -> {}
            case SOCKETMAP, TCP, PGSQL, MYSQL, SQLITE, LDAP, MEMCACHE, REDIS -> {}
        }
    }

    private void file(Path path, HotTable.Source source) {
        if (HotTable.load(disk, path, source) instanceof Load.Loaded(Table loaded)
                && loaded instanceof Listed listed) {
            listed.each(
                    (key, value, line) ->
                            found.add(
                                    new Entry(
                                            key,
                                            value,
                                            (what, remedy) ->
                                                    new Problem(
                                                            path.toString(),
                                                            line,
                                                            1,
                                                            what,
                                                            remedy))));
        }
    }

    /** A table that can tell all that it may answer as it stands in its file. */
    interface Listed {
        void each(Visitor visitor);
    }

    /** Is told of an entry and its line. */
    interface Visitor {
        void entry(String key, String value, int line);
    }
}
