package postern.config;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

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
            case Text(String value) -> quoted(value);
            case Items(List<Raw> values) ->
                    values.stream().map(Raw::literal).collect(Collectors.joining(", ", "[", "]"));
            case Table(Map<String, Raw> values) ->
                    values.entrySet().stream()
                            .map(
                                    entry ->
                                            quoted(entry.getKey())
                                                    + " = "
                                                    + entry.getValue().literal())
                            .collect(Collectors.joining(", ", "{", "}"));
            case Other(String kind) -> quoted(kind);
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

    private static String quoted(String text) {
        StringBuilder out = new StringBuilder(text.length() + 2).append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    if (c < ' ' || c == 0x7f) {
                        out.append("\\u00").append(hex(c >> 4)).append(hex(c & 15));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        return out.append('"').toString();
    }

    private static char hex(int digit) {
        return "0123456789abcdef".charAt(digit);
    }
}
