package postern.smtpd;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import postern.base.Endpoint;
import postern.config.Cidr;
import postern.mail.Origin;

/**
 * Who is at the other end.
 *
 * @param address as the trace writes it: {@code 192.0.2.1}, {@code IPv6:2001:db8::1}; empty on a
 *     Unix-domain socket
 * @param name the host's name, empty when it is not known
 * @param trusted may relay without more ado
 * @param ip null on a Unix-domain socket
 */
record Client(String address, String name, boolean trusted, @Nullable InetAddress ip) {

    static Client of(Endpoint remote, List<Cidr> trusted) {
        return switch (remote) {
            case Endpoint.Tcp tcp ->
                    new Client(
                            Origin.text(tcp.address()),
                            "",
                            within(tcp.address(), trusted),
                            tcp.address());
            case Endpoint.Local _ -> new Client("", "", false, null);
        };
    }

    Client at(InetAddress other, List<Cidr> networks) {
        return new Client(Origin.text(other), name, within(other, networks), other);
    }

    Client named(String other) {
        return new Client(address, other, trusted, ip);
    }

    Optional<InetAddress> inet() {
        return Optional.ofNullable(ip);
    }

    static boolean within(InetAddress address, List<Cidr> networks) {
        for (Cidr network : networks) {
            if (network.contains(address)) {
                return true;
            }
        }
        return false;
    }

    /** The address alone: what people write. Empty on a Unix-domain socket. */
    String plainAddress() {
        return ip == null ? "" : Endpoint.text(ip);
    }

    /** As Postfix's log shows it, and as programs that read logs look for it. */
    @Override
    public String toString() {
        if (address.isEmpty()) {
            return "local";
        }
        return (name.isEmpty() ? "unknown" : name) + "[" + plainAddress() + "]";
    }
}
