package postern.sasl.dovecot;

/** What the service says to a message. */
public sealed interface Answer {
    /**
     * This goes to the client.
     *
     * @param base64 as it goes
     */
    record Challenge(String base64) implements Answer {}

    record Granted(String user) implements Answer {}

    /**
     * @param user whom it was tried for; empty where that is not known
     * @param why for the log
     */
    record Denied(String user, String why) implements Answer {}

    /** It cannot be told now. */
    record Unavailable(String user, String why) implements Answer {}
}
