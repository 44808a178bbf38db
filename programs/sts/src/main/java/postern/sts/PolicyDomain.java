package postern.sts;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import postern.mail.DomainForms;

/** Names that can have a policy. */
final class PolicyDomain {
    /** A name of 253 characters (RFC 1035 §2.3.4) with the policy host's label before it. */
    private static final int CHARS_MAX = 245;

    /** Labels of RFC 5321 §4.1.2, so that the name is also fit for a file's. */
    private static final Pattern NAME =
            Pattern.compile(
                    "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)+");

    private PolicyDomain() {}

    /** The name in ASCII and lower case; empty where it cannot have a policy. */
    static Optional<String> of(String domain) {
        String name = domain.endsWith(".") ? domain.substring(0, domain.length() - 1) : domain;
        try {
            name = DomainForms.ascii(name).toLowerCase(Locale.ROOT);
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
        char last = name.isEmpty() ? '0' : name.charAt(name.lastIndexOf('.') + 1);
        boolean address = last >= '0' && last <= '9'; // RFC 8461 §3.4: literals have none
        return name.length() <= CHARS_MAX && !address && NAME.matcher(name).matches()
                ? Optional.of(name)
                : Optional.empty();
    }
}
