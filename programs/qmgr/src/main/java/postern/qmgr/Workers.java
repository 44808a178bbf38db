package postern.qmgr;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import postern.base.World;
import postern.mail.Content;
import postern.mail.Delivery;
import postern.mail.DeliveryRequest;
import postern.mail.Envelope;
import postern.mail.Expansion;
import postern.mail.Mailbox;
import postern.mail.Notices;
import postern.mail.Origin;
import postern.mail.Outcome;
import postern.mail.QueueId;
import postern.mail.Recipient;
import postern.mail.Router;
import postern.spool.QueuedMessage;
import postern.spool.Spool;

/** The work that waits: attempts and notices, each in a task of its own. Any thread. */
final class Workers {
    private final World world;
    private final Spool spool;
    private final Router router;
    private final Notices notices;
    private final Agents agents;
    private final Lines lines;
    private final Consumer<Event> owner;

    Workers(
            World world,
            Spool spool,
            Router router,
            Notices notices,
            Agents agents,
            Lines lines,
            Consumer<Event> owner) {
        this.world = world;
        this.spool = spool;
        this.router = router;
        this.notices = notices;
        this.agents = agents;
        this.lines = lines;
        this.owner = owner;
    }

    /** Reads the message and tells the owner. */
    void load(Stub stub, @Nullable Attempt attempt) {
        Event end = new Event.Unreadable(stub, attempt, "internal error");
        try {
            QueuedMessage message = spool.load(stub.queueId());
            end = new Event.Loaded(stub, attempt, message, Routes.of(router, message));
        } catch (IOException unreadable) {
            end = new Event.Unreadable(stub, attempt, String.valueOf(unreadable.getMessage()));
        } finally {
            owner.accept(end);
        }
    }

    /** Finds out where the recipients go and tells the owner. */
    void route(Entry entry, int[] recipients) {
        Routes routes = Routes.unknown(recipients, "internal error");
        try {
            routes = Routes.of(router, entry.envelope, recipients);
        } finally {
            owner.accept(new Event.Routed(entry, routes));
        }
    }

    /** Makes the attempt and tells the owner of its end, whatever that is. */
    void deliver(Attempt attempt) {
        Event end = later(attempt, "internal error");
        try {
            end = attempt(attempt);
        } finally { // a fault of ours is logged by the task, and is "later" for the mail
            owner.accept(end);
        }
    }

    private Event attempt(Attempt attempt) {
        Content content;
        try {
            content = spool.content(attempt.stub.queueId());
        } catch (IOException unreadable) {
            return later(attempt, "message cannot be read: " + unreadable.getMessage());
        }
        List<Delivery> deliveries;
        try (content) {
            deliveries = deliveries(attempt, content);
        } catch (Agents.Unreachable nobody) {
            return new Event.AgentsLost(attempt, false, String.valueOf(nobody.getMessage()));
        } catch (IOException lost) {
            return new Event.AgentsLost(attempt, true, String.valueOf(lost.getMessage()));
        }
        long ended = world.clock().nanoTime();
        for (int i = 0; i < Math.min(deliveries.size(), attempt.size()); i++) {
            lines.delivery(attempt, i, deliveries.get(i), ended);
        }
        return new Event.Ended(attempt, deliveries);
    }

    private static Event later(Attempt attempt, String why) {
        return new Event.Ended(attempt, Collections.nCopies(attempt.size(), later(why)));
    }

    private static Delivery later(String why) {
        var deferred = new Outcome.Deferred("4.3.0", why, Outcome.About.MESSAGE);
        return new Delivery(deferred, Delivery.NOBODY);
    }

    /** In one go, or where each recipient has a reverse-path of its own one after the other. */
    private List<Delivery> deliveries(Attempt attempt, Content content) throws IOException {
        String transport = attempt.destination.transport.name;
        DeliveryRequest all = request(attempt, content);
        if (all.options().terms().verp().isEmpty()) {
            return agents.deliver(transport, all);
        }
        List<Delivery> done = new ArrayList<>(attempt.size());
        for (Recipient recipient : all.recipients()) {
            DeliveryRequest one = Personal.request(all, recipient);
            try {
                List<Delivery> said = agents.deliver(transport, one);
                done.add(said.size() == 1 ? said.getFirst() : later("agent answered amiss"));
            } catch (IOException lost) {
                if (done.isEmpty()) {
                    throw lost;
                }
                Delivery rest = later("agent lost: " + lost.getMessage()); // who has it keeps it
                done.addAll(Collections.nCopies(attempt.size() - done.size(), rest));
                return done;
            }
        }
        return done;
    }

