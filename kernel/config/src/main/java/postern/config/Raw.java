package postern.config;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import postern.base.Json;

/** A value as the file states it, before a {@link Key} gives it a type. */
public sealed interface Raw {

    record Bool(boolean value) implements Raw {}

    record Int(long value) implements Raw {}

    record Text(String value) implements Raw {}

    record Items(List<Raw> values) implements Raw {
        public Items {
            values = List.copyOf(values);
        }
    }

    /** Keys to texts, in the order of the file. */
    record Table(Map<String, Raw> values) implements Raw {
        public Table {
            values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
        }
    }

    /** What no key takes: a float, a date, a table inside a list. */
    record Other(String kind) implements Raw {}

    static Raw texts(List<String> values) {
        return new Items(values.stream().<Raw>map(Text::new).toList());
    }

    static Raw table(Map<String, String> texts) {
        Map<String, Raw> values = LinkedHashMap.newLinkedHashMap(texts.size());
        texts.forEach((name, value) -> values.put(name, new Text(value)));
        return new Table(values);
    }

    /** On one line, as it is written in TOML. */
    default String literal() {
        return switch (this) {
            case Bool(boolean value) -> Boolean.toString(value);
            case Int(long value) -> Long.toString(value);
            case Text(String value) -> Json.quoted(value);
            case Items(List<Raw> values) ->
                    values.stream().map(Raw::literal).collect(Collectors.joining(", ", "[", "]"));
            case Table(Map<String, Raw> values) ->
                    values.entrySet().stream()
                            .map(
                                    entry ->
                                            Json.quoted(entry.getKey())
                                                    + " = "
                                                    + entry.getValue().literal())
                            .collect(Collectors.joining(", ", "{", "}"));
            case Other(String kind) -> Json.quoted(kind);
        };
    }

    /** What it is, for a message. */
    default String kind() {
        return switch (this) {
            case Bool _ -> "a boolean";
            case Int _ -> "a number";
            case Text _ -> "a text";
            case Items _ -> "a list";
            case Table _ -> "a table";
            case Other(String kind) -> kind;
        };
    }
}
