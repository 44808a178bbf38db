package postern.command;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import postern.base.Disk;
import postern.base.DiskFile;
import postern.config.Configuration;
import postern.config.Problem;

/** Reads the configuration file; that it cannot be read is one more problem in it. */
public final class ConfigurationFile {
    /** No configuration written by people is larger. */
    private static final int OCTETS_MAX = 4 * 1024 * 1024;

    private final Disk disk;
    private final Installation installation;

    public ConfigurationFile(Disk disk, Installation installation) {
        this.disk = disk;
        this.installation = installation;
    }

    public Configuration.Result read(Path file) {
        return read(file, installation.checks());
    }

    /** The same without a look at values together: what a check would miss may be in the making. */
    Configuration.Result readUnchecked(Path file) {
        return read(file, List.of());
    }

    private Configuration.Result read(Path file, List<Configuration.Check> checks) {
        String text;
        try {
            text = text(file);
        } catch (NoSuchFileException missing) {
            return broken(
                    file, "there is no such file", "name one with -c, or copy a sample from conf/");
        } catch (AccessDeniedException denied) {
            return broken(
                    file, "it may not be read by this user", "give read permission, or use root");
        } catch (IOException failed) {
            return broken(file, "it cannot be read: " + failed.getMessage(), "look at the disk");
        }
        return Configuration.parse(file.toString(), text, installation.sections(), checks);
    }

    /**
     * The state folder that a file names, even where the file has problems: a running Postern is to
     * be found to be told so.
     *
     * @param named empty for the usual file
     */
    public Path state(Optional<Path> named) throws IOException {
        Path file = named.orElse(installation.configuration());
        String text;
        try {
            text = text(file);
        } catch (NoSuchFileException missing) {
            throw new IOException(file + ": there is no such file", missing);
        } catch (AccessDeniedException denied) {
            throw new IOException(file + ": Permission denied", denied);
        }
        return installation
                .state()
                .apply(Configuration.salvage(file.toString(), text, installation.sections()));
    }

    private static Configuration.Result broken(Path file, String what, String remedy) {
        return new Configuration.Result.Broken(
                List.of(new Problem(file.toString(), 0, 0, what, remedy)));
    }

    private String text(Path file) throws IOException {
        try (DiskFile open = disk.openRead(file)) {
            if (open.size() > OCTETS_MAX) {
                throw new IOException("it is larger than 4 MiB");
            }
            return new String(open.head(OCTETS_MAX), StandardCharsets.UTF_8);
        }
    }
}
