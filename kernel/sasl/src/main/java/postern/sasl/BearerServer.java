package postern.sasl;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * OAUTHBEARER (RFC 7628) and XOAUTH2: a token that somebody else issued. After a failure the server
 * says so in JSON, the client answers with nothing, and only then the exchange has failed.
 */
final class BearerServer implements ServerExchange {
    private static final String SEPARATOR = "\u0001"; // kvsep
    private static final String SCHEME = "bearer ";
    private static final byte[] ERROR =
            "{\"status\":\"invalid_token\"}".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] ERROR_OLD =
            "{\"status\":\"401\",\"schemes\":\"bearer\"}".getBytes(StandardCharsets.US_ASCII);

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
            return new Step.Challenge(standard ? ERROR : ERROR_OLD);
        }
        return step;
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
