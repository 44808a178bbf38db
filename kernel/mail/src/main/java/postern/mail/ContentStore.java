package postern.mail;

import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
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

    private final Disk disk;
    private final Path scratchDirectory;
    private final int residentOctetsMax;
    private final AtomicLong left;

    /**
     * @param residentOctetsMax longest message held in memory
     * @param residentOctetsTotal bound of the memory of all messages together
     */
    public ContentStore(
            Disk disk, Path scratchDirectory, int residentOctetsMax, long residentOctetsTotal) {
        this.disk = disk;
        this.scratchDirectory = scratchDirectory;
        this.residentOctetsMax = residentOctetsMax;
        this.left = new AtomicLong(residentOctetsTotal);
    }

    public ContentStore(Disk disk, Path scratchDirectory) {
        this(disk, scratchDirectory, RESIDENT_OCTETS, RESIDENT_OCTETS_TOTAL);
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
