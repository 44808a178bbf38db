package postern.mail;

import java.util.Locale;
import postern.base.Bug;

/**
 * The right side of an address: a domain name, or an address literal in brackets (RFC 5321 §4.1.2).
 * Names do not differ by case (RFC 5321 §2.4), so the text is held in lower case.
 *
 * @param text at most 255 octets (RFC 5321 §4.5.3.1.2)
 */
public record Domain(String text) {
    public Domain {
        Bug.unless(!text.isEmpty(), "a domain has a name");
        text = text.toLowerCase(Locale.ROOT);
    }

    /** {@code [192.0.2.1]}, {@code [IPv6:2001:db8::1]}. */
    public boolean literal() {
        return text.charAt(0) == '[';
    }

    @Override
    public String toString() {
        return text;
    }
}
