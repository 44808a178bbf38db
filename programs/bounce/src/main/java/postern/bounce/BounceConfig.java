package postern.bounce;

import java.util.List;
import postern.base.Bug;
import postern.config.Key;
import postern.config.Section;
import postern.config.Settings;
import postern.mail.Mailbox;

/**
 * How notices are made.
 *
 * @param hostname ours, as it stands in {@code Reporting-MTA} and after {@code MAILER-DAEMON@}
 * @param doubleBounceTo who is told when a notice cannot be delivered
 * @param returnedOctetsMax how much of the original is returned at most, in octets
 */
public record BounceConfig(String hostname, Mailbox doubleBounceTo, int returnedOctetsMax) {
    /** Postfix's bounce_size_limit. */
    public static final int RETURNED_OCTETS = 50_000;

    private static final String SINCE = "0.1";

    private static final Key<String> DOUBLE_BOUNCE_TO =
            Key.text(
                    "double_bounce_to",
                    "postmaster",
                    "Who is told when a notice cannot be delivered to the sender that it is for: an"
                            + " address, or a user of this host.",
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

    public static final Section SECTION =
            new Section(
                    "bounce",
                    "Notices to senders about mail that was not delivered.",
                    List.of(DOUBLE_BOUNCE_TO, RETURNED_SIZE));

    public BounceConfig {
        Bug.unless(!hostname.isEmpty(), "we have a name");
        Bug.unless(returnedOctetsMax > 0, "something is returned");
    }

    /**
     * @param hostname our own name
     */
    public static BounceConfig read(Settings settings, String hostname) {
        Settings.Group group = settings.section(SECTION);
        String to = group.get(DOUBLE_BOUNCE_TO);
        int at = to.lastIndexOf('@');
        boolean full = at > 0 && at < to.length() - 1;
        Mailbox reader =
                full
                        ? Mailbox.of(to.substring(0, at), to.substring(at + 1))
                        : Mailbox.of(at < 0 && !to.isEmpty() ? to : "postmaster", hostname);
        return new BounceConfig(hostname, reader, Math.toIntExact(group.get(RETURNED_SIZE)));
    }

    public static BounceConfig of(String hostname) {
        return new BounceConfig(hostname, Mailbox.of("postmaster", hostname), RETURNED_OCTETS);
    }
}
