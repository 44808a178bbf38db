package postern.spool;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.CRC32C;
import postern.base.DiskFile;

/**
 * Reads one segment from its beginning to its end, whatever its octets are: every step moves on by
 * at least eight of them.
 */
final class SegmentScanner {
    /** Holds the longest record, and enough beside it that reads are large. */
    private static final int WINDOW_OCTETS = 3 << 20;

    private static final int ALIGNMENT = 8;

    /** What a disk that cannot read all of a region is asked for at once. */
    private static final int BLOCK_OCTETS = 4 << 10;

    /** After so many in one segment the disk as a whole is in trouble, not some places on it. */
    private static final int BAD_BLOCKS_MAX = 256;

    private final DiskFile file;
    private final long size;
    private final long generation;
    private final byte[] window;
    private final CRC32C crc = new CRC32C();
    private long windowAt; // where in the file the window begins
    private int windowOctets;
    private int badBlocks;
    private long at = SegmentHeader.OCTETS;
    private long soundEnd = SegmentHeader.OCTETS;

    /** What lies at a place. */
    sealed interface Found {
        /**
         * @param offset of the payload
         * @param payload valid until the next step
         */
        record Sound(QueueLog.Type type, long id, long offset, ByteBuffer payload)
                implements Found {}

        /**
         * @param id as far as it could be read, else 0
         */
        record Unsound(long offset, long octets, long id) implements Found {}
    }

    SegmentScanner(DiskFile file, long size, long generation) {
        this.file = file;
        this.size = size;
        this.generation = generation;
        this.window = new byte[(int) Math.min(WINDOW_OCTETS, Math.max(size, RecordHeader.OCTETS))];
    }

    /** The next region; empty at the end. */
    Optional<Found> next() throws IOException {
        if (at >= size) {
            return Optional.empty();
        }
        Optional<RecordHeader> header = headerAt(at);
        return Optional.of(header.isPresent() ? record(header.get()) : gap());
    }

    /** Where the last sound record ended. */
    long soundEnd() {
        return soundEnd;
    }

    private Found record(RecordHeader header) throws IOException {
        long start = at;
        int octets = RecordHeader.recordOctets(header.length());
        if (octets > size - start) {
            at = size;
            return new Found.Unsound(start, size - start, header.id());
        }
        at = start + octets;
        Optional<QueueLog.Type> type = QueueLog.Type.of(header.type());
        int payloadAt = load(start, octets) + RecordHeader.OCTETS;
        crc.reset();
        crc.update(window, payloadAt, header.length());
        if (type.isEmpty() || (int) crc.getValue() != header.payloadCrc()) {
            return new Found.Unsound(start, octets, header.id());
        }
        soundEnd = at;
        ByteBuffer payload = ByteBuffer.wrap(window, payloadAt, header.length()).slice();
        return new Found.Sound(
                type.get(), header.id(), start + RecordHeader.OCTETS, payload.asReadOnlyBuffer());
    }

    private Found gap() throws IOException {
        long start = at;
        long id = 0;
        if (size - start >= RecordHeader.OCTETS) {
            id = RecordHeader.idHint(window, load(start, RecordHeader.OCTETS), generation);
        }
        do {
            at = Math.min(size, at + ALIGNMENT);
        } while (at < size && headerAt(at).isEmpty());
        return new Found.Unsound(start, at - start, id);
    }

    private Optional<RecordHeader> headerAt(long offset) throws IOException {
        if (size - offset < RecordHeader.OCTETS) {
            return Optional.empty();
        }
        return RecordHeader.decode(window, load(offset, RecordHeader.OCTETS), generation);
    }

    /** Brings a region into the window; returns where in it the region begins. */
    private int load(long offset, int length) throws IOException {
        if (offset < windowAt || offset + length > windowAt + windowOctets) {
            windowAt = offset;
            windowOctets = 0;
            int wanted = (int) Math.min(window.length, size - offset);
            try {
                fill(wanted);
            } catch (IOException unreadable) {
                fillByBlocks(wanted);
            }
        }
        return (int) (offset - windowAt);
    }

    private void fill(int to) throws IOException {
        while (windowOctets < to) {
            ByteBuffer rest = ByteBuffer.wrap(window, windowOctets, to - windowOctets);
            int count = file.read(rest, windowAt + windowOctets);
            if (count <= 0) {
                throw new EOFException("segment shrinks while it is read");
            }
            windowOctets += count;
        }
    }

    /** Zeros stand for what the disk cannot read: no record begins with them, and no CRC fits. */
    private void fillByBlocks(int wanted) throws IOException {
        while (windowOctets < wanted) {
            int intoBlock = (int) ((windowAt + windowOctets) % BLOCK_OCTETS);
            int to = Math.min(wanted, windowOctets + BLOCK_OCTETS - intoBlock);
            try {
                fill(to);
            } catch (EOFException shrinks) {
                throw shrinks;
            } catch (IOException unreadable) {
                if (++badBlocks > BAD_BLOCKS_MAX) {
                    throw unreadable;
                }
                Arrays.fill(window, windowOctets, to, (byte) 0);
                windowOctets = to;
            }
        }
    }
}
