package postern.qmgr;

import java.util.Arrays;

/**
 * Some recipients of one message on their way to one destination: first in its line, then being
 * tried. What a delivery reads of it does not change while it runs.
 */
final class Attempt {
    private static final int[] FIRST = {0};

    final Entry entry;
    final Destination destination;

    /** Indexes of recipients in the envelope; nearly always the first alone. */
    private int[] recipients = FIRST;

    private int size;

    long started;

    boolean running;

    /** Hangs for so long that it counts apart. */
    boolean hanging;

    Attempt(Entry entry, Destination destination) {
        this.entry = entry;
        this.destination = destination;
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
        int kept = 0;
        for (int i = 0; i < size; i++) {
            Entry.Pending pending = entry.recipients[recipients[i]];
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
