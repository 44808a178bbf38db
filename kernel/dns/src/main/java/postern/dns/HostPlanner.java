package postern.dns;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import postern.base.Endpoint;
import postern.dns.HostPlan.Target;
import postern.dns.HostPlan.Trail;
import postern.dns.Resolver.Answer;
import postern.dns.Resolver.MailHost;
import postern.dns.Resolver.Proof;
import postern.dns.Resolver.Service;
import postern.dns.Resolver.Trouble;
import postern.mail.Outcome;
import postern.mail.Outcome.About;

/**
 * Turns a next hop into the addresses to try: RFC 5321 §5.1, RFC 7505; for relays of submission RFC
 * 6186. Its only world is the resolver and the random order among equals. Any thread.
 */
public final class HostPlanner {
    /** Addresses tried in one attempt. Figure from Postfix, {@code smtp_mx_address_limit}. */
    public static final int ADDRESSES_MAX = 5;

    /** Addresses gathered, so that among them there are some of either kind. */
    private static final int GATHERED_MAX = 2 * ADDRESSES_MAX;

    /** Hosts looked up for one plan: a domain may list any number. */
    private static final int HOSTS_MAX = 20;

    private static final int SMTP_PORT = 25;

    /** A next hop that is a socket of this machine. */
    private static final String SOCKET = "unix:";

    private final Resolver resolver;
    private final RandomGenerator random;
    private final Ourselves ourselves;
    private final Manner manner;

    /**
     * Who we are, so that mail does not come back to us.
     *
     * @param names of this host, lower case
     * @param addresses on which this host takes mail from outside
     */
    public record Ourselves(Set<String> names, Set<InetAddress> addresses) {
        public Ourselves {
            names = Set.copyOf(names);
            addresses = Set.copyOf(addresses);
        }

        boolean are(String host) {
            return names.contains(host.toLowerCase(Locale.ROOT));
        }
    }

    /**
     * How hosts are found.
     *
     * @param port where the next hop names none
     * @param mx whether a domain's MX records are asked for, as mail between hosts wants it; LMTP
     *     and submission do without
     * @param services labels of SRV records (RFC 6186), {@code _submission._tcp}, that are asked
     *     for first, in this order; empty: none
     */
    public record Manner(int port, boolean mx, List<String> services) {
        public Manner {
            services = List.copyOf(services);
        }
    }

    public HostPlanner(
            Resolver resolver, RandomGenerator random, Ourselves ourselves, Manner manner) {
        this.resolver = resolver;
        this.random = random;
        this.ourselves = ourselves;
        this.manner = manner;
    }

    /**
     * @param nextHop one: {@link NextHop#each}
     */
    public HostPlan plan(String nextHop) {
        if (nextHop.startsWith(SOCKET)) {
            String path = nextHop.substring(SOCKET.length());
            return new HostPlan.Hosts(
                    List.of(
                            new Target(
                                    path,
                                    false,
                                    new Endpoint.Local(Path.of(path)),
                                    Trail.given(path))));
        }
        Optional<NextHop> parsed = NextHop.parse(nextHop);
        if (parsed.isEmpty()) {
            return deferred("4.3.5", "the route's next hop " + nextHop + " is none");
        }
        NextHop hop = parsed.get();
        int at = hop.port() == 0 ? manner.port() : hop.port();
        Optional<InetAddress> literal = hop.literal();
        if (literal.isPresent()) {
            String host = Endpoint.text(literal.get());
            if (at == SMTP_PORT && ourselves.addresses.contains(literal.get())) {
                return loop(nextHop);
            }
            Target target = Target.of(host, false, literal.get(), at, Trail.given(host));
            return new HostPlan.Hosts(List.of(target));
        }
        if (hop.name().indexOf(':') >= 0) { // RFC 5321 §4.1.3: a general one, that nobody knows
            return refused("5.1.2", "the address literal [" + hop.name() + "] names no host");
        }
        if (hop.byMx() && hop.port() == 0 && !manner.services().isEmpty()) {
            Optional<HostPlan> found = byService(hop.name());
            if (found.isPresent()) {
                return found.get();
            }
        }
        return hop.byMx() && manner.mx()
                ? byMx(hop.name(), at)
                : byAddress(hop.name(), at, new Trail(hop.name(), false, true, false, "", ""));
    }

    private HostPlan byMx(String domain, int at) {
        return switch (resolver.mailHosts(domain)) {
            case Answer.Found<List<MailHost>>(List<MailHost> hosts, Proof proof) -> {
                if (hosts.size() == 1 && hosts.getFirst().host().isEmpty()) { // RFC 7505 §3
                    yield refused("5.1.10", domain + " takes no mail (null MX)");
                }
                yield new Walk(domain, proof).throughMailHosts(hosts, at);
            }
            case Answer.NoSuchName<List<MailHost>> _ -> noSuchName(domain);
            case Answer.Empty<List<MailHost>>(boolean secure) -> // RFC 5321 §5.1: the implicit MX
                    ourselves.are(domain) && at == SMTP_PORT
                            ? loop(domain)
                            : byAddress(
                                    domain, at, new Trail(domain, false, secure, false, "", ""));
            case Answer.Temporary<List<MailHost>>(Trouble trouble, String reason) ->
                    unanswered(trouble, reason);
        };
    }

