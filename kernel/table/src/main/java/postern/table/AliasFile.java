package postern.table;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import postern.base.Disk;
import postern.base.DiskFile;
import postern.base.Log;
import postern.base.LogLine;

/** Loads the aliases file. The lists that it includes are read by local(8), for each message. */
public final class AliasFile {
    private AliasFile() {}

    /**
     * The aliases. A file that does not exist is an empty one; lines that cannot be read are logged
     * and left out.
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
        return loaded.aliases();
    }

    private static String read(Disk disk, Path path) throws IOException {
        try (DiskFile file = disk.openRead(path)) {
            if (file.size() > Aliases.FILE_OCTETS_MAX) {
                throw new IOException(path + " exceeds " + Aliases.FILE_OCTETS_MAX + " octets");
            }
            return new String(file.head(Aliases.FILE_OCTETS_MAX), StandardCharsets.UTF_8);
        }
    }
}
