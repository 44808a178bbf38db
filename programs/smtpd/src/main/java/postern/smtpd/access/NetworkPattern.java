package postern.smtpd.access;

import java.net.InetAddress;
import java.util.List;
import postern.config.Cidr;

/** A network that is looked for, or excluded by a {@code !} in front. */
public record NetworkPattern(Cidr network, boolean excluded) {

    static NetworkPattern parse(String text) {
        boolean excluded = text.startsWith("!");
        return new NetworkPattern(
                Cidr.parse(excluded ? text.substring(1) : text)
                        .orElseThrow(() -> new IllegalArgumentException("is no network")),
                excluded);
    }

    /** In one of those that are looked for, or there is none such, and in none of the others. */
    static boolean match(List<NetworkPattern> patterns, InetAddress address) {
        boolean wanted = false;
        boolean found = false;
        for (NetworkPattern pattern : patterns) {
            if (pattern.excluded) {
                if (pattern.network.contains(address)) {
                    return false;
                }
            } else {
                wanted = true;
                found |= pattern.network.contains(address);
            }
        }
        return found || !wanted;
    }
}
