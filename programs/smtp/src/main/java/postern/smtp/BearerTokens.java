package postern.smtp;

/** Where access tokens come from that credentials name by their source. Any task; may wait. */
public interface BearerTokens {
    /** How one was had. */
    sealed interface Given {
        record Token(String text) implements Given {
            /** Tells no secret. */
            @Override
            public String toString() {
                return "a token";
            }
        }

        /**
         * @param why fit for a log: no secret
         */
        record Unavailable(String why) implements Given {}
    }

    /** Nobody gives any. */
    BearerTokens NONE = (source, _) -> new Given.Unavailable("nobody gives tokens of " + source);

    /**
     * One that should be taken.
     *
     * @param refused one that the host did not take; empty: none was tried
     */
    Given get(String source, String refused);
}
