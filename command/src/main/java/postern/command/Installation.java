package postern.command;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
 * @param addresses tells of addresses and tables
 * @param tls tries how mail would go
 * @param passwords where the settings have the password file
 */
public record Installation(
        String version,
        Path configuration,
        Path usualState,
        List<Section> sections,
        List<Configuration.Check> checks,
        Function<Settings, Path> state,
        Starter starter,
        Prober prober,
        ClientExplainer clients,
        AddressTools addresses,
        TlsTools tls,
        Function<Settings, PasswordPlace> passwords) {
    public Installation {
        sections = List.copyOf(sections);
        checks = List.copyOf(checks);
    }

    /** Asks the rules about a client that may never have come. */
    public interface ClientExplainer {
        /**
         * @param facts what is said of it, by the names of {@link #FACTS}; {@code client} is there
         * @return every rule in the order in which a session would meet it, then who may relay
         * @throws IllegalArgumentException a fact is none; the message says which and why
         */
        List<Ruled> explain(Settings settings, Map<String, String> facts);

        /** What can be said of a client besides its address, and what it means. */
        Map<String, String> FACTS = facts();

        private static Map<String, String> facts() {
            Map<String, String> facts = new LinkedHashMap<>();
            facts.put("helo", "what it calls itself");
            facts.put("from", "the sender; <> is that of notices");
            facts.put("to", "a recipient");
            facts.put("login", "who authenticated");
            facts.put("name", "its verified host name");
            facts.put("listener", "the listener's name");
            facts.put("tls", "the TLS version, TLSv1.3");
            facts.put("fingerprint", "of its certificate");
            facts.put("score", "what the lists say of it, a number");
            return Collections.unmodifiableMap(facts);
        }
    }

    /**
     * What became of one rule.
     *
     * @param verdict in words: {@code applies}, {@code does not apply: helo}
     * @param action what it does
     */
    public record Ruled(String stage, String rule, String at, String verdict, String action) {}

    /**
     * The password file of the configuration.
     *
     * @param file empty where none is configured
     * @param reader group that must be able to read it, where root makes it; -1 for our own
     */
    public record PasswordPlace(Optional<Path> file, int reader) {}

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
