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

    /** There is nothing to try; the outcome says why. */
    record Nothing(Outcome outcome) implements HostPlan {}

    /**
     * One address of one host.
     *
     * @param host its name, or the address as text for a literal
     * @param named whether the host has a name
     */
    record Target(String host, boolean named, InetAddress address, int port) {
        public Endpoint.Tcp endpoint() {
            return new Endpoint.Tcp(address, port);
        }

        /** As the log and notices name it: {@code mx.example.org[192.0.2.1]:25}. */
        public String text() {
            return host + "[" + address.getHostAddress() + "]:" + port;
        }
    }
}
