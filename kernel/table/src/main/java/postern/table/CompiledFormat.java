package postern.table;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * The file of a compiled table: docs/protocols/table-format.md. All numbers are big-endian. A
 * header, the entries one behind the other, then slots of a hash table with open addressing.
 */
final class CompiledFormat {
    static final String SUFFIX = ".ptable";

    static final long MAGIC = 0x5053_544e_5442_4c31L; // "PSTNTBL1"
    static final int HEADER_OCTETS = 64;
    static final int SLOT_OCTETS = 8;

    /** In front of an entry's key: length of key, line in the source, length of value. */
    static final int ENTRY_OCTETS = 2 + 4 + 4;

    static final int KEY_OCTETS_MAX = 0xffff;

    private CompiledFormat() {}

    /**
     * What stands in the header.
     *
     * @param slots a power of two, more than there are entries
     * @param checksum CRC-32C of all behind the header
     */
    record Header(long entries, long slotsAt, int slots, int checksum, long fileOctets) {
        ByteBuffer octets() {
            ByteBuffer header = ByteBuffer.allocate(HEADER_OCTETS);
            header.putLong(MAGIC).putInt(HEADER_OCTETS).putInt(0);
            header.putLong(entries).putLong(HEADER_OCTETS).putLong(slotsAt);
            header.putInt(slots).putInt(checksum).putLong(fileOctets).putInt(0);
            header.putInt(crc(header.duplicate().flip()));
            return header.flip();
        }

        /**
         * @throws IllegalArgumentException with what is wrong
         */
        static Header read(ByteBuffer file) {
            if (file.limit() < HEADER_OCTETS || file.getLong(0) != MAGIC) {
                throw new IllegalArgumentException("is no compiled table of this version");
            }
            if (crc(file.duplicate().position(0).limit(60)) != file.getInt(60)) {
                throw new IllegalArgumentException("has a damaged header");
            }
            var header =
                    new Header(
                            file.getLong(16),
                            file.getLong(32),
                            file.getInt(40),
                            file.getInt(44),
                            file.getLong(48));
            boolean sound =
                    header.fileOctets == file.limit()
                            && Integer.bitCount(header.slots) == 1
                            && header.entries < header.slots
                            && header.slotsAt >= HEADER_OCTETS
                            && header.slotsAt + (long) SLOT_OCTETS * header.slots == file.limit();
            if (!sound) {
                throw new IllegalArgumentException("is not whole");
            }
            return header;
        }
    }

    static int crc(ByteBuffer octets) {
        CRC32C crc = new CRC32C();
        crc.update(octets);
        return (int) crc.getValue();
    }

    /** FNV-1a over the key, mixed as MurmurHash3 ends. Part of the format. */
    static long hash(byte[] key) {
        long hash = 0xcbf2_9ce4_8422_2325L;
        for (byte octet : key) {
            hash = (hash ^ (octet & 0xff)) * 0x100_0000_01b3L;
        }
        hash = (hash ^ hash >>> 33) * 0xff51_afd7_ed55_8ccdL;
        hash = (hash ^ hash >>> 33) * 0xc4ce_b9fe_1a85_ec53L;
        return hash ^ hash >>> 33;
    }

    /** Whether the entry that begins there has that key. */
    static boolean keyed(ByteBuffer file, int entry, byte[] key) {
        if ((file.getShort(entry) & 0xffff) != key.length) {
            return false;
        }
        byte[] here = new byte[key.length];
        file.get(entry + ENTRY_OCTETS, here);
        return Arrays.equals(here, key);
    }
}
