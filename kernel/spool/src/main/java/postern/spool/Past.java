package postern.spool;

import java.util.List;
import postern.mail.Envelope;
import postern.mail.QueueId;

/** What the log still tells of a message's life, one event each: {@link Spool#history}. */
public sealed interface Past {

    /**
     * The message was taken.
     *
     * @param octets size of the content
     */
    record Taken(Envelope envelope, long octets) implements Past {}

    /**
     * Its space was needed, so it was copied forward. Of what was before that the next event tells
     * in one change for each recipient that something had become of.
     */
    record Copied() implements Past {}

    /**
     * Recipients came to where these changes say.
     *
     * @param delayTold whether its sender has been told of the delay
     */
    record Changed(List<Progress> changes, boolean delayTold) implements Past {}

    /**
     * Its sender was told, by this notice, and these changes were recorded with it.
     *
     * @param notice the message that is the notice
     * @param delay whether it is a notice of delay
     */
    record Told(QueueId notice, boolean delay, List<Progress> changes) implements Past {}
}
