package postern.smtpd;

import java.net.InetAddress;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import postern.config.Cidr;
import postern.mail.Xtext;

/**
 * The XCLIENT command: a trusted proxy or test says for whom it speaks. Attributes that we have no
 * use for are checked and dropped.
 *
 * @param login who authenticated there; empty when nobody did
 */
record Xclient(Client client, Optional<String> login) {
    /** As EHLO offers it. */
    static final String OFFER = "XCLIENT NAME ADDR PORT PROTO HELO LOGIN DESTADDR DESTPORT";

    private static final int VALUE_CHARS_MAX = 255;
    private static final String UNAVAILABLE = "[UNAVAILABLE]";
    private static final String UNAVAILABLE_NOW = "[TEMPUNAVAIL]";

    /** What the attributes make of the one who spoke before; empty when they are malformed. */
    static Optional<Xclient> parse(String attributes, Xclient before, List<Cidr> trusted) {
        Xclient now = before;
        int at = 0;
        while (at < attributes.length()) {
            int space = attributes.indexOf(' ', at);
            int end = space < 0 ? attributes.length() : space;
            int equals = attributes.indexOf('=', at);
            if (equals <= at || equals >= end) {
                return Optional.empty();
            }
            Optional<String> value = Xtext.decode(attributes.substring(equals + 1, end));
            if (value.isEmpty() || value.get().length() > VALUE_CHARS_MAX) {
                return Optional.empty();
            }
            Optional<Xclient> next =
                    now.with(attributes.substring(at, equals), value.get(), trusted);
            if (next.isEmpty()) {
                return Optional.empty();
            }
            now = next.get();
            at = end + 1;
        }
        return Optional.of(now);
    }

    private Optional<Xclient> with(String name, String value, List<Cidr> trusted) {
        boolean known = !value.equals(UNAVAILABLE) && !value.equals(UNAVAILABLE_NOW);
        String text = known ? value : "";
        return switch (name.toUpperCase(Locale.ROOT)) {
            case "NAME" -> Optional.of(new Xclient(client.named(text), login));
            case "LOGIN" -> Optional.of(new Xclient(client, Optional.of(text).filter(_ -> known)));
            case "ADDR" ->
                    known
                            ? address(text).map(to -> new Xclient(client.at(to, trusted), login))
                            : Optional.of(this);
            case "PORT", "PROTO", "HELO", "DESTADDR", "DESTPORT" -> Optional.of(this);
            default -> Optional.empty();
        };
    }

    private static Optional<InetAddress> address(String text) {
        String bare = text.regionMatches(true, 0, "IPV6:", 0, 5) ? text.substring(5) : text;
        return Cidr.parse(bare).map(Cidr::address);
    }
}
