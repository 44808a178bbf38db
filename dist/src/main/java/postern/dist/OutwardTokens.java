package postern.dist;

import postern.oauth.AccessTokens;
import postern.smtp.BearerTokens;

/**
 * oauth(8), as smtp(8) sees it. Any task.
 *
 * @param tokens of the sources that the configuration names
 */
record OutwardTokens(AccessTokens tokens) implements BearerTokens {
    @Override
    public Given get(String source, String refused) {
        AccessTokens.Given given =
                refused.isEmpty()
                        ? tokens.current(source)
                        : tokens.after(source, new AccessTokens.Given.Token(refused));
        return switch (given) {
            case AccessTokens.Given.Token(String text) -> new Given.Token(text);
            case AccessTokens.Given.Unavailable(String why) -> new Given.Unavailable(why);
        };
    }
}
