package postern.mail.mime;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import postern.mail.ContentBuffer;

/** Encodes the body of one part, a piece at a time: RFC 2045 §6.7 and §6.8. One task only. */
interface BodyEncoder {
    BodyEncoder NONE =
            new BodyEncoder() {
                @Override
                public void add(byte[] from, int offset, int length) {
                    throw new postern.base.Bug("what is not encoded does not come here");
                }

                @Override
                public void end(boolean delimited) {
                    // nothing was held back
                }
            };

    void add(byte[] from, int offset, int length) throws IOException;

    /**
     * The part is over.
     *
     * @param delimited by a boundary: the CRLF before it is the boundary's, not the part's (RFC
     *     2046 §5.1.1)
     */
    void end(boolean delimited) throws IOException;

    /** RFC 2045 §6.7. */
    final class QuotedPrintable implements BodyEncoder {
        private static final int COLUMN_MAX = 76;
        private static final byte[] SOFT_BREAK = {'=', '\r', '\n'};
        private static final byte[] CRLF = {'\r', '\n'};
        private static final byte[] HEX = "0123456789ABCDEF".getBytes(StandardCharsets.US_ASCII);

        private final ContentBuffer out;
        private final byte[] one = new byte[3];
        private int column;
        private int held = -1; // a space, a tab or a CR, until it is known what follows

        QuotedPrintable(ContentBuffer out) {
            this.out = out;
        }

        @Override
        public void add(byte[] from, int offset, int length) throws IOException {
            for (int i = offset; i < offset + length; i++) {
                int octet = from[i] & 0xff;
                if (octet == '\n' && held == '\r') {
                    held = -1;
                    out.append(CRLF, 0, CRLF.length);
                    column = 0;
                } else if (octet == '\r' && (held == ' ' || held == '\t')) {
                    escape(held); // rule 3: white space at a line's end would be lost
                    held = octet;
                } else {
                    release();
                    if (octet == ' ' || octet == '\t' || octet == '\r') {
                        held = octet;
                    } else if (octet > '~' || octet < '!' || octet == '=') {
                        escape(octet);
                    } else {
                        literal(octet);
                    }
                }
            }
        }

        /** What was held is followed by something else than the end of a line. */
        private void release() throws IOException {
            if (held == '\r') {
                escape(held);
            } else if (held >= 0) {
                literal(held);
            }
            held = -1;
        }

        private void literal(int octet) throws IOException {
            room(1);
            one[0] = (byte) octet;
            out.append(one, 0, 1);
            column++;
        }

        private void escape(int octet) throws IOException {
            room(3);
            one[0] = '=';
            one[1] = HEX[octet >> 4];
            one[2] = HEX[octet & 15];
            out.append(one, 0, 3);
            column += 3;
        }

        /** Rule 5: the = of a soft break is within the line. */
        private void room(int octets) throws IOException {
            if (column + octets > COLUMN_MAX - 1) {
                out.append(SOFT_BREAK, 0, SOFT_BREAK.length);
                column = 0;
            }
        }

        @Override
        public void end(boolean delimited) throws IOException {
            if (held >= 0) {
                escape(held);
                held = -1;
            }
            if (column > 0) { // the message ends within a line
                out.append(SOFT_BREAK, 0, SOFT_BREAK.length);
            }
        }
    }

    /** RFC 2045 §6.8. */
    final class Base64 implements BodyEncoder {
        /** They make a line of 76 characters. */
        private static final int GROUP_OCTETS = 57;

        private static final byte[] CRLF = {'\r', '\n'};

        private final ContentBuffer out;
        private final byte[] group = new byte[GROUP_OCTETS];
        private int filled;
        private int heldBack; // of CRLF: 1 for CR, 2 for both

        Base64(ContentBuffer out) {
            this.out = out;
        }

        @Override
        public void add(byte[] from, int offset, int length) throws IOException {
            for (int i = offset; i < offset + length; i++) {
                byte octet = from[i];
                if (octet == '\n' && heldBack == 1) {
                    heldBack = 2;
                    continue;
                }
                releaseHeld();
                if (octet == '\r') {
                    heldBack = 1;
                } else {
                    put(octet);
                }
            }
        }

        private void releaseHeld() throws IOException {
            for (int i = 0; i < heldBack; i++) {
                put(CRLF[i]);
            }
            heldBack = 0;
        }

        private void put(byte octet) throws IOException {
            group[filled++] = octet;
            if (filled == GROUP_OCTETS) {
                flush();
            }
        }

        private void flush() throws IOException {
            if (filled > 0) {
                byte[] octets = java.util.Arrays.copyOf(group, filled);
                byte[] text = java.util.Base64.getEncoder().encode(octets);
                out.append(text, 0, text.length);
                out.append(CRLF, 0, CRLF.length);
                filled = 0;
            }
        }

        @Override
        public void end(boolean delimited) throws IOException {
            if (heldBack == 1 || !delimited) {
                releaseHeld();
            }
            flush();
        }
    }
}
