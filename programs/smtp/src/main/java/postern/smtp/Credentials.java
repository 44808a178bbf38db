package postern.smtp;

/**
 * Who we are to a host.
 *
 * @param user may be empty with EXTERNAL
 * @param secret the password, or a token
 */
record Credentials(String user, String secret) {
    /** We are nobody: no AUTH. */
    static final Credentials NONE = new Credentials("", "");

    /** {@code user:password}; the password may hold colons. */
    static Credentials parse(String text) {
        int colon = text.indexOf(':');
        return colon < 0
                ? new Credentials(text, "")
                : new Credentials(text.substring(0, colon), text.substring(colon + 1));
    }

    /** Tells no secret. */
    @Override
    public String toString() {
        return user;
    }
}
