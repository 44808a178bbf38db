package postern.smtp;

/**
 * Who we are to a host.
 *
 * @param user may be empty with EXTERNAL: whoever the certificate says
 * @param secret the password, or a token
 * @param source who is asked for a token instead; empty: the secret is there
 * @param stated whether the operator has us say who we are
 */
record Credentials(String user, String secret, String source, boolean stated) {
    /** We are nobody: no AUTH. */
    static final Credentials NONE = new Credentials("", "", "", false);

    /** Stands before the name of a source, in the password's place. */
    private static final String FETCHED = "{oauth}";

    /** {@code user:password}, where the password may hold colons, or {@code user:{oauth}source}. */
    static Credentials parse(String text) {
        int colon = text.indexOf(':');
        if (colon < 0) {
            return new Credentials(text, "", "", true);
        }
        String user = text.substring(0, colon);
        String secret = text.substring(colon + 1);
        return secret.startsWith(FETCHED)
                ? new Credentials(user, "", secret.substring(FETCHED.length()), true)
                : new Credentials(user, secret, "", true);
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
