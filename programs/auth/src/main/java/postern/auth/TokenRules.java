package postern.auth;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import postern.base.JsonValue;
import postern.base.JsonValue.Items;
import postern.base.JsonValue.Members;
import postern.base.JsonValue.Text;
import postern.base.JsonValue.Truth;
import postern.sasl.Accounts.Verdict;
import postern.sasl.Prepared;
import postern.sasl.password.PasswordFile;

/**
 * What a token must say, once it is known to be the issuer's: RFC 7519 §4.1, RFC 7662 §2.2.
 *
 * @param issuer empty for any
 * @param audiences of which it must be for one; empty for any
 * @param scopes that it must have, all of them
 * @param userClaim which member names the user
 * @param skew that clocks may differ by
 */
public record TokenRules(
        String issuer,
        List<String> audiences,
        List<String> scopes,
        String userClaim,
        Duration skew) {
    /** OpenID Connect Core §5.1. */
    static final String EMAIL = "email";

    private static final String VERIFIED = "email_verified";

    public TokenRules {
        audiences = List.copyOf(audiences);
        scopes = List.copyOf(scopes);
    }

    /** What became of it. */
    sealed interface Judged {
        /**
         * @param login whose it is
         * @param expires seconds since 1970; infinite where it does not say
         */
        record Good(String login, double expires) implements Judged {}

        /**
         * @param why for the log: nothing of the token
         */
        record Bad(String why) implements Judged {}
    }

    /**
     * @param mustExpire whether a token that does not say when it ends is none
     */
    Judged judge(Members claims, Instant now, boolean mustExpire) {
        Optional<JsonValue> exp = claims.get("exp");
        Optional<JsonValue> nbf = claims.get("nbf");
        double ends = exp.map(TokenRules::seconds).orElse(Double.POSITIVE_INFINITY);
        double begins = nbf.map(TokenRules::seconds).orElse(0.0);
        if (exp.isEmpty() && mustExpire || Double.isNaN(ends) || Double.isNaN(begins)) {
            return new Judged.Bad("the token does not say when it is valid");
        }
        if (expired(ends, now)) {
            return new Judged.Bad("the token has expired");
        }
        if (now.getEpochSecond() + skew.toSeconds() < begins) {
            return new Judged.Bad("the token is not valid yet");
        }
        if (!issuer.isEmpty() && !claims.text("iss").map(issuer::equals).orElse(false)) {
            return new Judged.Bad("the token is of another issuer");
        }
        if (!audiences.isEmpty() && texts(claims, "aud").stream().noneMatch(audiences::contains)) {
            return new Judged.Bad("the token is for another audience");
        }
        for (String scope : scopes) {
            if (!scopes(claims).contains(scope)) {
                return new Judged.Bad("the token is without the scope " + scope);
            }
        }
        return user(claims, ends);
    }

    private Judged user(Members claims, double ends) {
        Optional<String> login = claims.text(userClaim).flatMap(PasswordFile::login);
        if (login.isEmpty()) {
            return new Judged.Bad("the token names no user by its member " + userClaim);
        }
        JsonValue verified = claims.get(VERIFIED).orElse(new Truth(true));
        boolean sure = verified.equals(new Truth(true)) || verified.equals(new Text("true"));
        return userClaim.equals(EMAIL) && !sure
                ? new Judged.Bad("the issuer has not verified the address")
                : new Judged.Good(login.get(), ends);
    }

    boolean expired(double ends, Instant now) {
        return ends + skew.toSeconds() <= now.getEpochSecond();
    }

    /** Who says to be somebody must be whom the token is for: RFC 7628 §3.1. */
    static Verdict granted(String login, String user) {
        boolean same =
                user.isEmpty()
                        || Prepared.of(user)
                                .map(each -> each.toLowerCase(Locale.ROOT))
                                .equals(Optional.of(login.toLowerCase(Locale.ROOT)));
        return same
                ? new Verdict.Granted(login)
                : new Verdict.Denied("the token is for another user");
    }

    /** RFC 7519 §2, NumericDate; not a number where it is none. */
    private static double seconds(JsonValue value) {
        if (value instanceof JsonValue.Number(String text)) {
            double seconds = Double.parseDouble(text);
            return Double.isFinite(seconds) ? seconds : Double.NaN;
        }
        return Double.NaN;
    }

    /** RFC 8693 §4.2, and the name and forms that Microsoft and Okta have. */
    private static List<String> scopes(Members claims) {
        String name = claims.get("scope").isPresent() ? "scope" : "scp";
        return texts(claims, name).stream()
                .flatMap(each -> List.of(each.split(" ", -1)).stream())
                .toList();
    }

    /** A text or a list of texts: RFC 7519 §4.1.3. */
    private static List<String> texts(Members claims, String name) {
        return switch (claims.get(name).orElse(new JsonValue.Nothing())) {
            case Text(String text) -> List.of(text);
            case Items(List<JsonValue> items) ->
                    items.stream()
                            .flatMap(
                                    each ->
                                            each instanceof Text(String text)
                                                    ? List.of(text).stream()
                                                    : List.<String>of().stream())
                            .toList();
            case Members _, JsonValue.Number _, Truth _, JsonValue.Nothing _ -> List.of();
        };
    }
}
