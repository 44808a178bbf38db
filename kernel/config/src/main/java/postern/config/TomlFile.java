package postern.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.tomlj.TomlArray;
import org.tomlj.TomlPosition;
import org.tomlj.TomlTable;

/** One walk through a parsed file, gathering groups of values and problems. */
final class TomlFile {
    private final String file;
    private final Map<String, Section> sections = new LinkedHashMap<>();
    private final Suggestions suggestions;
    private final Map<String, List<Settings.Group>> groups = new LinkedHashMap<>();
    private final List<Problem> problems = new ArrayList<>();

    TomlFile(String file, List<Section> sections) {
        this.file = file;
        sections.forEach(section -> this.sections.put(section.name(), section));
        this.suggestions = new Suggestions(sections);
    }

    List<Problem> problems() {
        return problems;
    }

    Settings settings() {
        return new Settings(file, groups);
    }

    void read(TomlTable top) {
        group("", "", 0, top);
    }

    /**
     * Reads one table; where it is a section, its values become a group.
     *
     * @param own the name in {@code [section.NAME]}
     */
    private void group(String path, String own, int line, TomlTable table) {
        Section section = sections.get(path);
        Map<String, Settings.Stated> values = new LinkedHashMap<>();
        for (String name : table.keySet()) {
            Object value = table.get(List.of(name));
            TomlPosition position = table.inputPositionOf(List.of(name));
            Place place =
                    position == null
                            ? new Place(line, 1)
                            : new Place(position.line(), position.column());
            Optional<Key<?>> key = section == null ? Optional.empty() : section.key(name);
            if (key.isPresent()) {
                value(key.get(), raw(value), place, values);
            } else if (own.isEmpty()) {
                inner(path, name, value, place);
            } else {
                unknown(path, "[" + path + "." + own + "]", name, value, place);
            }
        }
        if (section != null) {
            defaultPaths(section, values);
            groups.computeIfAbsent(path, _ -> new ArrayList<>())
                    .add(new Settings.Group(file, section, own, line, values));
        }
    }

    private record Place(int line, int column) {}

    private void value(Key<?> key, Raw raw, Place place, Map<String, Settings.Stated> values) {
        switch (key.parse(raw)) {
            case Parsed.Good<?> _ ->
                    values.put(
                            key.name(),
                            new Settings.Stated(resolved(key, raw), place.line(), place.column()));
            case Parsed.Bad<?>(String what, String remedy) ->
                    add(place, key.name() + " = " + raw.literal() + " " + what, remedy);
        }
    }

    /** Something that is no key of its section: another section, or a mistake. */
    private void inner(String path, String name, @Nullable Object value, Place place) {
        String inside = path.isEmpty() ? name : path + "." + name;
        Section section = sections.get(inside);
        boolean parent = sections.keySet().stream().anyMatch(each -> each.startsWith(inside + "."));
        if (section == null && !(parent && value instanceof TomlTable)) {
            unknown(path, "[" + path + "]", name, value, place);
        } else if (value instanceof TomlTable table
                && section != null
                && section.form() == Section.Form.NAMED) {
            names(section, table, place);
        } else if (value instanceof TomlTable table && (section == null || !section.repeated())) {
            group(inside, "", place.line(), table);
        } else if (value instanceof TomlArray array && section != null && section.repeated()) {
            each(inside, array, place);
        } else if (section != null) {
            add(place, "\"" + inside + "\" is " + raw(value).kind(), "write " + section.header());
        }
    }

    private void names(Section section, TomlTable table, Place place) {
        for (String name : table.keySet()) {
            TomlPosition position = table.inputPositionOf(List.of(name));
            Place at = position == null ? place : new Place(position.line(), position.column());
            if (!(table.get(List.of(name)) instanceof TomlTable each)) {
                add(at, "\"" + name + "\" has no section of its own", "write " + section.header());
            } else if (!Section.OWN_NAME.matcher(name).matches()) {
                add(
                        at,
                        "\"" + name + "\" is no name for a " + section.header(),
                        "use lower-case letters, digits, hyphens and underscores, 64 at most");
            } else {
                group(section.name(), name, at.line(), each);
            }
        }
    }

