package postern.qmgr;

import java.util.List;
import java.util.Optional;
import postern.mail.Outcome;

/**
 * What the schedule alone knows of a message, at one moment: the log knows the rest.
 *
 * @param state {@code active}, {@code held}, {@code due} or {@code deferred}
 * @param lines for each recipient of the envelope the line it stands in, if it stands in one
 */
record Standing(String state, List<Optional<Place>> lines) {

    /**
     * A place in a destination's line.
     *
     * @param reason why the destination is left alone, where it is; else empty
     */
    record Place(String transport, String nextHop, String reason) {}

    static Standing of(Entry entry, Now now) {
        return new Standing(
                state(entry, now),
                List.of(entry.recipients).stream().map(pending -> place(pending)).toList());
    }

    private static Optional<Place> place(Entry.Pending pending) {
        Attempt inLine = pending.ticket;
        if (inLine == null) {
            return Optional.empty();
        }
        Destination destination = inLine.destination;
        Outcome.Deferred why = destination.reason;
        String reason =
                why == null || destination.state == Destination.State.ALIVE
                        ? ""
                        : Reports.detail(why);
        return Optional.of(new Place(destination.transport.name, destination.nextHop, reason));
    }

    private static String state(Entry entry, Now now) {
        if (entry.running > 0) {
            return "active";
        }
        if (entry.held) {
            return "held";
        }
        for (Entry.Pending pending : entry.recipients) {
            Attempt inLine = pending.ticket;
            if (pending.stand == Entry.Stand.WAITING && pending.due <= now.nanos()
                    || inLine != null && inLine.destination.state == Destination.State.ALIVE) {
                return "due";
            }
        }
        return "deferred";
    }
}
