package postern.sim;

/**
 * What a next hop may do on one connection, drawn anew for each. All of it leaves a ledger that can
 * be balanced; what a host may do beyond that is the testkit's {@code PeerMisbehaviour}.
 */
enum Mood {
    NONE,
    /** Dawdles before each reply. */
    SLOW,
    /**
     * Dawdles as long as RFC 5321 §4.5.3.2 lets it, before each reply: it is alive all the same.
     */
    TARPIT,
    /** Takes the connection and says nothing, ever. */
    NEVER_GREETS,
    GREETS_421,
    DROPS_AFTER_GREETING,
    DROPS_AT_RCPT,
    DROPS_IN_DATA,
    /** Takes the message and hangs up instead of saying so: the duplicate's window. */
    DROPS_AFTER_DOT,
    /** Takes the message and never says so. */
    SILENT_AFTER_DOT,
    ANSWERS_451_AFTER_DOT,
    ANSWERS_451_TO_RCPT,
    ANSWERS_GARBAGE,
    ANSWERS_WITHOUT_END,
    /** Says 250 and breaks the connection in the same moment. */
    DROPS_AFTER_250,
    /** Leaves after each message without waiting for QUIT. */
    HANGS_UP_WITH_421;

    /** Whether the message is taken although nobody says so. */
    boolean takesInSilence() {
        return switch (this) {
            case DROPS_AFTER_DOT, SILENT_AFTER_DOT -> true;
            default -> false;
        };
    }
}
