package postern.mail;

import java.util.Locale;

/**
 * Addresses beyond ASCII where only ASCII may stand: RFC 6533 §3, {@code EmbeddedUnicodeChar}, as
 * in {@code b\\x{F6}b@example.org}.
 */
public final class Unitext {
    private static final String OPEN = "\\x{";
    private static final int DIGITS_MAX = 6;

    private Unitext() {}

    /** The form for parameters and fields that are ASCII: {@code utf-8-addr-xtext}. */
    public static String encode(String text) {
        StringBuilder out = new StringBuilder(text.length() + 16);
        text.codePoints()
                .forEach(
                        c -> {
                            boolean plain = c > ' ' && c < 0x7f && "\\+=".indexOf(c) < 0;
                            if (plain) {
                                out.append((char) c);
                            } else {
                                String hex = Integer.toHexString(c).toUpperCase(Locale.ROOT);
                                out.append(OPEN).append(hex.length() < 2 ? "0" : "");
                                out.append(hex).append('}');
                            }
                        });
        return out.toString();
    }

    /** Its characters as they are; what is not of this form comes back unchanged. */
    public static String decode(String text) {
        StringBuilder out = new StringBuilder(text.length());
        int at = 0;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c != '\\') {
                out.append(c);
                at++;
                continue;
            }
            int close = text.indexOf('}', at);
            if (!text.startsWith(OPEN, at) || close < 0) {
                return text;
            }
            int point = point(text, at + OPEN.length(), close);
            if (point < 0) {
                return text;
            }
            out.appendCodePoint(point);
            at = close + 1;
        }
        return out.toString();
    }

    private static int point(String text, int from, int to) {
        if (to - from < 2 || to - from > DIGITS_MAX) {
            return -1;
        }
        int point = 0;
        for (int i = from; i < to; i++) {
            int digit = Character.digit(text.charAt(i), 16);
            if (digit < 0 || text.charAt(i) > 'f') { // digits of other scripts are none here
                return -1;
            }
            point = point << 4 | digit;
        }
        boolean character =
                Character.isValidCodePoint(point)
                        && (point < Character.MIN_SURROGATE || point > Character.MAX_SURROGATE);
        return character ? point : -1;
    }
}
