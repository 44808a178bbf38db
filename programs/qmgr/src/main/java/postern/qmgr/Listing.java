package postern.qmgr;

import java.util.Optional;
import postern.base.ControlLine;
import postern.mail.Envelope;
import postern.mail.Origin;
import postern.mail.Route;
import postern.mail.Router;
import postern.spool.Progress;
import postern.spool.QueuedMessage;

/** Messages of the queue as lines for the operator: docs/protocols/control.md. Any thread. */
final class Listing {
    private final Router router;
    private final Page out;

    Listing(Router router, Page out) {
        this.router = router;
        this.out = out;
    }

    /** The message, and its recipients that still wait. */
    void list(QueuedMessage message, Standing standing) {
        out.add(message(message, standing));
        recipients(message, standing, false);
    }

    /** The message with all that is known of it. */
    void show(QueuedMessage message, Standing standing) {
        Envelope envelope = message.envelope();
        ControlLine line = origin(message(message, standing), envelope.origin());
        line = stated(line, "envid", envelope.options().envelopeId());
        out.add(message.delayNoticeSent() ? line.with("delaytold", "yes") : line);
        recipients(message, standing, true);
    }

    static ControlLine origin(ControlLine line, Origin origin) {
        ControlLine more = stated(line, "login", origin.login());
        if (!origin.clientAddress().isEmpty()) {
            more = more.with("client", origin.clientName() + "[" + origin.clientAddress() + "]");
        }
        more = stated(more, "helo", origin.helo());
        more = stated(more, "protocol", origin.protocol());
        return stated(more, "listener", origin.listener());
    }

    static ControlLine stated(ControlLine line, String name, String value) {
        return value.isEmpty() ? line : line.with(name, value);
    }

    private static ControlLine message(QueuedMessage message, Standing standing) {
        Envelope envelope = message.envelope();
        return ControlLine.of("id", envelope.id().text())
                .with("arrived", envelope.arrived().getEpochSecond())
                .with("size", message.octets())
                .with("sender", envelope.sender())
                .with("state", standing.state());
    }

    private void recipients(QueuedMessage message, Standing standing, boolean all) {
        for (Progress progress : message.progress()) {
            if (all || !progress.state().last()) {
                out.add(recipient(message, standing, progress));
            }
        }
    }

    private ControlLine recipient(QueuedMessage message, Standing standing, Progress progress) {
        var recipient = message.envelope().recipients().get(progress.recipient());
        ControlLine line =
                ControlLine.of("address", recipient.mailbox())
                        .with("state", state(progress.state()))
                        .with("attempts", progress.attempts());
        line = stated(line, "original", recipient.original());
        boolean inLine = standing.line(progress.recipient()).isPresent();
        if (progress.state() == Progress.State.WAITING && !inLine) {
            line = line.with("next", progress.due().getEpochSecond());
        }
        line = stated(line, "reason", reason(standing, progress));
        if (progress.state().last()) {
            return line;
        }
        Optional<Route.To> to = way(message, standing, progress, router);
        return to.isPresent()
                ? line.with("transport", to.get().transport()).with("nexthop", to.get().nextHop())
                : line;
    }

    static String state(Progress.State state) {
        return switch (state) {
            case WAITING -> "waiting";
            case HELD -> "held";
            case DELIVERED -> "delivered";
            case BOUNCED -> "bounced";
            case EXPIRED -> "expired";
            case REMOVED -> "removed";
        };
    }

    /** Where it is on its way to: the line it stands in, else where it would be routed now. */
    static Optional<Route.To> way(
            QueuedMessage message, Standing standing, Progress progress, Router router) {
        Optional<Standing.Place> line = standing.line(progress.recipient());
        if (line.isPresent()) {
            return Optional.of(new Route.To(line.get().transport(), line.get().nextHop()));
        }
        Envelope envelope = message.envelope();
        var mailbox = envelope.recipients().get(progress.recipient()).mailbox();
        return switch (router.route(envelope.sender(), mailbox)) {
            case Route.To to -> Optional.of(to);
            case Route.Hold(_, Route.To to) -> Optional.of(to);
            case Route.Unknown _,
                    Route.Unanswered _,
                    Route.Refused _,
                    Route.Retry _,
                    Route.Discard _ ->
                    Optional.empty();
        };
    }

    /** What its last attempt said; of one that stands before a dead destination, what that said. */
    static String reason(Standing standing, Progress progress) {
        String dead = standing.line(progress.recipient()).map(Standing.Place::reason).orElse("");
        return Reports.said(dead.isEmpty() ? progress.detail() : dead);
    }
}
