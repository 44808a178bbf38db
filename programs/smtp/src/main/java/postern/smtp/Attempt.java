package postern.smtp;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import postern.base.Clock;
import postern.dns.HostPlan;
import postern.dns.HostPlan.Target;
import postern.dns.NextHop;
import postern.mail.Delivery;
import postern.mail.DeliveryRequest;
import postern.mail.Outcome;
import postern.mail.Outcome.Bounced;
import postern.mail.Outcome.Deferred;
import postern.mail.Passage;
import postern.mail.ReversePath;
import postern.mail.Terms;
import postern.smtp.tls.Destination;
import postern.smtp.tls.TlsPolicy;

/**
 * One request on its way through the hosts: a connection that waits if there is one, else the hosts
 * of each next hop in their order until nobody is left without an outcome. One task only.
 */
final class Attempt {
    /** What is left to do with a host after a conversation with it. */
    private enum After {
        /** It has had its say. */
        DONE,

        /** The connection was dead before a word was said. */
        STALE,

        /** It takes no more over this connection, but may over another: RFC 9422. */
        FULL
    }

    /** Hosts for one next hop. Figure from Postfix, {@code smtp_mx_session_limit}. */
    private static final int SESSIONS_MAX = 2;

    /**
     * After so long an attempt turns to no further host, so that it ends before the queue manager
     * stops waiting for it.
     */
    private static final long HOSTS_TRIED_NANOS = Duration.ofHours(1).toNanos();

    private static final long NANOS_PER_MILLI = 1_000_000;

    private final Means means;
    private final DeliveryRequest request;
    private final Answers answers;
    private final Demands demands;
    private final Clock clock;
    private final long began;
    private final Set<Target> visited = new HashSet<>(); // hosts that have had their say
    private int sessions;
    private Credentials credentials = Credentials.NONE; // to the next hop that is tried
    private Terms.Protection protection; // that the way must have

    Attempt(Means means, DeliveryRequest request) {
        this.means = means;
        this.request = request;
        this.answers = new Answers(request);
        this.demands = new Demands(request, means.config(), means.store());
        this.clock = means.world().clock();
        this.began = clock.nanoTime();
        this.protection = request.options().terms().protection();
    }

    List<Delivery> make() {
        try (demands) {
            round();
            boolean notice = request.sender() instanceof ReversePath.Nobody;
            if (!answers.complete() && notice && protection == Terms.Protection.REQUIRED) {
                protection = Terms.Protection.UNSTATED; // rather so than lost: RFC 8689 §5
                visited.clear();
                round();
            }
            List<Delivery> all = answers.finish();
            for (Delivery said : answers.overruled()) {
                means.lines().said(request.id(), said.relay(), said.outcome());
            }
            return all;
        }
    }

    /** Once through all hosts that there are. */
    private void round() {
        String route = means.config().finding().nextHop();
        List<String> hops = NextHop.each(route.isEmpty() ? request.nextHop() : route);
        boolean elsewhere = true;
        for (String hop : hops) {
            elsewhere &= !answers.complete() && !late() && through(hop);
        }
        if (elsewhere && !answers.complete()) {
            for (String hop : means.config().finding().fallback()) {
                if (!answers.complete() && !late()) {
                    through(hop);
                }
            }
        }
    }

    private boolean late() {
        return answers.failed() && clock.nanoTime() - began > HOSTS_TRIED_NANOS;
    }

