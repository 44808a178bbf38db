package postern.dns;

import java.net.InetAddress;
import java.util.List;
import postern.base.Bug;
import postern.base.Endpoint;
import postern.mail.Outcome;

/** What is tried for a next hop. */
public sealed interface HostPlan {

    /** Addresses, in the order in which they are tried. */
    record Hosts(List<Target> targets) implements HostPlan {
        public Hosts {
            targets = List.copyOf(targets);
            Bug.unless(!targets.isEmpty(), "a plan has an address");
        }
    }

    /**
     * There is nothing to try; the outcome says why.
     *
     * @param elsewhere whether a relay that takes what others cannot deliver may be asked: not
     *     where the domain itself refuses mail, and not for a loop
     */
    record Nothing(Outcome outcome, boolean elsewhere) implements HostPlan {}

    /**
     * One address of one host.
     *
     * @param host its name, or the address as text for a literal, or a socket's path
     * @param named whether the host has a name
     */
    record Target(String host, boolean named, Endpoint endpoint, Trail trail) {

        public static Target of(
                String host, boolean named, InetAddress address, int port, Trail trail) {
            return new Target(host, named, new Endpoint.Tcp(address, port), trail);
        }

        /** Whether it is the same address of the same host, whatever led there. */
        public boolean sameAs(Target other) {
            return host.equals(other.host) && endpoint.equals(other.endpoint);
        }

        /** Zero for a socket. */
        public int port() {
            return endpoint instanceof Endpoint.Tcp(_, int port) ? port : 0;
        }

        /** As the log and notices name it: {@code mx.example.org[192.0.2.1]:25}; or a path. */
        public String text() {
            return endpoint instanceof Endpoint.Tcp(InetAddress address, int port)
                    ? host + "[" + Endpoint.text(address) + "]:" + port
                    : host;
        }
    }

    /**
     * By what the name service led to a host: on this a decision about TLS rests (RFC 7672 §2.2).
     *
     * @param domain the next hop that was asked for, without brackets and port
     * @param byMx whether an MX record named the host; otherwise it is the domain itself
     * @param hostSecure whether DNSSEC proves that the host is one of the domain's: its MX records,
     *     or that there are none
     * @param addressSecure whether DNSSEC proves the address
     * @param canonical where the host's aliases end; empty for an address that is not secure and of
     *     no alias
     * @param expanded where the domain's own aliases end, for secure MX records; else empty
     */
    record Trail(
            String domain,
            boolean byMx,
            boolean hostSecure,
            boolean addressSecure,
            String canonical,
            String expanded) {
        /** The operator named the host, and no name service was asked. */
        public static Trail given(String domain) {
            return new Trail(domain, false, false, false, "", "");
        }
    }
}
