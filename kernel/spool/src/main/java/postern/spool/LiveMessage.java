package postern.spool;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import postern.base.Bug;
import postern.mail.Envelope;
import postern.mail.QueueId;
import postern.spool.QueueLog.Position;

/**
 * What memory holds of a message in the queue: where it lies and how far it is. There may be a
 * million of them, so it is 64 octets where it has one recipient and its content lies right before
 * its envelope, as nearly always. The place is guarded by the message itself, everything else by
 * the {@link Index}.
 */
final class LiveMessage {
    /** Records are aligned so; places count in these. */
    static final int ALIGNMENT = 8;

    private static final int DOT_LINES = 1 << 31;
    private static final int DELAY_NOTICE_SENT = 1 << 30;
    private static final int MOVING = 1 << 29;
    private static final int RECIPIENTS = MOVING - 1;

    private static final int NOTHING_RECORDED = -1;

    private static final List<Position> NONE = List.of();

    private final long id;

    private int recipientsAndFlags;

    // The place.
    private int segmentLow;
    private short segmentHigh; // segment numbers have 48 bits
    private int envelopeAt; // in units of ALIGNMENT
    private int envelopeOctets;
    private int bodyOctets; // -1: no record of content right before the envelope
    private int progressOctets;

    // What was last recorded of the first recipient.
    private int attemptsAndState = NOTHING_RECORDED;
    private long dueNanos; // since 1970
    private String detail = "";

    /** Null where there is no more to know; once it is there it stays. */
    private @Nullable More more;

    /** Changes on their way into the log; a message moves only while there are none. */
    private short changing;

    /** What few messages need. */
    private static final class More {
        final long octets;
        List<Position> otherBodies = NONE; // all but the one right before the envelope
        @Nullable Recorded recorded;

        More(long octets) {
            this.octets = octets;
        }
    }

    /** What was last recorded of a recipient that is not the first. */
    private static final class Recorded {
        final int recipient;
        final @Nullable Recorded next;
        int attemptsAndState;
        long dueNanos;
        String detail = "";

        Recorded(int recipient, @Nullable Recorded next) {
            this.recipient = recipient;
            this.next = next;
        }
    }

    /** How the figures of a record are packed. */
    private static final class Packed {
        private static final Progress.State[] STATES = Progress.State.values();
        private static final int STATE_BITS = 3;
        private static final long NANOS = 1_000_000_000;
        private static final long SECONDS_MAX = Long.MAX_VALUE / NANOS - 1; // the year 2262

        private Packed() {}

        static int attemptsAndState(Progress progress) {
            int attempts = Math.min(progress.attempts(), Integer.MAX_VALUE >> STATE_BITS);
            return attempts << STATE_BITS | progress.state().ordinal();
        }

        static long nanos(Instant due) {
            long seconds = Math.clamp(due.getEpochSecond(), -SECONDS_MAX, SECONDS_MAX);
            return seconds * NANOS + due.getNano();
        }

        static boolean over(int attemptsAndState) {
            return attemptsAndState != NOTHING_RECORDED && state(attemptsAndState).last();
        }

        private static Progress.State state(int attemptsAndState) {
            return STATES[attemptsAndState & (1 << STATE_BITS) - 1];
        }

        static Progress progress(int recipient, int attemptsAndState, long nanos, String detail) {
            Instant due =
                    Instant.ofEpochSecond(Math.floorDiv(nanos, NANOS), Math.floorMod(nanos, NANOS));
            return new Progress(
                    recipient,
                    state(attemptsAndState),
                    attemptsAndState >>> STATE_BITS,
                    due,
                    detail);
        }
    }

    LiveMessage(EnvelopeRecord record, Place place) {
        int count = record.envelope().recipients().size();
        Bug.unless(count <= RECIPIENTS, "the recipients fit into a record");
        this.id = record.envelope().id().value();
        this.recipientsAndFlags = count | (record.dotLines() ? DOT_LINES : 0);
        place(place, record.octets());
    }

    QueueId id() {
        return new QueueId(id);
    }

    long number() {
        return id;
    }

    int recipients() {
        return recipientsAndFlags & RECIPIENTS;
    }

    long octets() {
        More known = more;
        return known == null ? Math.max(0, bodyOctets) : known.octets;
    }

    boolean dotLines() {
        return (recipientsAndFlags & DOT_LINES) != 0;
    }

    boolean delayNoticeSent() {
        return (recipientsAndFlags & DELAY_NOTICE_SENT) != 0;
    }

    boolean moving() {
        return (recipientsAndFlags & MOVING) != 0;
    }

    void moving(boolean now) {
        flag(MOVING, now);
    }

    private void flag(int bit, boolean on) {
        recipientsAndFlags = on ? recipientsAndFlags | bit : recipientsAndFlags & ~bit;
    }

    boolean changing() {
        return changing > 0;
    }

    void changing(int by) {
        int sum = changing + by;
        Bug.unless(sum >= 0 && sum <= Short.MAX_VALUE, "changes that begin come to an end");
        changing = (short) sum;
    }

