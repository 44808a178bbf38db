package postern.local;

import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import postern.base.User;
import postern.config.Key;
import postern.config.Section;
import postern.config.Settings;
import postern.mailbox.MailboxKeys;

/**
 * What local goes by.
 *
 * @param hostname our own name
 * @param origin completes addresses without a domain
 * @param mailboxes where users' mail goes
 * @param programs what may be run, and its bounds
 * @param files who may name a file to deliver into
 * @param forwardPaths where users' own instructions are looked for, in this order
 * @param fallback who gets mail for users that do not exist; empty: nobody
 */
public record LocalConfig(
        String hostname,
        String origin,
        Mailboxes mailboxes,
        Programs programs,
        Set<Source> files,
        List<String> forwardPaths,
        String fallback) {
    private static final String SINCE = "0.1";

    /** Where an instruction stands. */
    public enum Source {
        /** The aliases file: the administrator's. */
        ALIAS,
        /** A {@code .forward} file: the user's. */
        FORWARD,
        /** A list that one of the two includes. */
        INCLUDE
    }

    /**
     * Where users' mail goes. The first that is stated counts: transport, command, path.
     *
     * @param path {@code {user}} and {@code {home}} are replaced; one that ends with a slash is a
     *     Maildir, any other an mbox
     * @param mounted whether the folder above all of them has to be a mount point
     * @param mboxOctets longest mbox in octets; 0: no limit
     * @param maildirOctets what a Maildir may hold that does not say so itself; 0: no limit
     * @param command gets the mail of all users; empty: none
     * @param commands the same by user
     * @param transport the LMTP server that gets the mail of all users; empty: none
     * @param transports the same by user
     */
    public record Mailboxes(
            String path,
            boolean mounted,
            long mboxOctets,
            long maildirOctets,
            String command,
            Map<String, String> commands,
            String transport,
            Map<String, String> transports) {

        String pathOf(User user) {
            return path.replace("{user}", user.name()).replace("{home}", user.home().toString());
        }

        String commandOf(String user) {
            return commands.getOrDefault(user, command);
        }

        String transportOf(String user) {
            return transports.getOrDefault(user, transport);
        }

        /** Whether users' own mail goes through a command. */
        boolean runs() {
            return !command.isEmpty() || !commands.isEmpty();
        }
    }

    /**
     * What may be run.
     *
     * @param allowed who may name a command
     * @param network whether commands may open TCP and UDP sockets
     * @param limit how long a command may run
     * @param outputOctets how much a command may say
     */
    public record Programs(
            Set<Source> allowed, boolean network, Duration limit, long outputOctets) {}

    static final Key<String> MAILBOX =
            Key.text(
                    "mailbox",
                    "/var/mail/{user}",
                    "Where a user's mail goes: {user} and {home} are replaced by the user's name and home;"
                            + " relative to the state folder. A path that ends with / is a Maildir, any"
                            + " other an mbox file (Postfix: mail_spool_directory, home_mailbox).",
                    SINCE);

    private static final Key<Boolean> MOUNTED =
            MailboxKeys.requireMount(
                    "the folder that mailbox names before its first {, without its last slash,",
                    "0.2");

    private static final Key<Long> OCTETS_MAX = MailboxKeys.mboxLimit(SINCE);

    private static final Key<Long> MAILDIR_QUOTA = MailboxKeys.maildirQuota(SINCE);

    static final Key<String> MAILBOX_COMMAND =
            Key.text(
                    "mailbox_command",
                    "",
                    "A command that gets users' mail in the place of a mailbox, run as the user:"
                            + " procmail, maildrop, dovecot-lda. Empty: none.",
                    SINCE);

    static final Key<Map<String, String>> MAILBOX_COMMANDS =
            Key.table(
                    "mailbox_command_maps",
                    Map.of(),
                    "The same by user: { ann = \"/usr/bin/procmail -Y\" }.",
                    SINCE);

    static final Key<String> MAILBOX_TRANSPORT =
            Key.text(
                    "mailbox_transport",
                    "",
                    "The Unix socket of an LMTP server that gets users' mail in the place of a mailbox,"
                            + " after aliases and .forward: /run/dovecot/lmtp. Empty: none.",
                    SINCE);

    static final Key<Map<String, String>> MAILBOX_TRANSPORTS =
            Key.table(
                    "mailbox_transport_maps",
                    Map.of(),
                    "The same by user: { bob = \"/run/dovecot/lmtp\" }.",
                    SINCE);

    static final Key<List<String>> FORWARD_PATH =
            Key.texts(
                    "forward_path",
                    List.of("{home}/.forward+{extension}", "{home}/.forward"),
                    "Where users' own instructions are looked for; the first file that exists counts. A"
                            + " path with {extension} is passed over for addresses that have none. An"
                            + " empty list: users have none.",
                    SINCE);

    private static final Key<List<Source>> COMMANDS =
            sources(
                    "commands",
                    "Who may name a command that mail is handed to: alias, forward, include (Postfix:"
                            + " allow_mail_to_commands). Where it is empty and no mailbox_command is"
                            + " set, the local domain cannot start any program.");

    private static final Key<List<Source>> FILES =
            sources(
                    "files",
                    "Who may name a file or Maildir that mail is put into: alias, forward, include"
                            + " (Postfix: allow_mail_to_files).");

    private static final Key<Boolean> NETWORK =
            Key.bool(
                    "command_network",
                    false,
                    "Whether commands may open TCP and UDP sockets; Unix sockets they always may. All"
                            + " of the local domain may then.",
                    SINCE);

    private static final Key<Duration> TIME =
            Key.duration(
                    "command_time_limit",
                    "1000s",
                    Duration.ofSeconds(1),
                    Duration.ofHours(4),
                    "How long a command may run before it is killed with its whole process group and"
                            + " the message deferred.",
                    SINCE);

    private static final Key<Long> OUTPUT =
            Key.size(
                    "command_output_limit",
                    "1MiB",
                    1024,
                    1 << 30,
                    "How much a command may say before it is killed and the message deferred; the"
                            + " first 1000 octets go into log and notice.",
                    SINCE);

    private static final Key<String> FALLBACK =
            Key.text(
                    "luser_relay",
                    "",
                    "Who gets mail for users that do not exist, where the router lets it in: an"
                            + " address or a user. Empty: it is returned (5.1.1).",
                    SINCE);

    /** Whom root's mail, and what the administrator's own files name, is delivered as. */
    public static final Key<String> DEFAULT_USER =
            Key.text(
                    "default_user",
                    "nobody",
                    "The user who keeps root's mail, and with whose rights files and commands of the"
                            + " aliases file are written and run (Postfix: default_privs). Never root.",
                    SINCE);

    public static final Section SECTION =
            new Section(
                    "local",
                    "Delivery into the mailboxes of this host.",
                    List.of(
                            MAILBOX,
                            MOUNTED,
                            OCTETS_MAX,
                            MAILDIR_QUOTA,
                            MAILBOX_COMMAND,
                            MAILBOX_COMMANDS,
                            MAILBOX_TRANSPORT,
                            MAILBOX_TRANSPORTS,
                            FORWARD_PATH,
                            COMMANDS,
                            FILES,
                            NETWORK,
                            TIME,
                            OUTPUT,
                            FALLBACK,
                            DEFAULT_USER));

    public LocalConfig {
        files = Set.copyOf(files);
        forwardPaths = List.copyOf(forwardPaths);
    }

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
        return new LocalConfig(
                hostname,
                hostname,
                new Mailboxes(
                        absolute,
                        group.get(MOUNTED),
                        group.get(OCTETS_MAX),
                        group.get(MAILDIR_QUOTA),
                        group.get(MAILBOX_COMMAND),
                        group.get(MAILBOX_COMMANDS),
                        group.get(MAILBOX_TRANSPORT),
                        group.get(MAILBOX_TRANSPORTS)),
                new Programs(
                        set(group.get(COMMANDS)),
                        group.get(NETWORK),
                        group.get(TIME),
                        group.get(OUTPUT)),
                set(group.get(FILES)),
                group.get(FORWARD_PATH),
                group.get(FALLBACK));
    }

    /** The same, with that domain behind names which have none, in the place of our own name. */
    public LocalConfig completedBy(String domain) {
        return new LocalConfig(
                hostname, domain, mailboxes, programs, files, forwardPaths, fallback);
    }

    /** Mailboxes at that path and nothing else: for tests and trainings. */
    public static LocalConfig plain(String hostname, String mailbox) {
        return new LocalConfig(
                hostname,
                hostname,
                new Mailboxes(mailbox, false, 0, 0, "", Map.of(), "", Map.of()),
                new Programs(Set.of(), false, Duration.ofSeconds(1000), 1 << 20),
                EnumSet.of(Source.ALIAS, Source.FORWARD),
                List.of(),
                "");
    }

    /** Whether anything may be run at all. */
    public boolean runsPrograms() {
        return !programs.allowed().isEmpty() || mailboxes.runs();
    }

    /** Whether users' homes are looked into or written to. */
    public boolean entersHomes() {
        return !forwardPaths.isEmpty() || mailboxes.path().contains("{home}");
    }

    /**
     * The folder above all mailboxes, for the sandbox: what stands before the first replacement.
     */
    public Path root() {
        String mailbox = mailboxes.path();
        int brace = mailbox.indexOf('{');
        String fixed = brace < 0 ? mailbox : mailbox.substring(0, brace);
        int slash = fixed.lastIndexOf('/');
        return Path.of(slash <= 0 ? "/" : fixed.substring(0, slash));
    }

    private static Set<Source> set(List<Source> list) {
        return list.isEmpty() ? Set.of() : EnumSet.copyOf(list);
    }

    private static Key<List<Source>> sources(String name, String doc) {
        return Key.parsedList(
                name,
                List.of("alias", "forward"),
                "alias, forward, include",
                LocalConfig::source,
                "write \"alias\", \"forward\" or \"include\"",
                doc,
                SINCE);
    }

    private static Source source(String text) {
        for (Source source : Source.values()) {
            if (source.name().toLowerCase(Locale.ROOT).equals(text)) {
                return source;
            }
        }
        throw new IllegalArgumentException("is no place for instructions");
    }
}
