package postern.smtp;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import postern.base.Bug;
import postern.base.LogLine;
import postern.base.World;
import postern.dns.DnsResolver;
import postern.dns.DnsSettings;
import postern.dns.HostPlan;
import postern.dns.HostPlan.Target;
import postern.dns.HostPlanner;
import postern.dns.ResolvConf;
import postern.dns.Resolver;
import postern.mail.Delivery;
import postern.mail.DeliveryAgent;
import postern.mail.DeliveryRequest;
import postern.mail.Outcome;
import postern.mail.Outcome.Deferred;
import postern.mail.Passage;

/**
 * The delivery agent for other hosts. One attempt: a connection that waits if there is one, else
 * the hosts of the next hop in their order until nobody is left without an outcome. Any number of
 * tasks.
 */
public final class SmtpTransport implements DeliveryAgent, AutoCloseable {
    /** Conversations in one attempt. Figure from Postfix, {@code smtp_mx_session_limit}. */
    private static final int SESSIONS_MAX = 2;

    private static final long NANOS_PER_MILLI = 1_000_000;

    /**
     * After so long an attempt turns to no further host, so that it ends before the queue manager
     * stops waiting for it.
     */
    private static final long HOSTS_TRIED_NANOS = Duration.ofHours(1).toNanos();

    private final World world;
    private final SmtpConfig config;
    private final HostPlanner planner;
    private final Dialer dialer;
    private final ConnectionCache cache;
    private final AtomicLong inDoubt = new AtomicLong();

    public SmtpTransport(World world, SmtpConfig config, Resolver resolver) {
        this.world = world;
        this.config = config;
        this.planner =
                new HostPlanner(
                        resolver,
                        world.random(),
                        new HostPlanner.Ourselves(
                                Set.of(config.helo().toLowerCase(Locale.ROOT)),
                                config.ownAddresses()),
                        new HostPlanner.Manner(config.port(), true, List.of()));
        this.dialer = new Dialer(world, config);
        this.cache = new ConnectionCache(world, config.reuse());
    }

    /** With the name service of this machine, or the one that the configuration names. */
    public static SmtpTransport create(World world, SmtpConfig config) {
        var servers =
                config.dnsServers().isEmpty()
                        ? ResolvConf.servers(world.disk())
                        : config.dnsServers();
        var settings =
                new DnsSettings(
                        servers, DnsSettings.TIMEOUT, DnsSettings.ROUNDS, config.families());
        return new SmtpTransport(world, config, new DnsResolver(world, settings));
    }

    @Override
    public List<Delivery> deliver(DeliveryRequest request) {
        return new Attempt(request).make();
    }

    /** How many messages were deferred that a host may have taken. */
    public long inDoubt() {
        return inDoubt.get();
    }

    @Override
    public void close() {
        cache.close();
    }

    /** One request on its way through the hosts. */
    private final class Attempt {
        private final DeliveryRequest request;
        private final Answers answers;
        private @Nullable Delivery failure; // what holds for those whom no host gave an outcome
        private final long began = world.clock().nanoTime();
        private int sessions;

        Attempt(DeliveryRequest request) {
            this.request = request;
            this.answers = new Answers(request);
        }

        List<Delivery> make() {
            Optional<Connection> waiting = cache.take(request.nextHop());
            if (waiting.isPresent()) {
                converse(waiting.get(), 0);
            }
            if (!answers.complete()) {
                switch (planner.plan(request.nextHop())) {
                    case HostPlan.Hosts(List<Target> targets) -> walk(targets);
                    case HostPlan.Nothing(Outcome outcome, _) ->
                            failed(new Delivery(outcome, Delivery.NOBODY, setup()));
                }
            }
            if (!answers.complete()) {
                Delivery last = failure;
                if (last == null) {
                    throw new Bug("an attempt ends with outcomes or a failure");
                }
                answers.settleOpen(last);
            }
            return answers.all();
        }

        private void walk(List<Target> targets) {
            for (Target target : targets) {
                boolean late =
                        failure != null && world.clock().nanoTime() - began > HOSTS_TRIED_NANOS;
                if (answers.complete() || sessions >= SESSIONS_MAX || late) {
                    return;
                }
                Optional<Connection> waiting = cache.take(target);
                if (waiting.isEmpty() || converse(waiting.get(), 0)) {
                    open(target);
                }
            }
        }

        private void open(Target target) {
            switch (dialer.open(target, request.id())) {
                case Dialer.Opened.Ready(Connection connection) -> {
                    sessions++;
                    converse(connection, setup().setupMillis());
                }
                case Dialer.Opened.Failed(Outcome outcome, boolean reached) -> {
                    String relay = reached ? target.text() : Delivery.NOBODY;
                    failed(new Delivery(outcome, relay, setup()));
                    tell(target, outcome);
                }
            }
        }

        /** Whether the connection was stale, so that another to the same host should be opened. */
        private boolean converse(Connection connection, long setupMillis) {
            var transaction =
                    new Transaction(connection, request, answers, config.timeouts(), setupMillis);
            Transaction.End end = transaction.run();
            if (transaction.inDoubt()) {
                doubt(connection.target());
            }
            switch (end) {
                case Transaction.End.Kept _ -> cache.put(request.nextHop(), connection);
                case Transaction.End.Dropped _ -> connection.drop();
                case Transaction.End.Stale _ -> connection.drop();
                case Transaction.End.HostFailed(Outcome outcome) -> {
                    connection.drop();
                    var passage = new Passage(setupMillis, connection.tls(), false);
                    failed(new Delivery(outcome, connection.target().text(), passage));
                    tell(connection.target(), outcome);
                }
            }
            return end instanceof Transaction.End.Stale;
        }

        /** A host's "never" does not outweigh another's "later": never bounce on confusion. */
        private void failed(Delivery how) {
            Delivery before = failure;
            if (before == null
                    || how.outcome() instanceof Deferred
                    || !(before.outcome() instanceof Deferred)) {
                failure = how;
            }
        }

        /** What was spent so far on finding and reaching a host. */
        private Passage setup() {
            long nanos = world.clock().nanoTime() - began;
            return new Passage(nanos / NANOS_PER_MILLI, "", false);
        }

        private void tell(Target target, Outcome outcome) {
            world.log()
                    .info(
                            LogLine.about(request.id().text())
                                    .with("relay", target.text())
                                    .say(outcome.detail()));
        }

        private void doubt(Target target) {
            world.log()
                    .warning(
                            LogLine.about(request.id().text())
                                    .with("relay", target.text())
                                    .with("in_doubt", inDoubt.incrementAndGet())
                                    .say("connection lost at end of data: may arrive twice"));
        }
    }
}
