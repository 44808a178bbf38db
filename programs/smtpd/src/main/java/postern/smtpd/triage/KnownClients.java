package postern.smtpd.triage;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import postern.base.DiskFile;
import postern.base.Endpoint;
import postern.base.LogLine;
import postern.base.World;
import postern.config.Cidr;

/**
 * Clients that were found to be good, for a while; the one that was not seen for longest goes
 * first. Kept in a file beside, so that a restart does not make strangers of all; the file is a
 * help and no promise, so it is never synced, and one that cannot be read is none. Any thread.
 */
public final class KnownClients {
    /** How often it is written at most. */
    private static final Duration SAVED_EVERY = Duration.ofMinutes(5);

    /** An entry is renewed when less than this share of its life is left. */
    private static final int RENEWED_BELOW = 2;

    /** Longest line: an IPv6 address and a number. */
    private static final int LINE_OCTETS_MAX = 64;

    private static final String NAME = "known-clients";

    private final World world;
    private final TriageConfig config;
    private final Path file;
    private final Path scrap;
    private final Object lock = new Object(); // guards what follows; never held over I/O
    private final LinkedHashMap<InetAddress, Long> until = new LinkedHashMap<>(64, 0.75f, true);
    private boolean changed;
    private long savedAt;

    /**
     * @param folder where the file is
     */
    public KnownClients(World world, TriageConfig config, Path folder) {
        this.world = world;
        this.config = config;
        this.file = folder.resolve(NAME);
        this.scrap = folder.resolve(NAME + ".new");
        this.savedAt = world.clock().nanoTime();
    }

    public boolean good(InetAddress client) {
        long now = world.clock().now().getEpochSecond();
        synchronized (lock) {
            Long end = until.get(client);
            return end != null && end > now;
        }
    }

    /** It passed, or its mail was taken. */
    public void found(InetAddress client) {
        if (config.remembered() == 0) {
            return;
        }
        long now = world.clock().now().getEpochSecond();
        long life = config.remember().toSeconds();
        boolean save;
        synchronized (lock) {
            Long end = until.get(client);
            if (end != null && end - now > life / RENEWED_BELOW) {
                return;
            }
            until.put(client, now + life);
            if (until.size() > config.remembered()) {
                until.pollFirstEntry();
            }
            changed = true;
            long nanos = world.clock().nanoTime();
            save = nanos - savedAt >= SAVED_EVERY.toNanos();
            if (save) {
                savedAt = nanos;
            }
        }
        if (save) {
            save();
        }
    }

    public int size() {
        synchronized (lock) {
            return until.size();
        }
    }

    /** Reads what an earlier process wrote. */
    public void load() {
        if (config.remembered() == 0 || !world.disk().exists(file)) {
            return;
        }
        int longest = config.remembered() * LINE_OCTETS_MAX;
        try {
            new String(world.disk().head(file, longest), StandardCharsets.US_ASCII)
                    .lines()
                    .forEach(this::entry);
        } catch (IOException unreadable) {
            world.log()
                    .warning(
                            LogLine.about("smtpd")
                                    .say("cannot read the clients known before:")
                                    .with("error", unreadable.getMessage()));
        }
    }

    private void entry(String line) {
        int space = line.indexOf(' ');
        if (space < 0 || line.length() > LINE_OCTETS_MAX) {
            return;
        }
        Optional<Cidr> client = Cidr.parse(line.substring(0, space));
        String number = line.substring(space + 1);
        boolean digits = number.length() <= 12 && number.chars().allMatch(Character::isDigit);
        if (client.isPresent() && digits && !number.isEmpty()) {
            long latest = world.clock().now().plus(config.remember()).getEpochSecond();
            synchronized (lock) {
                until.put(client.get().address(), Math.min(latest, Long.parseLong(number)));
                if (until.size() > config.remembered()) {
                    until.pollFirstEntry();
                }
            }
        }
    }

    /** Writes the file, where there is anything new. */
    public void save() {
        StringBuilder text = new StringBuilder();
        long now = world.clock().now().getEpochSecond();
        synchronized (lock) {
            if (!changed) {
                return;
            }
            changed = false;
            for (Map.Entry<InetAddress, Long> each : until.entrySet()) {
                if (each.getValue() > now) {
                    text.append(Endpoint.text(each.getKey())).append(' ');
                    text.append(each.getValue()).append('\n');
                }
            }
        }
        try {
            if (world.disk().exists(scrap)) {
                world.disk().delete(scrap);
            }
            try (DiskFile open = world.disk().create(scrap)) {
                ByteBuffer octets =
                        ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.US_ASCII));
                open.write(0, octets);
            }
            if (world.disk().exists(file)) {
                world.disk().delete(file);
            }
            world.disk().move(scrap, file);
        } catch (IOException unwritable) {
            world.log()
                    .warning(
                            LogLine.about("smtpd")
                                    .say("cannot write the clients known now:")
                                    .with("error", unwritable.getMessage()));
        }
    }
}
