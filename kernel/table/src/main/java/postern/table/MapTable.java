package postern.table;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import postern.base.DiskFile;

/** Entries in memory: of a text file, or written in postern.toml itself. Immutable. */
final class MapTable implements Table, TableEntries.Listed {
    /**
     * Largest text file, in octets: some hundred thousand entries, some ten times as much memory.
     * What is larger is compiled.
     */
    static final long FILE_OCTETS_MAX = 8 << 20;

    /** Problems told of one file; the rest is counted. */
    static final int PROBLEMS_MAX = 100;

    private record Entry(String value, int line) {}

    private final String source;
    private final Map<String, Entry> entries;

    private MapTable(String source, Map<String, Entry> entries) {
        this.source = source;
        this.entries = entries;
    }

    /**
     * @param origin what the configuration calls the place
     */
    static MapTable inline(String origin, Map<String, String> values) {
        Map<String, Entry> entries = HashMap.newHashMap(values.size());
        values.forEach(
                (key, value) -> entries.put(key.toLowerCase(Locale.ROOT), new Entry(value, 0)));
        return new MapTable(origin, entries);
    }

    /** All entries of a text file, or all that is wrong with it: bad lines are not passed over. */
    static Load read(String name, DiskFile file) throws IOException {
        if (file.size() > FILE_OCTETS_MAX) {
            return new Load.Broken(
                    List.of(
                            new TableProblem(
                                    name,
                                    0,
                                    "exceeds "
                                            + FILE_OCTETS_MAX
                                            + " octets: compile it with \"postern table build\"")));
        }
        var problems = new Problems(name);
        Map<String, Entry> entries = new HashMap<>();
        var lines = new LogicalLines(file);
        for (LogicalLines.Line line = lines.next(); line != null; line = lines.next()) {
            SourceLine parsed = SourceLine.parse(line);
            if (parsed.fault().isEmpty()) {
                @Nullable Entry before =
                        entries.putIfAbsent(parsed.key(), new Entry(parsed.value(), line.number()));
                if (before != null) {
                    problems.add(
                            line.number(),
                            "\"" + parsed.key() + "\" is there already, in line " + before.line);
                }
            } else {
                problems.add(line.number(), parsed.fault());
            }
        }
        return problems.none()
                ? new Load.Loaded(new MapTable(shortened(name), entries))
                : new Load.Broken(problems.list());
    }

    /** The last part of a path: what a trail of many steps has room for. */
    static String shortened(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    @Override
    public Answer lookup(String key) {
        Entry entry = entries.get(key);
        if (entry == null) {
            return Answer.ABSENT;
        }
        return new Answer.Found(entry.value, entry.line == 0 ? source : source + ":" + entry.line);
    }

    @Override
    public void each(TableEntries.Visitor visitor) {
        entries.entrySet().stream()
                .sorted(Comparator.comparingInt(entry -> entry.getValue().line))
                .forEach(
                        entry ->
                                visitor.entry(
                                        entry.getKey(),
                                        entry.getValue().value,
                                        entry.getValue().line));
    }

    /** Gathers problems of one file. One thread only. */
    static final class Problems {
        private final String file;
        private final List<TableProblem> list = new ArrayList<>();
        private int more;

        Problems(String file) {
            this.file = file;
        }

        void add(int line, String what) {
            if (list.size() < PROBLEMS_MAX) {
                list.add(new TableProblem(file, line, what));
            } else {
                more++;
            }
        }

        boolean none() {
            return list.isEmpty();
        }

        List<TableProblem> list() {
            if (more == 0) {
                return list;
            }
            List<TableProblem> all = new ArrayList<>(list);
            all.add(new TableProblem(file, 0, "and " + more + " more lines that are wrong"));
            return all;
        }
    }
}
