package postern.qmgr;

import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import postern.mail.Envelope;
import postern.mail.Origin;
import postern.mail.ReversePath;
import postern.qmgr.Source.Urgency;

/** The sources of what is queued, each there once. One thread only. */
final class Sources {
    /** More than that share their turns by chance: a sender of a million names gains nothing. */
    private static final int SOURCES_MAX = 65_536;

    private static final int SHARED = 1_024;

    /** As {@link Origin#text} writes it, and as people and other servers do: RFC 5952. */
    private static final Set<String> LOOPBACK_6 = Set.of("IPv6:0:0:0:0:0:0:0:1", "IPv6:::1");

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
        return address.startsWith("127.") || LOOPBACK_6.contains(address);
    }

    /** The /24 of an IPv4 address, the /64 of an IPv6 address: what one customer commands. */
    private static String network(String address) {
        if (!address.startsWith("IPv6:")) {
            return address.substring(0, Math.max(0, address.lastIndexOf('.')));
        }
        int end = "IPv6:".length();
        for (int groups = 0; groups < 4 && end >= 0; groups++) {
            int compressed = address.indexOf("::", end);
            int next = address.indexOf(':', end);
            if (compressed >= 0 && compressed == next) {
                return address.substring(0, compressed); // the rest of the prefix is zero
            }
            end = next < 0 ? -1 : next + 1;
        }
        return end < 0 ? address : address.substring(0, end);
    }
}
