package postern.local;

import java.nio.file.Path;
import java.util.List;
import postern.config.Key;
import postern.config.Section;
import postern.config.Settings;

/**
 * What local goes by.
 *
 * @param hostname our own name
 * @param mailbox where a user's mail goes: {@code {user}} and {@code {home}} are replaced; a path
 *     that ends with a slash is a Maildir, any other an mbox
 * @param octetsMax longest mbox in octets; 0: no limit
 */
public record LocalConfig(String hostname, String mailbox, long octetsMax) {
    private static final String SINCE = "0.1";

    private static final Key<String> MAILBOX =
            Key.text(
                    "mailbox",
                    "/var/mail/{user}",
                    "Where a user's mail goes: {user} and {home} are replaced by the user's name and home;"
                            + " relative to the state folder. A path that ends with / is a Maildir, any"
                            + " other an mbox file.",
                    SINCE);

    private static final Key<Long> OCTETS_MAX =
            Key.size(
                    "mailbox_limit",
                    "0",
                    0,
                    Long.MAX_VALUE,
                    "Longest mbox file; what would exceed it is deferred (4.2.2). 0: no limit.",
                    SINCE);

    public static final Section SECTION =
            new Section(
                    "local",
                    "Delivery into the mailboxes of this host.",
                    List.of(MAILBOX, OCTETS_MAX));

    /**
     * @param state what a relative path is relative to
     */
    public static LocalConfig read(Settings settings, String hostname, Path state) {
        Settings.Group group = settings.section(SECTION);
        String mailbox = group.get(MAILBOX);
        String absolute =
                mailbox.startsWith("/") || mailbox.startsWith("{home}")
                        ? mailbox
                        : state + "/" + mailbox;
        return new LocalConfig(hostname, absolute, group.get(OCTETS_MAX));
    }

    /**
     * The folder above all mailboxes, for the sandbox: what stands before the first replacement.
     */
    public Path root() {
        int brace = mailbox.indexOf('{');
        String fixed = brace < 0 ? mailbox : mailbox.substring(0, brace);
        int slash = fixed.lastIndexOf('/');
        return Path.of(slash <= 0 ? "/" : fixed.substring(0, slash));
    }
}
