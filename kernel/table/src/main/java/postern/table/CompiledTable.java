package postern.table;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import postern.base.DiskFile;

/**
 * A table of millions of keys in a file that is mapped into memory: nothing of it lies in the heap,
 * and all processes share its pages. Immutable; a new one takes the old one's name.
 */
public final class CompiledTable implements Table {
    private final String source;
    private final ByteBuffer file;
    private final CompiledFormat.Header header;

    private CompiledTable(String source, ByteBuffer file, CompiledFormat.Header header) {
        this.source = source;
        this.file = file;
        this.header = header;
    }

    /** Opens and checks it: one pass over the file for its checksum. */
    static Load read(String name, DiskFile file) throws IOException {
        ByteBuffer mapped = file.map();
        try {
            CompiledFormat.Header header = CompiledFormat.Header.read(mapped);
            ByteBuffer rest = mapped.duplicate().position(CompiledFormat.HEADER_OCTETS);
            if (CompiledFormat.crc(rest) != header.checksum()) {
                throw new IllegalArgumentException("is damaged: its checksum is another");
            }
            String whole = MapTable.shortened(name);
            String source = whole.substring(0, whole.length() - CompiledFormat.SUFFIX.length());
            return new Load.Loaded(new CompiledTable(source, mapped, header));
        } catch (IllegalArgumentException wrong) {
            String what = wrong.getMessage() + ": build it with \"postern table build\"";
            return new Load.Broken(List.of(new TableProblem(name, 0, what)));
        }
    }

    public long entries() {
        return header.entries();
    }

    @Override
    public Answer lookup(String key) {
        byte[] octets = key.getBytes(StandardCharsets.UTF_8);
        long hash = CompiledFormat.hash(octets);
        int mask = header.slots() - 1;
        int slot = (int) hash & mask;
        while (true) {
            int at = (int) header.slotsAt() + slot * CompiledFormat.SLOT_OCTETS;
            int entry = file.getInt(at + 4);
            if (entry == 0) {
                return Answer.ABSENT;
            }
            if (file.getInt(at) == (int) (hash >>> 32)
                    && CompiledFormat.keyed(file, entry, octets)) {
                return found(entry, octets.length);
            }
            slot = slot + 1 & mask; // ends: there are more slots than entries
        }
    }

    private Answer found(int entry, int keyOctets) {
        byte[] value = new byte[file.getInt(entry + 6)];
        file.get(entry + CompiledFormat.ENTRY_OCTETS + keyOctets, value);
        return new Answer.Found(
                new String(value, StandardCharsets.UTF_8), source + ":" + file.getInt(entry + 2));
    }
}
