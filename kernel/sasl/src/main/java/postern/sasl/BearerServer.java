package postern.sasl;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import postern.base.Json;
import postern.sasl.Accounts.TokenHints;

/**
 * OAUTHBEARER (RFC 7628) and XOAUTH2: a token that somebody else issued. After a failure the server
 * says so in JSON, the client answers with nothing, and only then the exchange has failed.
 */
final class BearerServer implements ServerExchange {
    private static final String SEPARATOR = "\u0001"; // kvsep
    private static final String SCHEME = "bearer ";

    private final Accounts accounts;
    private final boolean standard;
    private @Nullable Step failed;

    BearerServer(Accounts accounts, boolean standard) {
        this.accounts = accounts;
        this.standard = standard;
    }

    @Override
    public Step step(byte[] message) {
        Step end = failed;
        if (end != null) { // RFC 7628 §3.2.3: whatever it answers
            return end;
        }
        Optional<String> text = Utf8.text(message);
        if (text.isEmpty()) {
            return new Step.Malformed("not a text");
        }
        List<String> parts = List.of(text.get().split(SEPARATOR, -1));
        Optional<String> user = standard ? header(parts.getFirst()) : user(parts.getFirst());
        Optional<String> token = token(parts.subList(1, parts.size()));
        if (user.isEmpty() || token.isEmpty()) {
            return new Step.Malformed("no user or no token");
        }
        if (user.get().length() > Bounds.NAME_CHARS_MAX) {
            return new Step.Malformed("the user's name is too long");
        }
        Step step = Steps.end(user.get(), accounts.token(user.get(), token.get()));
        if (step instanceof Step.Denied) {
            failed = step;
            return new Step.Challenge(Utf8.octets(Json.of(error())));
        }
        return step;
    }

    @Override
    public boolean failed() {
        return failed != null;
    }

    /** RFC 7628 §3.2.2; and what Google's documents of XOAUTH2 show. */
    private Map<String, String> error() {
        TokenHints hints = accounts.tokenHints();
        Map<String, String> error = new LinkedHashMap<>();
        error.put("status", standard ? "invalid_token" : "401");
        if (!standard) {
            error.put("schemes", "bearer");
        }
        if (!hints.scope().isEmpty()) {
            error.put("scope", hints.scope());
        }
        if (standard && !hints.configuration().isEmpty()) {
            error.put("openid-configuration", hints.configuration());
        }
        return error;
    }

    /** {@code n,a=user,}: RFC 7628 §3.1. */
    private static Optional<String> header(String header) {
        List<String> fields = List.of(header.split(",", -1));
        if (fields.size() != 3
                || !fields.get(2).isEmpty()
                || !(fields.get(0).equals("n") || fields.get(0).equals("y"))) {
            return Optional.empty();
        }
        String name = fields.get(1);
        if (name.isEmpty()) {
            return Optional.of("");
        }
        return name.startsWith("a=") ? ScramText.name(name.substring(2)) : Optional.empty();
    }

    private static Optional<String> user(String field) {
        return field.startsWith("user=") ? Optional.of(field.substring(5)) : Optional.empty();
    }

    private static Optional<String> token(List<String> pairs) {
        for (String pair : pairs) {
            if (pair.startsWith("auth=")
                    && pair.regionMatches(true, 5, SCHEME, 0, SCHEME.length())) {
                return Optional.of(pair.substring(5 + SCHEME.length()).strip())
                        .filter(token -> !token.isEmpty());
            }
        }
        return Optional.empty();
    }
}
