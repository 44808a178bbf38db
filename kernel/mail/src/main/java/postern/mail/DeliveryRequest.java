package postern.mail;

import java.util.List;
import postern.base.Bug;

/**
 * One attempt that an agent is asked to make: one message, some of its recipients, one next hop.
 *
 * @param nextHop as {@link Route.To#nextHop} says it
 * @param content read by the agent's task alone while {@link DeliveryAgent#deliver} runs; closed by
 *     the caller
 * @param origin where the message came from, where the agent {@linkplain
 *     DeliveryAgent#asksForOrigin asks for it}; for logs alone
 */
public record DeliveryRequest(
        QueueId id,
        String nextHop,
        ReversePath sender,
        MailOptions options,
        List<Recipient> recipients,
        Content content,
        Origin origin) {

    public DeliveryRequest {
        recipients = List.copyOf(recipients);
        Bug.unless(!recipients.isEmpty(), "an attempt is for somebody");
    }

    /** With what is sent instead of it. */
    public DeliveryRequest with(
            ReversePath from, MailOptions asked, List<Recipient> to, Content form) {
        return new DeliveryRequest(id, nextHop, from, asked, to, form, origin);
    }
}
