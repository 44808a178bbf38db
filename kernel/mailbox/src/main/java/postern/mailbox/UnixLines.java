package postern.mailbox;

import java.io.IOException;
import java.nio.ByteBuffer;
import postern.mail.Content;

/**
 * A message with its lines ended by LF instead of CRLF, block by block. A CR that no LF follows
 * stays. One thread only.
 */
final class UnixLines {
    private static final byte[] NOTHING = {};

    private final Content content;
    private final byte[] block;
    private int before; // octets at the front of the next block that are in it already
    private long at;
    private boolean heldBack; // a CR at the end of the block before

    UnixLines(Content content, int blockOctets) {
        this(content, blockOctets, NOTHING);
    }

    /**
     * @param blockOctets as long is a block of the message at the most
     * @param prepended goes in front as it is, in the first block
     */
    UnixLines(Content content, int blockOctets, byte[] prepended) {
        this.content = content;
        long all = content.octets() + 1; // 1: to find the end with
        this.block = new byte[prepended.length + (int) Math.min(blockOctets, all)];
        this.before = prepended.length;
        System.arraycopy(prepended, 0, block, 0, before);
    }

    /** The next block; without octets at the end. Valid until the next call. */
    ByteBuffer next() throws IOException {
        int front = before;
        before = 0;
        int kept = front;
        while (kept == front) {
            if (heldBack) {
                block[front] = '\r';
            }
            int from = heldBack ? front + 1 : front;
            int n = content.read(at, block, from, block.length - from);
            if (n < 0) {
                kept = from;
                heldBack = false;
                break;
            }
            at += n;
            heldBack = false;
            kept = stripped(front, from + n);
        }
        return ByteBuffer.wrap(block, 0, kept);
    }

    private int stripped(int start, int length) {
        int kept = start;
        for (int i = start; i < length; i++) {
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
