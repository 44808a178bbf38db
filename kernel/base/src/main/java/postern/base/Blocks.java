package postern.base;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;

/**
 * Memory for octets on their way, in blocks of one length outside the heap, so that sockets and
 * files read and write them without a copy. What is given back is used again. Who gives a block
 * back must not touch it any more. Any thread.
 */
public final class Blocks {
    /** Octets of a block. */
    public static final int OCTETS = 64 * 1024;

    private final int keptMax;
    private final ArrayDeque<ByteBuffer> kept = new ArrayDeque<>(); // guarded by itself

    /**
     * @param keptMax most blocks that are kept while nobody uses them
     */
    public Blocks(int keptMax) {
        this.keptMax = keptMax;
    }

    /** Keeps all that lie in so many octets: none is ever left to the collector. */
    public static Blocks of(long octets) {
        return new Blocks((int) Math.min(Integer.MAX_VALUE, octets / OCTETS));
    }

    /** A block to be filled, whose octets are whatever they were. */
    public ByteBuffer take() {
        synchronized (kept) {
            ByteBuffer block = kept.pollLast();
            if (block != null) {
                return block.clear();
            }
        }
        return ByteBuffer.allocateDirect(OCTETS);
    }

    /** Takes a block back; what was not {@link #take taken} here is left to the collector. */
    public void giveBack(ByteBuffer block) {
        if (!block.isDirect()) {
            return;
        }
        Bug.unless(block.capacity() == OCTETS, "a block comes back whole");
        synchronized (kept) {
            if (kept.size() < keptMax) {
                kept.addLast(block);
            }
        }
    }
}
