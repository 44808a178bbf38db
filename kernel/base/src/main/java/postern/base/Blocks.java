package postern.base;

import java.util.ArrayDeque;

/**
 * Memory for octets on their way, in blocks of one length. What is given back is used again: a long
 * message then costs neither the clearing of fresh arrays nor the collector's copying. Who gives a
 * block back must not touch it any more. Any thread.
 */
public final class Blocks {
    /** Octets of a block. */
    public static final int OCTETS = 64 * 1024;

    private final int keptMax;
    private final ArrayDeque<byte[]> kept = new ArrayDeque<>(); // guarded by itself

    /**
     * @param keptMax most blocks that are kept while nobody uses them
     */
    public Blocks(int keptMax) {
        this.keptMax = keptMax;
    }

    /** A block whose octets are whatever they were. */
    public byte[] take() {
        synchronized (kept) {
            byte[] block = kept.pollLast();
            if (block != null) {
                return block;
            }
        }
        return new byte[OCTETS];
    }

    /** Takes a block back; an array of another length is left to the collector. */
    public void giveBack(byte[] block) {
        if (block.length != OCTETS) {
            return;
        }
        synchronized (kept) {
            if (kept.size() < keptMax) {
                kept.addLast(block);
            }
        }
    }
}
