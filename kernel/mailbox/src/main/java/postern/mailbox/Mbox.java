package postern.mailbox;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import postern.base.Bug;
import postern.base.Disk;
import postern.base.DiskFile;
import postern.base.Mailbox;
import postern.base.World;
import postern.mail.Content;
import postern.mail.ReversePath;

/**
 * mbox delivery: appended behind a {@code From } line, lines that begin so are quoted, synced, cut
 * back on error. Locked against other programs by a {@code .lock} file and by fcntl, as Postfix
 * does by default; where the folder does not let us create the lock file, by fcntl alone. Against
 * ourselves by turns, first come first served: closing any descriptor of a file would drop its
 * fcntl lock, and a crowd that looked again and again would mostly wait.
 */
public final class Mbox {
    /** How long a lock is tried for. Origin: Postfix, 20 attempts a second apart. */
    public static final Duration LOCK_LIMIT = Duration.ofSeconds(20);

    /** A lock file older than this was left by a dead program. Origin: Postfix, stale_lock_time. */
    static final Duration STALE_LOCK = Duration.ofSeconds(500);

    private static final Duration LOCK_STEP = Duration.ofMillis(50);

    private final World world;
    private final long octetsMax;
    private final Map<Path, Turn> turns = new HashMap<>(); // guarded by itself

    /** Who writes to one mailbox: whoever has the token. */
    private static final class Turn {
        private final Mailbox<Boolean> token;
        private int users; // guarded by turns

        Turn(Mailbox<Boolean> token) {
            this.token = token;
        }
    }

    public Mbox(World world, long octetsMax) {
        this.world = world;
        this.octetsMax = octetsMax;
    }

    /** The mailbox stays locked by another program. */
    public static final class Locked extends IOException {
        private static final long serialVersionUID = 1;

        Locked(Path mailbox) {
            super("mailbox " + mailbox + " is locked by another program");
        }
    }

    /** The mailbox would exceed its limit. */
    public static final class TooLarge extends IOException {
        private static final long serialVersionUID = 1;

        TooLarge(Path mailbox) {
            super("mailbox " + mailbox + " is full");
        }
    }

    /**
     * Appends the message.
     *
     * @param prepended header fields that go in front, lines ended by LF
     */
    public void deliver(Path mailbox, ReversePath sender, byte[] prepended, Content content)
            throws IOException {
        long giveUp = world.clock().nanoTime() + LOCK_LIMIT.toNanos();
        Turn turn = queue(mailbox);
        boolean ours = false;
        try {
            ours = turn.token.poll(LOCK_LIMIT).isPresent();
            if (!ours) {
                throw new Locked(mailbox);
            }
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
            leave(mailbox, turn, ours);
        }
    }

    private Turn queue(Path mailbox) {
        synchronized (turns) {
            Turn turn = turns.get(mailbox);
            if (turn == null) {
                turn = new Turn(world.tasks().mailbox(1));
                Bug.unless(turn.token.offer(true), "a new mailbox has room");
                turns.put(mailbox, turn);
            }
            turn.users++;
            return turn;
        }
    }

    private void leave(Path mailbox, Turn turn, boolean ours) {
        synchronized (turns) {
            if (--turn.users == 0) {
                turns.remove(mailbox);
                return;
            }
        }
        if (ours) {
            Bug.unless(turn.token.offer(true), "there is one token");
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
            Optional<Instant> made = world.disk().modified(lock);
            if (made.isPresent() && made.get().isBefore(world.clock().now().minus(STALE_LOCK))) {
                world.disk().delete(lock);
            }
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

    /** Writes the message at that position. */
    private void write(
            DiskFile file, long start, ReversePath sender, byte[] prepended, Content content)
            throws IOException {
        byte[] from = MessageText.fromLine(sender, world.clock().now());
        byte[] header = Arrays.copyOf(from, from.length + prepended.length);
        System.arraycopy(prepended, 0, header, from.length, prepended.length);
        var at = new long[] {start};
        new MessageText(header, content, MessageText.Form.MBOX)
                .writeTo(
                        (octets, offset, length) -> {
                            file.write(at[0], ByteBuffer.wrap(octets, offset, length));
                            at[0] += length;
                        });
    }
}
