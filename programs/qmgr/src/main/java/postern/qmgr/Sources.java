package postern.qmgr;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import postern.base.Bug;
import postern.config.Cidr;
import postern.mail.Envelope;
import postern.mail.Origin;
import postern.mail.ReversePath;
import postern.qmgr.Source.Urgency;

/** The sources of what is queued, each there once. One thread only. */
final class Sources {
    /** More than that share their turns by chance: a sender of a million names gains nothing. */
    private static final int SOURCES_MAX = 65_536;

    private static final int SHARED = 1_024;

    private static final String IPV6 = "IPv6:";

    private static final int PREFIX_OCTETS = 8;

    private final Map<Urgency, Map<String, Source>> known = new EnumMap<>(Urgency.class);

    Sources() {
        for (Urgency urgency : Urgency.values()) {
            known.put(urgency, new HashMap<>());
        }
    }

    /** The source of a message that comes into the queue. */
    Source enter(Envelope envelope) {
        Urgency urgency = Urgency.of(envelope.options().terms().priority());
        Map<String, Source> sources = known.getOrDefault(urgency, Map.of());
        String name = name(envelope);
        if (sources.size() >= SOURCES_MAX && !sources.containsKey(name)) {
            name = "shared " + (name.hashCode() & SHARED - 1);
        }
        Source source = sources.get(name);
        if (source == null) {
            source = new Source(name, urgency);
            sources.put(name, source);
        }
        source.messages++;
        return source;
    }

    /** A message has left. */
    void left(Source source) {
        if (--source.messages == 0) {
            known.getOrDefault(source.urgency, Map.of()).remove(source.name);
        }
    }

    private static String name(Envelope envelope) {
        Origin origin = envelope.origin();
        if (!origin.login().isEmpty()) {
            return "login " + origin.login();
        }
        String address = origin.clientAddress();
        if (!address.isEmpty() && !loopback(address)) {
            return "client " + network(address);
        }
        return switch (envelope.sender()) {
            case ReversePath.Nobody _ -> "notices";
            case ReversePath.Sender sender -> "sender " + sender;
        };
    }

    /** A relay or a content filter on this host speaks for many. */
    private static boolean loopback(String address) {
        return address.startsWith("127.") || address.equals(IPV6 + "::1");
    }

    /** The /24 of an IPv4 address, the /64 of an IPv6 address: what one customer commands. */
    private static String network(String address) {
        if (!address.startsWith(IPV6)) {
            return address.substring(0, Math.max(0, address.lastIndexOf('.')));
        }
        return Cidr.address(address.substring(IPV6.length()))
                .filter(Inet6Address.class::isInstance)
                .map(client -> network(client.getAddress()))
                .orElse(address);
    }

    private static String network(byte... octets) {
        Arrays.fill(octets, PREFIX_OCTETS, octets.length, (byte) 0);
        try {
            String all = Origin.text(InetAddress.getByAddress(octets)); // ends with ::
            boolean whole = octets[PREFIX_OCTETS - 2] != 0 || octets[PREFIX_OCTETS - 1] != 0;
            return all.substring(0, all.length() - (whole ? 1 : 2));
        } catch (UnknownHostException never) {
            throw new Bug("an address has 16 octets", never);
        }
    }
}
