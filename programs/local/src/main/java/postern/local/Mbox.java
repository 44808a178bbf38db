package postern.local;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import postern.base.Disk;
import postern.base.DiskFile;
import postern.base.World;
import postern.mail.Content;
import postern.mail.ReversePath;

/**
 * mbox delivery: appended behind a {@code From } line, lines that begin so are quoted, synced, cut
 * back on error. Locked against other programs by a {@code .lock} file and by fcntl, as Postfix
 * does by default; where the folder does not let us create the lock file, by fcntl alone. Against
 * ourselves by a set of paths: closing any descriptor of a file would drop its fcntl lock.
 */
final class Mbox {
    /** How long a lock is tried for. Origin: Postfix, 20 attempts a second apart. */
    static final Duration LOCK_LIMIT = Duration.ofSeconds(20);

    /** A lock file older than this was left by a dead program. Origin: Postfix, stale_lock_time. */
    private static final Duration LOCK_STEP = Duration.ofMillis(50);

    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("EEE MMM ppd HH:mm:ss uuuu", Locale.ROOT)
                    .withZone(ZoneOffset.UTC);

    private static final byte[] FROM = "From ".getBytes(StandardCharsets.US_ASCII);
    private static final int BLOCK_OCTETS = 32 * 1024;

    private final World world;
    private final long octetsMax;
    private final Set<Path> busy = new HashSet<>(); // guarded by itself

    Mbox(World world, long octetsMax) {
        this.world = world;
        this.octetsMax = octetsMax;
    }

    /** The mailbox stays locked by another program. */
    static final class Locked extends IOException {
        private static final long serialVersionUID = 1;

        Locked(Path mailbox) {
            super("mailbox " + mailbox + " is locked by another program");
        }
    }

    /** The mailbox would exceed its limit. */
    static final class TooLarge extends IOException {
        private static final long serialVersionUID = 1;

        TooLarge(Path mailbox) {
            super("mailbox " + mailbox + " is full");
        }
    }

    void deliver(Path mailbox, ReversePath sender, byte[] prepended, Content content)
            throws IOException {
        long giveUp = world.clock().nanoTime() + LOCK_LIMIT.toNanos();
        retry(giveUp, mailbox, () -> claim(mailbox));
        try {
            Path lock = Path.of(mailbox + ".lock");
            boolean dotted = dotLock(lock, mailbox, giveUp);
            try {
                append(mailbox, sender, prepended, content, giveUp);
            } finally {
                if (dotted) {
                    world.disk().delete(lock);
                }
            }
        } finally {
            synchronized (busy) {
                busy.remove(mailbox);
            }
        }
    }

    private boolean claim(Path mailbox) {
        synchronized (busy) {
            return busy.add(mailbox);
        }
    }

    private interface Attempt {
        boolean made() throws IOException;
    }

    private void retry(long giveUp, Path mailbox, Attempt attempt) throws IOException {
        while (!attempt.made()) {
            if (world.clock().nanoTime() - giveUp >= 0) {
                throw new Locked(mailbox);
            }
            world.clock().sleep(LOCK_STEP);
        }
    }

    /** False when the folder does not let us: then fcntl must do. */
    private boolean dotLock(Path lock, Path mailbox, long giveUp) throws IOException {
        try {
            retry(giveUp, mailbox, () -> created(lock));
            return true;
        } catch (Locked held) {
            throw held;
        } catch (IOException forbidden) {
            return false;
        }
    }

    private boolean created(Path lock) throws IOException {
        try (DiskFile file = world.disk().create(lock)) {
            return file.size() == 0;
        } catch (FileAlreadyExistsException held) {
            return false;
        }
    }

    private void append(
            Path mailbox, ReversePath sender, byte[] prepended, Content content, long giveUp)
            throws IOException {
        try (DiskFile file = openOrCreate(mailbox)) {
            retry(giveUp, mailbox, file::tryLock);
            long before = file.size();
            if (octetsMax > 0 && before + content.octets() > octetsMax) {
                throw new TooLarge(mailbox);
            }
            boolean whole = false;
            try {
                write(file, before, sender, prepended, content);
                file.sync();
                whole = true;
            } finally {
                if (!whole) {
                    file.truncate(before);
                }
            }
        }
    }

    private DiskFile openOrCreate(Path mailbox) throws IOException {
        Disk disk = world.disk();
        try {
            return disk.open(mailbox);
        } catch (NoSuchFileException none) {
            DiskFile created = disk.create(mailbox);
            @Nullable Path parent = mailbox.getParent();
            if (parent != null) {
                disk.syncDirectory(parent);
            }
            return created;
        }
    }

    private void write(
            DiskFile file, long start, ReversePath sender, byte[] prepended, Content content)
            throws IOException {
        Instant now = world.clock().now();
        String who = sender.toString().isEmpty() ? "MAILER-DAEMON" : sender.toString();
        String from = "From " + who.replace(' ', '-') + "  " + STAMP.format(now) + "\n";
        var out = new Appender(file, start);
        out.add(from.getBytes(StandardCharsets.UTF_8));
        out.add(prepended);
        var lines = new UnixLines(content, BLOCK_OCTETS);
        var quoting = new FromQuoting(out);
        for (ByteBuffer block = lines.next(); block.hasRemaining(); block = lines.next()) {
            quoting.add(block.array(), block.limit());
        }
        quoting.end();
        out.flush();
    }

    /** Collects octets and writes them in blocks. */
    private static final class Appender {
        private final DiskFile file;
        private final byte[] block = new byte[BLOCK_OCTETS];
        private int length;
        private long at;

        Appender(DiskFile file, long at) {
            this.file = file;
            this.at = at;
        }

        void add(byte[] octets) throws IOException {
            for (byte octet : octets) {
                add(octet);
            }
        }

        void add(byte octet) throws IOException {
            if (length == block.length) {
                flush();
            }
            block[length++] = octet;
        }

        void flush() throws IOException {
            file.write(at, ByteBuffer.wrap(block, 0, length));
            at += length;
            length = 0;
        }
    }

    /**
     * Puts {@code >} before lines that begin with {@code From }, so that no reader takes them for
     * the next message.
     */
    private static final class FromQuoting {
        private final Appender out;
        private int matched; // octets of "From " seen at the start of this line; -1 elsewhere
        private byte last = '\n';

        FromQuoting(Appender out) {
            this.out = out;
        }

        void add(byte[] octets, int length) throws IOException {
            for (int i = 0; i < length; i++) {
                one(octets[i]);
            }
        }

        private void one(byte octet) throws IOException {
            last = octet;
            if (matched >= 0) {
                if (octet == FROM[matched]) {
                    matched++;
                    if (matched == FROM.length) {
                        out.add((byte) '>');
                        release();
                    }
                    return;
                }
                release();
            }
            out.add(octet);
            if (octet == '\n') {
                matched = 0;
            }
        }

        private void release() throws IOException {
            for (int i = 0; i < matched; i++) {
                out.add(FROM[i]);
            }
            matched = -1;
        }

        /** Ends the message: its last line, and the empty line before the next message. */
        void end() throws IOException {
            if (matched > 0) {
                release();
            }
            if (last != '\n') {
                out.add((byte) '\n');
            }
            out.add((byte) '\n');
        }
    }
}
