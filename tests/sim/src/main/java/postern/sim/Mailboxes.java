package postern.sim;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import postern.base.User;
import postern.base.Users;
import postern.testkit.LyingDisk;

/** The users of the machine and their Maildirs: a reader who looks now and then. */
final class Mailboxes implements Users {
    private static final int UID = 1000;

    private final List<String> names;
    private final Path root;
    private final String domain;
    private final LyingDisk disk;
    private final Ledger ledger;
    private final Set<Path> seen = new HashSet<>();

    Mailboxes(List<String> names, Path root, String domain, LyingDisk disk, Ledger ledger) {
        this.names = List.copyOf(names);
        this.root = root;
        this.domain = domain;
        this.disk = disk;
        this.ledger = ledger;
    }

    @Override
    public Optional<User> byName(String name) {
        return names.contains(name)
                ? Optional.of(new User(name, UID, UID, Path.of("/home").resolve(name)))
                : Optional.empty();
    }

    /**
     * Tells the ledger what is new. Only after the last power failure: before that, what is seen
     * may yet be lost and delivered again.
     *
     * @param certain whether nothing happened that a second copy could be blamed on
     */
    void look(Duration now, boolean certain) {
        try {
            for (String name : names) {
                look(name, root.resolve(name).resolve("new"), now, certain);
            }
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    private void look(String name, Path fresh, Duration now, boolean certain) throws IOException {
        if (!disk.exists(fresh)) {
            return;
        }
        for (String entry : disk.list(fresh)) {
            Path file = fresh.resolve(entry);
            if (seen.add(file)) {
                String text = new String(disk.contents(file), StandardCharsets.ISO_8859_1);
                if (RemoteHost.isNotice(text.substring(0, Math.max(0, text.indexOf("\n\n"))))) {
                    continue; // postmaster's: what could not be returned
                }
                byte[] wire = text.replace("\n", "\r\n").getBytes(StandardCharsets.ISO_8859_1);
                Ledger.Receipt receipt = ledger.arrived(name + "@" + domain, wire, now);
                if (certain) {
                    receipt.heard();
                }
            }
        }
    }
}
