package postern.wire;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A reply: RFC 5321 §4.2.
 *
 * @param code three digits
 * @param status RFC 3463 enhanced status; empty where none belongs (greeting, EHLO, 354)
 * @param lines the text, at least one line, without code and status
 */
public record Reply(int code, String status, List<String> lines) {
    /** Longest line, its end included: RFC 5321 §4.5.3.1.5. */
    public static final int LINE_OCTETS_MAX = 512;

    public Reply {
        lines = List.copyOf(lines);
    }

    public static Reply of(int code, String status, String text) {
        return new Reply(code, status, List.of(text));
    }

    public boolean positive() {
        return code / 100 == 2;
    }

    public boolean transientFailure() {
        return code / 100 == 4;
    }

    public boolean permanentFailure() {
        return code / 100 == 5;
    }

    /** The text of all lines, joined by a space. */
    public String text() {
        return String.join(" ", lines);
    }

    /**
     * As anybody may be answered: a question mark for each character beyond ASCII (RFC 6531
     * §3.7.4.2), and no line longer than {@link #LINE_OCTETS_MAX}.
     */
    public Reply plain() {
        int longest = LINE_OCTETS_MAX - "250 ".length() - "\r\n".length();
        int most = status.isEmpty() ? longest : longest - status.length() - 1;
        return lines.stream().allMatch(line -> line.length() <= most && ascii(line))
                ? this
                : new Reply(code, status, lines.stream().map(line -> plain(line, most)).toList());
    }

    private static boolean ascii(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) >= 0x80) {
                return false;
            }
        }
        return true;
    }

    private static String plain(String text, int most) {
        StringBuilder out = new StringBuilder(most);
        text.codePoints().limit(most).forEach(c -> out.append(c < 0x80 ? (char) c : '?'));
        return out.toString();
    }

    /** As on the wire; each line with code and, where there is one, status. */
    public byte[] octets() {
        StringBuilder text = new StringBuilder(64);
        for (int i = 0; i < lines.size(); i++) {
            text.append(code).append(i == lines.size() - 1 ? ' ' : '-');
            if (!status.isEmpty()) {
                text.append(status).append(' ');
            }
            text.append(lines.get(i)).append("\r\n");
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** As a postmaster reads it in a log or notice: {@code 550 5.1.1 no such user}. */
    @Override
    public String toString() {
        return code + (status.isEmpty() ? "" : " " + status) + " " + text();
    }
}
