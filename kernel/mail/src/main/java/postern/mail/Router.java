package postern.mail;

import java.util.List;

/**
 * The one routing decision. Asked at RCPT, when a message is completed, and before each attempt.
 */
public interface Router {
    Route route(Mailbox recipient);

    /** Whether we are the final destination of the domain: local mailboxes, not a relay. */
    boolean local(Domain domain);

    /**
     * Whether mail for the domain is ours to take from strangers: we are its final destination, or
     * relay for it by configuration.
     */
    boolean ours(Domain domain);

    /**
     * The recipients that stand for this one: aliases expanded, without repetition, bounded. An
     * address that is no alias stands for itself.
     */
    List<Mailbox> expand(Mailbox recipient);
}
