package postern.smtp;

/**
 * Who we are to a host.
 *
 * @param user may be empty with EXTERNAL
 * @param secret the password, or a token
 * @param source who is asked for a token instead; empty: the secret is there
 */
record Credentials(String user, String secret, String source) {
    /** We are nobody: no AUTH. */
    static final Credentials NONE = new Credentials("", "", "");

    /** Stands before the name of a source, in the password's place. */
    private static final String FETCHED = "{oauth}";

    /** {@code user:password}, where the password may hold colons, or {@code user:{oauth}source}. */
    static Credentials parse(String text) {
        int colon = text.indexOf(':');
        if (colon < 0) {
            return new Credentials(text, "", "");
        }
        String user = text.substring(0, colon);
        String secret = text.substring(colon + 1);
        return secret.startsWith(FETCHED)
                ? new Credentials(user, "", secret.substring(FETCHED.length()))
                : new Credentials(user, secret, "");
    }

    /** Whether the secret is a token that somebody fetches. */
    boolean fetched() {
        return !source.isEmpty();
    }

    /** Tells no secret. */
    @Override
    public String toString() {
        return user;
    }
}
