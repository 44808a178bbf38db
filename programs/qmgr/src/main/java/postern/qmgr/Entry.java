package postern.qmgr;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import postern.mail.Delivery;
import postern.mail.Envelope;
import postern.mail.Outcome;
import postern.mail.Recipient;
import postern.spool.Progress;

/**
 * One queued message in the schedule. Owned by the schedule's thread; what deliveries read of it
 * never changes.
 */
final class Entry implements Timers.Timed {

    /** Where a recipient stands. */
    enum Stand {
        /** Tried when it is due. */
        WAITING,
        /** In the line of its destination. */
        READY,
        /** An attempt is being made. */
        RUNNING,
        /** The operator's hand is on it. */
        HELD,
        /** Final, and its sender is about to be told. */
        SETTLING,
        /** Final, and recorded. */
        DONE
    }

    /** One recipient of the message. */
    static final class Pending {
        final int index;
        Stand stand = Stand.WAITING;
        int attempts;
        long due;

        /** How it ended; means nothing before {@link Stand#DONE}. */
        Progress.State end = Progress.State.WAITING;

        /** The attempt it is in line for; an attempt that is not this one has lost it. */
        @Nullable Attempt ticket;

        /** Status and text of the last outcome; empty before the first. */
        String detail = "";

        /** Who said it; kept only where delays are told of. */
        String remote = "";

        Pending(int index) {
            this.index = index;
        }

        /** Moves it anywhere but into a line; whatever line it stood in has lost it. */
        void stand(Stand to) {
            stand = to;
            ticket = null;
        }

        void lineUp(Attempt attempt) {
            stand = Stand.READY;
            ticket = attempt;
            attempt.add(index);
        }
    }

    /** A final outcome that its sender is to be told of, not yet in the log. */
    record Verdict(
            int recipient,
            Progress.State state,
            Outcome outcome,
            Optional<Delivery> said, // of the attempt, where one brought it about
            long when) {}

    final Envelope envelope;
    final long octets;
    final long arrived;
    final long admitted;
    final Pending[] recipients;

    /** Recipients that are not {@link Stand#DONE}. */
    int open;

    /** Attempts being made. */
    int running;

    boolean held;

    /** Its route says hold; it is held once all its recipients are routed. */
    boolean setAside;

    /** The operator let it go: no route holds it again. */
    boolean released;

    /** Deleted by the operator while an attempt is being made: it is not tried again. */
    boolean doomed;

    /** Given up by the operator while an attempt is being made: the last. */
    boolean givenUp;

    boolean delayNoticeSent;

    /** How often in succession its agent went away while it was being delivered. */
    int agentLosses;

    List<Verdict> verdicts = List.of();

    /** Not before then are the verdicts settled: the last try failed. */
    long settleFrom = Long.MIN_VALUE;

    private final Timers.Timer timer = new Timers.Timer(this);

    Entry(Envelope envelope, long octets, long arrived, long admitted) {
        this.envelope = envelope;
        this.octets = octets;
        this.arrived = arrived;
        this.admitted = admitted;
        this.recipients = new Pending[envelope.recipients().size()];
        this.open = recipients.length;
        for (int i = 0; i < recipients.length; i++) {
            recipients[i] = new Pending(i);
        }
    }

    @Override
    public Timers.Timer timer() {
        return timer;
    }

    Recipient recipient(Pending pending) {
        return envelope.recipients().get(pending.index);
    }

    void judged(Verdict verdict) {
        if (verdicts.isEmpty()) {
            verdicts = new ArrayList<>(1);
        }
        verdicts.add(verdict);
    }

    /** Whether the recipient is in that domain, or in line for that next hop. */
    boolean leadsTo(Pending pending, String destination) {
        Attempt inLine = pending.ticket;
        return recipient(pending).mailbox().domain().text().equals(destination)
                || inLine != null && inLine.destination.nextHop.equals(destination);
    }
}
