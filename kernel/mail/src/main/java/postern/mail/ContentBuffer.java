package postern.mail;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import postern.base.Blocks;
import postern.base.Bug;
import postern.base.DiskFile;
import postern.base.Peer;

/**
 * Takes in one message whose length is not known: in memory up to the store's bounds, then in a
 * scratch file. One thread only.
 */
public final class ContentBuffer implements Closeable {
    private static final int SEGMENT_OCTETS_MIN = 4 * 1024;
    private static final int SEGMENT_OCTETS_MAX = Blocks.OCTETS; // those are used again

    private static final ByteBuffer NONE = ByteBuffer.allocate(0);

    private final ContentStore store;
    private final long expectedOctets;
    private final List<ByteBuffer> segments = new ArrayList<>(4);
    private int resident; // octets of memory taken from the store
    private ByteBuffer last = NONE; // the segment that is filled; behind a file its write buffer
    private long octets;
    private @Nullable DiskFile file;
    private final DotLines dotLines = new DotLines();
    private final LongLines longLines = new LongLines();
    private boolean finished;

    ContentBuffer(ContentStore store, long expectedOctets) {
        this.store = store;
        this.expectedOctets = expectedOctets;
    }

    public long octets() {
        return octets;
    }

    /**
     * Appends octets and looks for lines that begin with a dot, and for long ones.
     *
     * @throws IOException the scratch file cannot be written
     */
    public void append(byte[] from, int offset, int length) throws IOException {
        ByteBuffer octets = ByteBuffer.wrap(from);
        dotLines.scan(octets, offset, length);
        longLines.scan(octets, offset, length);
        appendScanned(from, offset, length);
    }

    /**
     * Room for the next octets, one at the least; {@link #filled} says what was put there.
     *
     * @param wanted how many are to come as far as the caller knows, one at the least
     * @throws IOException the scratch file cannot be written
     */
    public ByteBuffer room(int wanted) throws IOException {
        if (!last.hasRemaining()) {
            makeRoom(wanted);
        }
        return last.slice(last.position(), Math.min(wanted, last.remaining()));
    }

    /** So many octets were put to the front of {@link #room}, as if they were {@link #append}ed. */
    public void filled(int length) {
        dotLines.scan(last, last.position(), length);
        longLines.scan(last, last.position(), length);
        last.position(last.position() + length);
        octets += length;
    }

    /**
     * Appends octets that the caller has looked through already; it reports lines that begin with a
     * dot by {@link #dotLineSeen}. Not to be mixed with {@link #append} for one message.
     */
    public void appendScanned(byte[] from, int offset, int length) throws IOException {
        int at = offset;
        int left = length;
        while (left > 0) {
            if (!last.hasRemaining()) {
                makeRoom(left);
            }
            int n = Math.min(left, last.remaining());
            last.put(from, at, n);
            octets += n;
            at += n;
            left -= n;
        }
    }

    /** See {@link #appendScanned}. */
    public void dotLineSeen() {
        dotLines.seen();
    }

    /** The message, which now owns what the buffer held. */
    public Content finish() throws IOException {
        Bug.unless(!finished, "a message ends once");
        DiskFile scratch = file;
        if (scratch != null) {
            flush(scratch);
            dropWriteBuffer();
        }
        finished = true;
        return scratch == null
                ? new Resident(store, resident, segments, octets, lines())
                : new Scratch(scratch, octets, lines());
    }

    private Lines lines() {
        return new Lines(dotLines.found(), longLines.found());
    }

    /** Drops the message unless it was finished. */
    @Override
    public void close() {
        if (finished) {
            return;
        }
        finished = true;
        boolean spilled = segments.isEmpty(); // where that failed, the last segment is still one
        release();
        DiskFile scratch = file;
        if (scratch != null) {
            if (spilled) {
                dropWriteBuffer();
            }
            closeQuietly(scratch);
        }
    }

    private void dropWriteBuffer() {
        ByteBuffer unused = last;
        last = NONE;
        store.blocks().giveBack(unused);
    }

    /** Makes room behind the last octet: another segment, or an emptied write buffer. */
    private void makeRoom(int wanted) throws IOException {
        DiskFile scratch = file;
        if (scratch == null) {
            int size = segmentOctets(wanted);
            if (resident + size <= store.residentOctetsMax() && store.take(size)) {
                resident += size;
                last = segment(size);
                segments.add(last);
                return;
            }
            store.demandScratch(octets);
            scratch = store.disk().scratch(store.scratchDirectory());
            file = scratch;
            spill(scratch);
        }
        flush(scratch);
    }

