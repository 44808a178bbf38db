package postern.sim;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import postern.dns.Resolver;

/** The name service of the simulated world. */
final class Names implements Resolver {
    private final Map<String, List<MailHost>> mailHosts = new HashMap<>();
    private final Map<String, List<InetAddress>> addresses = new HashMap<>();
    private boolean down;

    void mailHost(String domain, MailHost... hosts) {
        mailHosts.put(domain, List.of(hosts));
    }

    void address(String host, InetAddress address) {
        addresses.put(host, List.of(address));
    }

    void down(boolean now) {
        down = now;
    }

    @Override
    public Answer<List<MailHost>> mailHosts(String domain) {
        return answer(mailHosts.get(domain), addresses.containsKey(domain));
    }

    @Override
    public Answer<List<InetAddress>> addresses(String host) {
        return answer(addresses.get(host), mailHosts.containsKey(host));
    }

    private <T> Answer<T> answer(@Nullable T found, boolean exists) {
        if (down) {
            return new Answer.Temporary<>("no name server in reach");
        }
        if (found != null) {
            return new Answer.Found<>(found);
        }
        return exists ? new Answer.Empty<>() : new Answer.NoSuchName<>();
    }
}
