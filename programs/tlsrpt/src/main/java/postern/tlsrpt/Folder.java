package postern.tlsrpt;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import postern.base.Disk;
import postern.base.DiskFile;
import postern.base.LogLine;
import postern.base.World;

/**
 * Where counts and reports lie. A file is named {@code t.DAY.PROCESS} (what one process counted on
 * one day) or {@code r.DAY.DOMAIN} (a report on its way); one that begins with {@code +} is not
 * whole. Each is replaced as a whole. Any task; two never write the same file.
 */
final class Folder {
    private static final String MARK = "postern-tlsrpt 1";
    private static final String TALLY = "t.";
    private static final String REPORT = "r.";
    private static final String UNFINISHED = "+";

    /** Twice what a tally may take. */
    private static final int FILE_OCTETS_MAX = 2 * Tally.OCTETS_MAX;

    private static final int DAY_CHARS = 10; // 2026-11-21

    private final World world;
    private final Path path;

    Folder(World world, Path path) {
        this.world = world;
        this.path = path;
    }

    private Disk disk() {
        return world.disk();
    }

    /** Makes it ready. */
    void open() throws IOException {
        if (!disk().exists(path)) {
            disk().createDirectories(path);
        }
    }

    /**
     * @return whether no other process sends reports from here; true as long as we live
     */
    boolean lock() throws IOException {
        Path name = path.resolve("lock");
        DiskFile file = disk().exists(name) ? disk().open(name) : disk().create(name);
        if (file.tryLock()) {
            return true; // left open: the lock is held for as long
        }
        file.close();
        return false;
    }

    void save(LocalDate day, String process, Tally tally) throws IOException {
        write(TALLY + day + "." + process, tally.encode());
    }

    /** What one process counted on a day. */
    record Saved(LocalDate day, String name) {}

    List<Saved> tallies() throws IOException {
        List<Saved> found = new ArrayList<>();
        for (String name : disk().list(path)) {
            if (name.startsWith(TALLY)) {
                day(name).ifPresent(day -> found.add(new Saved(day, name)));
            }
        }
        return found;
    }

    /** Empty when the file is damaged; then it is set aside. */
    Optional<Tally> tally(Saved saved) throws IOException {
        try {
            return Optional.of(Tally.decode(read(saved.name())));
        } catch (IllegalArgumentException damaged) {
            setAside(saved.name());
            return Optional.empty();
        }
    }

    void delete(Saved saved) throws IOException {
        disk().delete(path.resolve(saved.name()));
    }

    void save(Pending pending) throws IOException {
        write(name(pending), pending.encode());
    }

    List<Pending> reports() throws IOException {
        List<Pending> found = new ArrayList<>();
        for (String name : disk().list(path)) {
            if (name.startsWith(REPORT)) {
                try {
                    found.add(Pending.decode(read(name)));
                } catch (IllegalArgumentException | DateTimeException damaged) {
                    setAside(name);
                }
            }
        }
        return found;
    }

    void delete(Pending pending) throws IOException {
        disk().delete(path.resolve(name(pending)));
    }

    private static String name(Pending pending) {
        return REPORT + pending.report().day() + "." + pending.report().domain();
    }

    private static Optional<LocalDate> day(String name) {
        try {
            String day = name.substring(TALLY.length(), TALLY.length() + DAY_CHARS);
            return Optional.of(LocalDate.parse(day));
        } catch (DateTimeException | IndexOutOfBoundsException _) {
            return Optional.empty();
        }
    }

    private void setAside(String name) throws IOException {
        world.log()
                .warning(
                        LogLine.about("tlsrpt")
                                .with("file", path.resolve(name))
                                .say("is damaged and set aside"));
        disk().replace(path.resolve(name), path.resolve("bad." + name));
    }

    private void write(String name, List<String> lines) throws IOException {
        StringBuilder text = new StringBuilder(MARK).append('\n');
        lines.forEach(line -> text.append(line).append('\n'));
        Path unfinished = path.resolve(UNFINISHED + name);
        if (disk().exists(unfinished)) {
            disk().delete(unfinished);
        }
        try (DiskFile file = disk().create(unfinished)) {
            file.write(0, ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.UTF_8)));
            file.sync();
        }
        disk().replace(unfinished, path.resolve(name));
        disk().syncDirectory(path);
    }

    /**
     * The lines of a file.
     *
     * @throws IllegalArgumentException it is not whole, or cannot be read: counts are no promise
     */
    private List<String> read(String name) {
        try (DiskFile file = disk().openRead(path.resolve(name))) {
            if (file.size() > FILE_OCTETS_MAX) {
                throw new IllegalArgumentException("too large");
            }
            String text = new String(file.head(FILE_OCTETS_MAX), StandardCharsets.UTF_8);
            List<String> lines = List.of(text.split("\n", -1));
            if (!lines.getFirst().equals(MARK) || !lines.getLast().isEmpty()) {
                throw new IllegalArgumentException("not whole");
            }
            return lines.subList(1, lines.size() - 1);
        } catch (IOException unreadable) {
            throw new IllegalArgumentException(unreadable);
        }
    }
}
