package postern.dns;

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
 */
public record DnsSettings(
        List<InetSocketAddress> servers, Duration timeout, int rounds, Families families) {
    /** As the resolver of the C library: resolv.conf(5), {@code timeout} and {@code attempts}. */
    public static final Duration TIMEOUT = Duration.ofSeconds(5);

    public static final int ROUNDS = 2;

    /** As the C library: MAXNS in resolv.conf(5). */
    public static final int SERVERS_MAX = 3;

    /** Which kinds of address are of use here. */
    public enum Families {
        ANY,
        IPV4,
        IPV6
    }

    public DnsSettings {
        Bug.unless(!servers.isEmpty() && rounds > 0, "somebody is asked, once at least");
        servers = List.copyOf(servers.subList(0, Math.min(SERVERS_MAX, servers.size())));
    }

    public static DnsSettings of(List<InetSocketAddress> servers) {
        return new DnsSettings(servers, TIMEOUT, ROUNDS, Families.ANY);
    }
}
