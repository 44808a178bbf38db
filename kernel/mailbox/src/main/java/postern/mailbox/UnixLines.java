package postern.mailbox;

import java.io.IOException;
import java.nio.ByteBuffer;
import postern.mail.Content;

/**
 * A message with its lines ended by LF instead of CRLF, block by block. A CR that no LF follows
 * stays. One thread only.
 */
final class UnixLines {
    private final Content content;
    private final byte[] block;
    private long at;
    private boolean heldBack; // a CR at the end of the block before

    UnixLines(Content content, int blockOctets) {
        this.content = content;
        this.block = new byte[blockOctets];
    }

    /** The next block; without octets at the end. Valid until the next call. */
    ByteBuffer next() throws IOException {
        int kept = 0;
        while (kept == 0) {
            if (heldBack) {
                block[0] = '\r';
            }
            int from = heldBack ? 1 : 0;
            int n = content.read(at, block, from, block.length - from);
            if (n < 0) {
                kept = from;
                heldBack = false;
                break;
            }
            at += n;
            heldBack = false;
            kept = stripped(from + n);
        }
        return ByteBuffer.wrap(block, 0, kept);
    }

    private int stripped(int length) {
        int kept = 0;
        for (int i = 0; i < length; i++) {
            byte octet = block[i];
            if (octet == '\r') {
                if (i + 1 == length) {
                    heldBack = true;
                    return kept;
                }
                if (block[i + 1] == '\n') {
                    continue;
                }
            }
            block[kept++] = octet;
        }
        return kept;
    }
}
