package postern.qmgr;

import java.time.Duration;
import java.util.List;
import postern.mail.Outcome;
import postern.mail.QueueId;
import postern.spool.Progress;

/** What the schedule asks of the outside. Nothing here waits, and nothing calls back. */
interface Effects {

    /** A message came into the schedule. */
    void admitted(Entry entry);

    /**
     * Make this attempt; {@link Schedule#ended} or {@link Schedule#agentsLost} is called for it
     * once.
     */
    void deliver(Attempt attempt);

    /** Write to the log; need not be at once. */
    void record(QueueId id, List<Progress> changes);

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
