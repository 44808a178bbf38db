package postern.command.sendmail;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** A person's name as a header field holds it: RFC 5322 §3.4 {@code display-name}. */
final class DisplayName {
    /** So many characters of UTF-8 in base 64 fit an encoded word: RFC 2047 §2 allows 75. */
    private static final int ENCODED_CHARS_MAX = 10;

    private DisplayName() {}

    static String of(String name) {
        boolean ascii = name.chars().allMatch(c -> c >= ' ' && c < 0x7f);
        return ascii ? quoted(name) : encoded(name);
    }

    private static String quoted(String name) {
        return '"' + name.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    private static String encoded(String name) {
        StringBuilder out = new StringBuilder(2 * name.length() + 16);
        int[] points = name.codePoints().toArray();
        for (int from = 0; from < points.length; from += ENCODED_CHARS_MAX) {
            int count = Math.min(ENCODED_CHARS_MAX, points.length - from);
            byte[] octets = new String(points, from, count).getBytes(StandardCharsets.UTF_8);
            out.append(from == 0 ? "" : " ").append("=?UTF-8?B?");
            out.append(Base64.getEncoder().encodeToString(octets)).append("?=");
        }
        return out.toString();
    }
}
