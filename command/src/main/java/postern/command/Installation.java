package postern.command;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import postern.config.Configuration;
import postern.config.Section;
import postern.config.Settings;

/**
 * What the commands are told by whoever puts Postern together.
 *
 * @param version as {@code --version} shows it
 * @param configuration the file that is read when none is named
 * @param usualState the state folder where sockets are looked for before any file is read
 * @param sections all sections of all programs
 * @param checks of values seen together
 * @param state the state folder that settings name
 * @param starter runs master
 * @param prober tries the domains' confinement
 */
public record Installation(
        String version,
        Path configuration,
        Path usualState,
        List<Section> sections,
        List<Configuration.Check> checks,
        Function<Settings, Path> state,
        Starter starter,
        Prober prober) {
    public Installation {
        sections = List.copyOf(sections);
        checks = List.copyOf(checks);
    }

    /** Tries from inside every domain what it must not do. */
    public interface Prober {
        /**
         * @throws IOException a domain cannot be started
         */
        List<Probed> probe(Settings settings) throws IOException;
    }

    /**
     * What one domain tried.
     *
     * @param refused by the kernel
     * @param errno the kernel's answer; empty: done
     * @param granted it is the domain's job
     */
    public record Probed(
            String domain, long uid, String deed, boolean refused, String errno, boolean granted) {

        /** Nothing is done that nobody granted. */
        public boolean sound() {
            return refused || granted;
        }
    }

    /** Runs master in the foreground. */
    public interface Starter {
        /**
         * Returns when master has stopped.
         *
         * @param file for a reload
         * @return its exit code
         */
        int start(Path file, Settings settings);
    }
}
