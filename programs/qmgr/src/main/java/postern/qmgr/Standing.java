package postern.qmgr;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import postern.mail.Outcome;

/**
 * What the schedule alone knows of a message, at one moment: the log knows the rest.
 *
 * @param state {@code active}, {@code held}, {@code due} or {@code deferred}
 * @param lines for each recipient of the envelope the line it stands in, if it stands in one; empty
 *     where all that wait stand in {@code whole}
 * @param whole the line in which the message stands as a whole
 */
record Standing(String state, List<Optional<Place>> lines, Optional<Place> whole) {

    /** Of a message for several destinations with which nothing is being done. */
    static final Standing UNKNOWN = new Standing("deferred", List.of(), Optional.empty());

    /**
     * A place in a destination's line.
     *
     * @param reason why the destination is left alone, where it is; else empty
     */
    record Place(String transport, String nextHop, String reason) {}

    static Standing of(Stub stub, Now now) {
        Entry entry = stub.entry;
        if (entry == null) {
            Destination destination = stub.destination;
            Optional<Place> place =
                    stub.stands() && destination != null
                            ? Optional.of(place(destination))
                            : Optional.empty();
            return new Standing(state(stub, now), List.of(), place);
        }
        return new Standing(
                state(entry, now),
                Stream.of(entry.recipients)
                        .map(pending -> Optional.ofNullable(entry.line(pending)))
                        .map(line -> line.map(Standing::place))
                        .toList(),
                Optional.empty());
    }

    /** The line in which that recipient of the envelope stands, if it stands in one. */
    Optional<Place> line(int recipient) {
        return lines.isEmpty() ? whole : lines.get(recipient);
    }

    private static Place place(Destination destination) {
        Outcome.Deferred why = destination.reason;
        String reason =
                why == null || destination.state == Destination.State.ALIVE
                        ? ""
                        : Reports.detail(why);
        return new Place(destination.transport.name, destination.nextHop, reason);
    }

    private static String state(Stub stub, Now now) {
        Destination destination = stub.destination;
        if (stub.held()) {
            return "held";
        }
        if (stub.loading()) {
            return "active";
        }
        boolean due =
                stub.stands()
                        ? destination != null && destination.state == Destination.State.ALIVE
                        : stub.slot() != Timers.OUT && stub.due() <= now.nanos();
        return due ? "due" : "deferred";
    }

    private static String state(Entry entry, Now now) {
        if (entry.running > 0) {
            return "active";
        }
        if (entry.held) {
            return "held";
        }
        for (Entry.Pending pending : entry.recipients) {
            Destination line = entry.line(pending);
            boolean due =
                    line == null
                            ? pending.stand == Entry.Stand.WAITING && pending.due <= now.nanos()
                            : line.state == Destination.State.ALIVE;
            if (due) {
                return "due";
            }
        }
        return "deferred";
    }
}
