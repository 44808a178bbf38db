package postern.qmgr;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import postern.mail.Outcome;
import postern.mail.QueueId;
import postern.spool.Progress;

/** The operator's hand in the {@link Schedule}: runs in its thread. */
final class Operator {
    /** A queue id counts microseconds: it tells when the message came. */
    private static final long MICROS = 1_000_000;

    private final Schedule schedule;
    private final Timers timers;
    private final Dispatcher dispatcher;
    private final Effects effects;

    Operator(Schedule schedule, Timers timers, Dispatcher dispatcher, Effects effects) {
        this.schedule = schedule;
        this.timers = timers;
        this.dispatcher = dispatcher;
        this.effects = effects;
    }

    /** Every recipient that waits is due now, dead destinations included. How many messages. */
    int flush(Now now) {
        dispatcher.flush(now);
        List<Stub> all = new ArrayList<>(schedule.roster().messages());
        schedule.roster().forEach(all::add);
        all.forEach(stub -> hurry(stub, now));
        return all.size();
    }

    boolean flush(QueueId id, Now now) {
        Stub stub = schedule.roster().stub(id);
        if (stub == null) {
            return false;
        }
        hurry(stub, now);
        Destination destination = stub.destination;
        if (destination != null && stub.stands()) {
            dispatcher.revive(destination, now);
        }
        Entry entry = stub.entry;
        if (entry != null) {
            for (Entry.Pending pending : entry.recipients) {
                Attempt inLine = pending.ticket;
                if (inLine != null && pending.stand == Entry.Stand.READY) {
                    dispatcher.revive(inLine.destination, now);
                }
            }
        }
        return true;
    }

    /** No destination of that name is left alone any longer. */
    void revive(String nextHop, Now now) {
        dispatcher.flush(nextHop, now);
    }

    private void hurry(Stub stub, Now now) {
        Entry entry = stub.entry;
        if (entry != null) {
            for (Entry.Pending pending : entry.recipients) {
                pending.due = Math.min(pending.due, now.nanos());
            }
            entry.settleFrom = Math.min(entry.settleFrom, now.nanos());
            schedule.place(entry, now);
        } else if (!stub.held() && !stub.stands()) {
            timers.disarm(stub);
            stub.hurried(true);
            schedule.due(stub, now);
        }
    }

    /** The entry of a message, read now where there is none; null when that cannot be. */
    private @Nullable Entry present(QueueId id, Now now) {
        Stub stub = schedule.roster().stub(id);
        if (stub == null) {
            return null;
        }
        Entry known = stub.entry;
        if (known != null) {
            return known;
        }
        try {
            timers.disarm(stub);
            return schedule.roster().wake(stub, effects.read(id), false, now);
        } catch (IOException unreadable) {
            effects.unreadable(id, String.valueOf(unreadable.getMessage()));
            return null;
        }
    }

    /** What was ordered while an attempt was being made, where the process ended before it did. */
    void takeUp(Entry entry, Now now) {
        if (!entry.held) {
            return;
        }
        entry.held = false;
        List<Progress> changes = new ArrayList<>();
        for (Entry.Pending pending : entry.recipients) {
            if (pending.stand != Entry.Stand.HELD) {
                continue;
            }
            if (pending.detail.startsWith(Reports.DELETED)) {
                Schedule.done(entry, pending, Progress.State.REMOVED);
                changes.add(Reports.progress(pending, Progress.State.REMOVED, now.wall()));
            } else if (pending.detail.startsWith(Reports.GIVEN_UP)) {
                pending.detail = Reports.unmarked(Reports.GIVEN_UP, pending.detail);
                giveUp(entry, pending, now);
            } else {
                entry.held = true;
            }
        }
        schedule.record(entry, changes);
    }

    /**
     * What the log says of a recipient that is being tried: what was ordered is to hold after a
     * crash as well, and no attempt is to follow this one.
     */
    private static Progress meanwhile(Entry entry, Entry.Pending pending, Now now) {
        String order = entry.doomed ? Reports.DELETED : entry.givenUp ? Reports.GIVEN_UP : "";
        boolean waits = order.isEmpty() && !entry.held;
        return new Progress(
                pending.index,
                waits ? Progress.State.WAITING : Progress.State.HELD,
                pending.attempts,
                now.wall(),
                Reports.marked(order, pending.detail));
    }

    /** Nothing new is tried for the message until {@link #release}. False when it is not here. */
    boolean hold(QueueId id, Now now) {
        Entry entry = present(id, now);
        if (entry == null) {
            return false;
        }
        hold(entry, now);
        schedule.after(entry, now);
        return true;
    }

    void hold(Entry entry, Now now) {
        entry.stub.stepOut();
        entry.whole = null;
        entry.held = true;
        List<Progress> changes = new ArrayList<>();
        for (Entry.Pending pending : entry.recipients) {
            switch (pending.stand) {
                case WAITING, READY -> {
                    pending.stand(Entry.Stand.HELD);
                    changes.add(Reports.progress(pending, Progress.State.HELD, now.wall()));
                }
                case RUNNING -> changes.add(meanwhile(entry, pending, now));
                case HELD, SETTLING, DONE -> {}
            }
        }
        schedule.record(entry, changes);
    }

