package postern.http;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.SequencedMap;
import java.util.stream.Collectors;

/** {@code application/x-www-form-urlencoded}, as endpoints of OAuth 2 want it: RFC 6749 app. B. */
public final class Form {
    static final String MEDIA_TYPE = "application/x-www-form-urlencoded";

    private Form() {}

    static byte[] octets(SequencedMap<String, String> parameters) {
        return parameters.entrySet().stream()
                .map(each -> encoded(each.getKey()) + "=" + encoded(each.getValue()))
                .collect(Collectors.joining("&"))
                .getBytes(StandardCharsets.US_ASCII);
    }

    /**
     * The field Authorization by which a client of such an endpoint says who it is: RFC 6749
     * §2.3.1, RFC 7617 §2.
     */
    public static String basic(String client, String secret) {
        String pair = encoded(client) + ":" + encoded(secret);
        return "Basic "
                + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.US_ASCII));
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
