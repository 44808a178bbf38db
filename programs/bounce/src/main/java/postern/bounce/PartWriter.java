package postern.bounce;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Writes lines of a notice. Text from elsewhere is made harmless here: it ends no line, and lines
 * are folded so that none exceeds what RFC 5322 §2.1.1 allows. One thread only.
 */
final class PartWriter {
    /** RFC 5322 §2.1.1: lines should not be longer. */
    private static final int COLUMNS = 78;

    /** A word that is longer than this is cut: 4 octets a character stay below 998. */
    private static final int WORD_CHARS_MAX = 240;

    private static final String INDENT = "    ";

    private final ByteArrayOutputStream out = new ByteArrayOutputStream(4096);
    private final boolean utf8;

    /**
     * @param utf8 whether characters beyond ASCII may stand in it (RFC 6533); else they become
     *     question marks
     */
    PartWriter(boolean utf8) {
        this.utf8 = utf8;
    }

    /** One line of our own words. */
    PartWriter line(String text) {
        append(text);
        return end();
    }

    PartWriter line() {
        return end();
    }

    /** A line that may hold anything, folded: what continues it is indented. */
    PartWriter folded(String text) {
        int column = 0;
        for (String word : words(text)) {
            String rest = word;
            do {
                String piece = rest.substring(0, Math.min(rest.length(), WORD_CHARS_MAX));
                rest = rest.substring(piece.length());
                if (column > 0 && column + 1 + piece.length() > COLUMNS) {
                    end();
                    append(INDENT);
                    column = INDENT.length();
                } else if (column > 0) {
                    append(" ");
                    column++;
                }
                append(piece);
                column += piece.length();
            } while (!rest.isEmpty());
        }
        return end();
    }

    /** A field of a header or report; none where there is nothing to say. */
    PartWriter field(String name, String value) {
        return value.isEmpty() ? this : folded(name + ": " + value);
    }

    /** Octets as they are. */
    PartWriter raw(byte[] octets) {
        out.writeBytes(octets);
        return this;
    }

    byte[] octets() {
        return out.toByteArray();
    }

    private static String[] words(String text) {
        return text.strip().split("[\\s\\p{Cntrl}]+", -1);
    }

    private void append(String text) {
        StringBuilder clean = new StringBuilder(text.length());
        text.codePoints()
                .forEach(
                        c -> {
                            boolean plain = c >= ' ' && c < 0x7f;
                            boolean wide = utf8 && c >= 0xa0 && c != 0xfffd && !surrogate(c);
                            clean.appendCodePoint(plain || wide ? c : '?');
                        });
        out.writeBytes(clean.toString().getBytes(StandardCharsets.UTF_8));
    }

    private static boolean surrogate(int c) {
        return c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE;
    }

    private PartWriter end() {
        out.write('\r');
        out.write('\n');
        return this;
    }
}
