package postern.qmgr;

import java.util.ArrayList;
import java.util.List;
import postern.mail.DeliveryRequest;
import postern.mail.Envelope;
import postern.mail.MailOptions;
import postern.mail.Notices;
import postern.mail.Recipient;
import postern.mail.ReversePath;
import postern.mail.Verp;
import postern.spool.Progress;

/** Messages with a reverse-path for each recipient: {@link Verp}. */
final class Personal {
    private Personal() {}

    /**
     * One notice, and what is recorded with it.
     *
     * @param envelope with the reverse-path that the notice goes to
     */
    record Part(Envelope envelope, List<Notices.Report> reports, List<Progress> changes) {}

    /** What one recipient gets; the agent knows of no delimiters. */
    static DeliveryRequest request(DeliveryRequest all, Recipient recipient) {
        MailOptions options = all.options();
        return all.with(
                Verp.sender(all.sender(), options.terms(), recipient),
                options.with(options.terms().withVerp("")),
                List.of(recipient),
                all.content());
    }

    /** One for all; or one for each recipient in turn, to the reverse-path that it was given. */
    static List<Part> parts(Settlement settlement) {
        Envelope envelope = settlement.entry().envelope;
        List<Notices.Report> reports = settlement.reports();
        if (envelope.options().terms().verp().isEmpty()) {
            return List.of(new Part(envelope, reports, settlement.changes()));
        }
        List<Part> parts = new ArrayList<>(reports.size());
        for (int i = 0; i < reports.size(); i++) {
            ReversePath sender =
                    Verp.sender(
                            envelope.sender(),
                            envelope.options().terms(),
                            reports.get(i).recipient());
            parts.add(
                    new Part(
                            new Envelope(
                                    envelope.id(),
                                    envelope.arrived(),
                                    sender,
                                    envelope.options(),
                                    envelope.origin(),
                                    envelope.recipients()),
                            List.of(reports.get(i)),
                            settlement.changes().isEmpty()
                                    ? List.of() // of a delay nothing is recorded
                                    : List.of(settlement.changes().get(i))));
        }
        return parts;
    }
}
