package postern.spool;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import postern.mail.Envelope;
import postern.mail.QueueId;

/**
 * What memory holds of a message in the queue: where it lies and how far it is. All but {@link
 * #place} is guarded by the {@link Index}.
 */
final class LiveMessage {
    private final QueueId id;
    private final int recipients;
    private final long octets;
    private final boolean dotLines;
    private volatile Place place;
    private Progress @Nullable [] progress; // null while nothing was recorded; null entries: fresh
    private int open;
    boolean delayNoticeSent;

    /** Changes on their way into the log; a message moves only while there are none. */
    int changing;

    /** Being copied forward: changes wait in {@link #deferred}, behind the copy. */
    boolean moving;

    @Nullable List<Runnable> deferred;

    LiveMessage(EnvelopeRecord record, Place place) {
        this.id = record.envelope().id();
        this.recipients = record.envelope().recipients().size();
        this.octets = record.octets();
        this.dotLines = record.dotLines();
        this.place = place;
        this.open = recipients;
    }

    QueueId id() {
        return id;
    }

    int recipients() {
        return recipients;
    }

    long octets() {
        return octets;
    }

    boolean dotLines() {
        return dotLines;
    }

    Place place() {
        return place;
    }

    void place(Place now) {
        place = now;
    }

    boolean finished() {
        return open == 0;
    }

    /** A last state stays whatever comes later. */
    void apply(ProgressRecord record) {
        delayNoticeSent |= record.delayNoticeSent();
        Progress[] all = progress;
        if (all == null) {
            all = new Progress[recipients];
            progress = all;
        }
        for (Progress change : record.changes()) {
            if (change.recipient() >= recipients || over(all[change.recipient()])) {
                continue;
            }
            all[change.recipient()] = change;
            if (change.state().last()) {
                open--;
            }
        }
    }

    /** Whether the message is finished once these changes are recorded. */
    boolean finishedWith(List<Progress> changes) {
        boolean[] over = new boolean[recipients];
        int left = open;
        Progress[] all = progress;
        for (Progress change : changes) {
            int at = change.recipient();
            if (change.state().last() && !over[at] && !(all != null && over(all[at]))) {
                over[at] = true;
                left--;
            }
        }
        return left == 0;
    }

    private static boolean over(@Nullable Progress progress) {
        return progress != null && progress.state().last();
    }

    /** All that was recorded so far. */
    List<Progress> recorded() {
        List<Progress> recorded = new ArrayList<>();
        Progress[] all = progress;
        if (all != null) {
            for (Progress one : all) {
                if (one != null) {
                    recorded.add(one);
                }
            }
        }
        return recorded;
    }

    QueuedMessage queued(Envelope envelope) {
        List<Progress> states = new ArrayList<>(recipients);
        Instant arrived = envelope.arrived();
        for (int i = 0; i < recipients; i++) {
            states.add(Progress.fresh(i, arrived));
        }
        recorded().forEach(known -> states.set(known.recipient(), known));
        return new QueuedMessage(envelope, octets, dotLines, delayNoticeSent, states);
    }
}
