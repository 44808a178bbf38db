package postern.qmgr;

import java.time.Duration;
import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import postern.base.Bug;
import postern.base.NumberTable;
import postern.mail.Envelope;
import postern.mail.QueueId;
import postern.mail.ReversePath;
import postern.mail.Terms;
import postern.spool.QueuedMessage;

/**
 * All queued messages: a {@link Stub} of each, and an {@link Entry} of those with which something
 * is done. Messages for several destinations that become due while too many have entries wait here,
 * their sources taking turns. One thread only.
 */
final class Roster {
    /** Messages read at once to be placed: keeps the disk busy and no more. */
    private static final int LOADING_MAX = 64;

    /** Recipients whose moments lie so close together are tried together. */
    private static final long ROUNDING_NANOS = Duration.ofSeconds(1).toNanos();

    private final QmgrConfig config;
    private final Effects effects;
    private final Sources sources = new Sources();
    private final NumberTable<Stub> stubs = new NumberTable<>(Stub::number);
    private final FairQueue<Stub> waking = new FairQueue<>();
    private final Duration longestWait;
    private long beginning;
    private int active;
    private int loading;

    Roster(QmgrConfig config, Effects effects) {
        this.config = config;
        this.effects = effects;
        this.longestWait = config.longestWait();
    }

    int messages() {
        return stubs.size();
    }

    /** Messages with an entry. */
    int active() {
        return active;
    }

    @Nullable Stub stub(QueueId id) {
        return stubs.get(id.value());
    }

    /** The ids of all, oldest first. */
    long[] ids() {
        long[] ids = new long[stubs.size()];
        int[] at = {0};
        stubs.forEach(stub -> ids[at[0]++] = stub.id);
        Arrays.sort(ids);
        return ids;
    }

    int slots() {
        return stubs.slots();
    }

    /** Those in some of the slots: {@link NumberTable#visit}. */
    void visit(int slot, int slots, Consumer<Stub> action) {
        stubs.visit(slot, slots, action);
    }

    void forEach(Consumer<Stub> action) {
        stubs.forEach(action);
    }

    /** A message comes into the schedule. */
    Entry enter(QueuedMessage message, Now now) {
        Envelope envelope = message.envelope();
        if (stubs.size() == 0) {
            beginning = now.nanos();
        }
        long arrived = now.nanos() - now.ageNanos(envelope.arrived(), Entry.AGE_MAX);
        boolean notice = envelope.sender() instanceof ReversePath.Nobody;
        Stub stub = new Stub(envelope.id(), sources.enter(envelope), arrived - beginning, notice);
        stub.deadline(!(envelope.options().terms().deadline() instanceof Terms.Deadline.None));
        Stub other = stubs.put(stub);
        Bug.unless(other == null, "a message comes into the schedule once");
        Entry entry = entry(stub, message, now);
        entry.arrived = arrived;
        return entry;
    }

    /** Whether its lifetime is over, as far as can be told without reading it. */
    boolean outlived(Stub stub, Now now) {
        var patience = config.general().patience();
        Duration lifetime = stub.notice() ? patience.bounceLifetime() : patience.lifetime();
        return now.nanos() - beginning - stub.arrived() >= lifetime.toNanos();
    }

    /**
     * The entry of a message that was read from the log.
     *
     * @param due whether its time has come, by the clock that does not jump: then the stamps in the
     *     log only say which of its recipients were meant
     */
    Entry wake(Stub stub, QueuedMessage message, boolean due, Now now) {
        Entry entry = entry(stub, message, now);
        if (stub.held()) {
            entry.hold();
        }
        if (stub.hurried() || due && !stub.deadline()) { // which rings for other reasons too
            long first = Long.MAX_VALUE;
            for (Entry.Pending pending : entry.recipients) {
                boolean waits = pending.stand == Entry.Stand.WAITING;
                first = waits ? Math.min(first, pending.due) : first;
            }
            for (Entry.Pending pending : entry.recipients) {
                if (stub.hurried() || pending.due - ROUNDING_NANOS <= first) {
                    pending.due = Math.min(pending.due, now.nanos());
                }
            }
            stub.hurried(false);
        }
        return entry;
    }

    private Entry entry(Stub stub, QueuedMessage message, Now now) {
        Entry entry = made(stub, message, now);
        stub.entry = entry;
        active++;
        return entry;
    }

    private Entry made(Stub stub, QueuedMessage message, Now now) {
        return new Entry(stub, message, beginning + stub.arrived(), now, longestWait);
    }

    /** What the message looks like, for somebody who asks; nothing is changed by it. */
    Entry view(Stub stub, QueuedMessage message, Now now) {
        Entry entry = stub.entry;
        if (entry != null) {
            return entry;
        }
        Entry view = made(stub, message, now);
        if (stub.held()) {
            view.hold();
        }
        return view;
    }

    /** Whether there are as many entries as there shall be. */
    boolean crowded() {
        return active >= config.activeMessages();
    }

    /** Nothing is being done with the message any more: its entry goes. */
    void rest(Entry entry) {
        Stub stub = entry.stub;
        Bug.unless(stub.entry == entry, "a message has one entry");
        stub.held(entry.held);
        stub.open(entry.open);
        stub.entry = null;
        active--;
        pump();
    }

    /** The message has left the schedule. */
    void leave(Entry entry) {
        Stub stub = entry.stub;
        Stub _ = stubs.remove(stub.id);
        stub.entry = null;
        stub.stepOut();
        active--;
        sources.left(stub.source);
        pump();
    }

    /** Sees to it that the message is read, when there is room. */
    void summon(Stub stub) {
        if (!stub.loading()) {
            stub.loading(true);
            waking.add(stub.source, stub);
            pump();
        }
    }

    /** A message that was summoned has been read, or could not be. */
    void summoned() {
        loading--;
        pump();
    }

    private void pump() {
        while (loading < LOADING_MAX && active + loading < config.activeMessages()) {
            Stub next = waking.poll();
            if (next == null) {
                return;
            }
            loading++;
            effects.load(next, null);
        }
    }
}
