package postern.virtual;

import java.nio.file.Path;
import java.util.List;
import postern.config.Key;
import postern.config.Section;
import postern.config.Settings;
import postern.mailbox.MailboxKeys;
import postern.table.TableConfig;

/**
 * What virtual goes by.
 *
 * @param base the folder that no mailbox is outside of
 * @param mounted whether it has to be a mount point
 * @param mailboxes tables: paths below it by address
 * @param uids tables: numbers of users by address; empty: {@code uid} for all
 * @param gids the same for groups
 * @param uidMin no mailbox has an owner below
 * @param mboxOctets longest mbox; 0: no limit
 * @param maildirOctets what a Maildir may hold that does not say so itself; 0: no limit
 */
public record VirtualConfig(
        Path base,
        boolean mounted,
        List<String> mailboxes,
        List<String> uids,
        List<String> gids,
        int uid,
        int gid,
        int uidMin,
        long mboxOctets,
        long maildirOctets) {
    private static final String SINCE = "0.2";

    private static final Key<Path> BASE =
            Key.path(
                    "base",
                    "/var/mail/vhosts",
                    Key.Base.FILE,
                    "The folder that no mailbox is outside of (Postfix: virtual_mailbox_base).",
                    SINCE);
    private static final Key<Boolean> MOUNTED = MailboxKeys.requireMount("base", SINCE);
    private static final Key<List<String>> MAILBOXES =
            TableConfig.references(
                    "mailboxes",
                    "Tables with the path of a mailbox below base by address; one that ends with / is a"
                            + " Maildir, any other an mbox (Postfix: virtual_mailbox_maps). Empty: there"
                            + " is no virtual delivery.");
    private static final Key<List<String>> UIDS =
            TableConfig.references(
                    "uid_maps",
                    "Tables with the number of the user that owns a mailbox, by address (Postfix:"
                            + " virtual_uid_maps). Where they say nothing, uid counts.");
    private static final Key<List<String>> GIDS =
            TableConfig.references(
                    "gid_maps",
                    "The same for groups (Postfix: virtual_gid_maps). Where they say nothing, gid"
                            + " counts.");
    private static final Key<Integer> UID =
            Key.integer(
                    "uid",
                    5000,
                    1,
                    Integer.MAX_VALUE,
                    "The number of the user that owns the mailboxes.",
                    SINCE);
    private static final Key<Integer> GID =
            Key.integer(
                    "gid",
                    5000,
                    1,
                    Integer.MAX_VALUE,
                    "The number of the group that owns the mailboxes.",
                    SINCE);
    private static final Key<Integer> UID_MIN =
            Key.integer(
                    "minimum_uid",
                    100,
                    1,
                    Integer.MAX_VALUE,
                    "No mailbox is written as a user below; mail for one is deferred (Postfix:"
                            + " virtual_minimum_uid).",
                    SINCE);
    private static final Key<Long> LIMIT = MailboxKeys.mboxLimit(SINCE);
    private static final Key<Long> QUOTA = MailboxKeys.maildirQuota(SINCE);

    public static final Section SECTION =
            new Section(
                    "virtual",
                    "Delivery into mailboxes of users without accounts: the transport virtual.",
                    List.of(BASE, MOUNTED, MAILBOXES, UIDS, GIDS, UID, GID, UID_MIN, LIMIT, QUOTA));

    /** What names tables here. */
    public static final List<TableConfig.Use> TABLES =
            List.of(
                    TableConfig.Use.of(SECTION, MAILBOXES),
                    TableConfig.Use.of(SECTION, UIDS),
                    TableConfig.Use.of(SECTION, GIDS));

    public static VirtualConfig read(Settings settings) {
        Settings.Group group = settings.section(SECTION);
        return new VirtualConfig(
                group.get(BASE),
                group.get(MOUNTED),
                group.get(MAILBOXES),
                group.get(UIDS),
                group.get(GIDS),
                group.get(UID),
                group.get(GID),
                group.get(UID_MIN),
                group.get(LIMIT),
                group.get(QUOTA));
    }

    /** Whether there is anything to deliver. */
    public boolean used() {
        return !mailboxes.isEmpty();
    }
}
