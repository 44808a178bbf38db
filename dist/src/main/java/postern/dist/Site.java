package postern.dist;

import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import postern.config.Key;
import postern.config.Section;
import postern.config.Settings;

/**
 * What all programs share: who we are and where our state lies.
 *
 * @param hostname our name in greetings, trace fields and message ids
 * @param state the folder that holds queue and sockets
 */
public record Site(String hostname, Path state) {
    private static final String SINCE = "0.1";

    private static final Key<String> HOSTNAME =
            Key.text(
                    "hostname",
                    "",
                    Pattern.compile("([A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)*)?"),
                    "a host name",
                    "Our own name, in the greeting, trace fields and message ids (RFC 5321 §2.3.5: a"
                            + " fully-qualified domain name). Empty: the machine's name, with .localdomain"
                            + " behind it where it has no domain.",
                    SINCE);

    private static final Key<Path> STATE =
            Key.path(
                    "state",
                    "/var/lib/postern",
                    Key.Base.FILE,
                    "The folder that holds the queue, the sockets and the lock of one instance.",
                    SINCE);

    public static final Section SECTION =
            Section.top("What all programs share.", List.of(HOSTNAME, STATE));

    /**
     * @param machine the machine's own name, where the file names none
     */
    public static Site read(Settings settings, String machine) {
        Settings.Group group = settings.section(SECTION);
        String stated = group.get(HOSTNAME);
        String name = stated.isEmpty() ? machine : stated;
        return new Site(
                name.indexOf('.') < 0 ? name + ".localdomain" : name,
                group.get(STATE).toAbsolutePath().normalize());
    }

    public Path queue() {
        return state.resolve("queue");
    }

    /** What the domain that delivers to other hosts keeps: policies, counts, reports. */
    public Path out() {
        return state.resolve("out");
    }

    public Path run() {
        return state.resolve("run");
    }

    /** Where cleanup takes mail in. */
    public Path handover() {
        return run().resolve("handover");
    }

    /** Where a delivery agent of this host takes its orders. */
    public Path agent(String transport) {
        return run().resolve("agent-" + transport);
    }

    /** Where smtpd asks who a client is. */
    public Path auth() {
        return run().resolve("auth");
    }

    /** Where {@code sendmail} submits. */
    public Path submission() {
        return run().resolve("submission");
    }
}
