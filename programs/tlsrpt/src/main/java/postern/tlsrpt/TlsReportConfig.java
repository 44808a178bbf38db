package postern.tlsrpt;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import postern.config.Key;
import postern.config.Problem;
import postern.config.Section;
import postern.config.Settings;
import postern.mail.AddressParser;
import postern.mail.Mailbox;
import postern.mail.ReversePath;

/**
 * How reports are sent.
 *
 * @param organization who sends them
 * @param contact whom to ask about them; its domain stands for us
 * @param from the author of those that go by mail
 * @param sender of the envelope
 */
public record TlsReportConfig(
        String organization, Mailbox contact, Mailbox from, ReversePath sender) {
    private static final String SINCE = "0.2";

    private static final Key<String> ORGANIZATION =
            Key.text(
                    "organization",
                    "",
                    Pattern.compile("[^\\p{Cntrl}]{0,200}"),
                    "a name of at most 200 characters",
                    "Who sends the reports: the name of an organization. With contact it switches the"
                            + " reports on.",
                    SINCE);

    private static final Key<String> CONTACT =
            address(
                    "contact",
                    "Whom to ask about the reports: an address, whose domain names the submitter (RFC"
                            + " 8460 §5.3).");

    private static final Key<String> FROM =
            address("from", "The author of reports that go by mail. Empty: the contact.");

    private static final Key<String> SENDER =
            address(
                    "sender",
                    "The envelope sender of reports that go by mail: who hears of those that cannot be"
                            + " delivered. Empty: nobody does.");

    /** {@code [tls_reports]}. */
    public static final Section SECTION =
            new Section(
                    "tls_reports",
                    "Daily reports to other domains on how TLS went with their hosts (RFC 8460). Off"
                            + " unless organization and contact are given. Reports by mail need a"
                            + " DKIM signature to be heeded (RFC 8460 §3).",
                    List.of(ORGANIZATION, CONTACT, FROM, SENDER));

    /** Empty where none are sent. */
    public static Optional<TlsReportConfig> read(Settings settings) {
        Settings.Group group = settings.section(SECTION);
        @Nullable Mailbox contact = mailbox(group.get(CONTACT));
        if (group.get(ORGANIZATION).isEmpty() || contact == null) {
            return Optional.empty();
        }
        @Nullable Mailbox from = mailbox(group.get(FROM));
        @Nullable Mailbox sender = mailbox(group.get(SENDER));
        return Optional.of(
                new TlsReportConfig(
                        group.get(ORGANIZATION),
                        contact,
                        from == null ? contact : from,
                        sender == null ? ReversePath.NOBODY : ReversePath.of(sender)));
    }

    /** What shows only when values are seen together. */
    public static List<Problem> check(Settings settings) {
        Settings.Group group = settings.section(SECTION);
        List<Problem> problems = new ArrayList<>();
        boolean named = !group.get(ORGANIZATION).isEmpty();
        boolean reachable = !group.get(CONTACT).isEmpty();
        if (named != reachable) {
            problems.add(
                    group.problem(
                            named ? ORGANIZATION : CONTACT,
                            "reports need organization and contact",
                            named ? "give contact too" : "give organization too"));
        }
        return problems;
    }

    private static Key<String> address(String name, String doc) {
        return Key.parsed(
                name,
                "",
                "an address",
                text -> {
                    if (!text.isEmpty()
                            && (mailbox(text) == null || text.chars().anyMatch(c -> c >= 0x80))) {
                        throw new IllegalArgumentException("is no address in ASCII");
                    }
                    return text;
                },
                "write an address, such as \"tlsrpt@example.org\"",
                doc,
                SINCE);
    }

    private static @Nullable Mailbox mailbox(String text) {
        return AddressParser.mailbox(text) instanceof AddressParser.Parsed.Address(Mailbox found, _)
                ? found
                : null;
    }
}
