package postern.qmgr;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import postern.mail.Outcome;
import postern.mail.QueueId;
import postern.spool.Progress;

/** The operator's hand in the {@link Schedule}: runs in its thread. */
final class Operator {
    private final Schedule schedule;
    private final Map<QueueId, Entry> entries;
    private final Dispatcher dispatcher;
    private final Effects effects;

    Operator(
            Schedule schedule,
            Map<QueueId, Entry> entries,
            Dispatcher dispatcher,
            Effects effects) {
        this.schedule = schedule;
        this.entries = entries;
        this.dispatcher = dispatcher;
        this.effects = effects;
    }

    /** Every recipient that waits is due now, dead destinations included. How many messages. */
    int flush(Now now) {
        dispatcher.flush(now);
        List<Entry> all = List.copyOf(entries.values());
        all.forEach(entry -> hurry(entry, now));
        return all.size();
    }

    boolean flush(QueueId id, Now now) {
        Entry entry = entries.get(id);
        if (entry == null) {
            return false;
        }
        hurry(entry, now);
        for (Entry.Pending pending : entry.recipients) {
            Attempt inLine = pending.ticket;
            if (inLine != null && pending.stand == Entry.Stand.READY) {
                dispatcher.revive(inLine.destination, now);
            }
        }
        return true;
    }

    /** The same for messages with a recipient in that domain, or on their way to that next hop. */
    int flush(String destination, Now now) {
        dispatcher.flush(destination, now);
        int flushed = 0;
        for (Entry entry : List.copyOf(entries.values())) {
            for (Entry.Pending pending : entry.recipients) {
                if (entry.leadsTo(pending, destination)) {
                    flush(entry.envelope.id(), now);
                    flushed++;
                    break;
                }
            }
        }
        return flushed;
    }

    /** Nothing new is tried for the message until {@link #release}. False when it is not here. */
    boolean hold(QueueId id, Now now) {
        Entry entry = entries.get(id);
        if (entry == null) {
            return false;
        }
        hold(entry, now);
        schedule.after(entry, now);
        return true;
    }

    void hold(Entry entry, Now now) {
        entry.held = true;
        List<Progress> changes = new ArrayList<>();
        for (Entry.Pending pending : entry.recipients) {
            if (pending.stand == Entry.Stand.WAITING || pending.stand == Entry.Stand.READY) {
                pending.stand(Entry.Stand.HELD);
                changes.add(Reports.progress(pending, Progress.State.HELD, now.wall()));
            }
        }
        schedule.record(entry, changes);
    }

    boolean release(QueueId id, Now now) {
        Entry entry = entries.get(id);
        if (entry == null) {
            return false;
        }
        entry.held = false;
        entry.released = true;
        List<Progress> changes = new ArrayList<>();
        for (Entry.Pending pending : entry.recipients) {
            if (pending.stand == Entry.Stand.HELD) {
                pending.stand(Entry.Stand.WAITING);
                pending.due = now.nanos();
                changes.add(Reports.progress(pending, Progress.State.WAITING, now.wall()));
            }
        }
        schedule.record(entry, changes);
        schedule.place(entry, now);
        return true;
    }

    /**
     * Takes the message out of the queue without a notice. What is being tried is tried to its end.
     */
    boolean delete(QueueId id, Now now) {
        Entry entry = entries.get(id);
        if (entry == null) {
            return false;
        }
        entry.doomed = true;
        List<Progress> changes = new ArrayList<>();
        for (Entry.Verdict verdict : entry.verdicts) {
            entry.recipients[verdict.recipient()].stand(Entry.Stand.HELD);
        }
        entry.verdicts = List.of();
        for (Entry.Pending pending : entry.recipients) {
            switch (pending.stand) {
                case WAITING, READY, HELD -> {
                    Schedule.done(entry, pending, Progress.State.REMOVED);
                    changes.add(Reports.progress(pending, Progress.State.REMOVED, now.wall()));
                }
                case RUNNING, SETTLING, DONE -> {}
            }
        }
        schedule.record(entry, changes);
        schedule.after(entry, now);
        return true;
    }

