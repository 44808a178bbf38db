package postern.auth;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import postern.base.Disk;
import postern.base.DiskFile;
import postern.base.LogLine;
import postern.base.World;

/**
 * What a file held when it was last right. Who asks looks at it once a second at the most. Any
 * thread.
 */
final class RenewedFile<T> {
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);

    private final World world;
    private final Path path;
    private final String what;
    private final Reading<T> reading;
    private final Consumer<T> taken;
    private final AtomicBoolean looking = new AtomicBoolean();
    private volatile Optional<T> held = Optional.empty();
    private volatile long lookAgain;
    private Disk.@Nullable Stamp seen; // of who is looking
    private String said = ""; // of who is looking

    /** Makes a value of it. */
    interface Reading<T> {
        /**
         * @throws IOException it cannot be read; {@link Wrong} where it holds what it must not
         */
        T read(Disk disk, Path path) throws IOException;
    }

    /** It is not what it should be; the message says why, and no secret. */
    static final class Wrong extends IOException {
        private static final long serialVersionUID = 1;

        Wrong(String why) {
            super(why);
        }
    }

    /**
     * @param what it holds, for the log: {@code passwords}
     * @param taken is told of each new value
     */
    RenewedFile(World world, Path path, String what, Reading<T> reading, Consumer<T> taken) {
        this.world = world;
        this.path = path;
        this.what = what;
        this.reading = reading;
        this.taken = taken;
        this.lookAgain = world.clock().nanoTime();
        refresh();
    }

    /** Empty where it was never right. */
    Optional<T> get() {
        refresh();
        return held;
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
            T read = reading.read(world.disk(), path);
            held = Optional.of(read);
            seen = stamp.orElse(null);
            said = "";
            taken.accept(read);
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
                                            held.isPresent()
                                                    ? "the " + what + " stay the old ones:"
                                                    : "there are no " + what + ":")
                                    .with("file", path)
                                    .with("reason", why));
        }
    }

    /** What an operator is told. */
    static String why(IOException unreadable) {
        return switch (unreadable) {
            case Wrong wrong -> String.valueOf(wrong.getMessage());
            case NoSuchFileException _ -> "there is no such file";
            case AccessDeniedException _ -> "it may not be read by this user";
            default -> "it cannot be read: " + unreadable.getMessage();
        };
    }

    /**
     * All of a file, which is UTF-8.
     *
     * @throws IOException also where it is longer
     */
    static String text(Disk disk, Path path, int octetsMax) throws IOException {
        try (DiskFile open = disk.openRead(path)) {
            if (open.size() > octetsMax) {
                throw new Wrong("longer than " + octetsMax + " octets");
            }
            return new String(open.head(octetsMax), StandardCharsets.UTF_8);
        }
    }
}
