package postern.mail.mime;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import postern.mail.Content;

/**
 * Goes through a message and tells its parts apart: RFC 2045, RFC 2046. What makes no sense as MIME
 * is a leaf: text without structure. Bounded in memory whatever the message is. One use, one task.
 */
final class MimeWalk {
    /** What is told, in the order of the message; together it is every octet of it. */
    interface Visitor {
        /**
         * @param fields each with its folded lines and CRLFs
         * @param end the empty line; nothing where the header ends without one
         */
        default void header(Entity entity, List<byte[]> fields, byte[] end) throws IOException {}

        /** A line of a leaf, or a piece of one; {@code ends}: with its CRLF. */
        default void body(byte[] from, int offset, int length, boolean ends) throws IOException {}

        /**
         * The leaf whose header came last is over.
         *
         * @param delimited by a boundary, not by the message's end
         */
        default void leafEnd(boolean delimited) throws IOException {}

        /** Boundaries and what stands outside of the parts. */
        default void between(byte[] from, int offset, int length) throws IOException {}
    }

    /** What a header is of. */
    enum Kind {
        LEAF,
        MULTIPART,
        MESSAGE
    }

    /**
     * @param type {@code text/plain}, lower case
     * @param encoding lower case; {@code 7bit} where it says nothing
     * @param mime whether it says that it is MIME, or is within something that does
     * @param frozen within multipart/signed: no octet may change (RFC 1847 §2.1)
     */
    record Entity(Kind kind, String type, String encoding, boolean mime, boolean frozen) {}

    /** The message is not taken apart: something in it is beyond a bound. */
    static final class TooIntricate extends IOException {
        private static final long serialVersionUID = 1;

        private final boolean nested;

        TooIntricate(String what, boolean nested) {
            super(what);
            this.nested = nested;
        }

        /** Whether there are too many parts in each other. */
        boolean nested() {
            return nested;
        }
    }

    private static final int BLOCK_OCTETS = 32 * 1024;

    /** RFC 2046 §5.1.1 says 70 characters, and some write more. */
    private static final int BOUNDARY_CHARS_MAX = 250;

    private static final int HEADER_OCTETS_MAX = 512 * 1024;

    private record Level(byte[] delimiter, boolean frozen) {}

    private enum In {
        HEADER,
        LEAF,
        BETWEEN
    }

    private final Content content;
    private final int depthMax;
    private final Visitor visitor;
    private final List<Level> levels = new ArrayList<>();
    private final List<byte[]> fields = new ArrayList<>();
    private int headerOctets;
    private final ByteArrayOutputStream field = new ByteArrayOutputStream();
    private In in = In.HEADER;
    private boolean mime; // the top of the message says so
    private boolean top = true;
    private boolean lineStart = true;

    private MimeWalk(Content content, int depthMax, Visitor visitor) {
        this.content = content;
        this.depthMax = depthMax;
        this.visitor = visitor;
    }

    /**
     * @param depthMax most multiparts in each other
     * @throws TooIntricate nested too deeply, or with too long a header
     * @throws IOException the content cannot be read, or the visitor failed
     */
    static void through(Content content, int depthMax, Visitor visitor) throws IOException {
        new MimeWalk(content, depthMax, visitor).run();
    }

    private void run() throws IOException {
        byte[] block = new byte[BLOCK_OCTETS];
        int held = 0; // octets at the start of the block, of a line whose end is not in sight
        long at = 0;
        while (true) {
            int n = content.read(at, block, held, block.length - held);
            if (n < 0) {
                break;
            }
            at += n;
            int end = held + n;
            int start = 0;
            for (int i = held; i < end; i++) {
                if (block[i] == '\n') {
                    line(block, start, i + 1 - start, true);
                    start = i + 1;
                }
            }
            if (start == 0 && end == block.length) {
                line(block, 0, end, false);
                start = end;
            }
            held = end - start;
            System.arraycopy(block, start, block, 0, held);
        }
        if (held > 0) {
            line(block, 0, held, false);
        }
        if (in == In.HEADER) {
            header(new byte[0]);
        }
        if (in == In.LEAF) {
            visitor.leafEnd(false);
        }
    }

    private void line(byte[] from, int offset, int length, boolean ends) throws IOException {
        boolean first = lineStart;
        lineStart = ends;
        if (first && !levels.isEmpty() && length > 2 && from[offset] == '-') {
            int level = delimited(from, offset, length);
            if (level >= 0) {
                boundary(level, from, offset, length);
                return;
            }
        }
        switch (in) {
            case HEADER -> headerLine(from, offset, length, first);
            case LEAF -> visitor.body(from, offset, length, ends);
            case BETWEEN -> visitor.between(from, offset, length);
        }
    }

    /** The level that the line is a delimiter of, the innermost first; -1 for none. */
    private int delimited(byte[] from, int offset, int length) {
        for (int level = levels.size() - 1; level >= 0; level--) {
            byte[] delimiter = levels.get(level).delimiter();
            if (length >= delimiter.length
                    && Arrays.equals(
                            from, offset, offset + delimiter.length, delimiter, 0, delimiter.length)
                    && endOfDelimiter(from, offset + delimiter.length, offset + length)) {
                return level;
            }
        }
        return -1;
    }

