package postern.auth;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import postern.base.Disk;
import postern.base.DiskFile;
import postern.base.LogLine;
import postern.base.World;
import postern.sasl.password.PasswordFile;

/**
 * The password file as it was when it was last right. Who asks looks at it once a second at the
 * most. Any thread.
 */
public final class PasswordStore {
    /** A million users with a hash each. */
    public static final long FILE_OCTETS_MAX = 256L << 20;

    private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);

    private final World world;
    private final Path path;
    private final AtomicBoolean looking = new AtomicBoolean();
    private volatile Optional<PasswordFile> file = Optional.empty();
    private volatile long lookAgain;
    private Disk.@Nullable Stamp seen; // of who is looking
    private String said = ""; // of who is looking

    public PasswordStore(World world, Path path) {
        this.world = world;
        this.path = path;
        this.lookAgain = world.clock().nanoTime();
        refresh();
    }

    /** Empty where it was never right. */
    Optional<PasswordFile> file() {
        refresh();
        return file;
    }

    private void refresh() {
        long now = world.clock().nanoTime();
        if (now - lookAgain < 0 || !looking.compareAndSet(false, true)) {
            return;
        }
        try {
            lookAgain = now + LOOK_AGAIN.toNanos();
            Optional<Disk.Stamp> stamp = world.disk().stamp(path);
            if (stamp.isPresent() && stamp.get().equals(seen)) {
                return;
            }
            PasswordFile read = read(world.disk(), path);
            if (read.problems().isEmpty()) {
                file = Optional.of(read);
                seen = stamp.orElse(null);
                said = "";
                world.log()
                        .info(
                                LogLine.about("auth")
                                        .with("passwords", path)
                                        .with("users", read.size()));
            } else {
                PasswordFile.Problem first = read.problems().getFirst();
                complain("line " + first.line() + ": " + first.what());
            }
        } catch (IOException unreadable) {
            complain(why(unreadable));
        } finally {
            looking.set(false);
        }
    }

    /** Once for each reason. */
    private void complain(String why) {
        if (!why.equals(said)) {
            said = why;
            world.log()
                    .warning(
                            LogLine.about("auth")
                                    .say(
                                            file.isPresent()
                                                    ? "the passwords stay the old ones:"
                                                    : "there are no passwords:")
                                    .with("file", path)
                                    .with("reason", why));
        }
    }

    /** What an operator is told. */
    public static String why(IOException unreadable) {
        return switch (unreadable) {
            case NoSuchFileException _ -> "there is no such file";
            case java.nio.file.AccessDeniedException _ -> "it may not be read by this user";
            default -> "it cannot be read: " + unreadable.getMessage();
        };
    }

    public static PasswordFile read(Disk disk, Path path) throws IOException {
        try (DiskFile open = disk.openRead(path)) {
            if (open.size() > FILE_OCTETS_MAX) {
                throw new IOException("longer than " + FILE_OCTETS_MAX + " octets");
            }
            ByteBuffer octets = ByteBuffer.allocate((int) open.size());
            while (octets.hasRemaining() && open.read(octets, octets.position()) >= 0) {
                // until it is full
            }
            return PasswordFile.parse(
                    new String(octets.array(), 0, octets.position(), StandardCharsets.UTF_8));
        }
    }
}
