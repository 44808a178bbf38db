package postern.qmgr;

import postern.mail.Outcome;
import postern.mail.Terms;
import postern.mail.Terms.Deadline;

/** What a message's own terms say of its time: FUTURERELEASE and DELIVERBY. */
final class Deadlines {
    /** RFC 2852 §4.1.4.1: delivery time expired. */
    static final Outcome TOO_LATE =
            new Outcome.Bounced("5.4.7", "not delivered by the time its sender asked for");

    private static final String LATE = TOO_LATE.detail();

    private Deadlines() {}

    /** What its sender is told of a recipient for whom it is late: RFC 2852 §4.1.3, mode N. */
    static Outcome late(Outcome.Deferred last) {
        String why = last.detail().isEmpty() ? LATE : last.detail();
        return new Outcome.Deferred("4.4.7", why, last.about());
    }

    /** A recipient that was not tried yet is not tried before its message's release: RFC 4865. */
    static void release(Entry entry, Entry.Pending pending, Now now) {
        var at = terms(entry).release().at();
        if (pending.attempts == 0 && at.isAfter(now.wall())) {
            pending.due = now.nanosAt(at, Entry.AGE_MAX);
        }
    }

    /** Whether something is to be done with the message at a time of its own. */
    static boolean ahead(Entry entry, Now now) {
        return switch (terms(entry).deadline()) {
            case Deadline.None _ -> false;
            case Deadline.By by -> by.at().isAfter(now.wall()) || by.mode() == Deadline.Mode.RETURN;
        };
    }

    /** Whether it goes back now: RFC 2852 §4.1, mode R. */
    static boolean passed(Entry entry, Now now) {
        return over(entry, Deadline.Mode.RETURN, now);
    }

    /** Whether its sender is to be told now that it is late: mode N. */
    static boolean missed(Entry entry, Now now) {
        return over(entry, Deadline.Mode.NOTIFY, now);
    }

    private static boolean over(Entry entry, Deadline.Mode mode, Now now) {
        return switch (terms(entry).deadline()) {
            case Deadline.None _ -> false;
            case Deadline.By by -> by.mode() == mode && !by.at().isAfter(now.wall());
        };
    }

    /** What its sender is told of a recipient that is given up. */
    static Outcome last(Entry entry, Outcome why, Now now) {
        return passed(entry, now) ? TOO_LATE : why;
    }

    /** When to look at the message next: at its deadline, if that comes before. */
    static long next(Entry entry, long due, Now now) {
        return switch (terms(entry).deadline()) {
            case Deadline.None _ -> due;
            case Deadline.By by ->
                    by.at().isAfter(now.wall()) && !entry.held
                            ? Math.min(due, now.nanosAt(by.at(), Entry.AGE_MAX))
                            : due;
        };
    }

    private static Terms terms(Entry entry) {
        return entry.envelope.options().terms();
    }
}
