package postern.qmgr;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import postern.base.Bug;

/**
 * Some recipients of one message on their way to one destination: in its line, then being tried.
 * What a delivery reads of it does not change while it runs.
 */
final class Attempt implements InLine {
    private static final int[] FIRST = {0};

    final Stub stub;
    final Destination destination;

    private final @Nullable Job job;
    private @Nullable Entry entry;

    /** Indexes of recipients in the envelope; nearly always the first alone. */
    private int[] recipients = FIRST;

    private int size;

    long started;

    boolean running;

    /** Hangs for so long that it counts apart. */
    boolean hanging;

    /** Its destination had not answered anybody before it began. */
    boolean unproven;

    /** Its recipients become known once the message is read. */
    Attempt(Stub stub, Destination destination) {
        this.stub = stub;
        this.destination = destination;
        this.job = null;
    }

    Attempt(Entry entry, Destination destination, @Nullable Job job) {
        this.stub = entry.stub;
        this.entry = entry;
        this.destination = destination;
        this.job = job;
    }

    /** The message; known from before it is delivered. */
    Entry entry() {
        Entry known = entry;
        if (known == null) {
            throw new Bug("an attempt is of a message that was read");
        }
        return known;
    }

    boolean read() {
        return entry != null;
    }

    void read(Entry message) {
        entry = message;
    }

    @Override
    public @Nullable Job job() {
        return job;
    }

    int size() {
        return size;
    }

    int recipient(int at) {
        return recipients[at];
    }

    void add(int recipient) {
        if (size > 0 || recipient != 0) {
            recipients =
                    size == recipients.length || size == 0
                            ? Arrays.copyOf(recipients, Math.max(1, size * 2))
                            : recipients;
            recipients[size] = recipient;
        }
        size++;
    }

    /** Drops the recipients that were taken out of the line meanwhile. */
    void keepInLine() {
        Entry message = entry();
        int kept = 0;
        for (int i = 0; i < size; i++) {
            Entry.Pending pending = message.recipients[recipients[i]];
            if (pending.stand == Entry.Stand.READY && pending.ticket == this) {
                if (kept != i) {
                    recipients[kept] = recipients[i];
                }
                kept++;
            }
        }
        size = kept;
    }
}
