package postern.mailbox;

import postern.config.Key;

/** Keys that every agent with mailboxes has, with one meaning. */
public final class MailboxKeys {
    private MailboxKeys() {}

    /** Longest mbox file, in octets; 0: no limit. */
    public static Key<Long> mboxLimit(String since) {
        return Key.size(
                "mailbox_limit",
                "0",
                0,
                Long.MAX_VALUE,
                "Longest mbox file; what would exceed it is deferred (4.2.2). 0: no limit.",
                since);
    }

    /** Whether the folder that all mailboxes lie below is a mount point, or mail waits. */
    public static Key<Boolean> requireMount(String folder, String since) {
        return Key.bool(
                "require_mount",
                false,
                "Mail waits unless "
                        + folder
                        + " is a mount point itself: a file system that was not there when Postern"
                        + " started cannot be missed otherwise.",
                since);
    }

    /** What a Maildir may hold that does not say so itself, in octets; 0: no limit. */
    public static Key<Long> maildirQuota(String since) {
        return Key.size(
                "maildir_quota",
                "0",
                0,
                Long.MAX_VALUE,
                "What a Maildir may hold; what would exceed it is deferred (4.2.2). A file"
                        + " maildirsize in the Maildir (Maildir++) states its own. 0: no limit.",
                since);
    }
}
