package postern.bounce;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import postern.mail.Content;

/**
 * What a notice gives back of the original: all of it, or its header.
 *
 * @param whole whether body and all; else the header alone, without the empty line behind it
 * @param messageId the original's Message-ID with its angle brackets; empty when it has none
 */
record Returned(byte[] octets, boolean whole, String messageId) {
    /** RFC 5322 §2.1.1, without CRLF. */
    private static final int LINE_OCTETS_MAX = 998;

    private static final int MESSAGE_ID_CHARS_MAX = 250;

    /**
     * Takes what is wanted of the original, if that is possible.
     *
     * @param wholeWanted the body too, if it is small enough and can stand inside a notice
     * @param octetsMax the bound of what is returned
     */
    static Returned of(Content content, boolean wholeWanted, int octetsMax) throws IOException {
        int length = (int) Math.min(content.octets(), octetsMax);
        byte[] octets = new byte[length];
        int filled = 0;
        while (filled < length) {
            int n = content.read(filled, octets, filled, length - filled);
            if (n < 0) {
                throw new IOException("message is shorter than it was");
            }
            filled += n;
        }
        int headerEnd = headerEnd(octets);
        String messageId = messageId(octets, headerEnd);
        boolean complete = length == content.octets();
        if (wholeWanted && complete && length > 0 && sound(octets)) {
            return new Returned(octets, true, messageId);
        }
        return new Returned(mended(Arrays.copyOf(octets, headerEnd)), false, messageId);
    }

    boolean eightBit() {
        for (byte octet : octets) {
            if (octet < 0) {
                return true;
            }
        }
        return false;
    }

    /** Where the header's last line ends; what follows is an empty line, or nothing. */
    private static int headerEnd(byte[] octets) {
        int lineStart = 0;
        for (int i = 1; i < octets.length; i++) {
            if (octets[i] == '\n' && octets[i - 1] == '\r') {
                if (i - lineStart == 1) {
                    return lineStart;
                }
                lineStart = i + 1;
            }
        }
        return lineStart; // cut off at the bound: whole lines only
    }

    /** Whether the original can stand in a notice that is sent by DATA, as it is. */
    private static boolean sound(byte[] octets) {
        int line = 0;
        for (int i = 0; i < octets.length; i++) {
            boolean crlf = octets[i] == '\r' && i + 1 < octets.length && octets[i + 1] == '\n';
            if (crlf) {
                i++;
                line = 0;
            } else if (octets[i] == '\r' || octets[i] == '\n' || octets[i] == 0) {
                return false;
            } else if (++line > LINE_OCTETS_MAX) {
                return false;
            }
        }
        return line == 0;
    }

    /** The header without what no header may hold: bare CR, LF and NUL, lines beyond the bound. */
    private static byte[] mended(byte[] header) {
        byte[] clean = new byte[header.length];
        int kept = 0;
        int line = 0;
        for (int i = 0; i < header.length; i++) {
            boolean crlf = header[i] == '\r' && i + 1 < header.length && header[i + 1] == '\n';
            if (crlf) {
                clean[kept++] = header[i++];
                clean[kept++] = header[i];
                line = 0;
            } else if (line++ < LINE_OCTETS_MAX) {
                boolean bare = header[i] == '\r' || header[i] == '\n' || header[i] == 0;
                clean[kept++] = bare ? (byte) ' ' : header[i];
            }
        }
        return Arrays.copyOf(clean, kept);
    }

    private static String messageId(byte[] octets, int headerEnd) {
        String header = new String(octets, 0, headerEnd, StandardCharsets.ISO_8859_1);
        String lower = header.toLowerCase(Locale.ROOT);
        int at = lower.startsWith("message-id:") ? 0 : lower.indexOf("\r\nmessage-id:") + 2;
        if (at == 1) {
            return "";
        }
        int open = header.indexOf('<', at);
        int close = header.indexOf('>', at);
        if (open < 0 || close < open || close - open > MESSAGE_ID_CHARS_MAX) {
            return "";
        }
        String id = header.substring(open, close + 1);
        boolean plain = id.chars().allMatch(c -> c > ' ' && c < 0x7f);
        return plain ? id : "";
    }
}
