package postern.sim;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.zip.CRC32C;
import postern.base.Disk;
import postern.base.DiskFile;
import postern.testkit.LayeredDisk;
import postern.testkit.SimWorld;

/**
 * A bug planted below the programs, to see that the ledger finds it: the programs believe that what
 * they wrote is safe when it is not, or that what they read is sound.
 */
enum Planted implements LayeredDisk.Layer {
    NOTHING,
    /** The fdatasync of files was forgotten. */
    NEVER_SYNCED {
        @Override
        public void sync(DiskFile file) {}
    },
    /** The sync is begun and not waited for: 250 comes before the message is safe. */
    ACKNOWLEDGED_EARLY,
    /** The fsync of directories was forgotten. */
    NAMES_NEVER_SYNCED {
        @Override
        public void syncDirectory(Disk disk, Path directory) {}
    },
    /** Nobody looks whether a record's checksums fit: each is made to fit as it is read. */
    CHECKSUMS_IGNORED {
        @Override
        public int read(DiskFile file, ByteBuffer into, long position) throws IOException {
            int start = into.position();
            int count = file.read(into, position);
            if (count > 0) {
                forge(into.duplicate().position(start).limit(start + count).slice(), position);
            }
            return count;
        }
    };

    /** How late the sync comes that nobody waits for. */
    private static final Duration LATE = Duration.ofSeconds(20);

    /** Of a record's header, as docs/protocols/queue-format.md has it. */
    private static final int MAGIC = 0x50715263;

    private static final int HEADER_OCTETS = 40;
    private static final int LENGTH_AT = 24;
    private static final int PAYLOAD_CRC_AT = 28;
    private static final int HEADER_CRC_AT = 36;

    Disk in(Disk disk, SimWorld sim) {
        return switch (this) {
            case NOTHING -> disk;
            case ACKNOWLEDGED_EARLY -> new LayeredDisk(disk, new Late(sim));
            case NEVER_SYNCED, NAMES_NEVER_SYNCED, CHECKSUMS_IGNORED -> new LayeredDisk(disk, this);
        };
    }

    private record Late(SimWorld sim) implements LayeredDisk.Layer {
        @Override
        public void sync(DiskFile file) {
            sim.after(LATE, () -> syncAtLast(file));
        }

        private static void syncAtLast(DiskFile file) {
            try {
                file.sync();
            } catch (IOException | Error gone) {
                // the process or the machine is no more: so is what was not safe
            }
        }
    }

    private static void forge(ByteBuffer octets, long position) {
        CRC32C crc = new CRC32C();
        int first = (int) (-position & 7);
        for (int at = first; at + HEADER_OCTETS <= octets.limit(); at += 8) {
            int length = octets.getInt(at + LENGTH_AT);
            boolean whole = length >= 0 && length <= octets.limit() - at - HEADER_OCTETS;
            if (octets.getInt(at) == MAGIC && whole) {
                crc.reset();
                crc.update(octets.slice(at + HEADER_OCTETS, length));
                octets.putInt(at + PAYLOAD_CRC_AT, (int) crc.getValue());
                crc.reset();
                crc.update(octets.slice(at, HEADER_CRC_AT));
                octets.putInt(at + HEADER_CRC_AT, (int) crc.getValue());
            }
        }
    }
}
