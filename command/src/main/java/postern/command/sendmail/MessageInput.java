package postern.command.sendmail;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * A message as programs write it to standard input, turned into wire form: every line ends with
 * CRLF. LF, CRLF and CR CR LF end a line; a CR anywhere else is left for the server to judge. One
 * thread only.
 */
final class MessageInput {
    private static final int BLOCK_OCTETS = 32 * 1024;

    /** CRs in a row that are held back to see whether an LF follows. */
    private static final int RETURNS_MAX = 8;

    private final InputStream in;
    private final boolean dotEnds;
    private final byte[] block = new byte[BLOCK_OCTETS];
    private byte[] out = new byte[2 * BLOCK_OCTETS + RETURNS_MAX + 4];
    private int length;
    private int returns;
    private boolean dot; // a dot at the beginning of a line is held back
    private boolean lineStart = true;
    private boolean ended;

    /**
     * @param dotEnds whether a line with a single dot ends the message
     */
    MessageInput(InputStream in, boolean dotEnds) {
        this.in = in;
        this.dotEnds = dotEnds;
    }

    /** The next octets; at the end an empty array. */
    byte[] next() throws IOException {
        length = 0;
        while (length == 0 && !ended) {
            int n = in.read(block, 0, block.length);
            if (n < 0) {
                finish();
            }
            for (int i = 0; i < n && !ended; i++) {
                take(block[i]);
            }
        }
        return Arrays.copyOf(out, length);
    }

    private void take(byte octet) {
        if (octet == '\n') {
            if (dot && dotEnds) {
                ended = true;
                return;
            }
            newline();
        } else if (octet == '\r') {
            if (returns == RETURNS_MAX) {
                release();
            }
            returns++;
        } else if (octet == '.' && lineStart && returns == 0 && !dot) {
            dot = true;
        } else {
            release();
            add(octet);
        }
    }

    private void newline() {
        if (dot) {
            add((byte) '.');
            dot = false;
        }
        returns = 0;
        add((byte) '\r');
        add((byte) '\n');
        lineStart = true;
    }

    /** What was held back is part of the line after all. */
    private void release() {
        if (dot) {
            add((byte) '.');
            dot = false;
        }
        for (; returns > 0; returns--) {
            add((byte) '\r');
        }
        lineStart = false;
    }

    private void finish() {
        ended = true;
        if (dot && dotEnds) {
            return;
        }
        if (dot || returns > 0 || !lineStart) {
            newline();
        }
    }

    private void add(byte octet) {
        if (length == out.length) {
            out = Arrays.copyOf(out, 2 * length);
        }
        out[length++] = octet;
        lineStart = false;
    }
}
