package postern.wire;

import java.io.IOException;
import java.net.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads replies (RFC 5321 §4.2) of a possibly hostile server: bounded lines, bounded number of
 * lines, one code for all lines. What is no reply is an {@link IOException}: the conversation
 * cannot go on.
 */
public final class ReplyReader {
    /** RFC 5321 §4.5.3.1.5 says 512; some servers say more, and nothing breaks by listening. */
    public static final int LINE_OCTETS_MAX = 2048;

    /** An EHLO reply lists some twenty extensions. */
    private static final int LINES_MAX = 100;

    private final PeerReader reader;

    public ReplyReader(PeerReader reader) {
        this.reader = reader;
    }

    /**
     * The next reply. The enhanced status (RFC 2034) is taken off where it agrees with the code.
     *
     * @throws PeerEnded the server closed the connection instead
     * @throws ProtocolException it does not speak SMTP
     * @throws IOException the connection failed
     */
    public Reply next() throws IOException {
        List<String> lines = new ArrayList<>(1);
        int code = 0;
        while (lines.size() < LINES_MAX) {
            String line = line();
            int found = code(line);
            if (found < 0 || code != 0 && found != code) {
                throw new ProtocolException("not a reply: " + line);
            }
            code = found;
            lines.add(line.length() > 4 ? line.substring(4) : "");
            if (line.length() == 3 || line.charAt(3) == ' ') {
                return withStatus(code, lines);
            }
        }
        throw new ProtocolException("reply " + code + " has more than " + LINES_MAX + " lines");
    }

    private String line() throws IOException {
        return switch (reader.line(LINE_OCTETS_MAX)) {
            case PeerReader.Line.Complete(byte[] octets) ->
                    new String(octets, StandardCharsets.UTF_8);
            case PeerReader.Line.BareNewline _ ->
                    throw new ProtocolException("reply line with bare CR or LF");
            case PeerReader.Line.TooLong _ ->
                    throw new ProtocolException("reply line over " + LINE_OCTETS_MAX + " octets");
            case PeerReader.Line.End _ -> throw new PeerEnded();
        };
    }

    /** The code of a reply line: 200 to 599, then its end, a space or a hyphen; else -1. */
    private static int code(String line) {
        if (line.length() < 3
                || line.length() > 3 && line.charAt(3) != ' ' && line.charAt(3) != '-') {
            return -1;
        }
        for (int i = 0; i < 3; i++) {
            if (line.charAt(i) < '0' || line.charAt(i) > '9') {
                return -1;
            }
        }
        int code = Integer.parseInt(line, 0, 3, 10);
        return code >= 200 && code <= 599 ? code : -1;
    }

    private static Reply withStatus(int code, List<String> lines) {
        String first = lines.getFirst();
        int end = first.indexOf(' ');
        String status = end < 0 ? first : first.substring(0, end);
        if (!enhanced(status) || status.charAt(0) - '0' != code / 100) {
            return new Reply(code, "", lines);
        }
        List<String> bare = new ArrayList<>(lines.size());
        for (String line : lines) {
            bare.add(line.startsWith(status) ? line.substring(status.length()).strip() : line);
        }
        return new Reply(code, status, bare);
    }

    /** Whether the text is an enhanced status: RFC 3463 §2. */
    private static boolean enhanced(String text) {
        if (text.length() < 5 || "245".indexOf(text.charAt(0)) < 0) {
            return false;
        }
        int dots = 0;
        int digits = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '.' && digits > 0) {
                dots++;
                digits = 0;
            } else if (c >= '0' && c <= '9' && digits < 3) {
                digits++;
            } else {
                return false;
            }
        }
        return dots == 2 && digits > 0;
    }

    /** The server closed the connection where a reply was due. */
    public static final class PeerEnded extends IOException {
        private static final long serialVersionUID = 1;

        PeerEnded() {
            super("connection closed");
        }
    }
}
