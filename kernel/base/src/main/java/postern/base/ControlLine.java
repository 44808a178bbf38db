package postern.base;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A line of an answer on a control socket: fields {@code name=value} separated by a TAB, as
 * docs/protocols/control.md has it. Immutable.
 */
public final class ControlLine {
    /** What is longer is cut: an answer is for people, and a reader's memory is bounded. */
    public static final int VALUE_CHARS_MAX = 1000;

    /** Longest line in octets that a reader takes, its LF included. */
    public static final int LINE_OCTETS_MAX = 64 * 1024;

    private final Map<String, String> fields;

    private ControlLine(Map<String, String> fields) {
        this.fields = Collections.unmodifiableMap(fields);
    }

    public static ControlLine of(String name, Object value) {
        return new ControlLine(Map.of()).with(name, value);
    }

    /** All fields at once, in that order. */
    public static ControlLine of(Map<String, Object> fields) {
        Map<String, String> all = LinkedHashMap.newLinkedHashMap(fields.size());
        fields.forEach((name, value) -> all.put(name, bounded(value)));
        return new ControlLine(all);
    }

    public static ControlLine ok() {
        return of("result", "ok");
    }

    /**
     * @param code {@code usage}, {@code unknown}, {@code noperm} or {@code failed}
     */
    public static ControlLine error(String code, String text) {
        return of("result", "error").with("code", code).with("text", text);
    }

    public ControlLine with(String name, Object value) {
        Map<String, String> more = new LinkedHashMap<>(fields);
        more.put(name, bounded(value));
        return new ControlLine(more);
    }

    private static String bounded(Object value) {
        String text = String.valueOf(value);
        return text.length() > VALUE_CHARS_MAX ? text.substring(0, VALUE_CHARS_MAX) + "..." : text;
    }

    /** In the order in which they were written. */
    public Map<String, String> fields() {
        return fields;
    }

    public boolean has(String name) {
        return fields.containsKey(name);
    }

    /** The value, or an empty text. */
    public String field(String name) {
        return fields.getOrDefault(name, "");
    }

    /** The value as a number; -1 when there is none. */
    public long number(String name) {
        String text = field(name);
        boolean number = !text.isEmpty() && text.length() <= 18;
        return number && text.chars().allMatch(c -> c >= '0' && c <= '9')
                ? Long.parseLong(text)
                : -1;
    }

    /** As it is written, without its LF. */
    public String text() {
        StringBuilder out = new StringBuilder(128);
        fields.forEach(
                (name, value) -> {
                    if (!out.isEmpty()) {
                        out.append('\t');
                    }
                    field(name, value, out);
                });
        return out.toString();
    }

    /** Writes a field as it stands in a line, for answers of very many lines. */
    public static void field(String name, String value, StringBuilder out) {
        out.append(name).append('=');
        escape(bounded(value), out);
    }

    /** A line without its LF; empty when it is none. */
    public static Optional<ControlLine> parse(String line) {
        Map<String, String> fields = new LinkedHashMap<>();
        boolean plain = line.indexOf('\\') < 0; // nearly always
        int from = 0;
        while (from <= line.length()) {
            int tab = line.indexOf('\t', from);
            int end = tab < 0 ? line.length() : tab;
            int equals = line.indexOf('=', from);
            if (equals <= from || equals > end) {
                return Optional.empty();
            }
            Optional<String> value =
                    plain
                            ? Optional.of(line.substring(equals + 1, end))
                            : unescape(line, equals + 1, end);
            if (value.isEmpty()) {
                return Optional.empty();
            }
            fields.put(line.substring(from, equals), value.get());
            from = end + 1;
        }
        return Optional.of(new ControlLine(fields));
    }

    private static void escape(String value, StringBuilder out) {
        if (value.indexOf('\\') < 0
                && value.indexOf('\t') < 0
                && value.indexOf('\n') < 0
                && value.indexOf('\r') < 0) {
            out.append(value); // nearly always
            return;
        }
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '\\' -> out.append("\\\\");
                case '\t' -> out.append("\\t");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                default -> out.append(c);
            }
        }
    }

    private static Optional<String> unescape(String line, int from, int end) {
        StringBuilder out = new StringBuilder(end - from);
        for (int i = from; i < end; i++) {
            char c = line.charAt(i);
            if (c != '\\') {
                out.append(c);
                continue;
            }
            int code = ++i < end ? "\\tnr".indexOf(line.charAt(i)) : -1;
            if (code < 0) {
                return Optional.empty();
            }
            out.append("\\\t\n\r".charAt(code));
        }
        return Optional.of(out.toString());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ControlLine line && fields.equals(line.fields);
    }

    @Override
    public int hashCode() {
        return fields.hashCode();
    }

    @Override
    public String toString() {
        return text();
    }
}
