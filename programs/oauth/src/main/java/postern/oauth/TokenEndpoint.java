package postern.oauth;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import postern.base.JsonValue;
import postern.base.JsonValue.Members;
import postern.base.JsonValue.Text;
import postern.http.Exchange;
import postern.http.Form;
import postern.http.HttpsClient;
import postern.http.Response;

/** Asks for tokens: RFC 6749 §4.4.2, §6. Any task. */
final class TokenEndpoint {
    /** Figures of our own: an endpoint answers within a second, in some kilobytes. */
    private static final HttpsClient.Bounds BOUNDS =
            new HttpsClient.Bounds(Duration.ofSeconds(30), 64 * 1024);

    /** Where the endpoint does not say, as RFC 6749 §5.1 recommends it should. */
    private static final Duration UNSTATED_LIFE = Duration.ofMinutes(5);

    private static final long LIFE_SECONDS_MAX = Duration.ofDays(1).toSeconds();
    private static final int OK = 200;

    /** RFC 6749 §5.2: these codes; a server may have more. */
    private static final Pattern CODE = Pattern.compile("[A-Za-z0-9_.:-]{1,64}");

    private static final int DESCRIPTION_CHARS_MAX = 200;

    private final HttpsClient client;

    TokenEndpoint(HttpsClient client) {
        this.client = client;
    }

    /**
     * @param secret of the client; empty for a public one
     * @param refreshToken empty with client credentials
     */
    Granted ask(OAuthConfig config, String secret, String refreshToken) {
        LinkedHashMap<String, String> parameters = new LinkedHashMap<>();
        switch (config.grant()) {
            case REFRESH_TOKEN -> {
                parameters.put("grant_type", "refresh_token");
                parameters.put("refresh_token", refreshToken);
            }
            case CLIENT_CREDENTIALS -> parameters.put("grant_type", "client_credentials");
        }
        if (!config.scope().isEmpty()) {
            parameters.put("scope", config.scope());
        }
        String authorization = "";
        if (secret.isEmpty()) {
            parameters.put("client_id", config.clientId()); // RFC 6749 §3.2.1
        } else if (config.authentication() == OAuthConfig.Authentication.BODY) {
            parameters.put("client_id", config.clientId());
            parameters.put("client_secret", secret);
        } else {
            authorization = Form.basic(config.clientId(), secret);
        }
        return switch (client.postForm(config.endpoint(), authorization, parameters, BOUNDS)) {
            case Exchange.Failed(var stage, String why) ->
                    new Granted.Nothing(
                            config.endpoint().host()
                                    + ": "
                                    + stage.name().toLowerCase(Locale.ROOT)
                                    + ": "
                                    + why,
                            false);
            case Exchange.Answered(Response response) ->
                    answer(config, response, List.of(secret, refreshToken));
        };
    }

    private static Granted answer(OAuthConfig config, Response response, List<String> secrets) {
        String host = config.endpoint().host();
        Optional<Members> object =
                JsonValue.members(new String(response.body(), StandardCharsets.UTF_8));
        if (object.isEmpty()) {
            return response.status() == OK
                    ? new Granted.Nothing(host + " answers no JSON object", false)
                    : new Granted.Nothing(host + " answers " + response.status(), false);
        }
        return response.status() == OK
                ? token(host, object.get())
                : error(host, response.status(), object.get(), secrets);
    }

    /** RFC 6749 §5.1. */
    private static Granted token(String host, Members object) {
        String text = object.text("access_token").orElse("");
        if (!Secrets.fits(text) || text.indexOf(' ') >= 0) {
            return new Granted.Nothing(host + " answers without a usable access_token", false);
        }
        if (!object.text("token_type").orElse("").equalsIgnoreCase("bearer")) {
            return new Granted.Nothing(host + " gives tokens that are not of type bearer", true);
        }
        String rotated = object.text("refresh_token").filter(Secrets::fits).orElse("");
        return new Granted.Token(text, life(object.get("expires_in")), rotated);
    }

    /** A number; some endpoints write it as text. */
    private static Duration life(Optional<JsonValue> stated) {
        double seconds =
                switch (stated.orElse(new JsonValue.Nothing())) {
                    case JsonValue.Number(String text) -> Double.parseDouble(text);
                    case Text(String text) when text.matches("[0-9]{1,9}") -> Long.parseLong(text);
                    case Text _,
                            Members _,
                            JsonValue.Items _,
                            JsonValue.Truth _,
                            JsonValue.Nothing _ ->
                            UNSTATED_LIFE.toSeconds();
                };
        return Duration.ofSeconds((long) Math.clamp(seconds, 1, LIFE_SECONDS_MAX));
    }

    /** RFC 6749 §5.2. What the endpoint says of us goes to the log, unless a secret is in it. */
    private static Granted error(String host, int status, Members object, List<String> secrets) {
        String code =
                object.text("error")
                        .filter(text -> CODE.matcher(text).matches())
                        .orElse("no reason");
        String words = object.text("error_description").orElse("");
        if (secrets.stream().anyMatch(each -> !each.isEmpty() && words.contains(each))) {
            return new Granted.Nothing(host + " answers " + status + ": " + code, true);
        }
        String description =
                words.substring(0, Math.min(words.length(), DESCRIPTION_CHARS_MAX))
                        .replaceAll("[^ -~]+", " ")
                        .strip();
        return new Granted.Nothing(
                host
                        + " answers "
                        + status
                        + ": "
                        + code
                        + (description.isEmpty() ? "" : " (" + description + ")"),
                status / 100 == 4 && status != 408 && status != 429); // RFC 9110 §15.5
    }
}
