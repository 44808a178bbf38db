package postern.sts;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import postern.base.DiskFile;
import postern.base.LogLine;
import postern.base.World;

/**
 * Policies that were fetched, in memory and each in a file of its own, so that they outlive the
 * process: who can make us forget them can make us speak in clear text. Bounded: what was used
 * longest ago goes first. Any task.
 */
final class PolicyStore {
    /** Policies kept. A large site meets some thousands of domains that have one. */
    static final int POLICIES_MAX = 10_000;

    /** What they may take together in memory: policies are short, but strangers write them. */
    private static final int OCTETS_MAX = 16 * 1024 * 1024;

    /** Before the name of a file that is not whole yet; no domain begins so. */
    private static final String UNFINISHED = "+";

    private static final int FILE_OCTETS_MAX = StsPolicy.OCTETS_MAX + 1024;

    private final World world;
    private final Path folder;
    private final Object lock = new Object(); // guards what follows; never held over I/O
    private final LinkedHashMap<String, Kept> kept = new LinkedHashMap<>(64, 0.75f, true);
    private long octets;

    /**
     * @param folder for these files and no others
     */
    PolicyStore(World world, Path folder) {
        this.world = world;
        this.folder = folder;
    }

    /** Reads what an earlier process kept. */
    void load() {
        try {
            if (!world.disk().exists(folder)) {
                world.disk().createDirectories(folder);
            }
            for (String name : world.disk().list(folder)) {
                Path file = folder.resolve(name);
                Optional<Kept> found =
                        PolicyDomain.of(name).filter(name::equals).isPresent()
                                ? Kept.decode(world.disk().head(file, FILE_OCTETS_MAX))
                                : Optional.empty();
                if (found.isPresent()) {
                    remember(name, found.get()).forEach(this::delete);
                } else {
                    if (!name.startsWith(UNFINISHED)) {
                        world.log()
                                .warning(
                                        LogLine.about("sts")
                                                .with("file", file)
                                                .say("is no policy and is removed"));
                    }
                    world.disk().delete(file);
                }
            }
        } catch (IOException unreadable) {
            world.log()
                    .warning(
                            LogLine.about("sts")
                                    .with("error", unreadable.getMessage())
                                    .say("cannot read all policies that were kept"));
        }
    }

    /** The policy of a domain that mail goes to, unless it has expired. */
    Optional<Kept> use(String domain, Instant now) {
        synchronized (lock) {
            Kept found = kept.get(domain);
            if (found == null || !found.valid(now)) {
                return Optional.empty();
            }
            Kept used = found.usedAt(now);
            kept.put(domain, used);
            return Optional.of(used);
        }
    }

    /** All of them, those used longest ago first. */
    Map<String, Kept> all() {
        synchronized (lock) {
            return new LinkedHashMap<>(kept);
        }
    }

    /** Keeps a policy, and says so to the disk before it returns. */
    void keep(String domain, Kept policy) {
        remember(domain, policy).forEach(this::delete);
        Path unfinished = folder.resolve(UNFINISHED + domain);
        try {
            if (world.disk().exists(unfinished)) {
                world.disk().delete(unfinished);
            }
            try (DiskFile open = world.disk().create(unfinished)) {
                open.write(0, ByteBuffer.wrap(policy.encode()));
                open.sync();
            }
            world.disk().replace(unfinished, folder.resolve(domain));
            world.disk().syncDirectory(folder);
        } catch (IOException unwritable) {
            world.log()
                    .warning(
                            LogLine.about("sts")
                                    .with("domain", domain)
                                    .with("error", unwritable.getMessage())
                                    .say("cannot keep the policy over a restart"));
        }
    }

    /**
     * @return the domains that had to make room
     */
    private List<String> remember(String domain, Kept policy) {
        List<String> gone = new ArrayList<>();
        synchronized (lock) {
            Kept before = kept.put(domain, policy);
            octets += policy.octets() - (before == null ? 0 : before.octets());
            while (kept.size() > POLICIES_MAX || octets > OCTETS_MAX) {
                Map.Entry<String, Kept> eldest = kept.pollFirstEntry();
                octets -= eldest.getValue().octets();
                gone.add(eldest.getKey());
            }
        }
        return gone;
    }

    /** Forgets what has expired. */
    void sweep(Instant now) {
        List<String> gone = new ArrayList<>();
        synchronized (lock) {
            kept.forEach(
                    (domain, each) -> {
                        if (!each.valid(now)) {
                            gone.add(domain);
                        }
                    });
            for (String domain : gone) {
                Kept expired = kept.remove(domain);
                octets -= expired == null ? 0 : expired.octets();
            }
        }
        gone.forEach(this::delete);
    }

    private void delete(String domain) {
        try {
            world.disk().delete(folder.resolve(domain));
        } catch (IOException _) {
            // it was never written; a file that stays is read and judged at the next start
        }
    }
}
