package postern.qmgr;

import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import postern.mail.Delivery;
import postern.spool.Progress;
import postern.spool.QueuedMessage;

/** What the owner of the schedule is told. */
sealed interface Event {

    /**
     * A message is durable.
     *
     * @param fresh whether it has just become so, or was in the queue at the start
     */
    record Queued(QueuedMessage message, boolean fresh) implements Event {}

    /** A message was read for which there was no room in memory before; its routes with it. */
    record Loaded(Stub stub, @Nullable Attempt attempt, QueuedMessage message, Routes routes)
            implements Event {}

    /** Where recipients go of whom that was asked. */
    record Routed(Entry entry, Routes routes) implements Event {}

    /** It could not be read. */
    record Unreadable(Stub stub, @Nullable Attempt attempt, String why) implements Event {}

    /** Changes of the message are in the log, or were refused by it. */
    record Recorded(Entry entry) implements Event {}

    /** An attempt ended. */
    record Ended(Attempt attempt, List<Delivery> deliveries) implements Event {}

    /** An attempt could not be made, or its agent went away. */
    record AgentsLost(Attempt attempt, boolean touched, String why) implements Event {}

    /** The notice and its changes are in the log. */
    record Settled(Settlement settlement) implements Event {}

    /**
     * It is not, or not for all.
     *
     * @param told of how many recipients a notice of their own is in the log: {@link Personal}
     */
    record Unsettled(Settlement settlement, int told) implements Event {}

    /**
     * The log did not take these changes; they must get there later.
     *
     * @param again whether they were refused before
     */
    record Unrecorded(Entry entry, List<Progress> changes, boolean again) implements Event {}

    /** Changes that the log had refused are in it now. */
    record Repaid() implements Event {}

    /** The operator's question, answered by the owner itself. */
    record Ask(BiConsumer<Schedule, Now> question) implements Event {}

    /** No attempt begins any more; {@code ended} runs when those being made are over. */
    record Drain(Runnable ended) implements Event {}

    /** The owner ends. */
    record Stop() implements Event {}
}
