package postern.table;

import java.util.Locale;

/**
 * One entry of a table's source: a key, white space, a value. A key may have white space inside
 * double quotes, as a quoted local part has: {@code "ann lee"@example.org}. Keys do not differ by
 * case.
 *
 * @param fault what is wrong with it; empty when nothing is, and then there are key and value
 */
record SourceLine(String key, String value, String fault) {

    static SourceLine parse(LogicalLines.Line line) {
        if (!line.fault().isEmpty()) {
            return broken(line.fault());
        }
        String text = line.text();
        if (LogicalLines.white(text.charAt(0))) {
            return broken("the file begins with a line that continues nothing");
        }
        boolean quoted = false;
        int at = 0;
        while (at < text.length() && (quoted || !LogicalLines.white(text.charAt(at)))) {
            char c = text.charAt(at);
            if (c == '\\' && quoted) {
                at++;
            } else if (c == '"') {
                quoted = !quoted;
            }
            at++;
        }
        if (quoted) {
            return broken("a quote is not closed");
        }
        String key = text.substring(0, Math.min(at, text.length()));
        String value = text.substring(key.length()).strip();
        if (value.isEmpty()) {
            return broken("\"" + key + "\" has no value");
        }
        if (key.endsWith(":")) {
            return broken("\"" + key + "\" is a key of aliases(5): no colon here");
        }
        return new SourceLine(key.toLowerCase(Locale.ROOT), value, "");
    }

    private static SourceLine broken(String fault) {
        return new SourceLine("", "", fault);
    }
}
