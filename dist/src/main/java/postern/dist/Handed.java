package postern.dist;

import postern.config.Settings;

/**
 * What master hands to a domain at its start.
 *
 * @param secrets {@link Certificates#secretText} or passwords of tables, to the domain that needs
 *     them; else empty
 */
record Handed(Settings settings, String secrets) {
    private static final String MARK = "%secrets 1\n";

    String encode() {
        String text = settings.encode();
        return secrets.isEmpty() ? text : text + MARK + secrets;
    }

    static Handed decode(String text) {
        int mark = text.indexOf("\n" + MARK) + 1; // settings end with a line's end
        return mark == 0
                ? new Handed(Settings.decode(text), "")
                : new Handed(
                        Settings.decode(text.substring(0, mark)),
                        text.substring(mark + MARK.length()));
    }

    /** Tells no secret. */
    @Override
    public String toString() {
        return "Handed";
    }
}
