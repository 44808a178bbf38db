package postern.rewrite;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import postern.config.Key;
import postern.config.Section;
import postern.config.Settings;
import postern.mail.Domain;

/**
 * What rewrite decides by.
 *
 * @param hostname our own name; names without a domain are completed with it
 * @param localDomains domains whose mailboxes are on this host
 * @param relayDomains domains that we take mail for and pass on
 * @param relayRecipients who is known there: addresses in lower case or {@code @domain}; empty:
 *     anybody
 * @param relayHost next hop of everything that is not local; empty: by MX
 * @param postmaster who reads postmaster's mail where no alias says so
 */
public record RewriteConfig(
        String hostname,
        Set<Domain> localDomains,
        Set<Domain> relayDomains,
        Set<String> relayRecipients,
        String relayHost,
        String postmaster) {

    private static final String SINCE = "0.1";

    private static final Key<List<Domain>> LOCAL =
            domains(
                    "local",
                    List.of("localhost"),
                    "Domains whose mailboxes are on this host, beside our own name (Postfix: mydestination)."
                            + " An empty list keeps no mail here, as a null client wants it.");

    private static final Key<List<Domain>> RELAY =
            domains(
                    "relay",
                    List.of(),
                    "Domains that mail is taken for from anybody and passed on (Postfix:"
                            + " relay_domains).");

    private static final Key<List<String>> RELAY_RECIPIENTS =
            Key.texts(
                    "relay_recipients",
                    List.of(),
                    "Who is known in the relay domains: addresses, or @domain for all of one. Others are"
                            + " refused at RCPT. An empty list takes mail for anybody there (Postfix:"
                            + " relay_recipient_maps).",
                    SINCE);

    private static final Key<String> RELAYHOST =
            Key.text(
                    "relayhost",
                    "",
                    "Next hop of everything that is not local: a domain (by MX), [host] or [host]:port"
                            + " without MX. Empty: each domain's own MX.",
                    SINCE);

    private static final Key<String> POSTMASTER =
            Key.text(
                    "postmaster",
                    "root",
                    "Who reads postmaster's mail where no alias says so: a user or an address. RFC 5321"
                            + " §4.5.1 wants it delivered.",
                    SINCE);

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
                    "Which domains are ours, and where mail for them and for all others goes.",
                    List.of(LOCAL, RELAY, RELAY_RECIPIENTS, RELAYHOST, ALIASES, POSTMASTER));

    public RewriteConfig {
        localDomains = Set.copyOf(localDomains);
        relayDomains = Set.copyOf(relayDomains);
        relayRecipients = Set.copyOf(relayRecipients);
    }

    public static RewriteConfig read(Settings settings, String hostname) {
        Settings.Group group = settings.section(SECTION);
        Set<Domain> local = new HashSet<>(group.get(LOCAL));
        if (!local.isEmpty()) { // a null client keeps nothing here, its own name's mail neither
            local.add(new Domain(hostname));
        }
        Set<String> recipients = new HashSet<>();
        for (String recipient : group.get(RELAY_RECIPIENTS)) {
            recipients.add(recipient.toLowerCase(Locale.ROOT));
        }
        return new RewriteConfig(
                hostname,
                local,
                Set.copyOf(group.get(RELAY)),
                recipients,
                group.get(RELAYHOST),
                group.get(POSTMASTER));
    }

    private static Key<List<Domain>> domains(String name, List<String> byDefault, String doc) {
        return Key.parsedList(
                name,
                byDefault,
                "domain names",
                RewriteConfig::domain,
                "write a domain name, such as \"example.org\"",
                doc,
                SINCE);
    }

    private static Domain domain(String text) {
        if (text.isEmpty() || text.length() > 255 || text.contains("@") || text.contains(" ")) {
            throw new IllegalArgumentException("is no domain name");
        }
        return new Domain(text);
    }
}