    private HostPlan byAddress(String host, int at, Trail trail) {
        return switch (resolver.addresses(host)) {
            case Answer.Found<List<InetAddress>>(List<InetAddress> found, Proof proof) -> {
                Trail proven = addressed(trail, proof);
                List<Target> targets = new ArrayList<>();
                for (InetAddress address : shuffled(found)) {
                    targets.add(Target.of(host, true, address, at, proven));
                }
                yield at == SMTP_PORT && found.stream().anyMatch(ourselves.addresses::contains)
                        ? loop(host)
                        : limited(targets);
            }
            case Answer.NoSuchName<List<InetAddress>> _ -> noSuchName(host);
            case Answer.Empty<List<InetAddress>> _ ->
                    bounced("5.4.4", host + " has neither MX nor address");
            case Answer.Temporary<List<InetAddress>>(Trouble trouble, String reason) ->
                    unanswered(trouble, reason);
        };
    }

    /** RFC 6186 §3; empty where the domain has no such records at all. */
    private Optional<HostPlan> byService(String domain) {
        for (String label : manner.services()) {
            switch (resolver.services(label + "." + domain)) {
                case Answer.Found<List<Service>>(List<Service> found, Proof proof) -> {
                    if (found.size() == 1 && found.getFirst().host().isEmpty()) {
                        return Optional.of(refused("5.4.4", domain + " offers no " + label));
                    }
                    return Optional.of(new Walk(domain, proof).throughServices(found));
                }
                case Answer.Temporary<List<Service>>(Trouble trouble, String reason) -> {
                    return Optional.of(unanswered(trouble, reason));
                }
                case Answer.NoSuchName<List<Service>> _ -> {}
                case Answer.Empty<List<Service>> _ -> {}
            }
        }
        return Optional.empty();
    }

    private static Trail addressed(Trail trail, Proof proof) {
        return new Trail(
                trail.domain(),
                trail.byMx(),
                trail.hostSecure(),
                proof.secure(),
                proof.name(),
                trail.expanded());
    }

    /** A host at a port, as a record of the domain names it. */
    private record Place(String host, int port) {}

    /** One pass through the hosts of a domain, best preference first. */
    private final class Walk {
        private final String domain;
        private final Trail trail;
        private final List<Target> targets = new ArrayList<>();
        private final Set<Endpoint> seen = new HashSet<>();
        private boolean cut;
        private Trouble trouble = Trouble.NO_ANSWER;
        private String reason = "";
        private int asked;

        Walk(String domain, Proof proof) {
            this.domain = domain;
            this.trail =
                    new Trail(
                            domain,
                            true,
                            proof.secure(),
                            false,
                            "",
                            proof.secure() ? proof.name() : "");
        }

        HostPlan throughMailHosts(List<MailHost> hosts, int at) {
            TreeMap<Integer, List<Place>> groups = new TreeMap<>();
            for (MailHost host : hosts) {
                if (!host.host().isEmpty()) { // a null MX beside others means nothing: RFC 7505 §3
                    groups.computeIfAbsent(host.preference(), _ -> new ArrayList<>())
                            .add(new Place(host.host(), at));
                }
            }
            groups.replaceAll((_, group) -> shuffled(group));
            return through(groups);
        }

        HostPlan throughServices(List<Service> services) {
            TreeMap<Integer, List<Service>> byPriority = new TreeMap<>();
            for (Service service : services) {
                if (!service.host().isEmpty()) {
                    byPriority
                            .computeIfAbsent(service.priority(), _ -> new ArrayList<>())
                            .add(service);
                }
            }
            TreeMap<Integer, List<Place>> groups = new TreeMap<>();
            byPriority.forEach((priority, group) -> groups.put(priority, byWeight(group)));
            return through(groups);
        }

        private HostPlan through(TreeMap<Integer, List<Place>> groups) {
            for (List<Place> group : groups.values()) {
                if (cut || enough() || asked >= HOSTS_MAX) {
                    break;
                }
                targets.addAll(group(group));
            }
            if (!targets.isEmpty()) {
                return limited(targets);
            }
            if (cut) {
                return loop(domain);
            }
            return reason.isEmpty()
                    ? bounced("5.4.4", "no mail host of " + domain + " has an address")
                    : unanswered(trouble, reason);
        }

        /** A full list of one kind of address may still want some of the other. */
        private boolean enough() {
            return targets.size() >= GATHERED_MAX
                    || targets.size() >= ADDRESSES_MAX
                            && targets.stream().anyMatch(HostPlanner::four)
                            && !targets.stream().allMatch(HostPlanner::four);
        }

