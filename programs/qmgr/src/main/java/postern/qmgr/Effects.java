package postern.qmgr;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import postern.mail.Outcome;
import postern.mail.QueueId;
import postern.spool.Progress;
import postern.spool.QueuedMessage;

/** What the schedule asks of the outside. Nothing here waits, and nothing calls back. */
interface Effects {

    /** A message came into the schedule that was not in the queue before. */
    void admitted(Entry entry);

    /** A message cannot be read now: for the log. */
    void unreadable(QueueId id, String why);

    /**
     * Make this attempt; {@link Schedule#ended} or {@link Schedule#agentsLost} is called for it
     * once.
     */
    void deliver(Attempt attempt);

    /**
     * Read the message from the log, and find out where its recipients go where that may be waited
     * for; {@link Schedule#loaded} or {@link Schedule#unreadable} is called once.
     *
     * @param attempt the attempt that has begun with it; null when it is only to be placed
     */
    void load(Stub stub, @Nullable Attempt attempt);

    /**
     * Find out where these recipients of the envelope go, where that may be waited for; {@link
     * Schedule#routed} is called once.
     */
    void route(Entry entry, int[] recipients);

    /**
     * Read the message from the log now, for the operator who waits.
     *
     * @throws IOException it cannot be read
     */
    QueuedMessage read(QueueId id) throws IOException;

    /**
     * Write to the log; need not be at once. {@link Schedule#recorded} is called when that is over,
     * whether or not it could be done.
     */
    void record(Entry entry, List<Progress> changes);

    /**
     * Compose the notice and write it with its changes; {@link Schedule#settled} or {@link
     * Schedule#unsettled} is called for it once.
     */
    void settle(Settlement settlement);

    /** A recipient had an outcome without an attempt: for the log. */
    void decided(Entry entry, Entry.Pending recipient, Outcome outcome);

    /** A recipient was given up: for the log. */
    void expired(Entry entry);

    /** A transport rests because its agents cannot be reached. */
    void resting(String transport, Duration rest, String why);

    /** The message has left the schedule. */
    void removed(Entry entry);
}
