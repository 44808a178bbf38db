package postern.mail;

import java.time.Instant;
import java.util.List;
import postern.base.Bug;

/**
 * What the queue knows of a message beside its content.
 *
 * @param arrived when responsibility was taken
 */
public record Envelope(
        QueueId id,
        Instant arrived,
        ReversePath sender,
        MailOptions options,
        Origin origin,
        List<Recipient> recipients) {

    public Envelope {
        recipients = List.copyOf(recipients);
        Bug.unless(!recipients.isEmpty(), "a message has a recipient");
    }
}
