package postern.mail;

/**
 * The one routing decision. Asked at RCPT, when a message is completed, and before each attempt.
 */
public interface Router {

    /**
     * @param sender whose mail it is: the next hop may depend on it
     */
    Route route(ReversePath sender, Mailbox recipient);

    /** Whether we are the final destination of the domain: local mailboxes, not a relay. */
    boolean local(Domain domain);

    /**
     * Whether mail for the domain is ours to take from strangers: we are its final destination, or
     * relay for it by configuration.
     */
    boolean ours(Domain domain);

    /** The recipients that stand for this one. An address that is no alias stands for itself. */
    Expansion expand(Mailbox recipient);
}
