package postern.spool;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import postern.base.Disk;
import postern.base.DiskFile;
import postern.mail.QueueId;
import postern.spool.QueueLog.Position;
import postern.spool.SegmentScanner.Found;

/**
 * Reads a queue log as it lies on disk ({@code docs/protocols/queue-format.md}) for those who look
 * at it while no queue runs, or at a copy. Files are opened for reading alone; nothing of what
 * writes a log is used. One thread.
 */
public final class LogReader implements Closeable {
    private final Disk disk;
    private final Path queue;
    private final Path log;
    private @Nullable DiskFile open; // the segment that was read last
    private long openNumber;

    /** Takes what is found, oldest first. */
    public interface Sink {
        void segment(SegmentSeen segment);

        /**
         * @param payload valid during the call
         */
        void record(QueueLog.Type type, QueueId id, Position position, ByteBuffer payload)
                throws IOException;

        void unsound(Unsound region);
    }

    /**
     * A file with a segment's name.
     *
     * @param generation empty where both copies of the header are damaged and no record tells it
     * @param problem why it, or a part of it, cannot be read; empty when all is well
     */
    public record SegmentSeen(
            long number, Path file, long octets, OptionalLong generation, String problem) {}

    /**
     * A region that is no sound record.
     *
     * @param id of the message it was about, as far as it can be read, else 0
     * @param end whether nothing sound comes behind it in the whole log: most likely a batch that
     *     was being written when the machine stopped, and nobody was promised
     */
    public record Unsound(long segment, long offset, long octets, long id, boolean end) {}

    /**
     * @param queue the queue's directory
     * @throws IOException there is no queue
     */
    public LogReader(Disk disk, Path queue) throws IOException {
        this.disk = disk;
        this.queue = queue;
        this.log = queue.resolve("log");
        if (!disk.exists(log)) {
            throw new NoSuchFileException(log.toString(), null, "no queue log is there");
        }
    }

    /**
     * Whether a process owns the queue now. It is not kept from starting while the log is read:
     * mail is worth more than an evenly printed report.
     */
    public boolean inUse() throws IOException {
        Path path = queue.resolve("lock");
        if (!disk.exists(path)) {
            return false; // a copy
        }
        try (DiskFile lock = disk.open(path)) { // fcntl(2) asks for one that could be written to
            return !lock.tryLock();
        }
    }

    /** Reads everything. */
    public void read(Sink sink) throws IOException {
        List<Long> numbers = Segments.numbers(disk, log);
        for (long number : numbers) {
            boolean newest = number == numbers.getLast();
            try {
                read(number, newest, sink);
            } catch (NoSuchFileException released) {
                // a queue that runs has cleaned it away
            }
        }
    }

    private void read(long number, boolean newest, Sink sink) throws IOException {
        Path path = log.resolve(Segments.name(number) + Segments.SUFFIX);
        DiskFile file;
        long size;
        byte[] start;
        try {
            file = segment(number);
            size = file.size();
            start = start(file);
        } catch (NoSuchFileException gone) {
            throw gone;
        } catch (IOException unreadable) {
            String why = String.valueOf(unreadable);
            sink.segment(new SegmentSeen(number, path, 0, OptionalLong.empty(), why));
            return;
        }
        OptionalLong generation = OptionalLong.empty();
        String problem = "";
        try {
            Optional<SegmentHeader> header =
                    SegmentHeader.decode(start, start.length)
                            .filter(found -> found.segment() == number);
            if (header.isPresent()) {
                generation = OptionalLong.of(header.get().generation());
            } else if (start.length > SegmentHeader.OCTETS) {
                problem = "both copies of its header are damaged";
                generation = guessed(start);
            }
        } catch (Spool.NewerFormat newer) {
            problem = String.valueOf(newer.getMessage());
        }
        sink.segment(new SegmentSeen(number, path, size, generation, problem));
        if (generation.isPresent()) {
            scan(number, new SegmentScanner(file, size, generation.getAsLong()), newest, sink);
        } else if (size > SegmentHeader.OCTETS) {
            long rest = size - SegmentHeader.OCTETS;
            sink.unsound(new Unsound(number, SegmentHeader.OCTETS, rest, 0, false));
        }
    }

    private static byte[] start(DiskFile file) throws IOException {
        ByteBuffer start = ByteBuffer.allocate(SegmentHeader.OCTETS + RecordHeader.OCTETS);
        int count = 0;
        while (start.hasRemaining() && count >= 0) {
            count = file.read(start, start.position());
        }
        byte[] octets = new byte[start.flip().remaining()];
        start.get(octets);
        return octets;
    }

    private static OptionalLong guessed(byte[] start) {
        if (start.length < SegmentHeader.OCTETS + RecordHeader.OCTETS) {
            return OptionalLong.empty();
        }
        return RecordHeader.generationAt(start, SegmentHeader.OCTETS).stream()
                .mapToLong(Long::longValue)
                .findAny();
    }

    private static void scan(long number, SegmentScanner scanner, boolean newest, Sink sink)
            throws IOException {
        List<Found.Unsound> unsound = new ArrayList<>();
        for (var found = scanner.next(); found.isPresent(); found = scanner.next()) {
            switch (found.get()) {
                case Found.Unsound region -> unsound.add(region);
                case Found.Sound record -> {
                    tell(number, unsound, false, sink);
                    ByteBuffer payload = record.payload();
                    Position at = new Position(number, record.offset(), payload.remaining());
                    sink.record(record.type(), new QueueId(record.id()), at, payload);
                }
            }
        }
        tell(number, unsound, newest, sink);
    }

    private static void tell(long number, List<Found.Unsound> regions, boolean end, Sink sink) {
        for (Found.Unsound region : regions) {
            sink.unsound(new Unsound(number, region.offset(), region.octets(), region.id(), end));
        }
        regions.clear();
    }

    /** All of a record's payload. */
    public byte[] payload(Position position) throws IOException {
        DiskFile file = segment(position.segment());
        ByteBuffer payload = ByteBuffer.allocate(position.length());
        while (payload.hasRemaining()) {
            if (file.read(payload, position.offset() + payload.position()) <= 0) {
                throw new IOException("a record ends early");
            }
        }
        return payload.array();
    }

    private DiskFile segment(long number) throws IOException {
        DiskFile known = open;
        if (known != null && openNumber == number) {
            return known;
        }
        close();
        DiskFile file = disk.openRead(log.resolve(Segments.name(number) + Segments.SUFFIX));
        open = file;
        openNumber = number;
        return file;
    }

    @Override
    public void close() throws IOException {
        DiskFile known = open;
        open = null;
        if (known != null) {
            known.close();
        }
    }
}
