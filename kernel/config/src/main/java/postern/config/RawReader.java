package postern.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import postern.base.Bug;

/**
 * Reads what {@link Raw#literal()} wrote. The text comes from master, so a fault in it is a {@link
 * Bug}.
 */
final class RawReader {
    private final String text;
    private int at;

    private RawReader(String text) {
        this.text = text;
    }

    static Raw read(String literal) {
        RawReader reader = new RawReader(literal);
        Raw raw = reader.value();
        Bug.unless(reader.at == literal.length(), "a literal ends with its line");
        return raw;
    }

    private Raw value() {
        char c = peek();
        return switch (c) {
            case '"' -> new Raw.Text(quoted());
            case '[' -> items();
            case '{' -> table();
            case 't', 'f' -> bool();
            default -> number();
        };
    }

    private Raw items() {
        List<Raw> values = new ArrayList<>();
        expect("[");
        while (peek() != ']') {
            if (!values.isEmpty()) {
                expect(", ");
            }
            values.add(value());
        }
        at++;
        return new Raw.Items(values);
    }

    private Raw table() {
        Map<String, Raw> values = new LinkedHashMap<>();
        expect("{");
        while (peek() != '}') {
            if (!values.isEmpty()) {
                expect(", ");
            }
            String key = quoted();
            expect(" = ");
            values.put(key, value());
        }
        at++;
        return new Raw.Table(values);
    }

    private Raw bool() {
        boolean value = peek() == 't';
        expect(Boolean.toString(value));
        return new Raw.Bool(value);
    }

    private Raw number() {
        int from = at;
        while (at < text.length() && "-0123456789".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
        try {
            return new Raw.Int(Long.parseLong(text, from, at, 10));
        } catch (NumberFormatException odd) {
            throw new Bug("a literal is a text, list, table, boolean or number", odd);
        }
    }

    private String quoted() {
        expect("\"");
        StringBuilder out = new StringBuilder();
        while (peek() != '"') {
            char c = text.charAt(at++);
            out.append(c == '\\' ? escaped() : c);
        }
        at++;
        return out.toString();
    }

    private char escaped() {
        char c = peek();
        at++;
        return switch (c) {
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> {
                Bug.unless(at + 4 <= text.length(), "an escape has four digits");
                int code = Integer.parseInt(text, at, at + 4, 16);
                at += 4;
                yield (char) code;
            }
            default -> c;
        };
    }

    private char peek() {
        Bug.unless(at < text.length(), "a literal is complete");
        return text.charAt(at);
    }

    private void expect(String token) {
        Bug.unless(text.startsWith(token, at), "a literal has " + token + " in its place");
        at += token.length();
    }
}
