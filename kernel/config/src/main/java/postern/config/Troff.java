package postern.config;

/** Text as man(7) wants it. */
public final class Troff {
    private Troff() {}

    /** A paragraph's line; a leading dot or quote does not become a request. */
    public static String text(String text) {
        String line = escape(text.strip());
        boolean request = line.startsWith(".") || line.startsWith("'");
        return (request ? "\\&" + line : line) + "\n";
    }

    /** An argument of a request. */
    public static String quoted(String text) {
        return '"' + escape(text).replace("\"", "\\(dq") + '"';
    }

    /** Backslashes and hyphens; and what lies beyond ASCII as a named character. */
    public static String escape(String text) {
        StringBuilder out = new StringBuilder(text.length() + 16);
        text.codePoints()
                .forEach(
                        c -> {
                            if (c == '\\') {
                                out.append("\\e");
                            } else if (c == '-') {
                                out.append("\\-");
                            } else if (c < 0x80) {
                                out.append((char) c);
                            } else {
                                out.append(String.format("\\[u%04X]", c));
                            }
                        });
        return out.toString();
    }
}
