package postern.qmgr;

import java.util.List;
import java.util.function.BiConsumer;
import postern.mail.Delivery;
import postern.mail.QueueId;
import postern.spool.Progress;
import postern.spool.QueuedMessage;

/** What the owner of the schedule is told. */
sealed interface Event {

    /** A message is durable. */
    record Queued(QueuedMessage message) implements Event {}

    /** An attempt ended. */
    record Ended(Attempt attempt, List<Delivery> deliveries) implements Event {}

    /** An attempt could not be made, or its agent went away. */
    record AgentsLost(Attempt attempt, boolean touched, String why) implements Event {}

    /** The notice and its changes are in the log. */
    record Settled(Settlement settlement) implements Event {}

    record Unsettled(Settlement settlement) implements Event {}

    /**
     * The log did not take these changes; they must get there later.
     *
     * @param again whether they were refused before
     */
    record Unrecorded(QueueId id, List<Progress> changes, boolean again) implements Event {}

    /** Changes that the log had refused are in it now. */
    record Repaid() implements Event {}

    /** The operator's question, answered by the owner itself. */
    record Ask(BiConsumer<Schedule, Now> question) implements Event {}

    /** No attempt begins any more; {@code ended} runs when those being made are over. */
    record Drain(Runnable ended) implements Event {}

    /** The owner ends. */
    record Stop() implements Event {}
}
