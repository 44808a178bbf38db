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

    /** With a question mark for each character beyond ASCII. */
    public Reply inAscii() {
        return lines.stream().allMatch(Reply::ascii)
                ? this
                : new Reply(code, status, lines.stream().map(Reply::legible).toList());
    }

    private static boolean ascii(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) >= 0x80) {
                return false;
            }
        }
        return true;
    }

    private static String legible(String text) {
        StringBuilder out = new StringBuilder(text.length());
        text.codePoints().forEach(c -> out.append(c < 0x80 ? (char) c : '?'));
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