    private int segmentOctets(int wanted) {
        if (segments.isEmpty() && expectedOctets > 0) {
            long bound = Math.min(SEGMENT_OCTETS_MAX, store.residentOctetsMax());
            long fair = Math.min(expectedOctets + 64, bound); // + a final CRLF
            return (int) Math.max(fair, SEGMENT_OCTETS_MIN);
        }
        long like = Math.max(wanted, octets); // doubles what is there
        return Math.clamp(like, SEGMENT_OCTETS_MIN, SEGMENT_OCTETS_MAX);
    }

    private ByteBuffer segment(int octets) {
        return octets == Blocks.OCTETS ? store.blocks().take() : ByteBuffer.allocate(octets);
    }

    /** Moves what is in memory to the scratch file. */
    private void spill(DiskFile scratch) throws IOException {
        ByteBuffer[] all = buffers(segments);
        if (all.length > 0) {
            scratch.write(0, all);
        }
        release();
        last = store.blocks().take();
    }

    private void flush(DiskFile scratch) throws IOException {
        int waiting = last.position();
        if (waiting > 0) {
            store.demandScratch(waiting);
            scratch.write(octets - waiting, last.duplicate().flip());
            last.clear();
        }
    }

    /** Nobody reads the segments any more. */
    private void release() {
        giveBack(store, segments);
        store.giveBack(resident);
        resident = 0;
    }

    private static void giveBack(ContentStore store, List<ByteBuffer> segments) {
        segments.forEach(store.blocks()::giveBack);
        segments.clear(); // else two messages would share them
    }

    /** What they are filled with. */
    private static ByteBuffer[] buffers(List<ByteBuffer> segments) {
        ByteBuffer[] all = new ByteBuffer[segments.size()];
        Arrays.setAll(all, i -> segments.get(i).duplicate().flip());
        return all;
    }

    private static void closeQuietly(DiskFile scratch) {
        try {
            scratch.close();
        } catch (IOException _) {
            // The file has no name and nobody needs its content any more.
        }
    }

    /** What its lines are like: with a dot in front, or long. */
    private record Lines(boolean dotted, boolean longer) {}

    private static final class Resident implements Content {
        private final ContentStore store;
        private final List<ByteBuffer> segments;
        private final long octets;
        private final Lines lines;
        private int taken;

        Resident(
                ContentStore store,
                int taken,
                List<ByteBuffer> segments,
                long octets,
                Lines lines) {
            this.store = store;
            this.taken = taken;
            this.segments = segments;
            this.octets = octets;
            this.lines = lines;
        }

        @Override
        public long octets() {
            return octets;
        }

        @Override
        public boolean dotLines() {
            return lines.dotted;
        }

        @Override
        public boolean longLines() {
            return lines.longer;
        }

        @Override
        public int read(long position, byte[] into, int offset, int length) {
            if (position >= octets) {
                return -1;
            }
            long start = position;
            int done = 0;
            for (ByteBuffer part : buffers(segments)) {
                if (start < part.remaining() && done < length) {
                    int n = Math.min(length - done, part.remaining() - (int) start);
                    part.get((int) start, into, offset + done, n);
                    done += n;
                    start = 0;
                } else {
                    start -= Math.min(start, part.remaining());
                }
            }
            return done;
        }

        @Override
        public void send(Peer peer, long position, long length) throws IOException {
            ByteBuffer[] all = buffers(segments);
            long skip = position;
            long left = length;
            for (ByteBuffer part : all) {
                int skipped = (int) Math.min(skip, part.remaining());
                part.position(part.position() + skipped);
                skip -= skipped;
                int kept = (int) Math.min(left, part.remaining());
                part.limit(part.position() + kept);
                left -= kept;
            }
            peer.write(all);
        }

        @Override
        public List<ByteBuffer> resident() {
            return List.of(buffers(segments));
        }

        @Override
        public void close() {
            giveBack(store, segments);
            store.giveBack(taken);
            taken = 0;
        }
    }

    private record Scratch(DiskFile file, long octets, Lines lines) implements Content {
        @Override
        public boolean dotLines() {
            return lines.dotted;
        }

        @Override
        public boolean longLines() {
            return lines.longer;
        }

        @Override
        public int read(long position, byte[] into, int offset, int length) throws IOException {
            return position >= octets
                    ? -1
                    : file.read(ByteBuffer.wrap(into, offset, length), position);
        }

        @Override
        public void send(Peer peer, long position, long length) throws IOException {
            peer.send(file, position, length);
        }

        @Override
        public void close() {
            closeQuietly(file);
        }
    }
}