    /** Nothing, or two hyphens, then white space: RFC 2046 §5.1.1. */
    private static boolean endOfDelimiter(byte[] from, int start, int end) {
        int at = closes(from, start, end) ? start + 2 : start;
        while (at < end) {
            if (from[at] != ' ' && from[at] != '\t' && from[at] != '\r' && from[at] != '\n') {
                return false;
            }
            at++;
        }
        return true;
    }

    private static boolean closes(byte[] from, int start, int end) {
        return end - start >= 2 && from[start] == '-' && from[start + 1] == '-';
    }

    private void boundary(int level, byte[] from, int offset, int length) throws IOException {
        if (in == In.HEADER) {
            header(new byte[0]);
        }
        if (in == In.LEAF) {
            visitor.leafEnd(true);
        }
        int start = offset + levels.get(level).delimiter().length;
        boolean last = closes(from, start, offset + length);
        while (levels.size() > (last ? level : level + 1)) {
            levels.removeLast();
        }
        visitor.between(from, offset, length);
        in = last ? In.BETWEEN : In.HEADER;
    }

    private void headerLine(byte[] from, int offset, int length, boolean first) throws IOException {
        headerOctets += length;
        if (headerOctets > HEADER_OCTETS_MAX) {
            throw new TooIntricate("a header of more than " + HEADER_OCTETS_MAX + " octets", false);
        }
        boolean empty = length <= 2 && (from[offset] == '\r' || from[offset] == '\n');
        if (first && empty) {
            header(Arrays.copyOfRange(from, offset, offset + length));
            return;
        }
        boolean folded = !first || from[offset] == ' ' || from[offset] == '\t';
        if (!folded) {
            takeField();
        }
        field.write(from, offset, length);
    }

    private void takeField() {
        if (field.size() > 0) {
            fields.add(field.toByteArray());
            field.reset();
        }
    }

    private void header(byte[] end) throws IOException {
        takeField();
        if (top) {
            mime = !value("mime-version:").isEmpty();
            top = false;
        }
        String typeField = mime ? value("content-type:") : "";
        String type = token(typeField);
        String encoding = mime ? token(value("content-transfer-encoding:")) : "";
        boolean frozen = !levels.isEmpty() && levels.getLast().frozen();
        String boundary = type.startsWith("multipart/") ? parameter(typeField, "boundary") : "";
        boolean message = type.equals("message/rfc822") || type.equals("message/global");
        Kind kind = !boundary.isEmpty() ? Kind.MULTIPART : message ? Kind.MESSAGE : Kind.LEAF;
        visitor.header(
                new Entity(
                        kind,
                        type.isEmpty() ? "text/plain" : type,
                        encoding.isEmpty() ? "7bit" : encoding,
                        mime,
                        frozen),
                List.copyOf(fields),
                end);
        fields.clear();
        headerOctets = 0;
        switch (kind) {
            case MULTIPART -> {
                if (levels.size() >= depthMax) {
                    throw new TooIntricate(
                            "more than " + depthMax + " multiparts in each other", true);
                }
                byte[] delimiter = ("--" + boundary).getBytes(StandardCharsets.ISO_8859_1);
                levels.add(new Level(delimiter, frozen || type.equals("multipart/signed")));
                in = In.BETWEEN;
            }
            case MESSAGE -> in = end.length > 0 ? In.HEADER : In.BETWEEN;
            case LEAF -> in = In.LEAF;
        }
    }

    /** The first field of that name, unfolded, without the name; empty when there is none. */
    private String value(String name) {
        for (byte[] octets : fields) {
            String text = new String(octets, StandardCharsets.ISO_8859_1);
            if (text.regionMatches(true, 0, name, 0, name.length())) {
                return text.substring(name.length()).replace("\r\n", "").strip();
            }
        }
        return "";
    }

    /** The first word, comments not regarded. */
    private static String token(String value) {
        int end = 0;
        while (end < value.length() && "; \t(".indexOf(value.charAt(end)) < 0) {
            end++;
        }
        return value.substring(0, end).toLowerCase(Locale.ROOT);
    }

    /** A parameter's value: RFC 2045 §5.1; empty when there is none of use. */
    private static String parameter(String value, String name) {
        String lower = value.toLowerCase(Locale.ROOT);
        int at = lower.indexOf(';');
        while (at >= 0) {
            int start = at + 1;
            while (start < value.length() && " \t".indexOf(value.charAt(start)) >= 0) {
                start++;
            }
            if (lower.startsWith(name + "=", start)) {
                return unquoted(value, start + name.length() + 1);
            }
            at = nextSemicolon(value, start);
        }
        return "";
    }

    private static int nextSemicolon(String value, int from) {
        boolean quoted = false;
        for (int i = from; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '\\' && quoted) {
                i++;
            } else if (c == '"') {
                quoted = !quoted;
            } else if (c == ';' && !quoted) {
                return i;
            }
        }
        return -1;
    }

    private static String unquoted(String value, int from) {
        StringBuilder text = new StringBuilder();
        boolean quoted = from < value.length() && value.charAt(from) == '"';
        for (int i = quoted ? from + 1 : from; i < value.length(); i++) {
            char c = value.charAt(i);
            if (quoted ? c == '"' : "; \t(".indexOf(c) >= 0) {
                break;
            }
            if (quoted && c == '\\' && i + 1 < value.length()) {
                c = value.charAt(++i);
            }
            text.append(c);
        }
        return text.length() <= BOUNDARY_CHARS_MAX ? text.toString().stripTrailing() : "";
    }
}
