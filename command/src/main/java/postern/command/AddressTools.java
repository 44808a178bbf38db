package postern.command;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import postern.config.Settings;

/** What is known of addresses and tables, without a running Postern. */
public interface AddressTools {

    /**
     * Where an address goes, and by which rules.
     *
     * @param sender empty: that of notices
     * @throws IllegalArgumentException an address is none; the message says which and why
     * @throws IOException aliases or tables cannot be read
     */
    Explained explain(Settings settings, String address, Optional<String> sender)
            throws IOException;

    /**
     * What a table says of a key.
     *
     * @throws IllegalArgumentException there is no such table
     */
    Queried query(Settings settings, String table, String key) throws IOException;

    /**
     * Compiles tables.
     *
     * @param settings not yet checked: the file to be made may be what is missing
     * @param names of tables, or paths of their texts; empty: all that are compiled
     * @throws IllegalArgumentException there is no such compiled table
     */
    List<Built> build(Settings settings, List<String> names) throws IOException;

    /**
     * A rule that counted.
     *
     * @param value what it says; may be empty
     * @param origin file and line
     */
    record Step(String rule, String value, String origin) {}

    /**
     * One recipient that an address stands for.
     *
     * @param outcome {@code delivered}, {@code refused}, {@code deferred}, {@code discarded} or
     *     {@code held}
     * @param transport empty where nothing is delivered
     * @param nextHop empty where nothing is delivered
     * @param text why, where it is not simply delivered
     */
    record Destination(
            String recipient,
            String addressClass,
            String outcome,
            String transport,
            String nextHop,
            String text,
            List<Step> steps) {
        public Destination {
            steps = List.copyOf(steps);
        }
    }

    /**
     * @param steps that led from the address to its recipients
     * @param failure why there are none now; empty when there are
     */
    record Explained(List<Step> steps, List<Destination> destinations, String failure) {
        public Explained {
            steps = List.copyOf(steps);
            destinations = List.copyOf(destinations);
        }
    }

    /** What a table said. */
    sealed interface Queried {
        /**
         * @param key the form of the key that it was found under
         * @param nanos how long the lookup took
         */
        record Found(String value, String key, String origin, long nanos) implements Queried {}

        record Absent(long nanos) implements Queried {}

        /**
         * Nobody can say now.
         *
         * @param key the form of the key that was asked for
         */
        record Later(String reason, String key, long nanos) implements Queried {}
    }

    /**
     * What came of compiling one table.
     *
     * @param problems in its text; where there are any, nothing was made
     */
    record Built(String source, long entries, long octets, long nanos, List<String> problems) {
        public Built {
            problems = List.copyOf(problems);
        }
    }
}
