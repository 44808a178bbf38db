package postern.qmgr;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import org.jspecify.annotations.Nullable;
import postern.mail.Route;
import postern.mail.Router;

/**
 * Where recipients go. A router that answers at once is asked on the spot. One that may wait for
 * another process is asked by tasks, so many at once, while the schedule goes on; the answers come
 * back as events. One thread only.
 */
final class Routing {
    /** Messages whose routes are being found out at once; more wait their turn. */
    static final int AT_ONCE_MAX = 32;

    /** After that a message is looked at again for which there is no room in memory to wait. */
    private static final Duration LATER = Duration.ofSeconds(1);

    private final Router router;
    private final Roster roster;
    private final Effects effects;
    private final Deque<Entry> waiting = new ArrayDeque<>();
    private int asking;

    Routing(Router router, Roster roster, Effects effects) {
        this.router = router;
        this.roster = roster;
        this.effects = effects;
    }

    /** Whether routes may be waited for. */
    boolean waits() {
        return router.waits();
    }

    /**
     * Where the recipient goes; null where that has to be asked first.
     *
     * @param known what was found out for this message
     */
    @Nullable Route of(Entry entry, Entry.Pending pending, Routes known) {
        return router.waits()
                ? known.of(pending.index)
                : router.route(entry.envelope.sender(), entry.recipient(pending).mailbox());
    }

    /** Has it found out where the recipients go that are due. */
    void ask(Entry entry, Now now) {
        if (entry.routing) {
            return;
        }
        if (asking >= AT_ONCE_MAX && roster.crowded()) {
            for (Entry.Pending pending : entry.recipients) {
                if (due(pending, now)) {
                    pending.due = now.nanos() + LATER.toNanos();
                }
            }
            return;
        }
        entry.routing = true;
        if (asking < AT_ONCE_MAX) {
            start(entry, now);
        } else {
            waiting.add(entry);
        }
    }

    private static boolean due(Entry.Pending pending, Now now) {
        return pending.stand == Entry.Stand.WAITING && pending.due <= now.nanos();
    }

    private void start(Entry entry, Now now) {
        asking++;
        int[] recipients =
                Arrays.stream(entry.recipients)
                        .filter(pending -> due(pending, now))
                        .mapToInt(pending -> pending.index)
                        .toArray();
        effects.route(entry, recipients);
    }

    /** The answers for a message have come: the next one's turn. */
    void answered(Entry entry, Routes routes, Now now) {
        asking--;
        entry.routing = false;
        entry.routes = routes;
        while (asking < AT_ONCE_MAX) {
            Entry next = waiting.poll();
            if (next == null) {
                return;
            }
            if (next.stub.entry == next) { // else it has left the queue meanwhile
                start(next, now);
            }
        }
    }
}