    /** Whether other next hops may be asked for those left over. */
    private boolean through(String hop) {
        sessions = 0;
        switch (means.keyring().find(hop, request.sender())) {
            case Keyring.Found.Use(Credentials found) -> credentials = found;
            case Keyring.Found.Unknown(String why) -> {
                var later = new Deferred("4.3.0", why, Outcome.About.DESTINATION);
                answers.failed(new Delivery(later, Delivery.NOBODY));
                return false;
            }
        }
        Optional<Connection> waiting =
                means.cache()
                        .served(hop)
                        .flatMap(
                                target ->
                                        means.cache()
                                                .take(target, policy(hop, target), credentials));
        if (waiting.isPresent()) {
            Connection connection = waiting.get();
            BitSet asked = new BitSet();
            if (converse(hop, connection, 0, asked) == After.FULL) {
                open(hop, connection.target(), connection.policy(), asked);
            }
        }
        if (answers.complete()) {
            return false;
        }
        return switch (means.planner().plan(hop)) {
            case HostPlan.Hosts(List<Target> targets) -> {
                walk(hop, targets);
                yield true;
            }
            case HostPlan.Nothing(Outcome outcome, boolean elsewhere) -> {
                Outcome why = outcome;
                boolean others = elsewhere;
                if (outcome instanceof Bounced never && !recipientsOwn(hop)) {
                    why = Verdicts.misled(hop, never);
                    others = true;
                }
                answers.failed(new Delivery(why, Delivery.NOBODY, setup()));
                yield others;
            }
        };
    }

    /** Whether the hop is the domain that all of the mail is for, and nobody's choice. */
    private boolean recipientsOwn(String hop) {
        String name = NextHop.parse(hop).map(NextHop::name).orElse(hop);
        return request.recipients().stream()
                .map(recipient -> recipient.mailbox().domain().text())
                .allMatch(
                        domain ->
                                domain.equalsIgnoreCase(name)
                                        || domain.equalsIgnoreCase("[" + name + "]"));
    }

    private TlsPolicy policy(String hop, Target target) {
        return means.policies().decide(new Destination(hop, target, protection));
    }

    private void walk(String hop, List<Target> targets) {
        for (Target target : targets) {
            if (answers.complete() || sessions >= SESSIONS_MAX || late()) {
                return;
            }
            if (visited.stream().noneMatch(target::sameAs)) {
                TlsPolicy policy = policy(hop, target);
                Optional<Connection> waiting = means.cache().take(target, policy, credentials);
                BitSet asked = new BitSet();
                if (waiting.isEmpty() || converse(hop, waiting.get(), 0, asked) != After.DONE) {
                    open(hop, target, policy, asked);
                }
            }
        }
    }

    /**
     * One connection, or as many as the host's own limits make necessary: each serves somebody.
     *
     * @param asked of whom the host has said what it says
     */
    private void open(String hop, Target target, TlsPolicy policy, BitSet asked) {
        After after;
        do {
            after = opened(hop, target, policy, asked);
        } while (after == After.FULL && !late());
    }

    private After opened(String hop, Target target, TlsPolicy policy, BitSet asked) {
        switch (means.dialer().open(target, policy, request.id(), credentials)) {
            case Dialer.Opened.Ready(Connection connection) -> {
                int before = asked.cardinality();
                After after = converse(hop, connection, setup().setupMillis(), asked);
                if (after != After.FULL && asked.cardinality() > before) {
                    sessions++;
                }
                return after;
            }
            case Dialer.Opened.Failed(Outcome outcome, boolean reached) -> {
                String relay = reached ? target.text() : Delivery.NOBODY;
                answers.failed(new Delivery(outcome, relay, setup()));
                means.lines().failed(request.id(), target, outcome);
            }
            case Dialer.Opened.Unprotected(Outcome outcome, String relay) -> {
                means.lines().failed(request.id(), target, outcome);
                unprotected(outcome, new Delivery(outcome, relay, setup()));
            }
        }
        return After.DONE;
    }

    /**
     * The host did not meet the policy. Mail waits for that; but mail that requires protection goes
     * back where no host has it: RFC 8689 §4.2.1.
     */
    private void unprotected(Outcome outcome, Delivery later) {
        if (protection != Terms.Protection.REQUIRED) {
            answers.failed(later);
            return;
        }
        Outcome never = never(outcome);
        for (int place : answers.open()) {
            answers.object(place, new Delivery(never, later.relay(), later.passage()));
        }
    }

    /** What a policy that is not met means for mail that requires protection. */
    static Outcome never(Outcome unmet) {
        return unmet instanceof Bounced
                ? unmet
                : new Bounced("5.7.10", "REQUIRETLS: " + unmet.detail());
    }

