package postern.mail;

import java.net.InetAddress;
import java.util.Locale;
import java.util.Optional;
import postern.base.Bug;

/**
 * The right side of an address: a domain name, or an address literal in brackets (RFC 5321 §4.1.2).
 * Names do not differ by case (RFC 5321 §2.4), so the text is held in lower case; but for the tag
 * of an IPv6 literal, which not every server knows in any other form than the RFC's.
 *
 * @param text at most 255 octets (RFC 5321 §4.5.3.1.2)
 */
public record Domain(String text) {
    private static final String TAG = "[IPv6:"; // RFC 5321 §4.1.3
    private static final String TAG_LOWER = "[ipv6:";

    public Domain {
        Bug.unless(!text.isEmpty(), "a domain has a name");
        text = text.toLowerCase(Locale.ROOT);
        if (text.startsWith(TAG_LOWER)) {
            text = TAG + text.substring(TAG.length());
        }
    }

    /** {@code [192.0.2.1]}, {@code [IPv6:2001:db8::1]}. */
    public boolean literal() {
        return text.charAt(0) == '[';
    }

    /** The address that a literal of RFC 5321 §4.1.3 stands for; empty of anything else. */
    public Optional<InetAddress> address() {
        boolean six = text.startsWith(TAG);
        if (!literal() || !text.endsWith("]")) {
            return Optional.empty();
        }
        String inside = text.substring(six ? TAG.length() : 1, text.length() - 1);
        return (six ? AddressLiteral.ipv6(inside) : AddressLiteral.ipv4(inside))
                ? Optional.of(InetAddress.ofLiteral(inside))
                : Optional.empty();
    }

    @Override
    public String toString() {
        return text;
    }
}
