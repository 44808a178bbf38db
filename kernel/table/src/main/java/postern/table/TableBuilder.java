package postern.table;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.CRC32C;
import postern.base.Bug;
import postern.base.Disk;
import postern.base.DiskFile;

/**
 * Compiles the text of a table. Its source is read once, line by line; memory is needed for the
 * slots alone, 8 octets each, at most four for an entry.
 */
public final class TableBuilder {
    private static final int BLOCK_OCTETS = 256 * 1024;

    private final Disk disk;
    private final Path source;
    private final MapTable.Problems problems;

    private TableBuilder(Disk disk, Path source) {
        this.disk = disk;
        this.source = source;
        this.problems = new MapTable.Problems(source.toString());
    }

    /** Where the compiled form of a text lies. */
    public static Path compiled(Path source) {
        return Path.of(source + CompiledFormat.SUFFIX);
    }

    /** What came of it. */
    public sealed interface Result {
        /** The file is there and safe; it has no name that anybody reads yet. */
        record Built(long entries, long octets) implements Result {}

        /** Nothing was made: bad lines are not passed over. */
        record Broken(List<TableProblem> problems) implements Result {
            public Broken {
                problems = List.copyOf(problems);
            }
        }
    }

    /**
     * @param target a new file; the caller gives it its mode and {@linkplain Disk#replace puts it
     *     in place}
     */
    public static Result build(Disk disk, Path source, Path target) throws IOException {
        return new TableBuilder(disk, source).build(target);
    }

    private Result build(Path target) throws IOException {
        boolean built = false;
        try (DiskFile from = disk.openRead(source);
                DiskFile to = disk.create(target)) {
            var out = new Out(to);
            long entries = entries(from, out);
            out.pad();
            Result result =
                    problems.none() ? slots(to, out, entries) : new Result.Broken(problems.list());
            built = result instanceof Result.Built;
            return result;
        } finally {
            if (!built && disk.exists(target)) {
                disk.delete(target);
            }
        }
    }

    private long entries(DiskFile from, Out out) throws IOException {
        var lines = new LogicalLines(from);
        long entries = 0;
        for (LogicalLines.Line line = lines.next(); line != null; line = lines.next()) {
            SourceLine parsed = SourceLine.parse(line);
            byte[] key = parsed.key().getBytes(StandardCharsets.UTF_8);
            if (!parsed.fault().isEmpty()) {
                problems.add(line.number(), parsed.fault());
            } else if (key.length > CompiledFormat.KEY_OCTETS_MAX) {
                problems.add(line.number(), "the key exceeds 65535 octets");
            } else {
                byte[] value = parsed.value().getBytes(StandardCharsets.UTF_8);
                out.putShort((short) key.length);
                out.putInt(line.number());
                out.putInt(value.length);
                out.put(key);
                out.put(value);
                entries++;
            }
        }
        return entries;
    }

    /** Reads the entries again, gives each a slot, and writes slots and header. */
    private Result slots(DiskFile to, Out out, long entries) throws IOException {
        out.flush();
        long slots = Long.highestOneBit(Math.max(1, entries) * 3 / 2) * 2; // at most 2/3 full
        long octets = out.written + slots * CompiledFormat.SLOT_OCTETS;
        if (octets > Integer.MAX_VALUE) {
            throw new IOException("the compiled table would exceed 2 GiB");
        }
        long[] table = new long[(int) slots];
        ByteBuffer written = to.map();
        int at = CompiledFormat.HEADER_OCTETS;
        for (long i = 0; i < entries; i++) {
            at = insert(table, written, at);
        }
        if (!problems.none()) {
            return new Result.Broken(problems.list());
        }
        long slotsAt = out.written;
        for (long slot : table) {
            out.putLong(slot);
        }
        out.flush();
        var header =
                new CompiledFormat.Header(entries, slotsAt, (int) slots, out.checksum(), octets);
        Bug.unless(out.written == octets, "a table is as long as it was reckoned");
        to.write(0, header.octets());
        to.sync();
        return new Result.Built(entries, octets);
    }

    /**
     * @return where the next entry begins
     */
    private int insert(long[] table, ByteBuffer written, int entry) {
        byte[] key = new byte[written.getShort(entry) & 0xffff];
        written.get(entry + CompiledFormat.ENTRY_OCTETS, key);
        long hash = CompiledFormat.hash(key);
        int fingerprint = (int) (hash >>> 32);
        int mask = table.length - 1;
        int slot = (int) hash & mask;
        while (table[slot] != 0) {
            int other = (int) table[slot];
            if ((int) (table[slot] >>> 32) == fingerprint
                    && CompiledFormat.keyed(written, other, key)) {
                problems.add(
                        written.getInt(entry + 2),
                        "\""
                                + new String(key, StandardCharsets.UTF_8)
                                + "\" is there already, in line "
                                + written.getInt(other + 2));
                break;
            }
            slot = slot + 1 & mask;
        }
        table[slot] = (long) fingerprint << 32 | entry;
        return entry + CompiledFormat.ENTRY_OCTETS + key.length + written.getInt(entry + 6);
    }

    /** Writes behind the header, in blocks, and reckons the checksum. */
    private static final class Out {
        private final DiskFile file;
        private final ByteBuffer block = ByteBuffer.allocate(BLOCK_OCTETS);
        private final CRC32C crc = new CRC32C();
        private long written = CompiledFormat.HEADER_OCTETS;

        Out(DiskFile file) throws IOException {
            this.file = file;
            file.write(0, ByteBuffer.allocate(CompiledFormat.HEADER_OCTETS));
        }

        void putShort(short value) throws IOException {
            room(2).putShort(value);
        }

        void putInt(int value) throws IOException {
            room(4).putInt(value);
        }

        void putLong(long value) throws IOException {
            room(8).putLong(value);
        }

        void put(byte[] octets) throws IOException {
            int from = 0;
            while (from < octets.length) {
                int n = Math.min(octets.length - from, room(1).remaining());
                block.put(octets, from, n);
                from += n;
            }
        }

        void pad() throws IOException {
            while ((written + block.position()) % CompiledFormat.SLOT_OCTETS != 0) {
                room(1).put((byte) 0);
            }
        }

        void flush() throws IOException {
            block.flip();
            crc.update(block.duplicate());
            int octets = block.remaining();
            file.write(written, block);
            written += octets;
            block.clear();
            if (written > Integer.MAX_VALUE) {
                throw new IOException("the compiled table would exceed 2 GiB");
            }
        }

        int checksum() {
            return (int) crc.getValue();
        }

        private ByteBuffer room(int octets) throws IOException {
            if (block.remaining() < octets) {
                flush();
            }
            return block;
        }
    }
}
