package postern.auth;

import java.util.Optional;
import postern.auth.KeySource.Keys;
import postern.base.Clock;
import postern.sasl.Accounts.Verdict;
import postern.sasl.jwt.Jwt;
import postern.sasl.jwt.TokenKeys;

/** Tokens that the issuer signed: RFC 7519. Nobody is asked but, at times, for the keys. */
final class SignedTokens implements TokenCheck {
    private final KeySource source;
    private final TokenRules rules;
    private final Clock clock;

    SignedTokens(KeySource source, TokenRules rules, Clock clock) {
        this.source = source;
        this.rules = rules;
        this.clock = clock;
    }

    @Override
    public Verdict token(String user, String token) {
        Optional<Jwt> parsed = Jwt.parse(token);
        return parsed.isPresent()
                ? signed(user, parsed.get(), false)
                : new Verdict.Denied("not a signed token");
    }

    /** A key that is not known may be a new one. */
    private Verdict signed(String user, Jwt token, boolean anew) {
        return switch (anew ? source.anew() : source.keys()) {
            case Keys.Unknown(String why) -> new Verdict.Unavailable(why);
            case Keys.Known(TokenKeys keys) ->
                    switch (keys.verify(token)) {
                        case SIGNED -> believed(user, token);
                        case FORGED -> new Verdict.Denied("the token's signature is wrong");
                        case NO_SUCH_KEY ->
                                anew
                                        ? new Verdict.Denied(
                                                "no key of the issuer signed the token")
                                        : signed(user, token, true);
                    };
        };
    }

    private Verdict believed(String user, Jwt token) {
        return switch (rules.judge(token.claims(), clock.now(), true)) {
            case TokenRules.Judged.Good(String login, _) -> TokenRules.granted(login, user);
            case TokenRules.Judged.Bad(String why) -> new Verdict.Denied(why);
        };
    }
}
