package postern.mail;

/**
 * One recipient of a message.
 *
 * @param wanted which notices its sender asked for: RFC 3461 §4.1
 * @param original ORCPT as it came, {@code rfc822;xtext} (RFC 3461 §4.2); empty when none was given
 */
public record Recipient(Mailbox mailbox, Notify wanted, String original) {
    /** Longest ORCPT parameter in octets: RFC 3461 §5.1 asks for 500. */
    public static final int ORIGINAL_OCTETS_MAX = 500;

    public static Recipient of(Mailbox mailbox) {
        return new Recipient(mailbox, Notify.DEFAULT, "");
    }

    /**
     * RFC 3461 §4.1. {@code NEVER} is none of the three, stated.
     *
     * @param stated whether the parameter was given at all; without it failure is notified, and
     *     delay by our own policy
     */
    public record Notify(boolean stated, boolean success, boolean failure, boolean delay) {
        public static final Notify DEFAULT = new Notify(false, false, true, true);
        public static final Notify NEVER = new Notify(true, false, false, false);

        /** The value of the NOTIFY parameter. */
        public String text() {
            StringBuilder text = new StringBuilder();
            if (success) {
                text.append(",SUCCESS");
            }
            if (failure) {
                text.append(",FAILURE");
            }
            if (delay) {
                text.append(",DELAY");
            }
            return text.isEmpty() ? "NEVER" : text.substring(1);
        }
    }
}
