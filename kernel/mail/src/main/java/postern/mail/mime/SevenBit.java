package postern.mail.mime;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import postern.mail.Content;
import postern.mail.ContentBuffer;
import postern.mail.ContentStore;

/**
 * Makes a message one of 7-bit octets and lines of at most 998: RFC 6152 §3, RFC 5321 §4.5.3.1.6;
 * or one with such lines alone. Only the parts that need it are encoded, text as quoted-printable,
 * the rest as base64; all other octets stay. Within multipart/signed nothing may change, so what
 * would need it there makes the message inconvertible. Header fields stay as they are: there is no
 * encoding for them here. So does what stands outside of the parts; where that is more than lines
 * of text, as only a message of BODY=BINARYMIME can have it, the message is inconvertible.
 */
public final class SevenBit {
    /** How it went. */
    public sealed interface Result {
        /** To be closed by whoever asked. */
        record Converted(Content content) implements Result {}

        record Impossible(String why) implements Result {}
    }

    /** Longest line, without CRLF. */
    static final int LINE_OCTETS_MAX = 998;

    /** Most multiparts in each other, where nobody says otherwise. Postfix's mime_nesting_limit. */
    public static final int DEPTH_MAX = 100;

    private static final int LEAVES_MAX = 100_000;

    private SevenBit() {}

    /**
     * @param linesOnly octets beyond ASCII may stay
     * @param depthMax most multiparts in each other
     * @throws IOException the content cannot be read or there is no room for another
     */
    public static Result convert(
            Content content, ContentStore store, boolean linesOnly, int depthMax)
            throws IOException {
        Needs needs = new Needs(linesOnly);
        try {
            MimeWalk.through(content, depthMax, needs);
        } catch (MimeWalk.TooIntricate bounds) {
            return new Result.Impossible("it has " + bounds.getMessage());
        }
        if (!needs.obstacle.isEmpty()) {
            return new Result.Impossible(needs.obstacle);
        }
        try (ContentBuffer buffer = store.buffer(content.octets())) {
            MimeWalk.through(content, depthMax, new Writer(needs.leaves, linesOnly, buffer));
            return new Result.Converted(buffer.finish());
        }
    }

    /** Which leaves need to be encoded. */
    private static final class Needs implements MimeWalk.Visitor {
        final BitSet leaves = new BitSet();
        String obstacle = "";
        private int leaf = -1;
        private boolean encoded; // already
        private boolean frozen;
        private boolean binary; // it says so, which nothing but BINARYMIME may
        private int line;
        private byte last;
        private final boolean linesOnly;

        Needs(boolean linesOnly) {
            this.linesOnly = linesOnly;
        }

        @Override
        public void header(MimeWalk.Entity entity, List<byte[]> fields, byte[] end)
                throws MimeWalk.TooIntricate {
            frozen = entity.frozen();
            for (byte[] field : fields) {
                text(field, 0, field.length);
            }
            text(end, 0, end.length);
            if (entity.kind() == MimeWalk.Kind.LEAF) {
                leaf++;
                line = 0;
                encoded =
                        entity.encoding().equals("base64")
                                || entity.encoding().equals("quoted-printable")
                                || entity.type().equals("message/partial") // RFC 2046 §5.2.2.1
                                || entity.type().equals("message/external-body");
                binary = entity.encoding().equals("binary") && !linesOnly;
                if (leaf >= LEAVES_MAX) {
                    throw new MimeWalk.TooIntricate("more than " + LEAVES_MAX + " parts", false);
                }
            }
        }

        @Override
        public void body(byte[] from, int offset, int length, boolean ends) {
            boolean high = false;
            boolean bare = false; // as only BINARYMIME may have it: RFC 3030 §3
            for (int i = offset; i < offset + length; i++) {
                byte octet = from[i];
                high |= octet < 0;
                bare |= octet == 0 || octet == '\n' != (last == '\r');
                last = octet;
            }
            line += length;
            boolean tooLong = line > LINE_OCTETS_MAX + (ends ? 2 : 0);
            if (ends) {
                line = 0;
            }
            boolean wrong = high && !linesOnly || bare;
            if (wrong) {
                mustChange();
            } else if ((tooLong || binary) && !frozen && !encoded) {
                leaves.set(leaf);
            }
        }

