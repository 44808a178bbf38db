package postern.bounce;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import postern.base.Bug;
import postern.config.Key;
import postern.config.Section;
import postern.config.Settings;
import postern.mail.Mailbox;

/**
 * How notices are made.
 *
 * @param hostname ours, as it stands in {@code Reporting-MTA}
 * @param returnedOctetsMax how much of the original is returned at most, in octets
 * @param failed words for a failure
 * @param doubled words for a notice that failed itself
 */
public record BounceConfig(
        String hostname,
        Author author,
        Readers readers,
        int returnedOctetsMax,
        Wording failed,
        Wording delayed,
        Wording delivered,
        Wording expanded,
        Wording doubled) {
    /** Postfix's bounce_size_limit. */
    public static final int RETURNED_OCTETS = 50_000;

    private static final String SINCE = "0.1";
    private static final String SINCE_COPIES = "0.2";

    /** Whom the header names as the author. */
    public record Author(String name, Mailbox address) {}

    /**
     * Who is told beside the sender; nobody where empty.
     *
     * @param doubled of a notice that could not be delivered
     * @param failed of each failure
     * @param delayed of each delay
     */
    public record Readers(
            Optional<Mailbox> doubled, Optional<Mailbox> failed, Optional<Mailbox> delayed) {}

    /** An address, or what stands before the @ of one of ours; no more than a header can hold. */
    private static final Pattern USER = Pattern.compile("[!-;=?A-~&&[^@\"(),:\\\\\\[\\]]]{1,64}");

    private static final Pattern ADDRESS =
            Pattern.compile("(?:" + USER + ")(?:@[0-9A-Za-z.-]{1,255})?");

    private static final Pattern READER = Pattern.compile("(?:" + ADDRESS + ")?");

    private static final String USER_OR_ADDRESS = "an address, or a user of this host";

    private static final Key<String> FROM_NAME =
            Key.text(
                    "from_name",
                    "Mail Delivery System",
                    Pattern.compile("\\P{Cntrl}{1,100}"),
                    "one line of at most 100 characters",
                    "Whom a notice is from, in the words of the From header.",
                    SINCE_COPIES);

    private static final Key<String> FROM_ADDRESS =
            Key.text(
                    "from_address",
                    "MAILER-DAEMON",
                    ADDRESS,
                    USER_OR_ADDRESS,
                    "The address in the From header of a notice: an address, or a user of this host. Its"
                            + " envelope is from nobody always. Programs that answer mail know MAILER-DAEMON and let"
                            + " it be.",
                    SINCE_COPIES);

    private static final Key<String> DOUBLE_BOUNCE_TO =
            Key.text(
                    "double_bounce_to",
                    "postmaster",
                    READER,
                    USER_OR_ADDRESS,
                    "Who is told when a notice cannot be delivered to the sender that it is for: an"
                            + " address, or a user of this host. Empty: nobody, such a notice is dropped.",
                    SINCE);

    private static final Key<String> FAILED_COPY_TO =
            copyTo(
                    "failed_copy_to",
                    "Who is told of each failure beside the sender, of those too that no sender wants to hear"
                            + " of (Postfix's class bounce)");

    private static final Key<String> DELAYED_COPY_TO =
            copyTo(
                    "delayed_copy_to",
                    "Who is told of each delay beside the sender (Postfix's class delay)");

    private static Key<String> copyTo(String name, String who) {
        return Key.text(
                name,
                "",
                READER,
                USER_OR_ADDRESS,
                who
                        + ": an address, or a user of this host. With the header of the message alone; a copy that"
                        + " fails is dropped. Empty: nobody.",
                SINCE_COPIES);
    }

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
                            FROM_NAME,
                            FROM_ADDRESS,
                            DOUBLE_BOUNCE_TO,
                            FAILED_COPY_TO,
                            DELAYED_COPY_TO,
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
                new Author(
                        group.get(FROM_NAME).strip(), mailbox(group.get(FROM_ADDRESS), hostname)),
                new Readers(
                        reader(group.get(DOUBLE_BOUNCE_TO), hostname),
                        reader(group.get(FAILED_COPY_TO), hostname),
                        reader(group.get(DELAYED_COPY_TO), hostname)),
                Math.toIntExact(group.get(RETURNED_SIZE)),
                FAILED.read(group),
                DELAYED.read(group),
                DELIVERED.read(group),
                EXPANDED.read(group),
                DOUBLED.read(group));
    }

    private static Optional<Mailbox> reader(String to, String hostname) {
        return to.isEmpty() ? Optional.empty() : Optional.of(mailbox(to, hostname));
    }

    private static Mailbox mailbox(String address, String hostname) {
        int at = address.lastIndexOf('@');
        return at < 0
                ? Mailbox.of(address, hostname)
                : Mailbox.of(address.substring(0, at), address.substring(at + 1));
    }

    public static BounceConfig of(String hostname) {
        return new BounceConfig(
                hostname,
                new Author("Mail Delivery System", Mailbox.of("MAILER-DAEMON", hostname)),
                new Readers(
                        Optional.of(Mailbox.of("postmaster", hostname)),
                        Optional.empty(),
                        Optional.empty()),
                RETURNED_OCTETS,
                Wording.FAILED,
                Wording.DELAYED,
                Wording.DELIVERED,
                Wording.EXPANDED,
                Wording.DOUBLE);
    }
}
