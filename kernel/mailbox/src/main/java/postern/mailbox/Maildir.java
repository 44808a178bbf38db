package postern.mailbox;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import postern.base.Disk;
import postern.base.DiskFile;
import postern.base.World;
import postern.mail.Content;

/**
 * Maildir delivery: the message is written under a unique name in {@code tmp}, synced, moved to
 * {@code new}, and that directory is synced too. Lines end with LF, as mailbox readers expect. No
 * locks.
 */
public final class Maildir {
    private static final int BLOCK_OCTETS = 32 * 1024;

    private final World world;
    private final String host;
    private final AtomicLong delivered = new AtomicLong();

    /**
     * @param hostname our name, a part of the unique names
     */
    public Maildir(World world, String hostname) {
        this.world = world;
        // the name must not hold what Maildir readers take for a separator
        this.host = hostname.replace("/", "\\057").replace(":", "\\072");
    }

    /**
     * Delivers the message.
     *
     * @param prepended header fields that go in front, lines ended by LF
     * @param quotaOctets what the mailbox may hold where it does not say so itself; 0: no limit
     * @throws MaildirSize.OverQuota it is full
     */
    public void deliver(Path maildir, byte[] prepended, Content content, long quotaOctets)
            throws IOException {
        Disk disk = world.disk();
        Path temporary = maildir.resolve("tmp");
        Path fresh = maildir.resolve("new");
        if (quotaOctets > 0 && !disk.exists(maildir)) {
            provide(disk, maildir); // it is counted below
        }
        var size = new MaildirSize(disk, maildir);
        boolean counted = size.admit(prepended.length + content.octets(), quotaOctets);
        String name = uniqueName();
        Path written = temporary.resolve(name);
        boolean moved = false;
        try {
            long octets;
            try (DiskFile file = create(disk, maildir, written)) {
                octets = write(file, prepended, content);
                file.sync();
            }
            move(disk, maildir, written, fresh.resolve(name + ",S=" + octets));
            moved = true;
            disk.syncDirectory(fresh);
            if (counted) {
                size.add(octets);
            }
        } finally {
            if (!moved && disk.exists(written)) {
                disk.delete(written);
            }
        }
    }

    /** Nearly every delivery finds the folders there, and is not made to look first. */
    private static DiskFile create(Disk disk, Path maildir, Path file) throws IOException {
        try {
            return disk.create(file);
        } catch (NoSuchFileException noFolder) {
            provide(disk, maildir);
            return disk.create(file);
        }
    }

    private static void move(Disk disk, Path maildir, Path from, Path to) throws IOException {
        try {
            disk.move(from, to);
        } catch (NoSuchFileException noFolder) {
            provide(disk, maildir);
            disk.move(from, to);
        }
    }

    private static void provide(Disk disk, Path maildir) throws IOException {
        for (String part : List.of("tmp", "cur", "new")) {
            disk.createDirectories(maildir.resolve(part));
        }
        disk.syncDirectory(maildir);
        Path parent = maildir.getParent();
        if (parent != null) {
            syncIfReadable(disk, parent);
        }
    }

    /**
     * The folder above may be one that the recipient can pass but not read; its owner made the
     * entry long ago then.
     */
    private static void syncIfReadable(Disk disk, Path directory) {
        try {
            disk.syncDirectory(directory);
        } catch (IOException unreadable) {
            // see above
        }
    }

    private String uniqueName() {
        long second = world.clock().now().getEpochSecond();
        return second
                + ".M"
                + Long.toUnsignedString(world.random().nextLong(), 36)
                + "Q"
                + delivered.incrementAndGet()
                + "."
                + host;
    }

    /** Gives the octets written. */
    private static long write(DiskFile file, byte[] prepended, Content content) throws IOException {
        long at = 0;
        var lines = new UnixLines(content, BLOCK_OCTETS, prepended);
        for (ByteBuffer block = lines.next(); block.hasRemaining(); block = lines.next()) {
            int length = block.remaining();
            file.write(at, block);
            at += length;
        }
        return at;
    }
}
