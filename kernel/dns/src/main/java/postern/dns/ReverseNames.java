package postern.dns;

import java.net.InetAddress;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Names that stand for addresses: in-addr.arpa (RFC 1035 §3.5), ip6.arpa (RFC 3596 §2.5). */
public final class ReverseNames {
    /**
     * Claimed names that are verified at most: each costs a question, and an address may claim
     * thousands.
     */
    private static final int VERIFIED_MAX = 8;

    /** Longest name in characters: RFC 1035 §2.3.4. */
    private static final int NAME_CHARS_MAX = 255;

    private ReverseNames() {}

    /** Where the name service keeps the names of an address. */
    public static String of(InetAddress address) {
        boolean four = address.getAddress().length == 4;
        return under(address, four ? "in-addr.arpa" : "ip6.arpa");
    }

    /**
     * The address as a name below a zone, most particular part first, as lists of addresses are
     * asked: RFC 5782 §2.1, §2.4.
     */
    public static String under(InetAddress address, String zone) {
        byte[] octets = address.getAddress();
        StringBuilder name = new StringBuilder(80);
        for (int i = octets.length - 1; i >= 0; i--) {
            int octet = octets[i] & 0xff;
            if (octets.length == 4) {
                name.append(octet).append('.');
            } else {
                name.append(Character.forDigit(octet & 15, 16)).append('.');
                name.append(Character.forDigit(octet >> 4, 16)).append('.');
            }
        }
        return name.append(zone).toString();
    }

    /**
     * The name that an address has by both its own word and that of the name: what one of them
     * alone says anybody can say.
     *
     * @return in lower case; an empty text when there is no such name; empty when it cannot be told
     *     now
     */
    public static Optional<String> verified(InetAddress address, Resolver resolver) {
        return switch (resolver.names(address)) {
            case Resolver.Answer.Found<List<String>>(var claimed, _) ->
                    verified(address, claimed, resolver);
            case Resolver.Answer.NoSuchName<List<String>> _,
                    Resolver.Answer.Empty<List<String>> _ ->
                    Optional.of("");
            case Resolver.Answer.Temporary<List<String>> _ -> Optional.empty();
        };
    }

    private static Optional<String> verified(
            InetAddress address, List<String> claimed, Resolver resolver) {
        boolean unknown = false;
        for (String name : claimed.subList(0, Math.min(VERIFIED_MAX, claimed.size()))) {
            if (!plain(name)) {
                continue;
            }
            switch (resolver.addresses(name)) {
                case Resolver.Answer.Found<List<InetAddress>>(var found, _) -> {
                    if (found.contains(address)) {
                        return Optional.of(name.toLowerCase(Locale.ROOT));
                    }
                }
                case Resolver.Answer.Temporary<List<InetAddress>> _ -> unknown = true;
                case Resolver.Answer.NoSuchName<List<InetAddress>> _,
                        Resolver.Answer.Empty<List<InetAddress>> _ -> {}
            }
        }
        return unknown ? Optional.empty() : Optional.of("");
    }

    /** A host's name goes into logs and trace fields: letters, digits, dots, hyphens. */
    private static boolean plain(String name) {
        if (name.isEmpty() || name.length() > NAME_CHARS_MAX) {
            return false;
        }
        return name.chars()
                .allMatch(
                        c ->
                                c == '.'
                                        || c == '-'
                                        || c == '_'
                                        || c >= '0' && c <= '9'
                                        || c >= 'a' && c <= 'z'
                                        || c >= 'A' && c <= 'Z');
    }
}