    private void each(String path, TomlArray array, Place place) {
        for (int i = 0; i < array.size(); i++) {
            if (array.get(i) instanceof TomlTable table) {
                TomlPosition at = array.inputPositionOf(i);
                group(path, "", at == null ? place.line() : at.line(), table);
            } else {
                add(place, "\"" + path + "\" is a list of values", "write [[" + path + "]]");
            }
        }
    }

    /**
     * @param header of where it stands
     */
    private void unknown(
            String path, String header, String name, @Nullable Object value, Place place) {
        if (value instanceof TomlTable || value instanceof TomlArray && suggestions.table(value)) {
            String inside = header.equals("[]") ? name : unbracketed(header) + "." + name;
            add(place, "unknown section [" + inside + "]", suggestions.forSection(inside));
        } else {
            Section section = sections.get(path);
            String in = section != null && section.repeated() ? section.header() : header;
            String where = path.isEmpty() ? "at the top of the file" : "in " + in;
            add(place, "unknown key \"" + name + "\" " + where, suggestions.forKey(path, name));
        }
    }

    private static String unbracketed(String header) {
        return header.substring(1, header.length() - 1);
    }

    /**
     * Reports required keys that are not there, and settles what sections that are not stated are.
     */
    void requireAll() {
        for (Section section : sections.values()) {
            List<Settings.Group> found = groups.getOrDefault(section.name(), List.of());
            if (found.isEmpty() && section.form() == Section.Form.ONCE) {
                found = List.of(new Settings.Group(file, section, 0, Map.of()));
            }
            found.forEach(group -> require(section, group));
        }
        settleDefaults();
    }

    void settleDefaults() {
        for (Section section : sections.values()) {
            if (section.form() == Section.Form.ONCE && !groups.containsKey(section.name())) {
                Map<String, Settings.Stated> values = new LinkedHashMap<>();
                defaultPaths(section, values);
                groups.put(section.name(), List.of(new Settings.Group(file, section, 0, values)));
            }
        }
    }

    private void require(Section section, Settings.Group group) {
        for (Key<?> key : section.keys()) {
            boolean reported =
                    problems.stream().anyMatch(each -> each.what().startsWith(key.name() + " = "));
            if (key.presence() == Key.Presence.REQUIRED && !group.stated(key) && !reported) {
                String where = section.name().isEmpty() ? "" : " in " + group.header();
                problems.add(
                        group.problem(
                                key,
                                "\"" + key.name() + "\" is missing" + where,
                                "write "
                                        + key.name()
                                        + " = "
                                        + key.sample().literal()
                                        + " or the like"));
            }
        }
    }

    /** Defaults that depend on the folder of the file are settled here. */
    private void defaultPaths(Section section, Map<String, Settings.Stated> values) {
        for (Key<?> key : section.keys()) {
            if (key.fromFile() && key.presence() == Key.Presence.DEFAULT) {
                values.putIfAbsent(
                        key.name(), new Settings.Stated(resolved(key, key.sample()), 0, 0));
            }
        }
    }

    private Raw resolved(Key<?> key, Raw raw) {
        if (!key.fromFile() || !(raw instanceof Raw.Text(String text))) {
            return raw;
        }
        Path path = Path.of(file).toAbsolutePath().resolveSibling(text).normalize();
        return new Raw.Text(path.toString());
    }

    private void add(Place place, String what, String remedy) {
        problems.add(new Problem(file, place.line(), place.column(), what, remedy));
    }

    private static Raw raw(@Nullable Object value) {
        return switch (value) {
            case Boolean bool -> new Raw.Bool(bool);
            case Long number -> new Raw.Int(number);
            case String text -> new Raw.Text(text);
            case TomlArray array ->
                    new Raw.Items(array.toList().stream().map(TomlFile::raw).toList());
            case TomlTable table -> {
                Map<String, Raw> values = new LinkedHashMap<>();
                table.keySet().forEach(name -> values.put(name, raw(table.get(List.of(name)))));
                yield new Raw.Table(values);
            }
            case Double _ -> new Raw.Other("a fraction");
            case null, default -> new Raw.Other("a date or time");
        };
    }
}