    synchronized Place place() {
        long segment = (segmentHigh & 0xffffL) << 32 | segmentLow & 0xffff_ffffL;
        Position envelope = new Position(segment, (long) envelopeAt * ALIGNMENT, envelopeOctets);
        List<Position> others = more == null ? NONE : more.otherBodies;
        if (bodyOctets < 0) {
            return new Place(envelope, others, progressOctets);
        }
        Position body = EnvelopeRecord.bodyBefore(envelope, bodyOctets);
        if (others.isEmpty()) {
            return new Place(envelope, List.of(body), progressOctets);
        }
        List<Position> bodies = new ArrayList<>(others);
        bodies.add(body);
        return new Place(envelope, bodies, progressOctets);
    }

    void place(Place now) {
        place(now, octets());
    }

    private synchronized void place(Place now, long octets) {
        Position envelope = now.envelope();
        List<Position> bodies = now.bodies();
        Bug.unless(
                envelope.offset() % ALIGNMENT == 0
                        && envelope.offset() / ALIGNMENT <= Integer.MAX_VALUE
                        && envelope.segment() >>> 48 == 0,
                "a record is aligned, in a segment of bounded length and number");
        segmentLow = (int) envelope.segment();
        segmentHigh = (short) (envelope.segment() >>> 32);
        envelopeAt = (int) (envelope.offset() / ALIGNMENT);
        envelopeOctets = envelope.length();
        progressOctets = now.progressOctets();
        boolean before =
                !bodies.isEmpty()
                        && bodies.getLast()
                                .equals(
                                        EnvelopeRecord.bodyBefore(
                                                envelope, bodies.getLast().length()));
        bodyOctets = before ? bodies.getLast().length() : -1;
        List<Position> others = before ? bodies.subList(0, bodies.size() - 1) : bodies;
        if (!others.isEmpty() || more != null || octets != Math.max(0, bodyOctets)) {
            more(octets).otherBodies = others.isEmpty() ? NONE : List.copyOf(others);
        }
    }

    private synchronized More more(long octets) {
        More known = more;
        if (known == null) {
            known = new More(octets);
            more = known;
        }
        return known;
    }

    private @Nullable Recorded others() {
        More known = more;
        return known == null ? null : known.recorded;
    }

    boolean finished() {
        int open = recipients() - (Packed.over(attemptsAndState) ? 1 : 0);
        for (Recorded one = others(); one != null; one = one.next) {
            open -= Packed.over(one.attemptsAndState) ? 1 : 0;
        }
        return open == 0;
    }

    /** A last state stays whatever comes later. */
    void apply(ProgressRecord record, Texts texts) {
        flag(DELAY_NOTICE_SENT, delayNoticeSent() || record.delayNoticeSent());
        for (Progress change : record.changes()) {
            if (change.recipient() == 0) {
                if (!Packed.over(attemptsAndState)) {
                    attemptsAndState = Packed.attemptsAndState(change);
                    dueNanos = Packed.nanos(change.due());
                    detail = texts.one(change.detail());
                }
            } else if (change.recipient() < recipients()) {
                Recorded known = recorded(change.recipient());
                if (!Packed.over(known.attemptsAndState)) {
                    known.attemptsAndState = Packed.attemptsAndState(change);
                    known.dueNanos = Packed.nanos(change.due());
                    known.detail = texts.one(change.detail());
                }
            }
        }
    }

    private Recorded recorded(int recipient) {
        More all = more(octets());
        Recorded one = all.recorded;
        while (one != null && one.recipient != recipient) {
            one = one.next;
        }
        if (one == null) {
            one = new Recorded(recipient, all.recorded);
            all.recorded = one;
        }
        return one;
    }

    /** Whether the message is finished once these changes are recorded. */
    boolean finishedWith(List<Progress> changes) {
        boolean[] over = new boolean[recipients()];
        over[0] = Packed.over(attemptsAndState);
        for (Recorded one = others(); one != null; one = one.next) {
            over[one.recipient] = Packed.over(one.attemptsAndState);
        }
        for (Progress change : changes) {
            over[change.recipient()] |= change.state().last();
        }
        for (boolean each : over) {
            if (!each) {
                return false;
            }
        }
        return true;
    }

    /** All that was recorded so far, in the order of the recipients. */
    List<Progress> recorded() {
        @Nullable Progress[] states = new @Nullable Progress[recipients()];
        fill(states);
        List<Progress> all = new ArrayList<>();
        for (Progress state : states) {
            if (state != null) {
                all.add(state);
            }
        }
        return all;
    }

    private void fill(@Nullable Progress[] states) {
        if (attemptsAndState != NOTHING_RECORDED) {
            states[0] = Packed.progress(0, attemptsAndState, dueNanos, detail);
        }
        for (Recorded one = others(); one != null; one = one.next) {
            states[one.recipient] =
                    Packed.progress(one.recipient, one.attemptsAndState, one.dueNanos, one.detail);
        }
    }

    QueuedMessage queued(Envelope envelope) {
        @Nullable Progress[] known = new @Nullable Progress[recipients()];
        fill(known);
        List<Progress> states = new ArrayList<>(known.length);
        for (int i = 0; i < known.length; i++) {
            Progress recorded = known[i];
            states.add(recorded == null ? Progress.fresh(i, envelope.arrived()) : recorded);
        }
        return new QueuedMessage(envelope, octets(), dotLines(), delayNoticeSent(), states);
    }
}
