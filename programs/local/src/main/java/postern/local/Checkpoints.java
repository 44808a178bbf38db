package postern.local;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import postern.base.Digest;
import postern.base.Disk;
import postern.base.DiskFile;
import postern.mail.Mailbox;
import postern.mail.Outcome;
import postern.mail.Outcome.Bounced;
import postern.mail.Outcome.Deferred;
import postern.mail.Outcome.Delivered;
import postern.mail.QueueId;

/**
 * What was done already of a recipient that stands for several destinations, where not all of them
 * could be reached: those that were are not delivered to again. A small file for each such
 * recipient, gone when the last destination is settled.
 */
final class Checkpoints {
    /** 1,000 destinations, each with its text. */
    private static final int FILE_OCTETS_MAX = 4 << 20;

    private final Disk disk;
    private final Path folder;

    Checkpoints(Disk disk, Path folder) {
        this.disk = disk;
        this.folder = folder;
    }

    /** The outcomes recorded, by {@link #key}. */
    Map<String, Outcome> read(QueueId id, Mailbox recipient) throws IOException {
        Map<String, Outcome> done = new LinkedHashMap<>();
        try {
            byte[] octets = disk.head(file(id, recipient), FILE_OCTETS_MAX);
            String text = new String(octets, StandardCharsets.UTF_8);
            for (String line : text.split("\n", -1)) {
                String[] parts = line.split(" ", 3);
                if (parts.length == 3) {
                    done.put(
                            parts[0],
                            parts[1].startsWith("5.")
                                    ? new Bounced(parts[1], parts[2])
                                    : new Delivered(parts[1], parts[2]));
                }
            }
        } catch (NoSuchFileException none) {
            // nothing was done yet, as nearly always
        }
        return done;
    }

    /** Keeps what is settled; safe on the disk when it returns. */
    void write(QueueId id, Mailbox recipient, Map<String, Outcome> done) throws IOException {
        var text = new StringBuilder();
        done.forEach(
                (key, outcome) -> {
                    if (!(outcome instanceof Deferred)) {
                        text.append(key).append(' ').append(outcome.status()).append(' ');
                        text.append(outcome.detail()).append('\n');
                    }
                });
        remove(id, recipient);
        if (text.isEmpty()) {
            return;
        }
        try (DiskFile file = disk.create(file(id, recipient))) {
            file.write(0, ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.UTF_8)));
            file.sync();
        }
        disk.syncDirectory(folder);
    }

    void remove(QueueId id, Mailbox recipient) throws IOException {
        Path file = file(id, recipient);
        if (disk.exists(file)) {
            disk.delete(file);
        }
    }

    /** Names a destination, whatever it is called. */
    static String key(String destination) {
        return Digest.sha256(destination.getBytes(StandardCharsets.UTF_8));
    }

    private Path file(QueueId id, Mailbox recipient) {
        return folder.resolve("partly-" + id.text() + "-" + key(recipient.toString()));
    }
}
