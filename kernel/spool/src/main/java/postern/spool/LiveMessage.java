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
 * million of them, so it is 64 octets, and 32 for each recipient that something was recorded of.
 * The place is guarded by the message itself, everything else by the {@link Index}.
 */
final class LiveMessage {
    /** Records are aligned so; places count in these. */
    static final int ALIGNMENT = 8;

    private static final byte DOT_LINES = 1;
    private static final byte DELAY_NOTICE_SENT = 2;
    private static final byte MOVING = 4;

    private static final List<Position> NONE = List.of();

    private final long id;
    private final long octets;
    private final int recipients;

    // The place. Nearly always the content is one record, right before the envelope's.
    private long segment;
    private int envelopeAt; // in units of ALIGNMENT
    private int envelopeOctets;
    private int bodyOctets; // -1: no record of content right before the envelope
    private List<Position> otherBodies = NONE; // all but that one
    private int progressOctets;

    private @Nullable Recorded recorded;

    /** Changes on their way into the log; a message moves only while there are none. */
    private short changing;

    private byte flags;

    /** What was last recorded of one recipient. */
    private static final class Recorded {
        private static final Progress.State[] STATES = Progress.State.values();
        private static final int STATE_BITS = 3;
        private static final long NANOS = 1_000_000_000;
        private static final long SECONDS_MAX = Long.MAX_VALUE / NANOS - 1; // the year 2262

        private final int recipient;
        private int attemptsAndState;
        private long dueNanos; // since 1970
        private String detail = "";
        private @Nullable Recorded next;

        Recorded(int recipient) {
            this.recipient = recipient;
        }

        void set(Progress progress, String text) {
            int attempts = Math.min(progress.attempts(), Integer.MAX_VALUE >> STATE_BITS);
            attemptsAndState = attempts << STATE_BITS | progress.state().ordinal();
            Instant due = progress.due();
            long seconds = Math.clamp(due.getEpochSecond(), -SECONDS_MAX, SECONDS_MAX);
            dueNanos = seconds * NANOS + due.getNano();
            detail = text;
        }

        boolean over() {
            return state().last();
        }

        private Progress.State state() {
            return STATES[attemptsAndState & (1 << STATE_BITS) - 1];
        }

        Progress progress() {
            Instant due =
                    Instant.ofEpochSecond(
                            Math.floorDiv(dueNanos, NANOS), Math.floorMod(dueNanos, NANOS));
            return new Progress(recipient, state(), attemptsAndState >>> STATE_BITS, due, detail);
        }
    }

    LiveMessage(EnvelopeRecord record, Place place) {
        this.id = record.envelope().id().value();
        this.recipients = record.envelope().recipients().size();
        this.octets = record.octets();
        this.flags = record.dotLines() ? DOT_LINES : 0;
        place(place);
    }

    QueueId id() {
        return new QueueId(id);
    }

    long number() {
        return id;
    }

    int recipients() {
        return recipients;
    }

    long octets() {
        return octets;
    }

    boolean dotLines() {
        return (flags & DOT_LINES) != 0;
    }

    boolean delayNoticeSent() {
        return (flags & DELAY_NOTICE_SENT) != 0;
    }

    boolean moving() {
        return (flags & MOVING) != 0;
    }

    void moving(boolean now) {
        flag(MOVING, now);
    }

    private void flag(byte bit, boolean on) {
        flags = (byte) (on ? flags | bit : flags & ~bit);
    }

    boolean changing() {
        return changing > 0;
    }

    void changing(int more) {
        int sum = changing + more;
        Bug.unless(sum >= 0 && sum <= Short.MAX_VALUE, "changes that begin come to an end");
        changing = (short) sum;
    }

    synchronized Place place() {
        Position envelope = new Position(segment, (long) envelopeAt * ALIGNMENT, envelopeOctets);
        if (bodyOctets < 0) {
            return new Place(envelope, otherBodies, progressOctets);
        }
        Position body = EnvelopeRecord.bodyBefore(envelope, bodyOctets);
        if (otherBodies.isEmpty()) {
            return new Place(envelope, List.of(body), progressOctets);
        }
        List<Position> bodies = new ArrayList<>(otherBodies);
        bodies.add(body);
        return new Place(envelope, bodies, progressOctets);
    }

    synchronized void place(Place now) {
        Position envelope = now.envelope();
        List<Position> bodies = now.bodies();
        segment = envelope.segment();
        Bug.unless(
                envelope.offset() % ALIGNMENT == 0
                        && envelope.offset() / ALIGNMENT <= Integer.MAX_VALUE,
                "a record is aligned, in a segment of bounded length");
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
        otherBodies = others.isEmpty() ? NONE : List.copyOf(others);
    }

    boolean finished() {
        int open = recipients;
        for (Recorded one = recorded; one != null; one = one.next) {
            open -= one.over() ? 1 : 0;
        }
        return open == 0;
    }

    /** A last state stays whatever comes later. */
    void apply(ProgressRecord record, Texts texts) {
        flag(DELAY_NOTICE_SENT, delayNoticeSent() || record.delayNoticeSent());
        for (Progress change : record.changes()) {
            if (change.recipient() >= recipients) {
                continue;
            }
            Recorded known = find(change.recipient());
            if (known == null) {
                known = new Recorded(change.recipient());
                known.next = recorded;
                recorded = known;
            } else if (known.over()) {
                continue;
            }
            known.set(change, texts.one(change.detail()));
        }
    }

    private @Nullable Recorded find(int recipient) {
        Recorded one = recorded;
        while (one != null && one.recipient != recipient) {
            one = one.next;
        }
        return one;
    }

    /** Whether the message is finished once these changes are recorded. */
    boolean finishedWith(List<Progress> changes) {
        boolean[] over = new boolean[recipients];
        for (Recorded one = recorded; one != null; one = one.next) {
            over[one.recipient] = one.over();
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
        @Nullable Progress[] states = new @Nullable Progress[recipients];
        for (Recorded one = recorded; one != null; one = one.next) {
            states[one.recipient] = one.progress();
        }
        List<Progress> all = new ArrayList<>();
        for (Progress state : states) {
            if (state != null) {
                all.add(state);
            }
        }
        return all;
    }

    QueuedMessage queued(Envelope envelope) {
        List<Progress> states = new ArrayList<>(recipients);
        Instant arrived = envelope.arrived();
        for (int i = 0; i < recipients; i++) {
            states.add(Progress.fresh(i, arrived));
        }
        for (Recorded one = recorded; one != null; one = one.next) {
            states.set(one.recipient, one.progress());
        }
        return new QueuedMessage(envelope, octets, dotLines(), delayNoticeSent(), states);
    }
}