    private static DeliveryRequest request(Attempt attempt, Content content) {
        Entry entry = attempt.entry();
        List<Recipient> recipients = entry.envelope.recipients();
        if (attempt.size() < recipients.size()) {
            List<Recipient> some = new ArrayList<>(attempt.size());
            for (int i = 0; i < attempt.size(); i++) {
                some.add(recipients.get(attempt.recipient(i)));
            }
            recipients = some;
        }
        return new DeliveryRequest(
                entry.envelope.id(),
                attempt.destination.nextHop,
                entry.envelope.sender(),
                entry.envelope.options(),
                recipients,
                content,
                entry.envelope.origin());
    }

    /**
     * Composes the notice and puts it into the log with its changes; tells the owner.
     *
     * @param written completed when it is durable, or failed
     */
    void settle(Settlement settlement, CompletableFuture<Void> written) {
        Event end = new Event.Unsettled(settlement, 0);
        Optional<Notices.Notice> copy = Optional.empty();
        try {
            copy = copy(settlement); // while its content is there
            int told = 0;
            for (Personal.Part part : Personal.parts(settlement)) {
                put(settlement, part);
                end = new Event.Unsettled(settlement, ++told);
            }
            end = new Event.Settled(settlement);
            written.complete(null);
        } catch (IOException | ExecutionException failed) {
            lines.unsettled(settlement.entry(), failed);
        } finally {
            owner.accept(end);
            written.completeExceptionally(new IOException("notice not queued now"));
        }
        if (copy.isPresent() && end instanceof Event.Settled) {
            put(settlement.entry(), copy.get());
        }
    }

    private Optional<Notices.Notice> copy(Settlement settlement) throws IOException {
        Envelope envelope = settlement.entry().envelope;
        try (Content content = spool.content(envelope.id())) {
            var copy =
                    notices.copy(
                            settlement.kind(),
                            envelope,
                            content,
                            settlement.reports(),
                            world.clock().now());
            return copy.isPresent() ? Optional.of(expanded(copy.get())) : copy;
        }
    }

    /** A courtesy: what is in its way, or a crash just now, costs the copy and nothing else. */
    private void put(Entry entry, Notices.Notice copy) {
        byte[] octets = copy.octets();
        try (var reception = spool.receive(octets.length)) {
            reception.write(octets, 0, octets.length);
            var told =
                    reception.commit(
                            copy.sender(), copy.options(), Origin.OURSELVES, copy.recipients());
            lines.copy(entry, world.tasks().await(told).id());
        } catch (IOException | ExecutionException failed) {
            lines.noCopy(entry, failed);
        }
    }

    private void put(Settlement settlement, Personal.Part part)
            throws IOException, ExecutionException {
        Entry entry = settlement.entry();
        QueueId id = entry.envelope.id();
        Optional<Notices.Notice> notice = composed(settlement.kind(), id, part);
        if (notice.isPresent()) {
            boolean delay = settlement.kind() == Notices.Kind.DELAYED;
            var told = spool.inject(expanded(notice.get()), id, delay, part.changes());
            lines.notice(entry, settlement.kind(), world.tasks().await(told));
        } else {
            lines.noNotice(entry);
            if (!part.changes().isEmpty()) {
                world.tasks().await(spool.record(id, part.changes()));
            }
        }
    }

    private Optional<Notices.Notice> composed(Notices.Kind kind, QueueId id, Personal.Part part)
            throws IOException {
        try (Content content = spool.content(id)) {
            return notices.compose(
                    kind, part.envelope(), content, part.reports(), world.clock().now());
        }
    }

    /** A notice passes no cleanup: aliases among those it is for are expanded here. */
    private Notices.Notice expanded(Notices.Notice notice) throws IOException {
        Map<Mailbox, Recipient> to = new LinkedHashMap<>();
        for (Recipient recipient : notice.recipients()) {
            switch (router.expand(recipient.mailbox())) {
                case Expansion.Unanswered(String _, String why) -> throw new IOException(why);
                case Expansion.Recipients(List<Mailbox> mailboxes) ->
                        mailboxes.forEach(
                                mailbox ->
                                        to.putIfAbsent(
                                                mailbox,
                                                new Recipient(
                                                        mailbox,
                                                        recipient.wanted(),
                                                        recipient.original())));
            }
        }
        return new Notices.Notice(
                notice.sender(), notice.options(), List.copyOf(to.values()), notice.octets());
    }
}
