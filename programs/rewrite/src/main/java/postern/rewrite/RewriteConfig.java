package postern.rewrite;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import postern.config.Key;
import postern.config.Problem;
import postern.config.Section;
import postern.config.Settings;
import postern.mail.Domain;
import postern.table.TableConfig;

/**
 * What addresses are to us.
 *
 * @param hostname our own name
 * @param origin completes addresses that have no domain
 * @param delimiters characters that part a user from an extension; empty: none does
 * @param postmaster who reads postmaster's mail where no alias says so
 * @param domains by what they are to us
 * @param recipients who is known in them
 */
public record RewriteConfig(
        String hostname,
        String origin,
        String delimiters,
        String postmaster,
        Domains domains,
        Recipients recipients) {

    private static final String SINCE = "0.1";
    private static final String SINCE_TABLES = "0.2";

    /** Domains; one that stands in two lists belongs to the first. */
    public record Domains(
            DomainList local,
            DomainList virtualAlias,
            DomainList virtualMailbox,
            DomainList relay) {}

    /**
     * @param local tables; empty: users and aliases of this machine
     * @param virtualAliases tables
     * @param virtualMailboxes tables; empty: anybody
     * @param relay addresses in lower case, or {@code @domain}
     * @param relayTables tables; with no address either: anybody
     */
    public record Recipients(
            List<String> local,
            List<String> virtualAliases,
            List<String> virtualMailboxes,
            Set<String> relay,
            List<String> relayTables) {
        public Recipients {
            local = List.copyOf(local);
            virtualAliases = List.copyOf(virtualAliases);
            virtualMailboxes = List.copyOf(virtualMailboxes);
            relay = Set.copyOf(relay);
            relayTables = List.copyOf(relayTables);
        }
    }

    private static final Key<List<String>> LOCAL =
            DomainList.key(
                    "local",
                    List.of("localhost"),
                    "Domains whose mailboxes are on this host, beside our own name (Postfix: mydestination)."
                            + " An empty list keeps no mail here, as a null client wants it. \".example.org\""
                            + " stands for all below example.org, \"table:NAME\" for the domains that a table"
                            + " has; so in the other lists of domains.");

    private static final Key<List<String>> VIRTUAL_ALIAS =
            DomainList.key(
                    "virtual_alias",
                    List.of(),
                    "Domains all of whose addresses are aliases, in virtual_aliases (Postfix:"
                            + " virtual_alias_domains). Other addresses there are refused.");

    private static final Key<List<String>> VIRTUAL_MAILBOX =
            DomainList.key(
                    "virtual_mailbox",
                    List.of(),
                    "Domains whose users have mailboxes here and no account on this machine (Postfix:"
                            + " virtual_mailbox_domains).");

    private static final Key<List<String>> RELAY =
            DomainList.key(
                    "relay",
                    List.of(),
                    "Domains that mail is taken for from anybody and passed on (Postfix:"
                            + " relay_domains).");

    private static final Key<List<String>> LOCAL_RECIPIENTS =
            TableConfig.references(
                    "local_recipients",
                    "Tables of who is known in the local domains (Postfix: local_recipient_maps). An empty"
                            + " list: the users and aliases of this machine.");

    private static final Key<List<String>> VIRTUAL_ALIASES =
            TableConfig.references(
                    "virtual_aliases",
                    "Tables of aliases in any domain (Postfix: virtual_alias_maps): addresses by address, or"
                            + " by @domain for all others of it. Expanded once, when a message comes in.");

    /** Who has a mailbox in the virtual mailbox domains. */
    public static final Key<List<String>> VIRTUAL_MAILBOXES =
            TableConfig.references(
                    "virtual_mailboxes",
                    "Tables of who is known in the virtual mailbox domains (Postfix: virtual_mailbox_maps)."
                            + " An empty list takes mail for anybody there.");

    private static final Key<List<String>> RELAY_RECIPIENTS =
            Key.texts(
                    "relay_recipients",
                    List.of(),
                    "Who is known in the relay domains: addresses, @domain for all of one, or table:NAME."
                            + " Others are refused at RCPT. An empty list takes mail for anybody there"
                            + " (Postfix: relay_recipient_maps).",
                    SINCE);

    private static final Key<String> POSTMASTER =
            Key.text(
                    "postmaster",
                    "root",
                    "Who reads postmaster's mail where no alias says so: a user or an address. RFC 5321"
                            + " §4.5.1 wants it delivered. An address reads that of a host without users too"
                            + " (local = []).",
                    SINCE);

    private static final Key<String> ORIGIN =
            Key.text(
                    "origin",
                    "",
                    Pattern.compile("([A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)*)?"),
                    "a domain name",
                    "The domain that completes addresses which have none (Postfix: myorigin). Empty: our own"
                            + " name.",
                    SINCE_TABLES);

    /** What parts a user from an extension. */
    public static final Key<String> RECIPIENT_DELIMITER =
            Key.text(
                    "recipient_delimiter",
                    "+",
                    Pattern.compile("[^A-Za-z0-9@\\s\"]{0,8}"),
                    "some of + - _ = . and the like",
                    "Characters each of which parts a user from an extension (RFC 5233; Postfix:"
                            + " recipient_delimiter): mail for ann+lists is mail for ann unless a table has"
                            + " ann+lists. Empty: none does.",
                    SINCE_TABLES);

    /** The aliases file; local reads it too. */
    public static final Key<Path> ALIASES =
            Key.path(
                    "aliases",
                    "/etc/aliases",
                    Key.Base.FILE,
                    "The aliases file, in the syntax of aliases(5). One that does not exist is empty.",
                    SINCE);

    public static final Section SECTION =
            new Section(
                    "domains",
                    "Which domains are ours, and who is known there.",
                    List.of(
                            LOCAL,
                            VIRTUAL_ALIAS,
                            VIRTUAL_MAILBOX,
                            RELAY,
                            LOCAL_RECIPIENTS,
                            VIRTUAL_ALIASES,
                            VIRTUAL_MAILBOXES,
                            RELAY_RECIPIENTS,
                            RoutingConfig.RELAYHOST,
                            ORIGIN,
                            RECIPIENT_DELIMITER,
                            ALIASES,
                            POSTMASTER));

    /** The tables that are asked about domains and recipients. */
    public static final List<TableConfig.Use> USES =
            List.of(
                    DomainList.use(SECTION, LOCAL),
                    DomainList.use(SECTION, VIRTUAL_ALIAS),
                    DomainList.use(SECTION, VIRTUAL_MAILBOX),
                    DomainList.use(SECTION, RELAY),
                    DomainList.use(SECTION, RELAY_RECIPIENTS),
                    TableConfig.Use.of(SECTION, LOCAL_RECIPIENTS),
                    TableConfig.Use.of(SECTION, VIRTUAL_ALIASES),
                    TableConfig.Use.of(SECTION, VIRTUAL_MAILBOXES));

    /** A domain is of one class: which one counts must not hang on the order of lists. */
    public static List<Problem> check(Settings settings) {
        Settings.Group group = settings.section(SECTION);
        List<Problem> problems = new ArrayList<>();
        Map<Domain, Key<?>> seen = new HashMap<>();
        for (Key<List<String>> key : List.of(LOCAL, VIRTUAL_ALIAS, VIRTUAL_MAILBOX, RELAY)) {
            for (Domain domain : DomainList.read(group, key).named()) {
                Key<?> other = seen.putIfAbsent(domain, key);
                if (other != null) {
                    problems.add(
                            group.problem(
                                    key,
                                    "domain " + domain + " is in \"" + other.name() + "\" too",
                                    "leave it in one of them"));
                }
            }
        }
        return problems;
    }

    /**
     * Whether keys of tables may leave out that domain, as Postfix has it: the origin, and what is
     * listed as local by its name. Tables are not asked.
     */
    public boolean bare(String domain) {
        return domain.equals(origin) || domains.local().named().contains(new Domain(domain));
    }

    public static RewriteConfig read(Settings settings, String hostname) {
        Settings.Group group = settings.section(SECTION);
        DomainList local = DomainList.read(group, LOCAL);
        if (!local.isEmpty()) { // a null client keeps nothing here, its own name's mail neither
            local = local.with(hostname);
        }
        Set<String> relayRecipients = new HashSet<>();
        for (String recipient : group.get(RELAY_RECIPIENTS)) {
            if (DomainList.tables(List.of(recipient)).isEmpty()) {
                relayRecipients.add(recipient.toLowerCase(Locale.ROOT));
            }
        }
        String origin = group.get(ORIGIN);
        return new RewriteConfig(
                hostname,
                origin.isEmpty() ? hostname : origin,
                group.get(RECIPIENT_DELIMITER),
                group.get(POSTMASTER),
                new Domains(
                        local,
                        DomainList.read(group, VIRTUAL_ALIAS),
                        DomainList.read(group, VIRTUAL_MAILBOX),
                        DomainList.read(group, RELAY)),
                new Recipients(
                        group.get(LOCAL_RECIPIENTS),
                        group.get(VIRTUAL_ALIASES),
                        group.get(VIRTUAL_MAILBOXES),
                        relayRecipients,
                        DomainList.tables(group.get(RELAY_RECIPIENTS))));
    }
}
