package postern.smtpd;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import postern.config.Key;
import postern.config.Problem;
import postern.config.Section;
import postern.config.Settings;
import postern.mail.AddressParser;
import postern.mail.AddressParser.Parsed;
import postern.mail.Mailbox;
import postern.table.TableConfig;
import postern.tls.Protection;

/**
 * What logins are, beside what the authentication service knows.
 *
 * @param senders tables of the logins that may send as an address
 * @param ownership who is held to them
 * @param traced whether the Received field names who authenticated
 * @param certificates login by fingerprint ({@code sha256:} and hexadecimal digits) or by subject
 * @param names which names of other certificates are logins as they stand
 */
public record LoginConfig(
        Map<String, String> certificates,
        List<Name> names,
        List<String> senders,
        Ownership ownership,
        boolean traced) {
    private static final String SINCE = "0.2";

    /** Who must own the sender's address. */
    public enum Ownership {
        /** Who authenticated; an address without an owner is nobody's. */
        AUTHENTICATED,
        /** Who authenticated, where the address has an owner. */
        KNOWN,
        /** As the first, and who did not authenticate may not send as an address with an owner. */
        EVERYBODY
    }

    /** A kind of name in subjectAltName: RFC 5280 §4.2.1.6. */
    public enum Name {
        /** The address of a mailbox: rfc822Name. */
        EMAIL,
        /** The name of a host: dNSName. */
        DNS
    }

    private static final String FINGERPRINT = "sha256:";
    private static final Pattern HEX = Pattern.compile("(?i)sha256:([0-9a-f:]+)");

    private static final Key<Map<String, String>> CERTIFICATES =
            Key.table(
                    "certificates",
                    Map.of(),
                    "Logins of clients by their certificate, for AUTH EXTERNAL: \"SHA256:\" and the"
                            + " fingerprint in hexadecimal digits, whoever issued it, or the subject"
                            + " (RFC 4514), where an authority of smtpd.client_authorities vouches for"
                            + " it. smtpd.client_certificates must be on.",
                    SINCE);

    private static final Key<List<Name>> NAMES =
            Key.parsedList(
                    "certificate_names",
                    List.of(),
                    "email or dns",
                    LoginConfig::name,
                    "name some of email, dns",
                    "Names that are logins as they stand, of certificates that an authority of"
                            + " smtpd.client_authorities vouches for and that certificates does not"
                            + " list: mail addresses (email: rfc822Name of subjectAltName), whole"
                            + " names of hosts (dns: dNSName). A client with several has the first,"
                            + " by the order here and in the certificate, or says with AUTH which."
                            + " Every certificate of those authorities may then send mail to"
                            + " anywhere.",
                    "0.2");

    private static final Key<List<String>> SENDERS =
            TableConfig.references(
                    "sender_logins",
                    "Tables that say who may send as an address, or as @ and its domain: logins with"
                            + " commas between them (Postfix: smtpd_sender_login_maps).");

    private static final Key<Ownership> OWNERSHIP =
            Key.choice(
                    "sender_ownership",
                    Ownership.AUTHENTICATED,
                    List.of(Ownership.values()),
                    "Who is held to those tables: who authenticated must own the address"
                            + " (authenticated; Postfix: reject_authenticated_sender_login_mismatch), or"
                            + " must where it has an owner (known; Postfix:"
                            + " reject_known_sender_login_mismatch), or as the first, and who did not"
                            + " authenticate may not send as an address with an owner (everybody;"
                            + " Postfix: reject_sender_login_mismatch). Trusted networks may without a"
                            + " login, and so may users of this machine.",
                    SINCE);

    private static final Key<Boolean> TRACED =
            Key.bool(
                    "received_login",
                    false,
                    "Name who authenticated in the Received field (Postfix:"
                            + " smtpd_sasl_authenticated_header). Everybody who gets the message"
                            + " reads it there, attackers who look for logins too. The log names the login"
                            + " either way.",
                    SINCE);

    /** {@code [smtpd.auth]}. */
    public static final Section SECTION =
            new Section(
                    "smtpd.auth",
                    "Logins. How passwords are checked stands in [auth]; where AUTH is offered, in"
                            + " [[listener]].",
                    List.of(CERTIFICATES, NAMES, SENDERS, OWNERSHIP, TRACED));

    /** The keys by which tables are asked. */
    public static final List<TableConfig.Use> USES = List.of(TableConfig.Use.of(SECTION, SENDERS));

    public LoginConfig {
        certificates = Map.copyOf(certificates);
        names = List.copyOf(names);
        senders = List.copyOf(senders);
    }

    public static LoginConfig read(Settings settings) {
        Map<String, String> certificates = new HashMap<>();
        settings.get(SECTION, CERTIFICATES)
                .forEach((name, login) -> certificates.put(canonical(name), login));
        Settings.Group group = settings.section(SECTION);
        return new LoginConfig(
                certificates,
                group.get(NAMES),
                group.get(SENDERS),
                group.get(OWNERSHIP),
                group.get(TRACED));
    }

    /** Certificates say nothing of clients that are not asked for one. */
    public static List<Problem> check(Settings settings) {
        Settings.Group group = settings.section(SECTION);
        Settings.Group smtpd = settings.section(SmtpdConfig.SECTION);
        List<Problem> problems = new ArrayList<>();
        boolean asked = smtpd.get(SmtpdConfig.ASK_CLIENTS);
        if (!asked && !group.get(CERTIFICATES).isEmpty()) {
            problems.add(
                    group.problem(
                            CERTIFICATES,
                            "no client is asked for a certificate",
                            "set smtpd.client_certificates = true"));
        }
        if (!group.get(NAMES).isEmpty()
                && (!asked || smtpd.get(SmtpdConfig.CLIENT_AUTHORITIES).isEmpty())) {
            problems.add(
                    group.problem(
                            NAMES,
                            "no authority vouches for the names of clients",
                            "set smtpd.client_certificates = true and"
                                    + " smtpd.client_authorities"));
        }
        return problems;
    }

    private static Name name(String text) {
        return Name.valueOf(text.toUpperCase(Locale.ROOT));
    }

    private static String canonical(String name) {
        return HEX.matcher(name).matches()
                ? FINGERPRINT
                        + name.substring(FINGERPRINT.length())
                                .replace(":", "")
                                .toLowerCase(Locale.ROOT)
                : name;
    }

    /** Whose certificate it may be: the first is meant where the client does not say. */
    List<String> logins(Protection protection) {
        if (!protection.certified()) {
            return List.of();
        }
        String login = certificates.get(FINGERPRINT + protection.fingerprint());
        if (login == null && protection.verified()) {
            login = certificates.get(protection.subject());
        }
        return login == null ? named(protection.names()) : List.of(login);
    }

    private List<String> named(Protection.Names borne) {
        List<String> logins = new ArrayList<>();
        for (Name kind : names) {
            switch (kind) {
                case EMAIL -> borne.addresses().forEach(each -> address(each, logins));
                case DNS -> logins.addAll(borne.hosts());
            }
        }
        return logins;
    }

    /** What is no address is left out: it was made to be misread. */
    private static void address(String text, List<String> logins) {
        if (AddressParser.mailbox(text) instanceof Parsed.Address(Mailbox mailbox, int _)
                && !mailbox.internationalized()) {
            logins.add(mailbox.toString());
        }
    }
}