        private void mustChange() {
            if (frozen || encoded) {
                obstacle =
                        frozen
                                ? "a signed part of it is not 7bit"
                                : "an encoded part of it is not 7bit all the same";
            } else {
                leaves.set(leaf);
            }
        }

        /** Looks for what no line of text has. */
        private void text(byte[] from, int offset, int length) {
            byte before = 0;
            for (int i = offset; i < offset + length; i++) {
                if (from[i] == 0 || (from[i] == '\n') != (before == '\r')) {
                    obstacle = "it has a CR, LF or NUL alone outside of its parts";
                    return;
                }
                before = from[i];
            }
            if (before == '\r') {
                obstacle = "it has a CR alone outside of its parts";
            }
        }

        @Override
        public void leafEnd(boolean delimited) {
            if (last == '\r') {
                mustChange();
            }
            line = 0;
            last = 0;
        }

        @Override
        public void between(byte[] from, int offset, int length) {
            text(from, offset, length); // nobody reads it: the writer masks what is not ASCII
        }
    }

    /** Writes the message anew. */
    private static final class Writer implements MimeWalk.Visitor {
        private static final String ENCODING = "content-transfer-encoding:";
        private static final byte[] MIME =
                ("MIME-Version: 1.0\r\n" // RFC 1428 §3: what text it is nobody said
                                + "Content-Type: text/plain; charset=unknown-8bit\r\n")
                        .getBytes(StandardCharsets.US_ASCII);

        private final BitSet leaves;
        private final boolean masks;
        private final ContentBuffer out;
        private int leaf = -1;
        private BodyEncoder encoder = BodyEncoder.NONE;

        Writer(BitSet leaves, boolean linesOnly, ContentBuffer out) {
            this.leaves = leaves;
            this.masks = !linesOnly;
            this.out = out;
        }

        @Override
        public void header(MimeWalk.Entity entity, List<byte[]> fields, byte[] end)
                throws IOException {
            boolean leafHere = entity.kind() == MimeWalk.Kind.LEAF;
            if (leafHere) {
                leaf++;
            }
            boolean encode = leafHere && leaves.get(leaf);
            String encoding = "";
            if (encode) {
                boolean text = entity.type().startsWith("text/");
                encoding = text ? "quoted-printable" : "base64";
                encoder = text ? new BodyEncoder.QuotedPrintable(out) : new BodyEncoder.Base64(out);
            } else if (!leafHere
                    && masks
                    && !entity.frozen()
                    && !entity.encoding().equals("7bit")) {
                encoding = "7bit"; // RFC 2045 §6.4: of what is inside now
            }
            for (byte[] field : fields) {
                if (encoding.isEmpty() || !isEncoding(field)) {
                    out.append(field, 0, field.length);
                }
            }
            if (encode && !entity.mime()) {
                out.append(MIME, 0, MIME.length);
            }
            if (!encoding.isEmpty()) {
                byte[] field =
                        ("Content-Transfer-Encoding: " + encoding + "\r\n")
                                .getBytes(StandardCharsets.US_ASCII);
                out.append(field, 0, field.length);
            }
            out.append(end, 0, end.length);
        }

        private static boolean isEncoding(byte[] field) {
            String start =
                    new String(
                            field,
                            0,
                            Math.min(field.length, ENCODING.length()),
                            StandardCharsets.ISO_8859_1);
            return start.toLowerCase(Locale.ROOT).equals(ENCODING);
        }

        @Override
        public void body(byte[] from, int offset, int length, boolean ends) throws IOException {
            if (encoder == BodyEncoder.NONE) {
                out.append(from, offset, length);
            } else {
                encoder.add(from, offset, length);
            }
        }

        @Override
        public void leafEnd(boolean delimited) throws IOException {
            encoder.end(delimited);
            encoder = BodyEncoder.NONE;
        }

        @Override
        public void between(byte[] from, int offset, int length) throws IOException {
            byte[] plain = from;
            int at = offset;
            for (int i = offset; i < offset + length; i++) {
                if (masks
                        && from[i]
                                < 0) { // RFC 2046 §5.1.1: outside of the parts is for nobody's eyes
                    plain = Arrays.copyOfRange(from, offset, offset + length);
                    at = 0;
                    break;
                }
            }
            for (int i = at; plain != from && i < plain.length; i++) {
                plain[i] = plain[i] < 0 ? (byte) '?' : plain[i];
            }
            out.append(plain, at, length);
        }
    }
}