        /** Hosts of one preference; none of them when we are among them: RFC 5321 §5.1. */
        private List<Target> group(List<Place> places) {
            List<Target> found = new ArrayList<>();
            for (Place place : places) {
                if (place.port == SMTP_PORT && ourselves.are(place.host)) {
                    cut = true;
                } else if (asked++ < HOSTS_MAX) {
                    found.addAll(host(place));
                }
            }
            return cut ? List.of() : found;
        }

        private List<Target> host(Place place) {
            Optional<InetAddress> numeric = NextHop.dotted(place.host);
            if (numeric.isPresent()) { // no host's name (RFC 5321 §5.1), but Postfix gets there
                return at(place, false, List.of(numeric.get()), trail);
            }
            return switch (resolver.addresses(place.host)) {
                case Answer.Found<List<InetAddress>>(List<InetAddress> addresses, Proof proof) -> {
                    yield at(place, true, addresses, addressed(trail, proof));
                }
                case Answer.Temporary<List<InetAddress>>(Trouble why, String words) -> {
                    trouble = why;
                    reason = words;
                    yield List.of();
                }
                case Answer.NoSuchName<List<InetAddress>> _ -> List.of();
                case Answer.Empty<List<InetAddress>> _ -> List.of();
            };
        }

        private List<Target> at(
                Place place, boolean named, List<InetAddress> addresses, Trail proven) {
            List<Target> found = new ArrayList<>();
            for (InetAddress address : shuffled(addresses)) {
                Target target = Target.of(place.host, named, address, place.port, proven);
                if (place.port == SMTP_PORT && ourselves.addresses.contains(address)) {
                    cut = true;
                } else if (seen.add(target.endpoint())) {
                    found.add(target);
                }
            }
            return found;
        }
    }

    /** A random order in which the heavier come earlier more often: RFC 2782, "Weight". */
    private List<Place> byWeight(List<Service> group) {
        List<Service> left = new ArrayList<>(group);
        List<Place> order = new ArrayList<>();
        while (!left.isEmpty()) {
            int sum = 0;
            for (Service service : left) {
                sum += service.weight();
            }
            int drawn = random.nextInt(sum + 1);
            int at = 0;
            for (int passed = left.getFirst().weight(); passed < drawn; at++) {
                passed += left.get(at + 1).weight();
            }
            Service service = left.remove(at);
            order.add(new Place(service.host(), service.port()));
        }
        return order;
    }

    /**
     * The first of them; where one kind of address alone would fill the list, the other gets its
     * share, so that a broken IPv6 or IPv4 does not make a host with both unreachable.
     */
    private static HostPlan limited(List<Target> targets) {
        if (targets.size() <= ADDRESSES_MAX) {
            return new HostPlan.Hosts(targets);
        }
        int four = (int) targets.stream().filter(HostPlanner::four).count();
        int six = targets.size() - four;
        int half = ADDRESSES_MAX / 2;
        int fourMax = ADDRESSES_MAX - Math.min(half, six);
        int sixMax = ADDRESSES_MAX - Math.min(half, four);
        List<Target> kept = new ArrayList<>();
        for (Target target : targets) {
            if (kept.size() < ADDRESSES_MAX && (four(target) ? fourMax-- > 0 : sixMax-- > 0)) {
                kept.add(target);
            }
        }
        return new HostPlan.Hosts(kept);
    }

    private static boolean four(Target target) {
        return target.endpoint() instanceof Endpoint.Tcp(Inet4Address _, _);
    }

    /** RFC 5321 §5.1: the load is spread over equals. */
    private <T> List<T> shuffled(List<T> list) {
        List<T> mixed = new ArrayList<>(list);
        for (int i = mixed.size() - 1; i > 0; i--) {
            int other = random.nextInt(i + 1);
            T held = mixed.get(i);
            mixed.set(i, mixed.get(other));
            mixed.set(other, held);
        }
        return mixed;
    }

    private static HostPlan noSuchName(String name) {
        return bounced("5.1.2", "there is no domain or host " + name);
    }

    private static HostPlan loop(String domain) {
        return refused("5.4.6", "mail for " + domain + " loops back to this host");
    }

    private static HostPlan refused(String status, String why) {
        return new HostPlan.Nothing(new Outcome.Bounced(status, why), false);
    }

    private static HostPlan bounced(String status, String why) {
        return new HostPlan.Nothing(new Outcome.Bounced(status, why), true);
    }

    /** Neither silence nor a failure nor a forged answer says that there is no such domain. */
    private static HostPlan unanswered(Trouble trouble, String why) {
        return switch (trouble) {
            case NO_ANSWER, SERVER_FAILURE -> deferred("4.4.3", why);
            case BOGUS -> deferred("4.7.5", why); // RFC 3463 §3.8: cryptographic failure
        };
    }

    private static HostPlan deferred(String status, String why) {
        return new HostPlan.Nothing(new Outcome.Deferred(status, why, About.DESTINATION), true);
    }
}
