package postern.table;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import postern.base.Disk;
import postern.base.DiskFile;
import postern.base.Log;
import postern.base.LogLine;

/** Loads the aliases file, and the lists that it includes. */
public final class AliasFile {
    private AliasFile() {}

    /**
     * The aliases, their {@code :include:} lists put in place. A file that does not exist is an
     * empty one; lines that cannot be read are logged and left out; a list that cannot be read
     * stays an {@link Aliases.Target.Include}, which defers.
     *
     * @throws IOException the file exists and cannot be read
     */
    public static Aliases load(Disk disk, Path path, Log log) throws IOException {
        String text;
        try {
            text = read(disk, path);
        } catch (NoSuchFileException none) {
            return Aliases.NONE;
        }
        Aliases.Loaded loaded = Aliases.parse(text);
        for (Aliases.Problem problem : loaded.problems()) {
            log.warning(
                    LogLine.about("aliases")
                            .with("at", path + ":" + problem.line())
                            .say(problem.what()));
        }
        return loaded.aliases().withLists(list -> included(disk, list, log));
    }

    private static List<Aliases.Target> included(Disk disk, String path, Log log) {
        List<Aliases.Target> targets = new ArrayList<>();
        try {
            for (String line : read(disk, Path.of(path)).split("\r?\n", -1)) {
                if (!line.isBlank() && !line.startsWith("#")) {
                    targets.addAll(Aliases.targets(line.strip()));
                }
            }
        } catch (IOException unreadable) {
            log.warning(LogLine.about("aliases").with("include", path).with("error", unreadable));
            return List.of(new Aliases.Target.Include(path));
        }
        return targets;
    }

    private static String read(Disk disk, Path path) throws IOException {
        try (DiskFile file = disk.openRead(path)) {
            if (file.size() > Aliases.FILE_OCTETS_MAX) {
                throw new IOException(path + " exceeds " + Aliases.FILE_OCTETS_MAX + " octets");
            }
            ByteBuffer octets = ByteBuffer.allocate((int) file.size());
            while (octets.hasRemaining() && file.read(octets, octets.position()) > 0) {
                // until all of it is there
            }
            return new String(octets.array(), 0, octets.position(), StandardCharsets.UTF_8);
        }
    }
}
