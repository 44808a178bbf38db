package postern.mail;

/** IPv4 and IPv6 addresses as text: RFC 5321 §4.1.3. */
final class AddressLiteral {
    private static final int GROUPS = 8;

    private AddressLiteral() {}

    /** {@code Snum 3("." Snum)}, each number at most 255. */
    static boolean ipv4(String text) {
        int numbers = 0;
        int at = 0;
        while (numbers < 4) {
            int value = 0;
            int start = at;
            while (at < text.length() && digit(text.charAt(at))) {
                value = value * 10 + text.charAt(at) - '0';
                at++;
                if (at - start > 3) {
                    return false;
                }
            }
            if (at == start || value > 255) {
                return false;
            }
            numbers++;
            if (numbers < 4) {
                if (at == text.length() || text.charAt(at) != '.') {
                    return false;
                }
                at++;
            }
        }
        return at == text.length();
    }

    /**
     * Eight groups, or fewer about one {@code ::}, the last two perhaps as IPv4. RFC 5321 wants
     * {@code ::} to stand for two groups at least; RFC 4291 §2.2 allows one, and it is written.
     */
    static boolean ipv6(String text) {
        int groups = 0;
        int at = 0;
        boolean compressed = false;
        if (text.startsWith("::")) {
            compressed = true;
            at = 2;
        }
        boolean more = at < text.length();
        while (more) {
            int colon = text.indexOf(':', at);
            int end = colon < 0 ? text.length() : colon;
            if (colon < 0 && text.indexOf('.', at) >= 0) {
                groups += 2;
                if (!ipv4(text.substring(at))) {
                    return false;
                }
            } else if (hexadecimal(text, at, end)) {
                groups++;
            } else {
                return false;
            }
            at = end + 1;
            more = colon >= 0;
            if (more && at < text.length() && text.charAt(at) == ':') {
                if (compressed) {
                    return false;
                }
                compressed = true;
                at++;
                more = at < text.length();
            }
        }
        return compressed ? groups < GROUPS : groups == GROUPS;
    }

    /** {@code Ldh-str ":" 1*dcontent}, but for the tag that has a form of its own. */
    static boolean general(String text) {
        int colon = text.indexOf(':');
        if (colon < 1 || colon == text.length() - 1) {
            return false;
        }
        for (int i = 0; i < colon; i++) {
            char c = text.charAt(i);
            boolean letterOrDigit = digit(c) || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
            if (!letterOrDigit && (c != '-' || i == colon - 1)) {
                return false;
            }
        }
        if (hexadecimal(text, 0, colon)) {
            return false; // an IPv6 address that lacks its tag: RFC 5321 §4.1.3
        }
        for (int i = colon + 1; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c <= ' ' || c > '~' || c == '[' || c == '\\' || c == ']') {
                return false;
            }
        }
        return true;
    }

    private static boolean hexadecimal(String text, int from, int to) {
        if (to == from || to - from > 4) {
            return false;
        }
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            if (!digit(c) && !(c >= 'a' && c <= 'f') && !(c >= 'A' && c <= 'F')) {
                return false;
            }
        }
        return true;
    }

    private static boolean digit(char c) {
        return c >= '0' && c <= '9';
    }
}
