package postern.qmgr;

import org.jspecify.annotations.Nullable;
import postern.mail.Route;
import postern.spool.QueuedMessage;

/** Messages that have no entry until their turn comes: then they are read. One thread only. */
final class Reading {
    private final Schedule schedule;
    private final Routing routing;
    private final Dispatcher dispatcher;
    private final Timers timers;
    private final Effects effects;
    private final QmgrConfig config;

    Reading(
            Schedule schedule,
            Routing routing,
            Dispatcher dispatcher,
            Timers timers,
            Effects effects,
            QmgrConfig config) {
        this.schedule = schedule;
        this.routing = routing;
        this.dispatcher = dispatcher;
        this.timers = timers;
        this.effects = effects;
        this.config = config;
    }

    /** A message that had no entry was read; for an attempt that has begun, or to be placed. */
    void loaded(Event.Loaded event, Now now) {
        Stub stub = event.stub();
        Attempt attempt = event.attempt();
        boolean here = arrived(stub, attempt);
        if (attempt == null) {
            if (here) {
                Entry entry = entry(stub, event.message(), now);
                entry.routes = event.routes();
                schedule.place(entry, now);
            }
            return;
        }
        Destination destination = attempt.destination;
        if (here) {
            Entry entry = entry(stub, event.message(), now);
            entry.routes = event.routes();
            attempt.read(entry);
            destination.filling = attempt;
            schedule.prepare(entry, now);
            destination.filling = null;
            if (attempt.size() > 0) {
                dispatcher.deliver(attempt);
            } else {
                dispatcher.stopped(attempt, now); // it goes elsewhere now, or nowhere
            }
            dispatcher.start(entry, now);
            schedule.after(entry, now);
        } else {
            dispatcher.stopped(attempt, now);
        }
        dispatcher.dispatch(destination.transport, now);
    }

    /** A message could not be read: it is put off, and nothing is known of its recipients. */
    void unreadable(Stub stub, @Nullable Attempt attempt, String why, Now now) {
        boolean here = arrived(stub, attempt);
        if (attempt != null) {
            dispatcher.stopped(attempt, now);
            dispatcher.dispatch(attempt.destination.transport, now);
        }
        if (here && stub.entry == null) {
            effects.unreadable(stub.queueId(), why);
            timers.arm(stub, now.nanos() + schedule.backoff(config.general().patience(), 1));
        }
    }

    /** The reading is over. Whether the message is still in the queue. */
    private boolean arrived(Stub stub, @Nullable Attempt attempt) {
        stub.loading(false);
        if (attempt == null) {
            schedule.roster().summoned();
        }
        return schedule.roster().stub(stub.queueId()) == stub;
    }

    private Entry entry(Stub stub, QueuedMessage message, Now now) {
        Entry known = stub.entry;
        return known == null ? schedule.roster().wake(stub, message, true, now) : known;
    }

    /** Finds out where a message goes whose time has not come: it is counted there. */
    void learn(Entry entry) {
        if (routing.waits()) {
            return; // nobody is asked for the sake of a count
        }
        Destination common = null;
        for (Entry.Pending pending : entry.recipients) {
            boolean waits =
                    pending.stand == Entry.Stand.WAITING || pending.stand == Entry.Stand.HELD;
            if (!waits || !(routing.of(entry, pending, Routes.NONE) instanceof Route.To to)) {
                if (pending.stand != Entry.Stand.DONE) {
                    return;
                }
                continue;
            }
            Destination destination = dispatcher.destination(to);
            if (common != null && common != destination) {
                return;
            }
            common = destination;
            common.leads(entry.recipient(pending).mailbox().domain().text());
            if (!pending.detail.isEmpty() && common.said().isEmpty()) {
                common.said(pending.detail);
            }
        }
        dispatcher.lead(entry.stub, common);
    }
}
