package postern.qmgr;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import postern.mail.Delivery;
import postern.mail.Envelope;
import postern.mail.Outcome;
import postern.mail.Recipient;
import postern.spool.Progress;
import postern.spool.QueuedMessage;

/**
 * One queued message while something is done with it. Owned by the schedule's thread; what
 * deliveries read of it never changes. When nothing is being done it goes, and only its {@link
 * Stub} stays.
 */
final class Entry {
    /** No message is older: keeps arithmetic in nanoseconds sound whatever the stamps say. */
    static final Duration AGE_MAX = Duration.ofDays(3650);

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

    final Stub stub;
    final Envelope envelope;
    final long octets;
    long arrived;
    final long admitted;
    final Pending[] recipients;

    /** Recipients that are not {@link Stand#DONE}. */
    int open;

    /** Attempts being made. */
    int running;

    boolean held;

    /** Changes on their way into the log: until they are there the entry stays. */
    int writes;

    /** Its deliveries by one transport, where they are several. */
    @Nullable Job job;

    /** The one attempt for all its recipients, where the stub stands in line for it. */
    @Nullable Attempt whole;

    /** Its route says hold; it is held once all its recipients are routed. */
    boolean setAside;

    /** The operator let it go: no route holds it again. */
    boolean released;

    /** Deleted by the operator while an attempt is being made: it is not tried again. */
    boolean doomed;

    /** Given up by the operator while an attempt is being made: the last. */
    boolean givenUp;

    boolean delayNoticeSent;

    /** It is being found out where recipients go; until then the entry stays. */
    boolean routing;

    /** What was found out; used up at once. */
    Routes routes = Routes.NONE;

    /** How often in succession its agent went away while it was being delivered. */
    int agentLosses;

    List<Verdict> verdicts = List.of();

    /** Not before then are the verdicts settled: the last try failed. */
    long settleFrom = Long.MIN_VALUE;

    /**
     * @param longestWait no recipient waits longer, whatever a wall clock said that has jumped
     */
    Entry(Stub stub, QueuedMessage message, long arrived, Now now, Duration longestWait) {
        this.stub = stub;
        this.envelope = message.envelope();
        this.octets = message.octets();
        this.arrived = arrived;
        this.admitted = now.nanos();
        this.delayNoticeSent = message.delayNoticeSent();
        this.recipients = new Pending[envelope.recipients().size()];
        for (Progress progress : message.progress()) {
            Pending pending = new Pending(progress.recipient());
            recipients[progress.recipient()] = pending;
            pending.attempts = progress.attempts();
            pending.detail = progress.detail();
            pending.due = now.nanosAt(progress.due(), longestWait);
            switch (progress.state()) {
                case WAITING -> open++;
                case HELD -> {
                    pending.stand = Stand.HELD;
                    open++;
                    held = true;
                }
                case DELIVERED, BOUNCED, EXPIRED, REMOVED -> {
                    pending.stand = Stand.DONE;
                    pending.end = progress.state();
                }
            }
        }
    }

    /** The operator's hand was on it before it was read. */
    void hold() {
        held = true;
        for (Pending pending : recipients) {
            if (pending.stand == Stand.WAITING) {
                pending.stand(Stand.HELD);
            }
        }
    }

    /** Leaves the line of its one destination. */
    void stepBack() {
        stub.stepOut();
        whole = null;
        for (Pending pending : recipients) {
            if (pending.stand == Stand.READY) {
                pending.stand(Stand.WAITING);
            }
        }
    }

    /** Whether nothing of it is under way, so that all there is to know is in the log. */
    boolean resting() {
        if (running > 0 || writes > 0 || routing || !verdicts.isEmpty() || doomed || setAside) {
            return false;
        }
        for (Pending pending : recipients) {
            switch (pending.stand) {
                case WAITING, HELD, DONE -> {}
                case READY -> {
                    if (pending.ticket != whole || !stub.stands()) {
                        return false;
                    }
                }
                case RUNNING, SETTLING -> {
                    return false;
                }
            }
        }
        return true;
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

    /** The destination in whose line the recipient stands; null when it stands in none. */
    @Nullable Destination line(Pending pending) {
        Attempt inLine = pending.ticket;
        if (inLine != null) {
            return inLine.destination;
        }
        boolean waits = pending.stand == Stand.WAITING || pending.stand == Stand.READY;
        return waits && stub.stands() ? stub.destination : null;
    }
}
