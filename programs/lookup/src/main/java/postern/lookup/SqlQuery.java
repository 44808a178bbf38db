package postern.lookup;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A query as Postfix's SQL tables write it, made into a statement with parameters. A place for a
 * part of the key becomes a parameter, and so does a whole string literal that has such places in
 * it; no part of a key is ever in the statement's text.
 *
 * @param sql the statement, a question mark for each parameter
 * @param parameters what each is made of, in order
 */
record SqlQuery(String sql, List<Template> parameters) {
    SqlQuery {
        parameters = List.copyOf(parameters);
    }

    /**
     * @param doubleQuoted whether double quotes enclose strings, as in MySQL, and not names
     * @throws IllegalArgumentException what is wrong with it
     */
    static SqlQuery parse(String text, boolean doubleQuoted) {
        return new Parser(text, doubleQuoted).parse();
    }

    /** The parameters for that key; null where the key has not all of these parts. */
    @Nullable List<String> bind(KeyParts key) {
        List<String> values = new ArrayList<>(parameters.size());
        for (Template parameter : parameters) {
            String value = parameter.expand(key, UnaryOperator.identity());
            if (value == null) {
                return null;
            }
            values.add(value);
        }
        return values;
    }

    /** Reads a query from its beginning to its end. One thread only. */
    private static final class Parser {
        private final String text;
        private final boolean doubleQuoted;
        private final StringBuilder sql = new StringBuilder();
        private final List<Template> parameters = new ArrayList<>();
        private int at;

        Parser(String text, boolean doubleQuoted) {
            this.text = text;
            this.doubleQuoted = doubleQuoted;
        }

        SqlQuery parse() {
            while (at < text.length()) {
                char c = text.charAt(at);
                if (c == '\'' || c == '"' || c == '`') {
                    quoted(c);
                } else if (c == '%') {
                    percent();
                } else if (text.startsWith("--", at) || text.startsWith("/*", at) || c == '#') {
                    throw new IllegalArgumentException("has a comment: leave it out");
                } else if (c == '?' || c == ';' || c == '$' && text.startsWith("$$", at)) {
                    throw new IllegalArgumentException(
                            "has \"" + c + "\" outside of quotes: that is not understood here");
                } else {
                    sql.append(c);
                    at++;
                }
            }
            if (parameters.isEmpty()) {
                throw new IllegalArgumentException(
                        "has no %s, %u or %d: it would ask the same of every key");
            }
            return new SqlQuery(sql.toString(), parameters);
        }

        /** Outside of quotes. */
        private void percent() {
            String two = text.substring(at, Math.min(at + 2, text.length()));
            at += 2;
            if (two.equals("%%")) {
                sql.append('%');
            } else {
                parameter(Template.parse(two));
            }
        }

        private void parameter(Template template) {
            parameters.add(template);
            sql.append('?');
        }

        /** A string or a name; two quotes in it stand for one. */
        private void quoted(char quote) {
            int start = at++;
            StringBuilder inside = new StringBuilder();
            while (true) {
                int end = text.indexOf(quote, at);
                if (end < 0) {
                    throw new IllegalArgumentException("has a quote that is not closed");
                }
                inside.append(text, at, end);
                at = end + 1;
                if (at == text.length() || text.charAt(at) != quote) {
                    break;
                }
                inside.append(quote);
                at++;
            }
            Template template = Template.parse(inside.toString());
            if (!template.asks()) {
                sql.append(text.substring(start, at).replace("%%", "%"));
                return;
            }
            if (quote == '`' || quote == '"' && !doubleQuoted) {
                throw new IllegalArgumentException(
                        "has a part of the key in a name: only values can be asked for");
            }
            if (inside.indexOf("\\") >= 0) {
                throw new IllegalArgumentException(
                        "has a backslash in a string with a part of the key: write it without");
            }
            boolean prefixed = start > 0 && Character.isLetterOrDigit(text.charAt(start - 1));
            if (prefixed) {
                throw new IllegalArgumentException(
                        "has a prefix before a string with a part of the key: write it without");
            }
            parameter(template);
        }
    }
}
