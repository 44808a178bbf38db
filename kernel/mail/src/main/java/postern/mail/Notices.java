package postern.mail;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Composes delivery status notifications: RFC 3464. Asked by the queue manager, answered by bounce.
 */
public interface Notices {

    /**
     * The notice about those of these recipients that one is wanted for; empty when it is wanted
     * for none (RFC 3461 §4.1), or when the original is itself a notice about a notice.
     *
     * @param content the original message, for its header or text
     * @throws IOException the original cannot be read now
     */
    Optional<Notice> compose(
            Kind kind, Envelope original, Content content, List<Report> reports, Instant now)
            throws IOException;

    /**
     * A copy for somebody else, the postmaster say, of what is told of those recipients, whoever
     * wanted to hear of them; empty where nobody shall have one. Of its own failure nobody is told.
     *
     * @throws IOException the original cannot be read now
     */
    default Optional<Notice> copy(
            Kind kind, Envelope original, Content content, List<Report> reports, Instant now)
            throws IOException {
        return Optional.empty();
    }

    enum Kind {
        FAILED,
        DELAYED,
        /** Or relayed to a host that tells nobody. */
        DELIVERED,
        /** An address stands for several: RFC 3461 §5.2.7.3 (c). */
        EXPANDED
    }

    /**
     * What is said of one recipient.
     *
     * @param remote the host that said so, as {@code name[address]}; empty when it was ourselves
     * @param until for a delay: when we give up
     */
    record Report(
            Recipient recipient,
            Outcome outcome,
            String remote,
            Instant lastAttempt,
            Instant until) {}

    /**
     * A message to put into the queue.
     *
     * @param octets header and body in wire form
     */
    record Notice(
            ReversePath sender, MailOptions options, List<Recipient> recipients, byte[] octets) {}
}
