package postern.tlsrpt;

import java.util.ArrayList;
import java.util.List;

/** Texts in one line, a TAB between them; what would break the line is escaped. */
final class Fields {
    private static final String SPECIAL = "\\\t\n\r";
    private static final String LETTERS = "\\tnr";

    private Fields() {}

    static String line(List<String> fields) {
        StringBuilder out = new StringBuilder(128);
        for (int n = 0; n < fields.size(); n++) {
            if (n > 0) {
                out.append('\t');
            }
            String field = fields.get(n);
            for (int i = 0; i < field.length(); i++) {
                char c = field.charAt(i);
                int special = SPECIAL.indexOf(c);
                if (special < 0) {
                    out.append(c);
                } else {
                    out.append('\\').append(LETTERS.charAt(special));
                }
            }
        }
        return out.toString();
    }

    /**
     * @throws IllegalArgumentException an escape is none
     */
    static List<String> of(String line) {
        List<String> fields = new ArrayList<>();
        StringBuilder field = new StringBuilder();
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c == '\t') {
                fields.add(field.toString());
                field.setLength(0);
            } else if (c == '\\') {
                int letter = ++i < line.length() ? LETTERS.indexOf(line.charAt(i)) : -1;
                if (letter < 0) {
                    throw new IllegalArgumentException("no escape");
                }
                field.append(SPECIAL.charAt(letter));
            } else {
                field.append(c);
            }
        }
        fields.add(field.toString());
        return fields;
    }
}
