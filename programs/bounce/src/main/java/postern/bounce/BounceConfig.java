package postern.bounce;

import java.util.List;
import java.util.Optional;
import postern.base.Bug;
import postern.config.Key;
import postern.config.Section;
import postern.config.Settings;
import postern.mail.Mailbox;

/**
 * How notices are made.
 *
 * @param hostname ours, as it stands in {@code Reporting-MTA} and after {@code MAILER-DAEMON@}
 * @param doubleBounceTo who is told when a notice cannot be delivered; nobody where empty
 * @param returnedOctetsMax how much of the original is returned at most, in octets
 * @param failed words for a failure
 * @param doubled words for a notice that failed itself
 */
public record BounceConfig(
        String hostname,
        Optional<Mailbox> doubleBounceTo,
        int returnedOctetsMax,
        Wording failed,
        Wording delayed,
        Wording delivered,
        Wording expanded,
        Wording doubled) {
    /** Postfix's bounce_size_limit. */
    public static final int RETURNED_OCTETS = 50_000;

    private static final String SINCE = "0.1";

    private static final Key<String> DOUBLE_BOUNCE_TO =
            Key.text(
                    "double_bounce_to",
                    "postmaster",
                    "Who is told when a notice cannot be delivered to the sender that it is for: an"
                            + " address, or a user of this host. Empty: nobody, such a notice is dropped.",
                    SINCE);

    private static final Key<Long> RETURNED_SIZE =
            Key.size(
                    "returned_size",
                    "50000",
                    1000,
                    10_000_000,
                    "How much of a message is returned with a notice; a longer one is represented by its"
                            + " header.",
                    SINCE);

    private static final Words FAILED =
            new Words("failed", "a message that failed", Wording.FAILED);
    private static final Words DELAYED =
            new Words("delayed", "a message that is late", Wording.DELAYED);
    private static final Words DELIVERED =
            new Words("delivered", "a message that was delivered", Wording.DELIVERED);
    private static final Words EXPANDED =
            new Words(
                    "expanded",
                    "a message to an address that stands for several",
                    Wording.EXPANDED);
    private static final Words DOUBLED =
            new Words("double", "a notice that failed itself, for the postmaster", Wording.DOUBLE);

    /** The two keys for one kind of notice. */
    private record Words(Key<Template> subject, Key<Template> text) {
        Words(String kind, String about, Wording usual) {
            this(
                    Key.parsed(
                            kind + "_subject",
                            usual.subject().text(),
                            "text",
                            Template::parseLine,
                            "write one line",
                            "Subject of a notice about " + about + ".",
                            SINCE),
                    Key.parsed(
                            kind + "_text",
                            usual.text().text(),
                            "text",
                            Template::parse,
                            "names in braces are hostname, postmaster, sender, id, arrived, until,"
                                    + " recipients",
                            "Text of a notice about "
                                    + about
                                    + ", UTF-8, of any number of lines. Filled in: {hostname}, {postmaster},"
                                    + " {sender}, {id} (queue id), {arrived}, {until} (when it is given up), and a"
                                    + " line {recipients} by what happened to each; without that line it stands at"
                                    + " the end.",
                            SINCE));
        }

        Wording read(Settings.Group group) {
            return new Wording(group.get(subject), group.get(text));
        }
    }

    public static final Section SECTION =
            new Section(
                    "bounce",
                    "Notices to senders about mail that was not delivered.",
                    List.of(
                            DOUBLE_BOUNCE_TO,
                            RETURNED_SIZE,
                            FAILED.subject(),
                            FAILED.text(),
                            DELAYED.subject(),
                            DELAYED.text(),
                            DELIVERED.subject(),
                            DELIVERED.text(),
                            EXPANDED.subject(),
                            EXPANDED.text(),
                            DOUBLED.subject(),
                            DOUBLED.text()));

    public BounceConfig {
        Bug.unless(!hostname.isEmpty(), "we have a name");
        Bug.unless(returnedOctetsMax > 0, "something is returned");
    }

    /**
     * @param hostname our own name
     */
    public static BounceConfig read(Settings settings, String hostname) {
        Settings.Group group = settings.section(SECTION);
        return new BounceConfig(
                hostname,
                reader(group.get(DOUBLE_BOUNCE_TO).strip(), hostname),
                Math.toIntExact(group.get(RETURNED_SIZE)),
                FAILED.read(group),
                DELAYED.read(group),
                DELIVERED.read(group),
                EXPANDED.read(group),
                DOUBLED.read(group));
    }

    private static Optional<Mailbox> reader(String to, String hostname) {
        if (to.isEmpty()) {
            return Optional.empty();
        }
        int at = to.lastIndexOf('@');
        boolean full = at > 0 && at < to.length() - 1;
        return Optional.of(
                full
                        ? Mailbox.of(to.substring(0, at), to.substring(at + 1))
                        : Mailbox.of(at < 0 ? to : "postmaster", hostname));
    }

    public static BounceConfig of(String hostname) {
        return new BounceConfig(
                hostname,
                Optional.of(Mailbox.of("postmaster", hostname)),
                RETURNED_OCTETS,
                Wording.FAILED,
                Wording.DELAYED,
                Wording.DELIVERED,
                Wording.EXPANDED,
                Wording.DOUBLE);
    }
}
