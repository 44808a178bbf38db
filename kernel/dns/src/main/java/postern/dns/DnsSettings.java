package postern.dns;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import postern.base.Bug;

/**
 * How the name service is asked.
 *
 * @param servers asked in this order; recursive
 * @param timeout of one question to one server
 * @param rounds how often the list of servers is gone through
 * @param families which addresses of a host are asked for
 * @param trust whose word on DNSSEC counts
 * @param probe the name whose SOA record shows at the start whether a server validates
 */
public record DnsSettings(
        List<InetSocketAddress> servers,
        Duration timeout,
        int rounds,
        Families families,
        Trust trust,
        String probe) {
    /** As the resolver of the C library: resolv.conf(5), {@code timeout} and {@code attempts}. */
    public static final Duration TIMEOUT = Duration.ofSeconds(5);

    public static final int ROUNDS = 2;

    /** As the C library: MAXNS in resolv.conf(5). */
    public static final int SERVERS_MAX = 3;

    /** The root is signed. As Postfix, {@code dnssec_probe}. */
    public static final String PROBE = ".";

    /** Which kinds of address are of use here. */
    public enum Families {
        ANY,
        IPV4,
        IPV6
    }

    /** Whose AD bit (RFC 4035 §3.2.3) is believed: it is no better than the way it comes. */
    public enum Trust {
        /** That of servers on this machine. */
        LOOPBACK,
        /** That of every server named, behind a way that nobody else has a hand in. */
        ALL,
        /** Nobody's. */
        NONE
    }

    public DnsSettings {
        Bug.unless(!servers.isEmpty() && rounds > 0, "somebody is asked, once at least");
        servers = List.copyOf(servers.subList(0, Math.min(SERVERS_MAX, servers.size())));
    }

    public DnsSettings(
            List<InetSocketAddress> servers, Duration timeout, int rounds, Families families) {
        this(servers, timeout, rounds, families, Trust.LOOPBACK, PROBE);
    }

    public static DnsSettings of(List<InetSocketAddress> servers) {
        return new DnsSettings(servers, TIMEOUT, ROUNDS, Families.ANY);
    }

    boolean trusts(InetSocketAddress server) {
        InetAddress address = server.getAddress();
        return switch (trust) {
            case ALL -> true;
            case NONE -> false;
            case LOOPBACK -> address != null && address.isLoopbackAddress();
        };
    }
}
