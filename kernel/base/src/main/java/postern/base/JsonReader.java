package postern.base;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads JSON (RFC 8259) that may come from anybody: objects become maps, arrays lists, numbers
 * {@link Long} or {@link Double}; what is {@code null} is left out. One thread only.
 */
public final class JsonReader {
    /** Values within one another. What nests deeper wants our stack, not our ear. */
    public static final int DEPTH_MAX = 32;

    private static final Object NOTHING = new Object();

    private final String text;
    private int at;

    private JsonReader(String text) {
        this.text = text;
    }

    /**
     * An object, and nothing behind it.
     *
     * @throws IllegalArgumentException it is none; the message says where
     */
    public static Map<String, Object> object(String text) {
        var reader = new JsonReader(text);
        reader.space();
        if (!reader.on('{')) {
            throw reader.bad("no object");
        }
        Map<String, Object> object = reader.members(0);
        reader.space();
        if (reader.at < text.length()) {
            throw reader.bad("more behind the object");
        }
        return object;
    }

    private IllegalArgumentException bad(String what) {
        return new IllegalArgumentException(what + " at character " + at);
    }

    private boolean on(char wanted) {
        return at < text.length() && text.charAt(at) == wanted;
    }

    private boolean took(char wanted) {
        space();
        boolean there = on(wanted);
        at += there ? 1 : 0;
        return there;
    }

    private void take(char wanted) {
        if (!took(wanted)) {
            throw bad("no " + wanted);
        }
    }

    private void space() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private Map<String, Object> members(int depth) {
        take('{');
        Map<String, Object> members = new LinkedHashMap<>();
        if (took('}')) {
            return members;
        }
        do {
            space();
            String name = string();
            take(':');
            Object value = value(depth + 1);
            if (members.containsKey(name)) { // RFC 8259 §4: who reads which is anybody's guess
                throw bad("a name twice");
            }
            if (value != NOTHING) {
                members.put(name, value);
            }
        } while (took(','));
        take('}');
        return members;
    }

    private List<Object> items(int depth) {
        take('[');
        List<Object> items = new ArrayList<>();
        if (took(']')) {
            return items;
        }
        do {
            Object value = value(depth + 1);
            if (value != NOTHING) {
                items.add(value);
            }
        } while (took(','));
        take(']');
        return items;
    }

    private Object value(int depth) {
        if (depth > DEPTH_MAX) {
            throw bad("too deep");
        }
        space();
        if (at >= text.length()) {
            throw bad("no value");
        }
        return switch (text.charAt(at)) {
            case '{' -> members(depth);
            case '[' -> items(depth);
            case '"' -> string();
            case 't' -> word("true", true);
            case 'f' -> word("false", false);
            case 'n' -> word("null", NOTHING);
            default -> number();
        };
    }

    private Object word(String word, Object value) {
        if (!text.startsWith(word, at)) {
            throw bad("no value");
        }
        at += word.length();
        return value;
    }

    private Number number() {
        int from = at;
        while (at < text.length() && "+-.0123456789eE".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
        String number = text.substring(from, at);
        if (!number.matches("-?(0|[1-9][0-9]{0,300})(\\.[0-9]{1,300})?([eE][+-]?[0-9]{1,4})?")) {
            throw bad("no value");
        }
        try {
            return Long.valueOf(number);
        } catch (NumberFormatException _) {
            return Double.valueOf(number);
        }
    }

    private String string() {
        take('"');
        StringBuilder out = new StringBuilder();
        while (!on('"')) {
            if (at >= text.length() || text.charAt(at) < ' ') {
                throw bad("a text without end");
            }
            char c = text.charAt(at++);
            out.append(c == '\\' ? escaped() : c);
        }
        at++;
        return out.toString();
    }

    private char escaped() {
        char c = at < text.length() ? text.charAt(at++) : ' ';
        return switch (c) {
            case '"', '\\', '/' -> c;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> unit();
            default -> throw bad("no escape");
        };
    }

    private char unit() {
        int value = 0;
        for (int i = 0; i < 4; i++) {
            int digit = at < text.length() ? Character.digit(text.charAt(at++), 16) : -1;
            if (digit < 0) {
                throw bad("no escape");
            }
            value = value * 16 + digit;
        }
        return (char) value;
    }
}
