package postern.base;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads JSON. Methods bear the names of the RFC's productions. */
final class JsonParser {
    private final String in;
    private int at;

    /** Never leaves this class. */
    private static final class Malformed extends Exception {
        private static final long serialVersionUID = 1;

        Malformed() {
            super("no JSON", null, false, false);
        }
    }

    private JsonParser(String in) {
        this.in = in;
    }

    static Optional<JsonValue> parse(String text) {
        var parser = new JsonParser(text);
        try {
            JsonValue value = parser.value(0);
            parser.space();
            return parser.at == text.length() ? Optional.of(value) : Optional.empty();
        } catch (Malformed malformed) {
            return Optional.empty();
        }
    }

    /** RFC 8259 §3. */
    private JsonValue value(int depth) throws Malformed {
        require(depth <= JsonValue.DEPTH_MAX);
        space();
        return switch (peek()) {
            case '{' -> object(depth);
            case '[' -> array(depth);
            case '"' -> new JsonValue.Text(string());
            case 't' -> literal("true", new JsonValue.Truth(true));
            case 'f' -> literal("false", new JsonValue.Truth(false));
            case 'n' -> literal("null", new JsonValue.Nothing());
            default -> number();
        };
    }

    /** RFC 8259 §4, where names "should be unique": here they are. */
    private JsonValue object(int depth) throws Malformed {
        Map<String, JsonValue> members = new HashMap<>();
        take('{');
        if (!taken('}')) {
            do {
                space();
                String name = string();
                space();
                take(':');
                require(members.put(name, value(depth + 1)) == null);
            } while (taken(','));
            take('}');
        }
        return new JsonValue.Members(members);
    }

    /** RFC 8259 §5. */
    private JsonValue array(int depth) throws Malformed {
        List<JsonValue> items = new ArrayList<>();
        take('[');
        if (!taken(']')) {
            do {
                items.add(value(depth + 1));
            } while (taken(','));
            take(']');
        }
        return new JsonValue.Items(items);
    }

    /** RFC 8259 §6. */
    private JsonValue number() throws Malformed {
        int from = at;
        if (peek() == '-') {
            at++;
        }
        if (peek() == '0') {
            at++;
        } else {
            digits();
        }
        if (peek() == '.') {
            at++;
            digits();
        }
        if (peek() == 'e' || peek() == 'E') {
            at++;
            if (peek() == '+' || peek() == '-') {
                at++;
            }
            digits();
        }
        return new JsonValue.Number(in.substring(from, at));
    }

    private void digits() throws Malformed {
        int from = at;
        while (peek() >= '0' && peek() <= '9') {
            at++;
        }
        require(at > from);
    }

    /** RFC 8259 §7. */
    private String string() throws Malformed {
        take('"');
        var out = new StringBuilder();
        while (peek() != '"') {
            char c = next();
            require(c >= ' ');
            out.append(c == '\\' ? escaped() : c);
        }
        at++;
        require(unicode(out));
        return out.toString();
    }

    private char escaped() throws Malformed {
        char c = next();
        return switch (c) {
            case '"', '\\', '/' -> c;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> {
                int code = 0;
                for (int i = 0; i < 4; i++) {
                    char digit = next();
                    int value = digit < 0x80 ? Character.digit(digit, 16) : -1;
                    require(value >= 0);
                    code = code << 4 | value;
                }
                yield (char) code;
            }
            default -> throw new Malformed();
        };
    }

    /** Whether surrogates stand in pairs. */
    private static boolean unicode(CharSequence text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                boolean pair =
                        i + 1 < text.length()
                                && Character.isSurrogatePair(text.charAt(i), text.charAt(i + 1));
                if (!pair) {
                    return false;
                }
                i++;
            }
        }
        return true;
    }

    private JsonValue literal(String word, JsonValue value) throws Malformed {
        require(in.startsWith(word, at));
        at += word.length();
        return value;
    }

    private void space() {
        while (peek() == ' ' || peek() == '\t' || peek() == '\n' || peek() == '\r') {
            at++;
        }
    }

    /** NUL at the end, which begins nothing. */
    private char peek() {
        return at < in.length() ? in.charAt(at) : 0;
    }

    private char next() throws Malformed {
        require(at < in.length());
        return in.charAt(at++);
    }

    private boolean taken(char c) {
        space();
        boolean there = peek() == c;
        at += there ? 1 : 0;
        return there;
    }

    private void take(char c) throws Malformed {
        require(taken(c));
    }

    private static void require(boolean so) throws Malformed {
        if (!so) {
            throw new Malformed();
        }
    }
}
