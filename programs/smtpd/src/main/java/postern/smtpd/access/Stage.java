package postern.smtpd.access;

/** Where in a session rules are looked at; at each stage all is known that was before. */
public enum Stage {
    /** Before the greeting. */
    CONNECT,
    /** At HELO and EHLO. */
    HELO,
    /** At MAIL. */
    MAIL,
    /** At RCPT, for each recipient that would be taken. */
    RCPT,
    /** At DATA, or the first BDAT, before any content. */
    DATA,
    /** When the whole content has come, before it is handed on. */
    END_OF_DATA;

    /** Whether a message is under way, so that something can be done with it. */
    boolean inTransaction() {
        return compareTo(MAIL) >= 0;
    }

    /** As the configuration writes it. */
    public String text() {
        return switch (this) {
            case CONNECT -> "connect";
            case HELO -> "helo";
            case MAIL -> "mail";
            case RCPT -> "rcpt";
            case DATA -> "data";
            case END_OF_DATA -> "end-of-data";
        };
    }
}
