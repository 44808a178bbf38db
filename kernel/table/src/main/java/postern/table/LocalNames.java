package postern.table;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Under which names a local part is looked up among aliases and users.
 *
 * @param delimiters characters each of which parts a user from an extension (RFC 5233); empty: none
 *     does
 */
public record LocalNames(String delimiters) {

    /**
     * The local part itself and in lower case (as Postfix's local(8) does), then without extension.
     */
    public List<String> candidates(String localPart) {
        String user = base(localPart);
        return Stream.of(
                        localPart,
                        localPart.toLowerCase(Locale.ROOT),
                        user,
                        user.toLowerCase(Locale.ROOT))
                .distinct()
                .toList();
    }

    /** What is behind the user and the delimiter; empty where nothing is. */
    public String extension(String localPart) {
        int base = base(localPart).length();
        return base < localPart.length() ? localPart.substring(base + 1) : "";
    }

    /** The user without the extension; the same where there is none. */
    public String base(String user) {
        for (int i = 1; i < user.length(); i++) {
            if (delimiters.indexOf(user.charAt(i)) >= 0) {
                return separable(user) ? user.substring(0, i) : user;
            }
        }
        return user;
    }

    /** Postfix's exceptions: names that have a hyphen of their own. */
    private boolean separable(String user) {
        if (delimiters.indexOf('-') < 0) {
            return true;
        }
        return !user.equalsIgnoreCase("mailer-daemon")
                && !user.equalsIgnoreCase("double-bounce")
                && !user.regionMatches(true, 0, "owner-", 0, 6)
                && !user.regionMatches(true, Math.max(0, user.length() - 8), "-request", 0, 8);
    }
}
