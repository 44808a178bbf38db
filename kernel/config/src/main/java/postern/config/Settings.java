package postern.config;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import postern.base.Bug;

/**
 * What the configuration file says, checked. Immutable; a reload makes another. Values that the
 * file does not state are their keys' defaults.
 */
public final class Settings {
    private static final String MAGIC = "postern-settings 2";
    private static final String BY_DEFAULT = "default";

    private final String file;
    private final Map<String, List<Group>> groups;

    Settings(String file, Map<String, List<Group>> groups) {
        this.file = file;
        this.groups = groups;
    }

    /** Nothing but defaults, for tests and tools. A required key is then a {@link Bug} to ask. */
    public static Settings defaults() {
        return new Settings(BY_DEFAULT, Map.of());
    }

    /**
     * A value as stated.
     *
     * @param line 0 for a default that depends on where the file lies
     */
    record Stated(Raw raw, int line, int column) {}

    /** The keys of one section, or of one of its repetitions. */
    public static final class Group {
        private final String file;
        private final Section section;
        private final String name;
        private final int line;
        private final Map<String, Stated> values;

        Group(String file, Section section, int line, Map<String, Stated> values) {
            this(file, section, "", line, values);
        }

        Group(String file, Section section, String name, int line, Map<String, Stated> values) {
            this.file = file;
            this.section = section;
            this.name = name;
            this.line = line;
            this.values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
        }

        public <T> T get(Key<T> key) {
            Bug.unless(
                    section.keys().contains(key),
                    "a key is asked of its own section: " + section.name() + "." + key.name());
            Stated stated = values.get(key.name());
            return stated == null ? key.absent() : key.value(stated.raw());
        }

        /** The name in {@code [section.NAME]}; empty for a section that has none. */
        public String name() {
            return name;
        }

        /** Its header as it is written. */
        String header() {
            return name.isEmpty() ? section.header() : "[" + section.name() + "." + name + "]";
        }

        /** Whether the file states the key. */
        public boolean stated(Key<?> key) {
            Stated stated = values.get(key.name());
            return stated != null && stated.line() > 0;
        }

        /** Where the value comes from: {@code postern.toml:12}, or {@code default}. */
        public String origin(Key<?> key) {
            Stated stated = values.get(key.name());
            return stated == null ? BY_DEFAULT : place(stated.line());
        }

        /** Where the section begins: {@code postern.toml:10}, or {@code default}. */
        public String origin() {
            return place(line);
        }

        /** A problem with the section as a whole. */
        public Problem problem(String what, String remedy) {
            return new Problem(file, line, line == 0 ? 0 : 1, what, remedy);
        }

        /** A problem that shows only when several values are seen together. */
        public Problem problem(Key<?> key, String what, String remedy) {
            Stated stated = values.get(key.name());
            return stated == null || stated.line() == 0
                    ? new Problem(file, line, line == 0 ? 0 : 1, what, remedy)
                    : new Problem(file, stated.line(), stated.column(), what, remedy);
        }

        private String place(int at) {
            return at == 0 ? BY_DEFAULT : file.substring(file.lastIndexOf('/') + 1) + ":" + at;
        }
    }

    /** The keys of a section that is written at most once. */
    public Group section(Section section) {
        Bug.unless(section.form() == Section.Form.ONCE, "a section of many has no single group");
        List<Group> found = groups.getOrDefault(section.name(), List.of());
        return found.isEmpty()
                ? new Group(file, section, 0, Map.of())
                : rebound(found.getFirst(), section);
    }

    /** The repetitions, or the names, of a section, in the order of the file. */
    public List<Group> each(Section section) {
        Bug.unless(section.form() != Section.Form.ONCE, "a section written once has one group");
        return groups.getOrDefault(section.name(), List.of()).stream()
                .map(group -> rebound(group, section))
                .toList();
    }

    public <T> T get(Section section, Key<T> key) {
        return section(section).get(key);
    }

    /** Where the value comes from: {@code postern.toml:12}, or {@code default}. */
    public String origin(Section section, Key<?> key) {
        return section(section).origin(key);
    }

    /** After {@link #decode} a group knows only its section's name; here it gets its keys. */
    private static Group rebound(Group group, Section section) {
        return new Group(group.file, section, group.name, group.line, group.values);
    }

    /** All that the file states, as text for {@link #decode}: what master hands to its children. */
    public String encode() {
        StringBuilder text = new StringBuilder(1024);
        text.append(MAGIC).append('\n').append(new Raw.Text(file).literal()).append('\n');
        groups.values().stream()
                .flatMap(Collection::stream)
                .forEach(
                        group -> {
                            text.append('[').append(group.section.name()).append("]\t");
                            text.append(group.line).append('\t');
                            text.append(group.name).append('\n');
                            group.values.forEach((name, stated) -> append(text, name, stated));
                        });
        return text.toString();
    }

    private static void append(StringBuilder text, String name, Stated stated) {
        text.append(name).append('\t').append(stated.line()).append('\t').append(stated.column());
        text.append('\t').append(stated.raw().literal()).append('\n');
    }

    /**
     * Reads what {@link #encode()} wrote. It comes from master, so a fault in it is a {@link Bug}.
     */
    public static Settings decode(String text) {
        String[] lines = text.split("\n", -1);
        Bug.unless(lines.length > 2 && lines[0].equals(MAGIC), "settings begin with their version");
        Bug.unless(lines[lines.length - 1].isEmpty(), "settings end with a line's end");
        Bug.unless(RawReader.read(lines[1]) instanceof Raw.Text, "settings name their file");
        String file = ((Raw.Text) RawReader.read(lines[1])).value();
        Map<String, List<Group>> groups = new LinkedHashMap<>();
        int at = 2;
        while (at < lines.length - 1) {
            int end = at + 1;
            while (end < lines.length - 1 && !lines[end].startsWith("[")) {
                end++;
            }
            Group group = group(file, List.of(lines).subList(at, end));
            groups.computeIfAbsent(group.section.name(), _ -> new ArrayList<>()).add(group);
            at = end;
        }
        return new Settings(file, groups);
    }

    private static Group group(String file, List<String> lines) {
        String[] header = fields(lines.getFirst(), 3);
        String name = header[0].substring(1, header[0].length() - 1);
        Map<String, Stated> values = new LinkedHashMap<>();
        for (String line : lines.subList(1, lines.size())) {
            String[] field = fields(line, 4);
            values.put(
                    field[0],
                    new Stated(RawReader.read(field[3]), number(field[1]), number(field[2])));
        }
        Section section = new Section(name, "Decoded.", List.of());
        return new Group(file, section, header[2], number(header[1]), values);
    }

    private static String[] fields(String line, int count) {
        String[] fields = line.split("\t", count);
        Bug.unless(fields.length == count, "a line of settings has " + count + " fields");
        return fields;
    }

    private static int number(String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException odd) {
            throw new Bug("a position is a number", odd);
        }
    }
}
