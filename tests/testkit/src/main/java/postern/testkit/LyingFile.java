package postern.testkit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * The octets of one file: as programs see them, as they are safe, and the changes in between.
 * Guarded by its disk.
 */
final class LyingFile {
    /** What a disk writes whole or not at all. */
    static final int SECTOR_OCTETS = 512;

    private byte[] seen = new byte[0];
    private int seenSize;
    private byte[] safe = new byte[0];
    private final List<Change> unsynced = new ArrayList<>();

    /** Octets that a failed sync has given up: programs see them, no later sync writes them. */
    private final BitSet abandoned = new BitSet();

    /** Octets that the disk can no longer read. */
    private final BitSet spoilt = new BitSet();

    /** Who holds the lock; null when nobody does. */
    @Nullable Object locker;

    sealed interface Change {
        record Written(int position, byte[] octets) implements Change {}

        record Truncated(int size) implements Change {}
    }

    int size() {
        return seenSize;
    }

    int read(byte[] into, int offset, int length, long position) {
        if (position >= seenSize) {
            return -1;
        }
        int count = Math.min(length, seenSize - (int) position);
        System.arraycopy(seen, (int) position, into, offset, count);
        return count;
    }

    void spoil(long position) {
        spoilt.set((int) position);
    }

    boolean spoilt(long position, int length) {
        int first = spoilt.nextSetBit((int) position);
        return first >= 0 && first < position + length;
    }

    void write(long position, byte[] octets) {
        if (octets.length == 0) {
            return;
        }
        int at = Math.toIntExact(position);
        unsynced.add(new Change.Written(at, octets));
        abandoned.clear(at, at + octets.length);
        reach(at + octets.length);
        System.arraycopy(octets, 0, seen, at, octets.length);
    }

    void truncate(long size) {
        if (size < seenSize) {
            unsynced.add(new Change.Truncated((int) size));
            abandoned.clear((int) size, seenSize);
            Arrays.fill(seen, (int) size, seenSize, (byte) 0);
            seenSize = (int) size;
        }
    }

    void sync() {
        byte[] former = safe;
        safe = contents();
        for (int at = abandoned.nextSetBit(0); at >= 0; at = abandoned.nextSetBit(at + 1)) {
            safe[at] = at < former.length ? former[at] : 0;
        }
        unsynced.clear();
    }

    /** As Linux does: what could not be written counts as clean from now on. */
    void syncFailed() {
        for (Change change : unsynced) {
            if (change instanceof Change.Written(int position, byte[] octets)) {
                abandoned.set(position, Math.min(position + octets.length, seenSize));
            }
        }
        unsynced.removeIf(Change.Written.class::isInstance);
    }

    byte[] contents() {
        return Arrays.copyOf(seen, seenSize);
    }

    void flip(int position, int bit) {
        seen[position] ^= (byte) (1 << bit);
        if (position < safe.length) {
            safe[position] ^= (byte) (1 << bit);
        }
    }

    /** After power loss: what is safe, and of the rest whatever sectors chance has kept. */
    void lose(Random chance) {
        List<Change> changes = List.copyOf(unsynced);
        unsynced.clear();
        int keepPercent = chance.nextInt(4) * 100 / 3; // none, a third, two thirds, all
        seen = safe.clone();
        seenSize = seen.length;
        for (Change change : changes) {
            switch (change) {
                case Change.Written written -> keep(written, keepPercent, chance);
                case Change.Truncated cut -> {
                    if (chance.nextInt(100) < keepPercent && cut.size() < seenSize) {
                        Arrays.fill(seen, cut.size(), seenSize, (byte) 0);
                        seenSize = cut.size();
                    }
                }
            }
        }
        safe = contents();
        abandoned.clear();
        locker = null;
    }

    private void keep(Change.Written written, int percent, Random chance) {
        int end = written.position() + written.octets().length;
        int from = written.position();
        while (from < end) {
            int to = Math.min(end, (from / SECTOR_OCTETS + 1) * SECTOR_OCTETS);
            if (chance.nextInt(100) < percent) {
                reach(to);
                int source = from - written.position();
                System.arraycopy(written.octets(), source, seen, from, to - from);
            }
            from = to;
        }
    }

    private void reach(int size) {
        if (size > seen.length) {
            seen = Arrays.copyOf(seen, Math.max(size, seen.length * 2));
        }
        seenSize = Math.max(seenSize, size);
    }
}
