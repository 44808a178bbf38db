package postern.dist;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import postern.config.Key;
import postern.config.Problem;
import postern.config.Section;
import postern.config.Settings;
import postern.os.Groups;

/**
 * Whom the domains run as when root starts us, and which delivery agents are not ours.
 *
 * @param users user name by domain
 * @param queueReaders the group that may look at the queue; empty for none
 * @param agents where the LMTP server of a transport listens
 */
record ServiceConfig(Map<Powers, String> users, String queueReaders, Map<String, String> agents) {
    private static final String SINCE = "0.1";

    private static final Key<String> FRONT = user("front", "postern-front", "smtpd");
    private static final Key<String> QUEUE = user("queue", "postern", "the queue");
    private static final Key<String> OUT = user("out", "postern-out", "smtp");

    private static final Key<String> LOOKUP =
            user("lookup", "postern-lookup", "what asks databases");
    private static final Key<String> AUTH = user("auth", "postern-auth", "auth");

    private static final Key<Map<String, String>> AGENTS =
            Key.table(
                    "agents",
                    Map.of(),
                    "Delivery agents of other makers: transport = path of the Unix socket where its LMTP"
                            + " server listens. { local = \"/run/dovecot/lmtp\" } hands all local mail to"
                            + " Dovecot.",
                    SINCE);

    private static final Key<String> QUEUE_READERS =
            Key.text(
                    "queue_readers",
                    "",
                    "The group whose members may look at all of the queue, but not at content, and change"
                            + " nothing. Root and the queue's user may do everything; other users see"
                            + " their own messages.",
                    SINCE);

    static final Section SECTION =
            new Section(
                    "service",
                    "Whom the domains run as when root starts Postern, and delivery agents of other makers."
                            + " Users that do not exist are replaced by unprivileged numeric ids.",
                    List.of(FRONT, QUEUE, OUT, LOOKUP, AUTH, QUEUE_READERS, AGENTS));

    static ServiceConfig read(Settings settings) {
        Settings.Group group = settings.section(SECTION);
        return new ServiceConfig(
                Map.of(
                        Powers.FRONT,
                        group.get(FRONT),
                        Powers.QUEUE,
                        group.get(QUEUE),
                        Powers.OUT,
                        group.get(OUT),
                        Powers.LOOKUP,
                        group.get(LOOKUP),
                        Powers.AUTH,
                        group.get(AUTH)),
                group.get(QUEUE_READERS),
                group.get(AGENTS));
    }

    /** What this machine says about what is named. */
    static List<Problem> problems(Settings settings) {
        Settings.Group group = settings.section(SECTION);
        String readers = group.get(QUEUE_READERS);
        String wrong = "";
        try {
            if (!readers.isEmpty() && Groups.byName(readers).isEmpty()) {
                wrong = "there is no group " + readers + " on this machine";
            }
        } catch (IOException unanswered) {
            wrong = "whether there is a group " + readers + " cannot be found out: " + unanswered;
        }
        return wrong.isEmpty()
                ? List.of()
                : List.of(
                        group.problem(
                                QUEUE_READERS, wrong, "make the group, or name one that exists"));
    }

    /** The user that the domain runs as; none is stated for local. */
    String user(Powers powers) {
        return users.getOrDefault(powers, "");
    }

    private static Key<String> user(String domain, String byDefault, String program) {
        return Key.text(
                domain + "_user", byDefault, "The user that " + program + " runs as.", SINCE);
    }
}
