package postern.sts;

import java.time.Duration;
import postern.http.Exchange;
import postern.http.HttpsClient;
import postern.http.HttpsUrl;
import postern.http.Response;
import postern.sts.Found.Trouble;
import postern.sts.Found.Trouble.Kind;

/** Where a domain keeps its policy: RFC 8461 §3.3. Any task. */
final class PolicyHost {
    /** RFC 8461 §3.3 suggests it. */
    private static final Duration TIME = Duration.ofSeconds(60);

    private static final String PATH = "/.well-known/mta-sts.txt";
    private static final String PREFIX = "mta-sts.";
    private static final String MEDIA_TYPE = "text/plain";
    private static final int OK = 200;

    private final HttpsClient client;
    private final int port;

    /** How a fetch ended. */
    sealed interface Fetched {
        record Policy(StsPolicy policy) implements Fetched {}

        record Failed(Trouble trouble) implements Fetched {}
    }

    PolicyHost(HttpsClient client, int port) {
        this.client = client;
        this.port = port;
    }

    /** Fetches the policy anew, whatever is known. */
    Fetched fetch(String domain) {
        var url = new HttpsUrl(PREFIX + domain, port, PATH);
        var bounds = new HttpsClient.Bounds(TIME, StsPolicy.OCTETS_MAX);
        return switch (client.get(url, MEDIA_TYPE, bounds)) {
            case Exchange.Failed(Exchange.Stage stage, String why) ->
                    failed(
                            stage == Exchange.Stage.CERTIFICATE
                                    ? Kind.WEBPKI_INVALID
                                    : Kind.FETCH_ERROR,
                            why);
            case Exchange.Answered(Response response) -> read(url, response);
        };
    }

    private static Fetched read(HttpsUrl url, Response response) {
        if (response.status() != OK) { // redirects are not followed
            return failed(Kind.FETCH_ERROR, url + " answers " + response.status());
        }
        if (!response.mediaType().equals(MEDIA_TYPE)) {
            return failed(
                    Kind.INVALID,
                    url + " is of type " + response.mediaType() + ", not " + MEDIA_TYPE);
        }
        return switch (StsPolicy.parse(response.body())) {
            case StsPolicy.Parsed.Valid(StsPolicy policy) -> new Fetched.Policy(policy);
            case StsPolicy.Parsed.Invalid(String why) -> failed(Kind.INVALID, url + ": " + why);
        };
    }

    private static Fetched failed(Kind kind, String why) {
        return new Fetched.Failed(new Trouble(kind, why));
    }
}
