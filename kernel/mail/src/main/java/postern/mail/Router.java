package postern.mail;

/**
 * The one routing decision. Asked at RCPT, when a message is completed, and before each attempt.
 */
public interface Router {

    /**
     * Where a recipient goes that stands for itself.
     *
     * @param sender whose mail it is: the next hop may depend on it
     */
    Route route(ReversePath sender, Mailbox recipient);

    /** What becomes of a recipient as a client names it, before rewriting and aliases. */
    Admission admit(Mailbox recipient);

    /** The recipients that stand for this one. An address that is no alias stands for itself. */
    Expansion expand(Mailbox recipient);

    /**
     * Whether {@link #route} may wait for another process. Then it is not for threads that others
     * wait for.
     */
    default boolean waits() {
        return false;
    }
}
