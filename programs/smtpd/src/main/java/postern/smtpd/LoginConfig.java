package postern.smtpd;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import postern.config.Key;
import postern.config.Section;
import postern.config.Settings;
import postern.tls.Protection;

/**
 * What logins are, beside what the authentication service knows.
 *
 * @param certificates login by fingerprint ({@code sha256:} and hexadecimal digits) or by subject
 */
public record LoginConfig(Map<String, String> certificates) {
    private static final String SINCE = "0.2";
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

    /** {@code [smtpd.auth]}. */
    public static final Section SECTION =
            new Section(
                    "smtpd.auth",
                    "Logins. How passwords are checked stands in [auth]; where AUTH is offered, in"
                            + " [[listener]].",
                    java.util.List.of(CERTIFICATES));

    public LoginConfig {
        certificates = Map.copyOf(certificates);
    }

    public static LoginConfig read(Settings settings) {
        Map<String, String> certificates = new HashMap<>();
        settings.get(SECTION, CERTIFICATES)
                .forEach((name, login) -> certificates.put(canonical(name), login));
        return new LoginConfig(certificates);
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