    /**
     * @param asked of whom the host has said what it says; more of them afterwards
     */
    private After converse(String hop, Connection connection, long setupMillis, BitSet asked) {
        var passage = new Passage(setupMillis, connection.tls(), false);
        Transaction.End end = new Transaction.End.Kept();
        Suited next = suited(connection, passage, asked);
        while (next.places.length > 0
                && !connection.spent()
                && end instanceof Transaction.End.Kept) {
            end = transact(connection, next.places, setupMillis);
            Arrays.stream(next.places).forEach(asked::set);
            if (end instanceof Transaction.End.Kept) {
                next = suited(connection, passage, asked);
            }
        }
        switch (end) {
            case Transaction.End.Kept _ -> {
                means.cache().put(hop, connection);
                if (next.places.length > 0 || next.crowded) {
                    return After.FULL;
                }
                visited.add(connection.target());
            }
            case Transaction.End.Dropped _ -> {
                connection.drop();
                visited.add(connection.target());
            }
            case Transaction.End.Stale _ -> {
                connection.drop();
                return After.STALE;
            }
            case Transaction.End.HostFailed(Outcome outcome) -> {
                connection.drop();
                visited.add(connection.target());
                answers.failed(new Delivery(outcome, connection.target().text(), passage));
                means.lines().failed(request.id(), connection.target(), outcome);
            }
        }
        return After.DONE;
    }

    /**
     * Who goes next.
     *
     * @param crowded whether somebody is left out whom the host would serve over another connection
     */
    private record Suited(int[] places, boolean crowded) {
        static final Suited NOBODY = new Suited(new int[0], false);
    }

    /**
     * Those of the open recipients that go in one transaction with the host: those that it can
     * serve, no more than it takes at once.
     */
    private Suited suited(Connection connection, Passage passage, BitSet asked) {
        List<Integer> places = new ArrayList<>();
        boolean crowded = false;
        @Nullable Bounced whole;
        try {
            whole = demands.objection(connection, protection, clock.now());
        } catch (IOException unreadable) {
            unreadable(unreadable);
            return Suited.NOBODY;
        }
        for (int place : answers.open()) {
            if (asked.get(place)) {
                continue;
            }
            Bounced objection = whole == null ? demands.objection(connection, place) : whole;
            if (objection != null) {
                answers.object(place, new Delivery(objection, connection.target().text(), passage));
            } else if (places.size() < connection.extensions().recipientsMax()) {
                if (connection.admits(request.recipients().get(place).mailbox().domain())) {
                    places.add(place);
                } else {
                    crowded = true;
                }
            }
        }
        return new Suited(places.stream().mapToInt(Integer::intValue).toArray(), crowded);
    }

    private void unreadable(IOException why) {
        var later =
                new Deferred(
                        "4.3.0",
                        "message cannot be read: " + why.getMessage(),
                        Outcome.About.MESSAGE);
        answers.failed(new Delivery(later, Delivery.NOBODY));
    }

    private Transaction.End transact(Connection connection, int[] places, long setupMillis) {
        var transaction =
                new Transaction(
                        connection,
                        new Transaction.Order(request, means.config(), clock.now()),
                        answers,
                        setupMillis,
                        means.quirks().chunking(connection.target()));
        Demands.Form form;
        try {
            form = demands.form(connection.extensions());
        } catch (IOException unreadable) {
            unreadable(unreadable);
            return new Transaction.End.Dropped();
        }
        Transaction.End end = transaction.run(places, form);
        if (transaction.inDoubt()) {
            means.lines().doubt(request.id(), connection.target());
        }
        if (transaction.chunkingRefused()) {
            means.quirks().noChunking(connection.target());
        }
        return end;
    }

    /** What was spent so far on finding and reaching a host. */
    private Passage setup() {
        return new Passage((clock.nanoTime() - began) / NANOS_PER_MILLI, "", false);
    }
}
