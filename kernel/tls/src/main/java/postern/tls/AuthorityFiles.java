package postern.tls;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import postern.base.Clock;
import postern.base.Disk;

/**
 * Files of authorities' certificates, read when a policy asks for one first, and anew when they
 * change. Any task.
 */
public final class AuthorityFiles {
    /** What a file turned out to hold. */
    public sealed interface Loaded {
        record Usable(Authorities authorities) implements Loaded {}

        record Unusable(String why) implements Loaded {}
    }

    /** Where systems keep their bundle: Debian, Red Hat, SUSE, Alpine. */
    public static final List<Path> OF_THE_SYSTEM =
            List.of(
                    Path.of("/etc/ssl/certs/ca-certificates.crt"),
                    Path.of("/etc/pki/tls/certs/ca-bundle.crt"),
                    Path.of("/etc/ssl/ca-bundle.pem"),
                    Path.of("/etc/ssl/cert.pem"));

    /** Longest file in octets: the largest bundle is under 1 MiB. */
    public static final int FILE_OCTETS_MAX = 16 << 20;

    /** How often a file is looked at. */
    private static final Duration STILL = Duration.ofMinutes(1);

    private final Disk disk;
    private final Clock clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, Kept> kept = new HashMap<>(); // as many as the operator names

    private record Kept(Loaded loaded, Disk.@Nullable Stamp stamp, long lookAgain) {}

    public AuthorityFiles(Disk disk, Clock clock) {
        this.disk = disk;
        this.clock = clock;
    }

    /**
     * @param file empty: the system's
     */
    public Loaded get(String file) {
        lock.lock(); // held while a file is read, once: others need the same file
        try {
            long now = clock.nanoTime();
            Kept known = kept.get(file);
            if (known != null && now - known.lookAgain < 0) {
                return known.loaded;
            }
            Kept fresh = look(file, known, now + STILL.toNanos());
            kept.put(file, fresh);
            return fresh.loaded;
        } finally {
            lock.unlock();
        }
    }

    /**
     * The authorities of a file.
     *
     * @param file empty: the system's
     * @throws IOException it cannot be used; says why
     */
    public Authorities of(String file) throws IOException {
        return switch (get(file)) {
            case Loaded.Usable(Authorities authorities) -> authorities;
            case Loaded.Unusable(String why) -> throw new IOException(why);
        };
    }

    private Kept look(String file, @Nullable Kept known, long lookAgain) {
        for (Path path : file.isEmpty() ? OF_THE_SYSTEM : List.of(Path.of(file))) {
            try {
                Optional<Disk.Stamp> stamp = disk.stamp(path);
                if (stamp.isPresent()) {
                    Loaded loaded =
                            known != null && stamp.get().equals(known.stamp)
                                    ? known.loaded
                                    : read(path);
                    return loaded instanceof Loaded.Unusable
                                    && known != null
                                    && known.loaded instanceof Loaded.Usable
                            ? new Kept(known.loaded, known.stamp, lookAgain) // half written
                            : new Kept(loaded, stamp.get(), lookAgain);
                }
            } catch (IOException unreadable) {
                return new Kept(unusable(path, unreadable.getMessage()), null, lookAgain);
            }
        }
        String why =
                file.isEmpty()
                        ? "this system has no file of certificate authorities: set tls_ca_files"
                        : file + ": there is no such file";
        return new Kept(new Loaded.Unusable(why), null, lookAgain);
    }

    private static Loaded unusable(Path path, @Nullable String why) {
        return new Loaded.Unusable(path + ": " + why);
    }

    private Loaded read(Path path) throws IOException {
        byte[] octets = disk.head(path, FILE_OCTETS_MAX);
        try {
            String text = new String(octets, StandardCharsets.ISO_8859_1);
            return new Loaded.Usable(Authorities.of(text));
        } catch (IllegalArgumentException damaged) {
            return unusable(path, damaged.getMessage());
        }
    }
}
