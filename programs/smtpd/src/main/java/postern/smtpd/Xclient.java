package postern.smtpd;

import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import postern.config.Cidr;

/**
 * The XCLIENT command: a trusted proxy or test says for whom it speaks. Attributes that we have no
 * use for are checked and dropped.
 *
 * @param login who authenticated there; empty when nobody did
 */
record Xclient(Client client, Optional<String> login) {
    /** As EHLO offers it. */
    static final String OFFER = "XCLIENT NAME ADDR PORT PROTO HELO LOGIN DESTADDR DESTPORT";

    private static final Set<String> NAMES =
            Set.of("NAME", "ADDR", "PORT", "PROTO", "HELO", "LOGIN", "DESTADDR", "DESTPORT");

    /** What the attributes make of the one who spoke before; empty when they are malformed. */
    static Optional<Xclient> parse(String attributes, Xclient before, List<Cidr> trusted) {
        Optional<Map<String, String>> values = NamedValues.parse(attributes, NAMES);
        if (values.isEmpty()) {
            return Optional.empty();
        }
        Client client = before.client;
        Optional<String> login = before.login;
        for (Map.Entry<String, String> each : values.get().entrySet()) {
            String value = each.getValue();
            switch (each.getKey()) {
                case "NAME" -> client = client.named(value);
                case "LOGIN" -> login = Optional.of(value).filter(known -> !known.isEmpty());
                case "ADDR" -> {
                    if (!value.isEmpty()) {
                        Optional<InetAddress> address = address(value);
                        if (address.isEmpty()) {
                            return Optional.empty();
                        }
                        client = client.at(address.get(), trusted);
                    }
                }
                default -> {} // of no use to us
            }
        }
        return Optional.of(new Xclient(client, login));
    }

    private static Optional<InetAddress> address(String text) {
        String bare = text.regionMatches(true, 0, "IPV6:", 0, 5) ? text.substring(5) : text;
        return Cidr.parse(bare).map(Cidr::address);
    }
}
