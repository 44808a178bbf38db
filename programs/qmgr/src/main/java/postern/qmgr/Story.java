package postern.qmgr;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import postern.base.ControlLine;
import postern.mail.Envelope;
import postern.mail.Recipient;
import postern.spool.Past;
import postern.spool.Progress;

/** The life of a message as lines for the operator: docs/protocols/control.md. One thread only. */
final class Story {
    private final Page out;
    private @Nullable Envelope envelope;
    private int events;

    Story(Page out) {
        this.out = out;
    }

    /** How many events there were. */
    int events() {
        return events;
    }

    /** The envelope, as far as the log still has it. */
    Optional<Envelope> envelope() {
        return Optional.ofNullable(envelope);
    }

    void tell(Past event) throws IOException {
        events++;
        switch (event) {
            case Past.Taken(Envelope taken, long octets) -> taken(taken, octets);
            case Past.Copied _ -> out.add(ControlLine.of("event", "copied"));
            case Past.Changed(List<Progress> changes, boolean delayTold) -> {
                changes.forEach(this::changed);
                if (delayTold && changes.isEmpty()) {
                    out.add(ControlLine.of("event", "delaytold"));
                }
            }
            case Past.Told told -> {
                told.changes().forEach(this::changed);
                out.add(
                        ControlLine.of("event", "notice")
                                .with("notice", told.notice().text())
                                .with("time", told.notice().value() / 1_000_000)
                                .with("about", about(told)));
            }
        }
        out.flushFull();
    }

    private static String about(Past.Told told) {
        if (told.delay()) {
            return "delay";
        }
        boolean success =
                told.changes().stream()
                        .allMatch(change -> change.state() == Progress.State.DELIVERED);
        return success ? "success" : "failure";
    }

    private void taken(Envelope taken, long octets) {
        envelope = taken;
        ControlLine line =
                ControlLine.of("event", "taken")
                        .with("id", taken.id().text())
                        .with("time", taken.arrived().getEpochSecond())
                        .with("size", octets)
                        .with("sender", taken.sender());
        out.add(Listing.origin(line, taken.origin()));
        for (Recipient recipient : taken.recipients()) {
            ControlLine to =
                    ControlLine.of("event", "recipient").with("address", recipient.mailbox());
            out.add(Listing.stated(to, "original", recipient.original()));
        }
    }

    /** What sends each recipient where it goes, by the configuration as it is now. */
    void routed(Envelope taken, RouteRules rules) throws IOException {
        for (Recipient recipient : taken.recipients()) {
            for (RouteRules.Rule rule : rules.of(taken.sender(), recipient.mailbox())) {
                ControlLine line =
                        ControlLine.of("event", "rule")
                                .with("address", recipient.mailbox())
                                .with("rule", rule.name());
                out.add(Listing.stated(line, "value", rule.value()).with("origin", rule.origin()));
            }
            out.flushFull();
        }
    }

    private void changed(Progress change) {
        Optional<Progress.Attempted> attempt = change.attempted();
        boolean waits = !change.state().last();
        ControlLine line =
                ControlLine.of("event", attempt.isPresent() ? "attempt" : "change")
                        .with("address", address(change))
                        .with("state", Listing.state(change.state()))
                        .with("attempts", change.attempts());
        if (attempt.isPresent()) {
            Progress.Attempted made = attempt.get();
            line = line.with("time", made.ended().getEpochSecond()).with("relay", made.relay());
            line = Listing.stated(line, "tls", made.tls());
        } else if (change.state() != Progress.State.WAITING) {
            line = line.with("time", change.due().getEpochSecond());
        }
        line = Listing.stated(line, "reason", Reports.said(change.detail()));
        out.add(
                waits && change.state() == Progress.State.WAITING
                        ? line.with("next", change.due().getEpochSecond())
                        : line);
    }

    private String address(Progress change) {
        Envelope known = envelope;
        return known != null && change.recipient() < known.recipients().size()
                ? known.recipients().get(change.recipient()).mailbox().toString()
                : "(recipient " + (change.recipient() + 1) + ")";
    }
}