    boolean release(QueueId id, Now now) {
        Entry entry = present(id, now);
        if (entry == null) {
            return false;
        }
        entry.held = false;
        entry.released = true;
        List<Progress> changes = new ArrayList<>();
        for (Entry.Pending pending : entry.recipients) {
            switch (pending.stand) {
                case HELD -> {
                    pending.stand(Entry.Stand.WAITING);
                    pending.due = now.nanos();
                    changes.add(Reports.progress(pending, Progress.State.WAITING, now.wall()));
                }
                case RUNNING -> changes.add(meanwhile(entry, pending, now));
                case WAITING, READY, SETTLING, DONE -> {}
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
        Entry entry = present(id, now);
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
                case RUNNING -> changes.add(meanwhile(entry, pending, now));
                case SETTLING, DONE -> {}
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
        Entry entry = present(id, now);
        if (entry == null) {
            return false;
        }
        entry.held = false;
        entry.givenUp = false;
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
                case RUNNING -> changes.add(meanwhile(entry, pending, now));
                case SETTLING, DONE -> {}
            }
        }
        schedule.record(entry, changes);
        schedule.place(entry, now);
        return true;
    }

    private boolean expire(QueueId id, Now now) {
        Entry entry = present(id, now);
        if (entry == null) {
            return false;
        }
        entry.held = false;
        entry.givenUp = true;
        entry.stub.stepOut();
        entry.whole = null;
        List<Progress> changes = new ArrayList<>();
        for (Entry.Pending pending : entry.recipients) {
            switch (pending.stand) {
                case WAITING, READY, HELD -> {
                    if (entry.running > 0) { // until that ends nobody is told, nor is it recorded
                        changes.add(meanwhile(entry, pending, now));
                    }
                    giveUp(entry, pending, now);
                }
                case RUNNING -> changes.add(meanwhile(entry, pending, now));
                case SETTLING, DONE -> {}
            }
        }
        schedule.record(entry, changes);
        schedule.after(entry, now);
        return true;
    }

    private void giveUp(Entry entry, Entry.Pending pending, Now now) {
        Outcome.Deferred last = Reports.lastOutcome(pending);
        Outcome outcome =
                last.detail().isEmpty()
                        ? new Outcome.Deferred(
                                "4.4.7", "given up by the operator", Outcome.About.MESSAGE)
                        : last;
        pending.detail = Reports.detail(outcome);
        effects.decided(entry, pending, outcome);
        effects.expired(entry);
        entry.judged(
                Schedule.judge(pending, Progress.State.EXPIRED, outcome, Optional.empty(), now));
    }

    /** The smallest ids over that, in order, at most so many. */
    long[] idsAfter(long after, int most) {
        long[] ids = schedule.roster().ids();
        int found = Arrays.binarySearch(ids, after);
        int from = found < 0 ? -found - 1 : found + 1;
        return from == 0 && ids.length <= most // then it is not there twice
                ? ids
                : Arrays.copyOfRange(ids, from, Math.min(ids.length, from + most));
    }

    /**
     * The same, without those that are known to go elsewhere than to that name, of a recipient's
     * domain or a next hop. Of the others only their envelopes tell.
     */
    long[] idsLeadingTo(String name, long after, int most) {
        LongStream.Builder ids = LongStream.builder();
        schedule.roster()
                .forEach(
                        stub -> {
                            Destination whole = stub.destination;
                            if (stub.id > after && (whole == null || whole.mayBeMeant(name))) {
                                ids.add(stub.id);
                            }
                        });
        return ids.build().sorted().limit(most).toArray();
    }

    Optional<Standing> standing(QueueId id, Now now) {
        return Optional.ofNullable(schedule.roster().stub(id)).map(stub -> Standing.of(stub, now));
    }

    /**
     * Counts recipients that wait, by next hop where that is known, of the messages in some of the
     * roster's slots.
     *
     * @return those of which not enough is in memory: they must be read to be counted
     */
    List<QueueId> survey(int slot, int slots, Survey survey) {
        List<QueueId> unread = new ArrayList<>();
        schedule.roster().visit(slot, slots, stub -> survey(stub, survey, unread));
        return unread;
    }

    /** How many slots there are; more once there are many more messages. */
    int slots() {
        return schedule.roster().slots();
    }

    private static void survey(Stub stub, Survey survey, List<QueueId> unread) {
        long arrived = stub.id / MICROS;
        Entry entry = stub.entry;
        Destination whole = stub.destination;
        if (entry == null) {
            if (whole == null || stub.open() == Stub.OPEN_MAX) {
                unread.add(stub.queueId());
            } else {
                survey.count(whole, stub.open(), arrived, stub.due(), whole.said());
            }
            return;
        }
        for (Entry.Pending pending : entry.recipients) {
            if (pending.stand != Entry.Stand.DONE) {
                Destination line = entry.line(pending);
                Destination to = line == null ? whole : line;
                Outcome.Deferred why = line == null ? null : line.reason;
                survey.count(
                        to == null
                                ? entry.recipient(pending).mailbox().domain().text()
                                : to.nextHop,
                        arrived,
                        pending.due,
                        why == null ? pending.detail : Reports.detail(why));
            }
        }
    }
}
