package postern.sim;

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import postern.base.Endpoint;
import postern.dns.Resolver.MailHost;
import postern.testkit.LyingDisk;
import postern.testkit.SimProcess;
import postern.testkit.SimWorld;

/** One run: built from a seed, let loose, and checked. */
final class Simulation {
    /**
     * When the outside has healed, all promises are kept within so long (the longest back-off, and
     * one more).
     */
    static final Duration SETTLES_WITHIN = Duration.ofHours(3);

    /** The lifetime of a message, and as long again as all else takes. */
    static final Duration EXPIRES_WITHIN = Duration.ofDays(5).plus(SETTLES_WITHIN);

    private static final Duration LOOK_EVERY = Duration.ofMinutes(5);
    private static final int SMTP_PORT = 25;
    private static final int LOCAL_USERS = 3;
    private static final String HOME = "home.test";

    private final long seed;
    private final Plan plan;
    private final SimWorld sim;
    private final SplittableRandom random;
    private final Ledger ledger = new Ledger();
    private final LyingDisk platter = new LyingDisk();
    private final Names names = new Names();
    private final List<RemoteHost> hosts = new ArrayList<>();
    private final List<InetAddress> addresses = new ArrayList<>();
    private final List<String> remote = new ArrayList<>();
    private final List<String> local = new ArrayList<>();
    private final List<Client> senders = new ArrayList<>();
    private final Mailboxes mailboxes;
    private final Machine machine;
    private final Operator operator;
    private Operator.Answer listing = new Operator.Answer();
    private final List<String> violations = new ArrayList<>();

    private Simulation(long seed, UnaryOperator<Plan> change, Planted bug) {
        this.seed = seed;
        this.random = new SplittableRandom(seed);
        this.plan = change.apply(Plan.draw(random));
        this.sim = new SimWorld(random.nextLong());
        List<String> users = IntStream.range(0, LOCAL_USERS).mapToObj(i -> "user" + i).toList();
        users.forEach(user -> local.add(user + "@" + Postern.DOMAIN));
        this.mailboxes = new Mailboxes(users, Postern.MAIL, Postern.DOMAIN, platter, ledger);
        this.machine = new Machine(sim, Postern.ADDRESS, platter, bug.in(platter, sim), ledger);
        SimProcess shell = sim.process("operator", Postern.OPERATOR, Postern.ADDRESS, platter);
        this.operator = new Operator(shell, Postern.CONTROL);
    }

    /** A run as its seed has it. */
    static Result run(long seed) {
        return run(seed, UnaryOperator.identity(), Planted.NOTHING);
    }

    /**
     * A run with the seed's plan changed.
     *
     * @param bug planted below the programs
     */
    static Result run(long seed, UnaryOperator<Plan> change, Planted bug) {
        Simulation simulation = new Simulation(seed, change, bug);
        try (simulation.sim) {
            return simulation.run();
        }
    }

    private Result run() {
        outside();
        Postern.install(machine, names, mailboxes, plan.limits(), platter);
        machine.boot();
        Chaos chaos =
                new Chaos(
                        sim, plan, machine, platter, names, addresses, () -> operator.ask("flush"));
        chaos.begin();
        clients();
        proceed(plan.storm());
        chaos.end(hosts);
        Duration healed = sim.elapsed();
        settle(healed);
        violations.addAll(ledger.check());
        panics();
        return new Result(
                seed,
                plan.toString(),
                violations,
                sim.trace(),
                ledger.taken(),
                ledger.arrivals(),
                ledger.notices(),
                ledger.duplicates(),
                ledger.deaths(),
                sim.elapsed().minus(healed),
                sim.steps(),
                sim.log());
    }

