package postern.smtpd;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import postern.config.Key;
import postern.config.Section;
import postern.config.Settings;
import postern.table.TableConfig;
import postern.tls.Protection;

/**
 * What logins are, beside what the authentication service knows.
 *
 * @param senders tables of the logins that may send as an address
 * @param ownership who is held to them
 * @param traced whether the Received field names who authenticated
 * @param certificates login by fingerprint ({@code sha256:} and hexadecimal digits) or by subject
 */
public record LoginConfig(
        Map<String, String> certificates,
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
                    List.of(CERTIFICATES, SENDERS, OWNERSHIP, TRACED));

    /** The keys by which tables are asked. */
    public static final List<TableConfig.Use> USES = List.of(TableConfig.Use.of(SECTION, SENDERS));

    public LoginConfig {
        certificates = Map.copyOf(certificates);
        senders = List.copyOf(senders);
    }

    public static LoginConfig read(Settings settings) {
        Map<String, String> certificates = new HashMap<>();
        settings.get(SECTION, CERTIFICATES)
                .forEach((name, login) -> certificates.put(canonical(name), login));
        Settings.Group group = settings.section(SECTION);
        return new LoginConfig(
                certificates, group.get(SENDERS), group.get(OWNERSHIP), group.get(TRACED));
    }

    private static String canonical(String name) {
        return HEX.matcher(name).matches()
                ? FINGERPRINT
                        + name.substring(FINGERPRINT.length())
                                .replace(":", "")
                                .toLowerCase(Locale.ROOT)
                : name;
    }

    /** Whose certificate it is. */
    Optional<String> login(Protection protection) {
        if (!protection.certified()) {
            return Optional.empty();
        }
        String login = certificates.get(FINGERPRINT + protection.fingerprint());
        if (login == null && protection.verified()) {
            login = certificates.get(protection.subject());
        }
        return Optional.ofNullable(login);
    }
}
