package postern.qmgr;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import postern.mail.Delivery;
import postern.mail.Notices;
import postern.mail.Outcome;
import postern.spool.Progress;

/** What is said of recipients: to the log, to their sender. */
final class Reports {
    /**
     * Longest text of an outcome kept in the schedule, in characters. A queue of a million deferred
     * messages keeps a million of them.
     */
    private static final int DETAIL_CHARS_MAX = 250;

    /** What a recipient's detail begins with once its route has held it: no second time. */
    static final String SET_ASIDE = "4.7.0 held: ";

    /**
     * What the detail of a recipient begins with, in the log and while it is being tried, whose
     * message was deleted or given up. No outcome looks so: it begins with its status.
     */
    static final String DELETED = "deleted by the operator";

    static final String GIVEN_UP = "given up by the operator";

    private static final String MARKED = ": ";

    static final Outcome.Deferred AGENT_LOST = later("4.3.0", "delivery agent went away");

    private Reports() {}

    /** A detail with one of those before it. */
    static String marked(String mark, String detail) {
        return mark.isEmpty() || detail.isEmpty() ? mark + detail : mark + MARKED + detail;
    }

    static String unmarked(String mark, String marked) {
        int from = mark.length() + MARKED.length();
        return marked.length() > from ? marked.substring(from) : "";
    }

    static List<Delivery> unanswered(Attempt attempt) {
        var nothing =
                new Outcome.Deferred(
                        "4.3.0", "agent answered for too few or too many", Outcome.About.MESSAGE);
        return Collections.nCopies(attempt.size(), new Delivery(nothing, Delivery.NOBODY));
    }

    static Outcome.Deferred later(String status, String why) {
        return new Outcome.Deferred(status, why, Outcome.About.RECIPIENT);
    }

    static String detail(Outcome outcome) {
        String text = outcome.status() + " " + outcome.detail();
        return text.length() <= DETAIL_CHARS_MAX ? text : text.substring(0, DETAIL_CHARS_MAX);
    }

    /** A detail as people read it: where a host's reply names its status itself, once is enough. */
    static String said(String detail) {
        int gap = detail.indexOf(' ');
        int reply = gap + 1;
        boolean twice =
                gap > 0
                        && detail.startsWith(" ", reply + 3)
                        && detail.startsWith(detail.substring(0, reply), reply + 4);
        return twice ? detail.substring(reply) : detail;
    }

    static Progress progress(Entry.Pending pending, Progress.State state, Instant when) {
        return new Progress(pending.index, state, pending.attempts, when, pending.detail);
    }

    /** What the log is told of an attempt. */
    static Progress.Attempted attempted(Delivery said, Instant ended) {
        return new Progress.Attempted(ended, said.relay(), said.passage().tls());
    }

    /**
     * Whether the sender, who wants to hear of success, hears of it from us: not where the next hop
     * knows of notices and was told what is wanted (RFC 3461 §5.2.1).
     */
    static boolean oursToTell(Delivery delivery) {
        return remote(delivery).isEmpty() || delivery.passage().relayed();
    }

    /** The host that answered; empty when it was an agent of this machine, or nobody. */
    static String remote(Delivery delivery) {
        return delivery.relay().indexOf('[') >= 0 ? delivery.relay() : "";
    }

    static Settlement failed(Entry entry, List<Entry.Verdict> verdicts, Now now) {
        return settlement(entry, Notices.Kind.FAILED, verdicts, now);
    }

    static Settlement delivered(Entry entry, List<Entry.Verdict> verdicts, Now now) {
        return settlement(entry, Notices.Kind.DELIVERED, verdicts, now);
    }

    /**
     * About the recipients that were tried in vain.
     *
     * @param all about those too that were not tried: their time has come
     */
    static Settlement delayed(Entry entry, Now now, long until, boolean all) {
        List<Notices.Report> reports = new ArrayList<>();
        for (Entry.Pending pending : entry.recipients) {
            boolean waits =
                    pending.stand == Entry.Stand.WAITING || pending.stand == Entry.Stand.READY;
            if (waits && (all || pending.attempts > 0)) {
                Outcome.Deferred last = lastOutcome(pending);
                reports.add(
                        new Notices.Report(
                                entry.recipient(pending),
                                all ? Deadlines.late(last) : last,
                                pending.remote,
                                now.wall(),
                                now.wallAt(until)));
            }
        }
        return new Settlement(entry, Notices.Kind.DELAYED, reports, List.of(), List.of());
    }

    private static Settlement settlement(
            Entry entry, Notices.Kind kind, List<Entry.Verdict> verdicts, Now now) {
        List<Notices.Report> reports = new ArrayList<>(verdicts.size());
        List<Progress> changes = new ArrayList<>(verdicts.size());
        for (Entry.Verdict verdict : verdicts) {
            Entry.Pending pending = entry.recipients[verdict.recipient()];
            Instant when = now.wallAt(verdict.when());
            reports.add(
                    new Notices.Report(
                            entry.recipient(pending),
                            verdict.outcome(),
                            verdict.said().map(Reports::remote).orElse(""),
                            when,
                            when));
            Progress change = progress(pending, verdict.state(), when);
            changes.add(
                    verdict.said().map(said -> change.by(attempted(said, when))).orElse(change));
        }
        return new Settlement(entry, kind, reports, changes, verdicts);
    }

    static Outcome.Deferred lastOutcome(Entry.Pending pending) {
        int gap = pending.detail.indexOf(' ');
        boolean known = gap > 0 && pending.detail.startsWith("4.");
        return known
                ? new Outcome.Deferred(
                        pending.detail.substring(0, gap),
                        pending.detail.substring(gap + 1),
                        Outcome.About.MESSAGE)
                : new Outcome.Deferred("4.0.0", pending.detail, Outcome.About.MESSAGE);
    }
}