    private void settle(Duration healed) {
        boolean certain = ledger.deaths() == 0 && plan.diskErrors() + plan.diskFull() == 0;
        Duration limit = healed.plus(plan.gone() ? EXPIRES_WITHIN : SETTLES_WITHIN);
        while (sim.elapsed().compareTo(limit) < 0) {
            proceed(LOOK_EVERY);
            mailboxes.look(sim.elapsed(), certain);
            if (ledger.settled() && clientsDone() && queueIsEmpty()) {
                proceed(LOOK_EVERY); // what comes too much shall come
                mailboxes.look(sim.elapsed(), certain);
                return;
            }
        }
        violations.add(
                "late: not all is done " + sim.elapsed().minus(healed) + " after all is well");
        listing.lines().forEach(line -> violations.add("queued: " + line));
    }

    /** By its own word, and that must come. */
    private boolean queueIsEmpty() {
        listing = operator.ask("list");
        proceed(Duration.ofMinutes(1));
        return listing.whole() && listing.lines().isEmpty();
    }

    /** An idle machine is quiet; whether that is peace or a deadlock, the ledger knows. */
    private void proceed(Duration time) {
        sim.after(time, () -> {});
        if (sim.run(time) == SimWorld.End.ENDLESS) {
            violations.add("endless: too many steps at " + sim.elapsed());
        }
    }

    /** A failed sync halts its process, and says so: that is as it should be. */
    private void panics() {
        for (String panic : sim.panics()) {
            boolean halt =
                    plan.diskErrors() > 0
                            && (panic.contains("Input/output error")
                                    || panic.contains("No space left on device"));
            if (!halt) {
                violations.add("panic: " + panic);
            }
        }
    }

    private boolean clientsDone() {
        return senders.stream().allMatch(Client::done);
    }

    private void outside() {
        for (int i = 0; i < plan.hosts(); i++) {
            String domain = "dest" + i + ".test";
            host(domain, "203.0.113." + (1 + i), plan.moods());
            for (String name : List.of("ann", "bob", "no-such")) {
                remote.add(name + "@" + domain);
            }
        }
        if (plan.gone()) {
            gone();
        }
        host(HOME, "203.0.113.250", List.of(Mood.NONE));
    }

    /** A domain whose host does not exist any more. */
    private void gone() {
        String domain = "gone.test";
        names.mailHost(domain, new MailHost(10, "mx." + domain));
        names.address("mx." + domain, SimWorld.address("203.0.113.200"));
        remote.add("ann@" + domain);
        ledger.gone(domain);
    }

    private void host(String domain, String literal, List<Mood> moods) {
        InetAddress address = SimWorld.address(literal);
        String name = "mx." + domain;
        names.mailHost(domain, new MailHost(10, name));
        names.address(name, address);
        SimProcess process = sim.process(name, "mail", address, new LyingDisk());
        RemoteHost host =
                new RemoteHost(sim, process, new Endpoint.Tcp(address, SMTP_PORT), ledger, moods);
        host.start();
        hosts.add(host);
        addresses.add(address);
    }

    private void clients() {
        Endpoint port = new Endpoint.Tcp(Postern.ADDRESS, SMTP_PORT);
        List<String> all = new ArrayList<>(remote);
        all.addAll(local);
        List<Duration> bursts = List.of(Duration.ofSeconds(2), Duration.ofMinutes(2), plan.storm());
        for (int i = 0; i < plan.clients(); i++) {
            boolean stranger = random.nextInt(4) == 0;
            Endpoint server = !stranger && random.nextInt(3) == 0 ? Postern.SUBMISSION : port;
            InetAddress from = SimWorld.address((stranger ? "198.51.100." : "10.0.0.") + (i + 1));
            String name = "c" + i;
            Client.Traffic traffic =
                    new Client.Traffic(
                            name,
                            List.of(name + "@" + HOME, name + "@" + HOME, name + "@" + HOME, ""),
                            stranger ? local : all,
                            plan.messages(),
                            plan.large(),
                            Duration.ofNanos(random.nextLong(plan.storm().toNanos())),
                            bursts.get(random.nextInt(bursts.size())));
            SimProcess process = sim.process(name, "client", from, new LyingDisk());
            Client client =
                    new Client(process, server, ledger, sim.fork(), traffic, plan.rudeOneIn());
            client.start();
            senders.add(client);
        }
    }
}
