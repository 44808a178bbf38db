package postern.qmgr;

import org.jspecify.annotations.Nullable;
import postern.mail.QueueId;

/**
 * What is always in memory of a queued message: there may be a million of them, so it is 48 octets.
 * All else is its {@link Entry}, there while something is done with the message, and otherwise made
 * again from the log. Where all recipients that wait go to one destination it stands in that line
 * itself, without an entry.
 */
final class Stub implements Timers.Timed, InLine {
    private static final int HELD = 1;
    private static final int STANDS = 2;
    private static final int LOADING = 4;
    private static final int HURRIED = 8;
    private static final int GIVEN_UP = 16;
    private static final int DEADLINE = 32;
    private static final int NOTICE = 64;
    private static final int OPEN = 128; // this bit and the next four count recipients
    private static final int COPY = OPEN << 5; // this bit and those above count

    /** As many recipients as this, or more: what is counted no further. */
    static final int OPEN_MAX = COPY / OPEN - 1;

    /** Resolution and range of its age: ten milliseconds, 248 days. */
    private static final long TICK_NANOS = 10_000_000;

    final long id;
    final Source source;

    /** Where all its open recipients go, as far as that is known. */
    @Nullable Destination destination;

    @Nullable Entry entry;

    private long due;
    private int slot = Timers.OUT;
    private final int arrived; // in ticks, from the roster's beginning
    private int flags;

    /**
     * @param arrived on the monotone clock, counted from the roster's beginning
     * @param notice whether its reverse-path is empty
     */
    Stub(QueueId id, Source source, long arrived, boolean notice) {
        this.id = id.value();
        this.source = source;
        this.arrived = Math.clamp(arrived / TICK_NANOS, Integer.MIN_VALUE, Integer.MAX_VALUE);
        flag(NOTICE, notice);
    }

    QueueId queueId() {
        return new QueueId(id);
    }

    long number() {
        return id;
    }

    /** When it arrived, on the monotone clock, counted from the roster's beginning. */
    long arrived() {
        return arrived * TICK_NANOS;
    }

    /** Whether its reverse-path is empty. */
    boolean notice() {
        return flag(NOTICE);
    }

    @Override
    public @Nullable Job job() {
        return null;
    }

    @Override
    public long due() {
        return due;
    }

    @Override
    public int slot() {
        return slot;
    }

    @Override
    public void at(long nanos, int where) {
        due = nanos;
        slot = where;
    }

    /** The operator's hand is on it. */
    boolean held() {
        return flag(HELD);
    }

    void held(boolean now) {
        flag(HELD, now);
    }

    /** Whether it stands in its destination's line, by itself. */
    boolean stands() {
        return flag(STANDS);
    }

    /** Takes it out of the line; its place there is passed over when its turn comes. */
    void stepOut() {
        flag(STANDS, false);
    }

    void standIn() {
        flag(STANDS, true);
        flags += COPY;
    }

    /** Its turn has come. True where it still stands, and not again further behind. */
    boolean turn() {
        flags -= COPY;
        boolean valid = flag(STANDS) && flags < COPY;
        if (valid) {
            stepOut();
        }
        return valid;
    }

    /** Its entry is being made from the log. */
    boolean loading() {
        return flag(LOADING);
    }

    void loading(boolean now) {
        flag(LOADING, now);
    }

    /** Whatever of it waits is due. */
    boolean hurried() {
        return flag(HURRIED);
    }

    void hurried(boolean now) {
        flag(HURRIED, now);
    }

    /** Outlived in the line of a dead destination. */
    boolean givenUp() {
        return flag(GIVEN_UP);
    }

    void givenUp(boolean now) {
        flag(GIVEN_UP, now);
    }

    /** Its terms say what is to be done at a certain time: it is looked at before it is tried. */
    boolean deadline() {
        return flag(DEADLINE);
    }

    void deadline(boolean now) {
        flag(DEADLINE, now);
    }

    /**
     * How many of its recipients waited when it was last put to rest; at most {@link #OPEN_MAX}.
     */
    int open() {
        return flags / OPEN & OPEN_MAX;
    }

    void open(int recipients) {
        flags = flags & ~(OPEN_MAX * OPEN) | Math.min(recipients, OPEN_MAX) * OPEN;
    }

    private boolean flag(int bit) {
        return (flags & bit) != 0;
    }

    private void flag(int bit, boolean on) {
        flags = on ? flags | bit : flags & ~bit;
    }
}
