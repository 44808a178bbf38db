package postern.rewrite;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import postern.config.Key;
import postern.config.Problem;
import postern.config.Section;
import postern.config.Settings;
import postern.table.TableConfig;

/**
 * How addresses change when a message comes in, and on its way out; who gets copies.
 *
 * @param headers in whose headers
 * @param signedToo also where a signature is broken by that
 */
public record AddressingConfig(
        Canonical canonical,
        Masquerade masquerade,
        List<String> generic,
        Headers headers,
        boolean signedToo,
        Copies copies,
        Archive archive) {
    private static final String SINCE = "0.2";

    /** Names of tables. */
    public record Canonical(
            List<String> both, List<String> sender, List<String> recipient, Set<Where> where) {
        public Canonical {
            both = List.copyOf(both);
            sender = List.copyOf(sender);
            recipient = List.copyOf(recipient);
            where = Set.copyOf(where);
        }
    }

    /**
     * @param domains what names below them are cut down to; {@code !name} is left alone
     * @param users whose addresses are left alone
     */
    public record Masquerade(List<String> domains, Set<String> users, Set<Where> where) {
        public Masquerade {
            domains = List.copyOf(domains);
            users = Set.copyOf(users);
            where = Set.copyOf(where);
        }
    }

    /**
     * @param always an address; empty: none
     * @param sender tables
     * @param recipient tables
     */
    public record Copies(String always, List<String> sender, List<String> recipient) {
        public Copies {
            sender = List.copyOf(sender);
            recipient = List.copyOf(recipient);
        }
    }

    /**
     * @param to an address; empty: nothing is archived
     * @param sender tables of whose mail
     * @param recipient tables of mail for whom
     */
    public record Archive(String to, List<String> sender, List<String> recipient) {
        public Archive {
            sender = List.copyOf(sender);
            recipient = List.copyOf(recipient);
        }
    }

    /** Places of an address in a message. */
    public enum Where {
        ENVELOPE_SENDER,
        ENVELOPE_RECIPIENT,
        HEADER_SENDER,
        HEADER_RECIPIENT
    }

    /** Whose headers are rewritten. */
    public enum Headers {
        NONE,
        SUBMISSION,
        ALL
    }

    private static final Key<List<String>> CANONICAL =
            TableConfig.references(
                    "canonical",
                    "Tables of addresses that take the place of others, senders' and recipients' (Postfix:"
                            + " canonical_maps).");

    private static final Key<List<String>> SENDER_CANONICAL =
            TableConfig.references(
                    "sender_canonical",
                    "The same for senders alone; they go before canonical (Postfix:"
                            + " sender_canonical_maps).");

    private static final Key<List<String>> RECIPIENT_CANONICAL =
            TableConfig.references(
                    "recipient_canonical",
                    "The same for recipients alone (Postfix: recipient_canonical_maps).");

    private static final Key<List<Where>> CANONICAL_CLASSES =
            places(
                    "canonical_classes",
                    List.of(
                            "envelope-sender",
                            "envelope-recipient",
                            "header-sender",
                            "header-recipient"),
                    "Where canonical tables count.");

    private static final Key<List<String>> MASQUERADE =
            Key.texts(
                    "masquerade",
                    List.of(),
                    "Domains whose hosts are hidden: with \"example.org\", ann@pc7.example.org becomes"
                            + " ann@example.org. \"!lab.example.org\" before it leaves that one alone (Postfix:"
                            + " masquerade_domains).",
                    SINCE);

    private static final Key<List<String>> MASQUERADE_EXCEPTIONS =
            Key.texts(
                    "masquerade_exceptions",
                    List.of(),
                    "Users whose addresses keep their host: root (Postfix: masquerade_exceptions).",
                    SINCE);

    private static final Key<List<Where>> MASQUERADE_CLASSES =
            places(
                    "masquerade_classes",
                    List.of("envelope-sender", "header-sender", "header-recipient"),
                    "Where hosts are hidden.");

    private static final Key<List<String>> GENERIC =
            TableConfig.references(
                    "generic",
                    "Tables of addresses that take the place of others in mail that leaves by SMTP, in"
                            + " envelope and header (Postfix: smtp_generic_maps): for hosts whose own names"
                            + " mean nothing outside.");

    private static final Key<Headers> HEADERS =
            Key.choice(
                    "headers",
                    Headers.SUBMISSION,
                    List.of(Headers.values()),
                    "In whose headers addresses are rewritten, where a table says so: in nobody's, in those"
                            + " of submitted mail, or in all. Only the addresses change: names, comments and"
                            + " folding stay as they came. In submitted mail names without a domain are"
                            + " completed by domains.origin, unless this is \"none\".",
                    SINCE);

    private static final Key<Boolean> SIGNED_TOO =
            Key.bool(
                    "signed_too",
                    false,
                    "Whether the header is rewritten although that breaks a signature (DKIM, S/MIME,"
                            + " OpenPGP).",
                    SINCE);

    private static final Key<String> ALWAYS_BCC =
            Key.text(
                    "always_bcc",
                    "",
                    "An address that gets a copy of all mail (Postfix: always_bcc). Empty: none does.",
                    SINCE);

    private static final Key<List<String>> SENDER_BCC =
            TableConfig.references(
                    "sender_bcc",
                    "Tables of who gets a copy of a sender's mail (Postfix: sender_bcc_maps).");

    private static final Key<List<String>> RECIPIENT_BCC =
            TableConfig.references(
                    "recipient_bcc",
                    "Tables of who gets a copy of a recipient's mail (Postfix: recipient_bcc_maps).");

    private static final Key<String> ARCHIVE_TO =
            Key.text(
                    "archive_to",
                    "",
                    "An address that gets mail to keep, each with its envelope in front of its header"
                            + " (X-Envelope-From, X-Envelope-To), and is routed as any other: to a Maildir, a"
                            + " command or an archive elsewhere. Empty: nothing is archived.",
                    SINCE);

    private static final Key<List<String>> ARCHIVE_SENDER =
            TableConfig.references(
                    "archive_sender",
                    "Tables of senders whose mail is archived. With no table here and below: all mail.");

    private static final Key<List<String>> ARCHIVE_RECIPIENT =
            TableConfig.references(
                    "archive_recipient", "Tables of recipients whose mail is archived.");

    public static final Section SECTION =
            new Section(
                    "rewrite",
                    "How addresses change, and who gets copies: docs/routing.md tells in which order.",
                    List.of(
                            CANONICAL,
                            SENDER_CANONICAL,
                            RECIPIENT_CANONICAL,
                            CANONICAL_CLASSES,
                            MASQUERADE,
                            MASQUERADE_EXCEPTIONS,
                            MASQUERADE_CLASSES,
                            GENERIC,
                            HEADERS,
                            SIGNED_TOO,
                            ALWAYS_BCC,
                            SENDER_BCC,
                            RECIPIENT_BCC,
                            ARCHIVE_TO,
                            ARCHIVE_SENDER,
                            ARCHIVE_RECIPIENT));

    /** The tables that are asked when a message comes in. */
    public static final List<TableConfig.Use> USES =
            List.of(
                    TableConfig.Use.of(SECTION, CANONICAL),
                    TableConfig.Use.of(SECTION, SENDER_CANONICAL),
                    TableConfig.Use.of(SECTION, RECIPIENT_CANONICAL),
                    TableConfig.Use.of(SECTION, SENDER_BCC),
                    TableConfig.Use.of(SECTION, RECIPIENT_BCC),
                    TableConfig.Use.of(SECTION, ARCHIVE_SENDER),
                    TableConfig.Use.of(SECTION, ARCHIVE_RECIPIENT));

    /** The tables that are asked on the way out. */
    public static final List<TableConfig.Use> GENERIC_USES =
            List.of(TableConfig.Use.of(SECTION, GENERIC));

    public static AddressingConfig read(Settings settings) {
        Settings.Group group = settings.section(SECTION);
        return new AddressingConfig(
                new Canonical(
                        group.get(CANONICAL),
                        group.get(SENDER_CANONICAL),
                        group.get(RECIPIENT_CANONICAL),
                        Set.copyOf(group.get(CANONICAL_CLASSES))),
                new Masquerade(
                        lower(group.get(MASQUERADE)),
                        Set.copyOf(lower(group.get(MASQUERADE_EXCEPTIONS))),
                        Set.copyOf(group.get(MASQUERADE_CLASSES))),
                group.get(GENERIC),
                group.get(HEADERS),
                group.get(SIGNED_TOO),
                new Copies(group.get(ALWAYS_BCC), group.get(SENDER_BCC), group.get(RECIPIENT_BCC)),
                new Archive(
                        group.get(ARCHIVE_TO),
                        group.get(ARCHIVE_SENDER),
                        group.get(ARCHIVE_RECIPIENT)));
    }

    /** Addresses that are stated are addresses. */
    public static List<Problem> check(Settings settings) {
        Settings.Group group = settings.section(SECTION);
        List<Problem> problems = new ArrayList<>();
        for (Key<String> key : List.of(ALWAYS_BCC, ARCHIVE_TO)) {
            String text = group.get(key);
            try {
                if (!text.isEmpty()) {
                    var unused = new AddressText("localhost").address(text, key.name());
                }
            } catch (AddressText.Malformed malformed) {
                problems.add(
                        group.problem(
                                key,
                                String.valueOf(malformed.getMessage()),
                                "write one address, user@example.org"));
            }
        }
        return problems;
    }

    private static List<String> lower(List<String> texts) {
        return texts.stream().map(text -> text.toLowerCase(Locale.ROOT)).toList();
    }

    private static Key<List<Where>> places(String name, List<String> byDefault, String doc) {
        return Key.parsedList(
                name,
                byDefault,
                "envelope-sender, envelope-recipient, header-sender, header-recipient",
                AddressingConfig::place,
                "write some of envelope-sender, envelope-recipient, header-sender, header-recipient",
                doc,
                SINCE);
    }

    private static Where place(String text) {
        for (Where where : Where.values()) {
            if (text.equals(where.name().toLowerCase(Locale.ROOT).replace('_', '-'))) {
                return where;
            }
        }
        throw new IllegalArgumentException("is no place of an address");
    }
}
