package postern.dns;

import java.net.InetAddress;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A next hop as {@code Route.To} names it: {@code domain}, {@code domain:port}, {@code [host]},
 * {@code [host]:port}, {@code [192.0.2.1]}, {@code [IPv6:2001:db8::1]:port}.
 *
 * @param name without brackets
 * @param port zero when none was named
 * @param byMx whether MX records are asked for: it stood without brackets
 */
public record NextHop(String name, int port, boolean byMx) {
    private static final Pattern BETWEEN = Pattern.compile("[ \t]*,[ \t]*|[ \t]+");

    /** The next hops of a route that names several, to be tried in this order. */
    public static List<String> each(String route) {
        return route.indexOf(',') < 0 && route.indexOf(' ') < 0
                ? List.of(route)
                : BETWEEN.splitAsStream(route.strip()).filter(hop -> !hop.isEmpty()).toList();
    }

    /** Empty when the text is no next hop. */
    public static Optional<NextHop> parse(String text) {
        if (text.startsWith("[")) {
            int end = text.indexOf(']');
            return end < 0 ? Optional.empty() : of(text.substring(1, end), text, end + 1, false);
        }
        int colon = text.lastIndexOf(':');
        int end = colon < 0 ? text.length() : colon;
        return of(text.substring(0, end), text, end, true);
    }

    private static Optional<NextHop> of(String name, String text, int end, boolean byMx) {
        if (name.isEmpty()) {
            return Optional.empty();
        }
        if (end == text.length()) {
            return Optional.of(new NextHop(name, 0, byMx));
        }
        int digits = text.length() - end - 1;
        if (text.charAt(end) != ':' || digits < 1 || digits > 5) {
            return Optional.empty();
        }
        int port = 0;
        for (int i = end + 1; i < text.length(); i++) {
            int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return Optional.empty();
            }
            port = port * 10 + digit;
        }
        return port > 0 && port < 65536
                ? Optional.of(new NextHop(name, port, byMx))
                : Optional.empty();
    }

    /** The address where the name is a literal in brackets: RFC 5321 §4.1.3. */
    Optional<InetAddress> literal() {
        if (byMx) {
            return Optional.empty();
        }
        boolean tagged = name.toLowerCase(Locale.ROOT).startsWith("ipv6:");
        String text = tagged ? name.substring(5) : name;
        boolean v6 = text.indexOf(':') >= 0;
        if (tagged && !v6) {
            return Optional.empty();
        }
        return v6 ? address(text) : dotted(text);
    }

    /** An address of four numbers: shorter forms of one are names to us. */
    static Optional<InetAddress> dotted(String text) {
        return fourNumbers(text) ? address(text) : Optional.empty();
    }

    private static Optional<InetAddress> address(String text) {
        try {
            return Optional.of(InetAddress.ofLiteral(text));
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    private static boolean fourNumbers(String text) {
        int dots = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '.') {
                dots++;
            } else if (c < '0' || c > '9') {
                return false;
            }
        }
        return dots == 3;
    }
}
