package postern.sasl;

/**
 * What the server's side of a mechanism asks. The calls may take their time. What is not said
 * otherwise is denied. Any thread.
 */
public interface Accounts {

    /** What somebody's word is worth. */
    sealed interface Verdict {
        /**
         * @param login as it is known from then on
         */
        record Granted(String login) implements Verdict {}

        /**
         * @param why for the log, never for the client
         */
        record Denied(String why) implements Verdict {}

        /** It cannot be told now. */
        record Unavailable(String why) implements Verdict {}
    }

    /**
     * @param user prepared
     * @param password prepared
     */
    default Verdict password(String user, String password) {
        return new Verdict.Denied("passwords are not taken");
    }

    /**
     * What is kept for SCRAM; for users without, {@link ScramKeys#decoy}.
     *
     * @param user prepared
     */
    ScramKeys keys(ScramHash hash, String user);

    /** How the user of those keys is known from then on. */
    default Verdict proved(String user) {
        return new Verdict.Denied("passwords are not taken");
    }

    /**
     * A bearer token.
     *
     * @param user whom the client says it is for; may be empty
     */
    default Verdict token(String user, String token) {
        return new Verdict.Denied("tokens are not taken");
    }

    /** What a client whose token was denied is told of how to get another: RFC 7628 §3.2.2. */
    default TokenHints tokenHints() {
        return TokenHints.NONE;
    }

    /**
     * @param scope that a token must have, with spaces between the parts; may be empty
     * @param configuration where the issuer says how it works, a URL; may be empty
     */
    record TokenHints(String scope, String configuration) {
        public static final TokenHints NONE = new TokenHints("", "");
    }

    /**
     * What was proved outside.
     *
     * @param user who the client says it is; may be empty
     */
    default Verdict external(String user) {
        return new Verdict.Denied("nothing was proved outside");
    }
}
