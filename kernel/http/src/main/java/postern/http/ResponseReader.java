package postern.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import postern.base.Peer;
import postern.wire.PeerReader;

/** Reads the one response on a connection: RFC 9112. One thread only. */
final class ResponseReader {
    /** Longest line of a head. Figure from the common servers. */
    private static final int LINE_OCTETS_MAX = 8 * 1024;

    private static final int FIELDS_MAX = 100;

    /** Interim responses before the final one: RFC 9110 §15.2. */
    private static final int INTERIM_MAX = 4;

    private static final int BLOCK_OCTETS = 8 * 1024;
    private static final int CHUNK_DIGITS_MAX = 7;

    private static final int NO_CONTENT = 204;
    private static final int NOT_MODIFIED = 304;

    /** What came makes no sense as an answer. */
    static final class Malformed extends IOException {
        private static final long serialVersionUID = 1;

        Malformed(String what) {
            super(what);
        }
    }

    private final PeerReader reader;
    private final int bodyMax;

    private int status;
    private String mediaType = "";
    private boolean chunked;
    private long length = -1; // of the body; unknown

    ResponseReader(Peer peer, int bodyMax) {
        this.reader = new PeerReader(peer, LINE_OCTETS_MAX);
        this.bodyMax = bodyMax;
    }

    Response read() throws IOException {
        for (int interim = 0; interim <= INTERIM_MAX; interim++) {
            head();
            if (status >= 200) {
                return new Response(status, mediaType, body());
            }
        }
        throw new Malformed("only interim responses");
    }

    private void head() throws IOException {
        status = status(line());
        mediaType = "";
        chunked = false;
        length = -1;
        for (int fields = 0; fields <= FIELDS_MAX; fields++) {
            String field = line();
            if (field.isEmpty()) {
                return;
            }
            field(field);
        }
        throw new Malformed("more than " + FIELDS_MAX + " header fields");
    }

    /** RFC 9112 §4. */
    private static int status(String line) throws Malformed {
        boolean shaped =
                line.length() >= 12
                        && (line.startsWith("HTTP/1.1 ") || line.startsWith("HTTP/1.0 "))
                        && (line.length() == 12 || line.charAt(12) == ' ');
        int status = 0;
        for (int i = 9; shaped && i < 12; i++) {
            int digit = line.charAt(i) - '0';
            shaped = digit >= 0 && digit <= 9;
            status = status * 10 + digit;
        }
        if (!shaped || status < 100) {
            throw new Malformed("not an answer by HTTP/1.1");
        }
        return status;
    }

    private void field(String field) throws Malformed {
        int colon = field.indexOf(':');
        if (colon < 1 || field.charAt(0) <= ' ') {
            throw new Malformed("a header field is malformed");
        }
        String value = field.substring(colon + 1).strip();
        switch (field.substring(0, colon).toLowerCase(Locale.ROOT)) {
            case "content-type" -> {
                int parameters = value.indexOf(';');
                mediaType =
                        value.substring(0, parameters < 0 ? value.length() : parameters)
                                .strip()
                                .toLowerCase(Locale.ROOT);
            }
            case "content-length" -> contentLength(value);
            case "transfer-encoding" -> { // RFC 9112 §6.1
                if (!value.equalsIgnoreCase("chunked")) {
                    throw new Malformed("a transfer coding that was not asked for");
                }
                chunked = true;
            }
            case "content-encoding" -> {
                if (!value.equalsIgnoreCase("identity")) { // RFC 9110 §12.5.3: not asked for
                    throw new Malformed("a content coding that was not asked for");
                }
            }
            default -> {
                // nothing that concerns us
            }
        }
    }

    private void contentLength(String value) throws Malformed {
        boolean digits = !value.isEmpty() && value.chars().allMatch(c -> c >= '0' && c <= '9');
        if (!digits || length >= 0) { // RFC 9112 §6.3
            throw new Malformed("Content-Length is malformed");
        }
        if (value.length() > 18) {
            throw tooLarge();
        }
        length = Long.parseLong(value);
    }

    /** RFC 9112 §6.3. */
    private byte[] body() throws IOException {
        if (status == NO_CONTENT || status == NOT_MODIFIED) {
            return new byte[0];
        }
        var body = new ByteArrayOutputStream();
        if (chunked) {
            chunks(body);
        } else if (length >= 0) {
            copy(length, body);
        } else {
            untilClosed(body);
        }
        return body.toByteArray();
    }

    /** RFC 9112 §7.1. Trailers are not read: the connection ends here. */
    private void chunks(ByteArrayOutputStream body) throws IOException {
        while (true) {
            String line = line();
            int end = line.indexOf(';');
            String digits = line.substring(0, end < 0 ? line.length() : end).strip();
            boolean hex =
                    !digits.isEmpty()
                            && digits.length() <= CHUNK_DIGITS_MAX
                            && digits.chars().allMatch(c -> Character.digit(c, 16) >= 0 && c < 128);
            if (!hex) {
                throw new Malformed("a chunk is malformed");
            }
            int octets = Integer.parseInt(digits, 16);
            if (octets == 0) {
                return;
            }
            copy(octets, body);
            if (!line().isEmpty()) {
                throw new Malformed("a chunk is malformed");
            }
        }
    }

    private void copy(long octets, ByteArrayOutputStream body) throws IOException {
        if (octets > bodyMax - body.size()) {
            throw tooLarge();
        }
        byte[] block = new byte[BLOCK_OCTETS];
        long left = octets;
        while (left > 0) {
            int n = reader.read(block, 0, (int) Math.min(left, block.length));
            if (n < 0) { // RFC 9112 §8: what is not complete is no answer
                throw new Malformed("the answer ends before its end");
            }
            body.write(block, 0, n);
            left -= n;
        }
    }

    private void untilClosed(ByteArrayOutputStream body) throws IOException {
        byte[] block = new byte[BLOCK_OCTETS];
        for (int n = reader.read(block, 0, block.length);
                n >= 0;
                n = reader.read(block, 0, block.length)) {
            if (n > bodyMax - body.size()) {
                throw tooLarge();
            }
            body.write(block, 0, n);
        }
    }

    private Malformed tooLarge() {
        return new Malformed("the answer exceeds " + bodyMax + " octets");
    }

    private String line() throws IOException {
        return switch (reader.line(LINE_OCTETS_MAX)) {
            case PeerReader.Line.Complete(byte[] octets) ->
                    new String(octets, StandardCharsets.ISO_8859_1);
            case PeerReader.Line.BareNewline _ -> throw new Malformed("a line ends in a bare LF");
            case PeerReader.Line.TooLong _ ->
                    throw new Malformed("a line exceeds " + LINE_OCTETS_MAX + " octets");
            case PeerReader.Line.End _ -> throw new IOException("connection closed");
        };
    }
}
