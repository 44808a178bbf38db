package postern.mail;

import java.nio.ByteBuffer;

/**
 * Looks for lines of more than {@link Content#LINE_OCTETS_MAX} octets, in pieces of any size. Where
 * an end of line must lie at the latest, it is sought backwards: few octets are looked at.
 */
final class LongLines {
    /** From a line's first octet to its LF at most. */
    private static final int NEWLINE_AT_MOST = Content.LINE_OCTETS_MAX + 1;

    private boolean found;
    private int open; // octets of the last line, whose end has not come

    void scan(ByteBuffer octets, int offset, int length) {
        if (found) {
            return;
        }
        int end = offset + length;
        int start = offset - open; // where the open line would begin
        while (true) {
            int latest = Math.min(start + NEWLINE_AT_MOST, end - 1);
            int at = latest;
            while (at >= offset && at >= start && octets.get(at) != '\n') {
                at--;
            }
            if (at >= offset && at >= start) {
                start = at + 1;
            } else if (start + NEWLINE_AT_MOST < end) {
                found = true;
                return;
            } else {
                open = end - start;
                return;
            }
        }
    }

    boolean found() {
        return found;
    }
}
