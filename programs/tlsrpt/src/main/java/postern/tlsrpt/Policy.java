package postern.tlsrpt;

import java.util.List;
import java.util.Locale;

/**
 * The policy that a session was held to: RFC 8460 §4.4.
 *
 * @param strings as the domain published it: lines of an MTA-STS policy, TLSA records; empty where
 *     there is none
 * @param mxHosts patterns of the mail hosts that an MTA-STS policy names
 */
public record Policy(Type type, List<String> strings, List<String> mxHosts) {
    /** Of a domain that publishes none. */
    public static final Policy NONE = new Policy(Type.NO_POLICY_FOUND, List.of(), List.of());

    /** RFC 8460 §4.4, policy-type. */
    public enum Type {
        TLSA,
        STS,
        NO_POLICY_FOUND;

        String word() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    public Policy {
        strings = List.copyOf(strings);
        mxHosts = List.copyOf(mxHosts);
    }
}
