package postern.qmgr;

import java.util.function.Consumer;
import postern.base.ControlLine;
import postern.mail.Origin;
import postern.mail.Outcome;
import postern.mail.Route;

/**
 * Messages of the schedule as lines for the operator: docs/protocols/control.md. Runs in the
 * schedule's owner.
 */
final class Listing {
    private final Schedule schedule;
    private final Now now;
    private final Consumer<ControlLine> out;

    Listing(Schedule schedule, Now now, Consumer<ControlLine> out) {
        this.schedule = schedule;
        this.now = now;
        this.out = out;
    }

    /** The message, and its recipients that still wait. */
    void list(Entry entry) {
        out.accept(message(entry));
        recipients(entry, false);
    }

    /** The message with all that is known of it. */
    void show(Entry entry) {
        ControlLine line = message(entry);
        Origin origin = entry.envelope.origin();
        line = origin.login().isEmpty() ? line : line.with("login", origin.login());
        String client = origin.clientName() + "[" + origin.clientAddress() + "]";
        out.accept(origin.clientAddress().isEmpty() ? line : line.with("client", client));
        recipients(entry, true);
    }

    private ControlLine message(Entry entry) {
        return ControlLine.of("id", entry.envelope.id().text())
                .with("arrived", entry.envelope.arrived().getEpochSecond())
                .with("size", entry.octets)
                .with("sender", entry.envelope.sender())
                .with("state", state(entry));
    }

    private String state(Entry entry) {
        if (entry.running > 0) {
            return "active";
        }
        if (entry.held) {
            return "held";
        }
        for (Entry.Pending pending : entry.recipients) {
            if (inLineOfTheLiving(pending)) {
                return "due";
            }
        }
        return "deferred";
    }

    private boolean inLineOfTheLiving(Entry.Pending pending) {
        Attempt inLine = pending.ticket;
        return pending.stand == Entry.Stand.WAITING && pending.due <= now.nanos()
                || inLine != null && inLine.destination.state == Destination.State.ALIVE;
    }

    private void recipients(Entry entry, boolean all) {
        for (Entry.Pending pending : entry.recipients) {
            if (all || pending.stand != Entry.Stand.DONE) {
                out.accept(recipient(entry, pending));
            }
        }
    }

    private ControlLine recipient(Entry entry, Entry.Pending pending) {
        ControlLine line =
                ControlLine.of("address", entry.recipient(pending).mailbox())
                        .with("state", state(pending))
                        .with("attempts", pending.attempts);
        if (pending.stand == Entry.Stand.WAITING) {
            line = line.with("next", now.wallAt(pending.due).getEpochSecond());
        }
        String reason = reason(pending);
        line = reason.isEmpty() ? line : line.with("reason", reason);
        if (pending.stand == Entry.Stand.DONE) {
            return line;
        }
        return switch (schedule.route(entry, pending)) {
            case Route.To(String transport, String nextHop) ->
                    line.with("transport", transport).with("nexthop", nextHop);
            case Route.Hold(String _, Route.To(String transport, String nextHop)) ->
                    line.with("transport", transport).with("nexthop", nextHop);
            case Route.Unknown _,
                    Route.Unanswered _,
                    Route.Refused _,
                    Route.Retry _,
                    Route.Discard _ ->
                    line;
        };
    }

    private static String state(Entry.Pending pending) {
        return switch (pending.stand) {
            case WAITING, READY, RUNNING, SETTLING -> "waiting";
            case HELD -> "held";
            case DONE ->
                    switch (pending.end) {
                        case DELIVERED -> "delivered";
                        case BOUNCED, EXPIRED -> "bounced";
                        case WAITING, HELD, REMOVED -> "removed";
                    };
        };
    }

    /** What its last attempt said; of one that stands before a dead destination, what that said. */
    private static String reason(Entry.Pending pending) {
        Attempt inLine = pending.ticket;
        if (inLine != null && inLine.destination.state == Destination.State.DEAD) {
            Outcome.Deferred why = inLine.destination.reason;
            return why == null ? pending.detail : Reports.detail(why);
        }
        return pending.detail;
    }
}
