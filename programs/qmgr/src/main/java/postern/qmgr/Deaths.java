package postern.qmgr;

import java.time.Duration;
import postern.mail.Outcome;

/** What becomes of those who stand before a destination that has died. One thread only. */
final class Deaths {
    /** How often what stands before a dead destination is searched for what has outlived it. */
    private static final Duration SEARCH = Duration.ofMinutes(10);

    private final Schedule schedule;
    private final QmgrConfig config;
    private final Dispatcher dispatcher;
    private final Effects effects;

    Deaths(Schedule schedule, QmgrConfig config, Dispatcher dispatcher, Effects effects) {
        this.schedule = schedule;
        this.config = config;
        this.dispatcher = dispatcher;
        this.effects = effects;
    }

    /**
     * A destination has just died. Messages that go there alone keep their place in its line, at no
     * cost, until they have outlived their time. Parts of others do not: they would keep their
     * messages in memory.
     */
    void mourn(Destination destination, Now now) {
        boolean search = now.nanos() - destination.searched >= SEARCH.toNanos();
        if (!destination.holdsParts() && !search && destination.searched != Long.MIN_VALUE) {
            return;
        }
        destination.searched = now.nanos();
        for (InLine item : destination.empty()) {
            switch (item) {
                case Attempt part -> putBack(part, now);
                case Stub stub -> {
                    if (!stub.turn()) {
                        continue;
                    }
                    Entry entry = stub.entry;
                    if (!schedule.roster().outlived(stub, now)) {
                        dispatcher.line(stub, now);
                        if (entry != null) {
                            schedule.rest(entry);
                        }
                    } else {
                        stub.givenUp(true);
                        if (entry == null) {
                            schedule.roster().summon(stub);
                        } else {
                            entry.stepBack();
                            schedule.place(entry, now);
                        }
                    }
                }
            }
        }
    }

    /** They wait until the destination has been tried again; that is no attempt of theirs. */
    private void putBack(Attempt part, Now now) {
        part.keepInLine();
        Entry entry = part.entry();
        Destination destination = part.destination;
        Job job = part.job();
        if (job != null && part.size() > 0) {
            job.dropped();
        }
        for (int i = 0; i < part.size(); i++) {
            Entry.Pending pending = entry.recipients[part.recipient(i)];
            if (!outlived(entry, pending, destination, now)) {
                var patience = config.patience(destination.transport.name, destination.nextHop);
                long wait =
                        Math.max(destination.due() - now.nanos(), schedule.backoff(patience, 1));
                pending.due = now.nanos() + wait;
                pending.detail = reason(destination, pending);
                pending.stand(Entry.Stand.WAITING);
            }
        }
        schedule.after(entry, now);
    }

    private static String reason(Destination destination, Entry.Pending pending) {
        Outcome.Deferred reason = destination.reason;
        return reason == null ? pending.detail : Reports.detail(reason);
    }

    /** Gives up a recipient before a dead destination if it is too old. Whether it did. */
    boolean outlived(Entry entry, Entry.Pending pending, Destination destination, Now now) {
        var patience = config.patience(destination.transport.name, destination.nextHop);
        Outcome.Deferred reason = destination.reason;
        if (reason == null || !Schedule.expired(entry, patience, now)) {
            return false;
        }
        effects.decided(entry, pending, reason);
        schedule.expire(entry, pending, reason, now);
        return true;
    }
}
