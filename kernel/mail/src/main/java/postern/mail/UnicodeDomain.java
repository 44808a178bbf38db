package postern.mail;

/** Domains of U-labels: RFC 5890 §2.3.2.1, RFC 6531 §3.3. */
final class UnicodeDomain {
    /** RFC 1035 §2.3.4, of the label as DNS has it. */
    private static final int LABEL_CHARS_MAX = 63;

    /** Those that RFC 5892 appendix A allows in some contexts, though they are no letters. */
    private static final String IN_CONTEXT = "\u200c\u200d\u00b7\u0375\u05f3\u05f4\u30fb";

    private UnicodeDomain() {}

    /**
     * Whether each label beyond ASCII is of letters, digits and marks (RFC 5892 §2.1), does not
     * begin with a mark (RFC 5891 §4.2.3.2), and has an A-label that DNS can hold.
     */
    static boolean valid(String domain) {
        if (Mailbox.ascii(domain)) {
            return true;
        }
        for (String label : domain.split("\\.", -1)) {
            if (!Mailbox.ascii(label) && !(letters(label) && encodable(label))) {
                return false;
            }
        }
        return true;
    }

    private static boolean letters(String label) {
        return !mark(label.codePointAt(0))
                && label.codePoints()
                        .allMatch(
                                c ->
                                        c < 0x80
                                                || Character.isLetterOrDigit(c)
                                                || mark(c)
                                                || IN_CONTEXT.indexOf(c) >= 0);
    }

    private static boolean mark(int c) {
        int type = Character.getType(c);
        return type == Character.NON_SPACING_MARK || type == Character.COMBINING_SPACING_MARK;
    }

    private static boolean encodable(String label) {
        try {
            String encoded = DomainForms.ascii(label);
            return !encoded.isEmpty()
                    && encoded.length() <= LABEL_CHARS_MAX
                    && encoded.indexOf('.') < 0;
        } catch (IllegalArgumentException no) {
            return false;
        }
    }
}