    /** Does what an operator wants of a message. False when it is not here. */
    boolean act(Deed deed, QueueId id, Now now) {
        return switch (deed) {
            case HOLD -> hold(id, now);
            case RELEASE -> release(id, now);
            case REQUEUE -> requeue(id, now);
            case EXPIRE -> expire(id, now);
            case DELETE -> delete(id, now);
            case FLUSH -> flush(id, now);
        };
    }

    private boolean requeue(QueueId id, Now now) {
        Entry entry = entries.get(id);
        if (entry == null) {
            return false;
        }
        entry.held = false;
        entry.released = false;
        entry.agentLosses = 0;
        List<Progress> changes = new ArrayList<>();
        for (Entry.Pending pending : entry.recipients) {
            switch (pending.stand) {
                case WAITING, READY, HELD -> {
                    pending.stand(Entry.Stand.WAITING);
                    pending.attempts = 0;
                    pending.due = now.nanos();
                    changes.add(Reports.progress(pending, Progress.State.WAITING, now.wall()));
                }
                case RUNNING, SETTLING, DONE -> {}
            }
        }
        schedule.record(entry, changes);
        schedule.place(entry, now);
        return true;
    }

    private boolean expire(QueueId id, Now now) {
        Entry entry = entries.get(id);
        if (entry == null) {
            return false;
        }
        entry.held = false;
        entry.givenUp = true;
        for (Entry.Pending pending : entry.recipients) {
            switch (pending.stand) {
                case WAITING, READY, HELD -> {
                    Outcome.Deferred last = Reports.lastOutcome(pending);
                    Outcome outcome =
                            last.detail().isEmpty()
                                    ? new Outcome.Deferred(
                                            "4.4.7",
                                            "given up by the operator",
                                            Outcome.About.MESSAGE)
                                    : last;
                    pending.detail = Reports.detail(outcome);
                    effects.decided(entry, pending, outcome);
                    effects.expired(entry);
                    entry.judged(
                            Schedule.judge(
                                    pending,
                                    Progress.State.EXPIRED,
                                    outcome,
                                    Optional.empty(),
                                    now));
                }
                case RUNNING, SETTLING, DONE -> {}
            }
        }
        schedule.after(entry, now);
        return true;
    }

    /** The smallest ids over that, in order, at most so many. */
    long[] idsAfter(long after, int most) {
        var largestFirst = new PriorityQueue<Long>(Comparator.reverseOrder());
        for (QueueId id : entries.keySet()) {
            if (id.value() > after
                    && (largestFirst.size() < most || id.value() < largestFirst.peek())) {
                largestFirst.add(id.value());
                if (largestFirst.size() > most) {
                    largestFirst.poll();
                }
            }
        }
        return largestFirst.stream().mapToLong(Long::longValue).sorted().toArray();
    }

    Optional<Standing> standing(QueueId id, Now now) {
        return Optional.ofNullable(entries.get(id)).map(entry -> Standing.of(entry, now));
    }

    /** Counts those of the message's recipients that wait. */
    void survey(QueueId id, Survey survey) {
        Entry entry = entries.get(id);
        if (entry == null) {
            return;
        }
        for (Entry.Pending pending : entry.recipients) {
            if (pending.stand != Entry.Stand.DONE) {
                Attempt inLine = pending.ticket;
                Outcome.Deferred why = inLine == null ? null : inLine.destination.reason;
                survey.count(
                        entry.recipient(pending).mailbox().domain().text(),
                        entry.envelope.arrived().getEpochSecond(),
                        pending.due,
                        why == null ? pending.detail : Reports.detail(why));
            }
        }
    }

    private void hurry(Entry entry, Now now) {
        for (Entry.Pending pending : entry.recipients) {
            pending.due = Math.min(pending.due, now.nanos());
        }
        entry.settleFrom = Math.min(entry.settleFrom, now.nanos());
        schedule.place(entry, now);
    }
}
