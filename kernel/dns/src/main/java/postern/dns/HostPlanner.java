package postern.dns;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import postern.dns.HostPlan.Target;
import postern.dns.Resolver.Answer;
import postern.dns.Resolver.MailHost;
import postern.mail.Outcome;
import postern.mail.Outcome.About;

/**
 * Makes of a next hop the list of addresses to try: RFC 5321 §5.1, RFC 7505. Its only world is the
 * resolver and the random order among equals. Any thread.
 */
public final class HostPlanner {
    /** Addresses tried in one attempt. Figure from Postfix, {@code smtp_mx_address_limit}. */
    public static final int ADDRESSES_MAX = 5;

    /** Hosts looked up for one plan: a domain may list any number. */
    private static final int HOSTS_MAX = 20;

    private static final int SMTP_PORT = 25;

    private final Resolver resolver;
    private final RandomGenerator random;
    private final Ourselves ourselves;
    private final int port;

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
     * @param port where the next hop names none
     */
    public HostPlanner(Resolver resolver, RandomGenerator random, Ourselves ourselves, int port) {
        this.resolver = resolver;
        this.random = random;
        this.ourselves = ourselves;
        this.port = port;
    }

    public HostPlan plan(String nextHop) {
        Optional<NextHop> parsed = NextHop.parse(nextHop);
        if (parsed.isEmpty()) {
            return deferred("4.3.5", "the route's next hop " + nextHop + " is none");
        }
        NextHop hop = parsed.get();
        int at = hop.port() == 0 ? port : hop.port();
        Optional<InetAddress> literal = hop.literal();
        if (literal.isPresent()) {
            String host = literal.get().getHostAddress();
            return new HostPlan.Hosts(List.of(new Target(host, false, literal.get(), at)));
        }
        return hop.byMx() ? byMx(hop.name(), at) : byAddress(hop.name(), at);
    }

    private HostPlan byMx(String domain, int at) {
        return switch (resolver.mailHosts(domain)) {
            case Answer.Found<List<MailHost>>(List<MailHost> hosts) -> {
                if (hosts.size() == 1 && hosts.getFirst().host().isEmpty()) { // RFC 7505 §3
                    yield bounced("5.1.10", domain + " takes no mail (null MX)");
                }
                yield new Walk(domain, at).through(hosts);
            }
            case Answer.NoSuchName<List<MailHost>> _ -> noSuchName(domain);
            case Answer.Empty<List<MailHost>> _ -> // RFC 5321 §5.1: the implicit MX
                    ourselves.are(domain) && at == SMTP_PORT ? loop(domain) : byAddress(domain, at);
            case Answer.Temporary<List<MailHost>>(String reason) -> deferred("4.4.3", reason);
        };
    }

    private HostPlan byAddress(String host, int at) {
        return switch (resolver.addresses(host)) {
            case Answer.Found<List<InetAddress>>(List<InetAddress> found) -> {
                List<Target> targets = new ArrayList<>();
                for (InetAddress address : shuffled(found)) {
                    targets.add(new Target(host, true, address, at));
                }
                yield limited(targets);
            }
            case Answer.NoSuchName<List<InetAddress>> _ -> noSuchName(host);
            case Answer.Empty<List<InetAddress>> _ ->
                    bounced("5.4.4", host + " has neither MX nor address");
            case Answer.Temporary<List<InetAddress>>(String reason) -> deferred("4.4.3", reason);
        };
    }

    /** One pass through the hosts of a domain, best preference first. */
    private final class Walk {
        private final String domain;
        private final int at;
        private final List<Target> targets = new ArrayList<>();
        private final Set<InetAddress> seen = new HashSet<>();
        private boolean cut;
        private String trouble = "";
        private int asked;

        Walk(String domain, int at) {
            this.domain = domain;
            this.at = at;
        }

        HostPlan through(List<MailHost> hosts) {
            TreeMap<Integer, List<String>> groups = new TreeMap<>();
            for (MailHost host : hosts) {
                if (!host.host().isEmpty()) { // a null MX beside others means nothing: RFC 7505 §3
                    groups.computeIfAbsent(host.preference(), _ -> new ArrayList<>())
                            .add(host.host());
                }
            }
            for (List<String> group : groups.values()) {
                if (cut || targets.size() >= ADDRESSES_MAX || asked >= HOSTS_MAX) {
                    break;
                }
                targets.addAll(group(shuffled(group)));
            }
            if (!targets.isEmpty()) {
                return limited(targets);
            }
            if (cut) {
                return loop(domain);
            }
            return trouble.isEmpty()
                    ? bounced("5.4.4", "no mail host of " + domain + " has an address")
                    : deferred("4.4.3", trouble);
        }

        /** Hosts of one preference; none of them when we are among them: RFC 5321 §5.1. */
        private List<Target> group(List<String> hosts) {
            List<Target> found = new ArrayList<>();
            for (String host : hosts) {
                if (at == SMTP_PORT && ourselves.are(host)) {
                    cut = true;
                } else if (asked++ < HOSTS_MAX) {
                    found.addAll(host(host));
                }
            }
            return cut ? List.of() : found;
        }

        private List<Target> host(String host) {
            return switch (resolver.addresses(host)) {
                case Answer.Found<List<InetAddress>>(List<InetAddress> addresses) -> {
                    List<Target> found = new ArrayList<>();
                    for (InetAddress address : shuffled(addresses)) {
                        if (at == SMTP_PORT && ourselves.addresses.contains(address)) {
                            cut = true;
                        } else if (seen.add(address)) {
                            found.add(new Target(host, true, address, at));
                        }
                    }
                    yield found;
                }
                case Answer.Temporary<List<InetAddress>>(String reason) -> {
                    trouble = reason;
                    yield List.of();
                }
                case Answer.NoSuchName<List<InetAddress>> _ -> List.of();
                case Answer.Empty<List<InetAddress>> _ -> List.of();
            };
        }
    }

    private static HostPlan limited(List<Target> targets) {
        return new HostPlan.Hosts(targets.subList(0, Math.min(ADDRESSES_MAX, targets.size())));
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
        return bounced("5.4.6", "mail for " + domain + " loops back to this host");
    }

    private static HostPlan bounced(String status, String why) {
        return new HostPlan.Nothing(new Outcome.Bounced(status, why));
    }

    private static HostPlan deferred(String status, String why) {
        return new HostPlan.Nothing(new Outcome.Deferred(status, why, About.DESTINATION));
    }
}
