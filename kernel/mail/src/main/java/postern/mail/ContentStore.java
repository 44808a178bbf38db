package postern.mail;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import postern.base.Blocks;
import postern.base.Disk;

/**
 * Where messages lie while they are taken in: small ones in memory, large ones in scratch files
 * without a name. The memory of all of them together is bounded too; when it is used up, messages
 * go to scratch files from their first octet on. Any thread.
 */
public final class ContentStore {
    /**
     * Octets of one message held in memory by default; nearly all mail is smaller, and a scratch
     * file costs each larger one a copy to the file system and back.
     */
    public static final int RESIDENT_OCTETS = 2 * 1024 * 1024;

    /** Octets of all messages held in memory by default. */
    public static final long RESIDENT_OCTETS_TOTAL = 32L * 1024 * 1024;

    /**
     * What scratch files of mail that comes in leave free: twice the reserve of the queue, which
     * has the better use for what is left.
     */
    public static final long FREE_OCTETS_INTAKE = 128L << 20;

    /** The same for mail that goes out: half of that reserve, so that it can make room. */
    public static final long FREE_OCTETS_DELIVERY = 32L << 20;

    private final Blocks blocks;
    private final Disk disk;
    private final Path scratchDirectory;
    private final int residentOctetsMax;
    private final AtomicLong left;
    private final long freeOctetsMin;

    /**
     * @param residentOctetsMax longest message held in memory
     * @param residentOctetsTotal bound of the memory of all messages together
     * @param freeOctetsMin what scratch files leave free on their disk, for the queue may lie there
     *     too
     */
    public ContentStore(
            Disk disk,
            Path scratchDirectory,
            int residentOctetsMax,
            long residentOctetsTotal,
            long freeOctetsMin) {
        this.blocks = Blocks.of(residentOctetsTotal);
        this.disk = disk;
        this.scratchDirectory = scratchDirectory;
        this.residentOctetsMax = residentOctetsMax;
        this.left = new AtomicLong(residentOctetsTotal);
        this.freeOctetsMin = freeOctetsMin;
    }

    /** One whose scratch files may fill their disk. */
    public ContentStore(
            Disk disk, Path scratchDirectory, int residentOctetsMax, long residentOctetsTotal) {
        this(disk, scratchDirectory, residentOctetsMax, residentOctetsTotal, 0);
    }

    /** One with the usual bounds of memory. */
    public ContentStore(Disk disk, Path scratchDirectory, long freeOctetsMin) {
        this(disk, scratchDirectory, RESIDENT_OCTETS, RESIDENT_OCTETS_TOTAL, freeOctetsMin);
    }

    public ContentStore(Disk disk, Path scratchDirectory) {
        this(disk, scratchDirectory, 0);
    }

    /**
     * A buffer for one message.
     *
     * @param expectedOctets what the peer announced (SIZE, BDAT), 0 when it did not; only a hint
     */
    public ContentBuffer buffer(long expectedOctets) {
        return new ContentBuffer(this, expectedOctets);
    }

    Disk disk() {
        return disk;
    }

    Blocks blocks() {
        return blocks;
    }

    /**
     * Demands room for so much more in scratch files.
     *
     * @throws IOException there is not enough
     */
    void demandScratch(long octets) throws IOException {
        if (freeOctetsMin > 0 && disk.usableOctets(scratchDirectory) < freeOctetsMin + octets) {
            throw new IOException(
                    "No space left for scratch files: "
                            + freeOctetsMin
                            + " octets are kept in reserve");
        }
    }

    Path scratchDirectory() {
        return scratchDirectory;
    }

    int residentOctetsMax() {
        return residentOctetsMax;
    }

    boolean take(int octets) {
        if (left.addAndGet(-octets) >= 0) {
            return true;
        }
        left.addAndGet(octets);
        return false;
    }

    void giveBack(int octets) {
        left.addAndGet(octets);
    }

    /** Octets of memory that messages may still take. */
    public long residentOctetsLeft() {
        return left.get();
    }
}
