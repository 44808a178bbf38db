package postern.http;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Optional;
import postern.base.Bug;
import postern.config.Key;

/**
 * Where a request goes: RFC 9110 §4.2.2.
 *
 * @param host a name in lower case, never an address: it is what the server has to prove
 * @param target path and query as they stand in the request: RFC 9112 §3.2.1
 */
public record HttpsUrl(String host, int port, String target) {
    /** RFC 9110 §4.2.2. */
    public static final int PORT = 443;

    /** Longest URL in characters. Figure from RFC 9110 §4.1, which wants 8000 supported. */
    public static final int CHARS_MAX = 8_000;

    private static final String SCHEME = "https";

    /** Longest name in characters: RFC 1035 §2.3.4. */
    private static final int NAME_CHARS_MAX = 253;

    public HttpsUrl {
        Bug.unless(name(host), "a URL has a host");
        Bug.unless(port > 0 && port < 65536 && target.startsWith("/"), "a URL is whole");
    }

    /** On the usual port. */
    public static HttpsUrl of(String host, String target) {
        return new HttpsUrl(host, PORT, target);
    }

    /** Empty when the text is no such URL, names an address, or holds a user or a fragment. */
    public static Optional<HttpsUrl> parse(String text) {
        if (text.length() > CHARS_MAX || text.chars().anyMatch(c -> c <= ' ' || c > '~')) {
            return Optional.empty();
        }
        try {
            URI uri = new URI(text);
            String host = uri.getHost();
            if (!SCHEME.equalsIgnoreCase(uri.getScheme())
                    || host == null
                    || !name(host.toLowerCase(Locale.ROOT))
                    || uri.getRawUserInfo() != null
                    || uri.getRawFragment() != null) {
                return Optional.empty();
            }
            int port = uri.getPort() < 0 ? PORT : uri.getPort();
            String path = uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
            String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
            return port > 0 && port < 65536
                    ? Optional.of(new HttpsUrl(host.toLowerCase(Locale.ROOT), port, path + query))
                    : Optional.empty();
        } catch (URISyntaxException _) {
            return Optional.empty();
        }
    }

    /** A key of the configuration that holds one, or is not there. */
    public static Key<Optional<HttpsUrl>> key(
            String name, String example, String doc, String since) {
        return Key.parsed(
                        name,
                        example,
                        "an HTTPS URL",
                        text ->
                                parse(text)
                                        .orElseThrow(
                                                () ->
                                                        new IllegalArgumentException(
                                                                "is no URL of HTTPS with a host's name")),
                        "write https://HOST/PATH",
                        doc,
                        since)
                .optional();
    }

    /** Labels of letters, digits and hyphens, of which the last is no number. */
    private static boolean name(String text) {
        int end = text.length();
        if (end == 0 || end > NAME_CHARS_MAX || !label(text.charAt(0)) || !label(text, end - 1)) {
            return false;
        }
        boolean allow = true;
        for (int i = 0; i < end; i++) {
            char c = text.charAt(i);
            allow &= label(c) || (c == '.' || c == '-') && label(text, i - 1) || c == '-';
        }
        char first = text.charAt(text.lastIndexOf('.') + 1);
        return allow && (first < '0' || first > '9');
    }

    private static boolean label(String text, int at) {
        return label(text.charAt(at));
    }

    private static boolean label(char c) {
        return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '_';
    }

    /** As the Host field says it: RFC 9110 §7.2. */
    String authority() {
        return port == PORT ? host : host + ":" + port;
    }

    @Override
    public String toString() {
        return SCHEME + "://" + authority() + target;
    }
}
