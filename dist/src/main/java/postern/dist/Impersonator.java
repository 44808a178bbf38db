package postern.dist;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import postern.base.Clock;
import postern.base.RecentUsers;
import postern.base.User;
import postern.mailbox.Command;
import postern.mailbox.Identities;
import postern.os.Deputies;
import postern.os.Identity;
import postern.os.InputFile;
import postern.os.ProgramRun;

/**
 * Each delivery has its recipient's rights, on a thread that has become the recipient. Needs root;
 * nobody is made root.
 */
final class Impersonator implements Identities {
    /** How long a user's groups stay known. Origin: as long as the user, in RecentUsers. */
    private static final Duration GROUPS_KNOWN = RecentUsers.KNOWN;

    private final Clock clock;
    private final Deputies deputies = new Deputies();

    /** Held while a mailbox is made, until it is its user's: others would take it for root's. */
    private final ReentrantLock making = new ReentrantLock();

    private final Map<User, Known> known = new ConcurrentHashMap<>();

    private record Known(Identity identity, long until) {}

    Impersonator(Clock clock) {
        this.clock = clock;
    }

    @Override
    public boolean speaksFor(User user) {
        return user.uid() != 0;
    }

    @Override
    public ProgramRun.Result run(User user, Command command, InputFile input) throws IOException {
        return ProgramRun.run(command.order(identity(user), input), clock);
    }

    /**
     * A folder of mboxes belongs to root, often with a group of its own: a new mbox is made here
     * and given to its user. Whether an existing one is the user's, writing to it as the user will
     * tell.
     */
    @Override
    public void provideFile(Path mbox, User user) throws IOException {
        if (Files.exists(mbox, LinkOption.NOFOLLOW_LINKS) && owner(mbox) == user.uid()) {
            return;
        }
        making.lock();
        try {
            makeFile(mbox, user);
        } finally {
            making.unlock();
        }
    }

    private static void makeFile(Path mbox, User user) throws IOException {
        try {
            Files.createFile(
                    mbox,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rw-------")));
        } catch (FileAlreadyExistsException other) {
            return; // another delivery was faster, or it is not the user's
        }
        Files.setAttribute(mbox, "unix:uid", user.uid(), LinkOption.NOFOLLOW_LINKS);
    }

    private static int owner(Path path) throws IOException {
        return (Integer) Files.getAttribute(path, "unix:uid", LinkOption.NOFOLLOW_LINKS);
    }

    /** The group database is a file or a service that is read to its end for each question. */
    private Identity identity(User user) throws IOException {
        Known recent = known.get(user);
        long now = clock.nanoTime();
        if (recent != null && recent.until - now > 0) {
            return recent.identity;
        }
        Identity identity = Identity.of(user);
        if (known.size() >= RecentUsers.NAMES_MAX) {
            known.clear();
        }
        known.put(user, new Known(identity, now + GROUPS_KNOWN.toNanos()));
        return identity;
    }

    @Override
    public <T> T as(User user, Delivering<T> delivery) throws IOException {
        return deputies.call(identity(user), delivery::run);
    }

    /**
     * The folder above all mailboxes belongs to root; each user's own is made here and given to
     * them. One that is there and belongs to somebody else is refused: mail must not fall into
     * another's hands.
     */
    @Override
    public void provide(Path directory, User user) throws IOException {
        if (Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)
                && owner(directory) == user.uid()) {
            return;
        }
        making.lock();
        try {
            makeFolder(directory, user);
        } finally {
            making.unlock();
        }
    }

    private static void makeFolder(Path directory, User user) throws IOException {
        if (Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
            int owner = owner(directory);
            if (owner != user.uid()) {
                throw new IOException(
                        directory + " belongs to uid " + owner + ", not to uid " + user.uid());
            }
            return;
        }
        Path parent = directory.getParent();
        if (parent != null && !Files.isDirectory(parent)) {
            Files.createDirectories(parent);
        }
        Files.createDirectory(
                directory,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Files.setAttribute(directory, "unix:gid", user.gid(), LinkOption.NOFOLLOW_LINKS);
        Files.setAttribute(directory, "unix:uid", user.uid(), LinkOption.NOFOLLOW_LINKS);
    }
}
