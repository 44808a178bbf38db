package postern.sasl;

/** What the server's side of a mechanism asks. The calls may take their time. Any thread. */
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
    Verdict password(String user, String password);

    /**
     * What is kept for SCRAM; for users without, {@link ScramKeys#decoy}.
     *
     * @param user prepared
     */
    ScramKeys keys(ScramHash hash, String user);

    /** How the user of those keys is known from then on. */
    Verdict proved(String user);

    /**
     * A bearer token.
     *
     * @param user whom the client says it is for; may be empty
     */
    Verdict token(String user, String token);

    /**
     * What was proved outside.
     *
     * @param user who the client says it is; may be empty
     */
    Verdict external(String user);
}
