package postern.spool;

import java.util.List;
import postern.base.Bug;
import postern.mail.Envelope;

/**
 * A message in the queue, as it stands in the log.
 *
 * @param octets size of the content
 * @param dotLines whether a line of the content begins with a dot
 * @param delayNoticeSent whether its sender was told of the delay
 * @param progress one for each recipient of the envelope, in its order
 */
public record QueuedMessage(
        Envelope envelope,
        long octets,
        boolean dotLines,
        boolean delayNoticeSent,
        List<Progress> progress) {
    public QueuedMessage {
        progress = List.copyOf(progress);
        Bug.unless(
                progress.size() == envelope.recipients().size(),
                "every recipient stands somewhere");
    }
}
