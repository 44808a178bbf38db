package postern.config;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Optional;
import postern.base.Bug;
import postern.base.Endpoint;

/**
 * A block of addresses: RFC 4632 for IPv4, RFC 4291 §2.3 for IPv6.
 *
 * @param address its first address: no bit is set behind the prefix
 * @param prefixBits 0 to 32, or 0 to 128
 */
public record Cidr(InetAddress address, int prefixBits) {
    public Cidr {
        byte[] octets = address.getAddress();
        Bug.unless(prefixBits >= 0 && prefixBits <= 8 * octets.length, "a prefix fits its address");
        Bug.unless(clear(octets, prefixBits), "no bit is set behind the prefix");
    }

    /** {@code 192.0.2.0/24}, {@code 2001:db8::/32}; a bare address is a block of one. */
    public static Optional<Cidr> parse(String text) {
        int slash = text.indexOf('/');
        Optional<InetAddress> address = address(slash < 0 ? text : text.substring(0, slash));
        if (address.isEmpty()) {
            return Optional.empty();
        }
        byte[] octets = address.get().getAddress();
        int bits = slash < 0 ? 8 * octets.length : bits(text.substring(slash + 1));
        return bits < 0 || bits > 8 * octets.length || !clear(octets, bits)
                ? Optional.empty()
                : Optional.of(new Cidr(address.get(), bits));
    }

    /** Whether both are IPv4, or both IPv6. */
    public boolean sameFamily(InetAddress other) {
        return address.getClass() == other.getClass();
    }

    /** Whether the address lies in the block. An IPv4 address never lies in an IPv6 block. */
    public boolean contains(InetAddress other) {
        byte[] mine = address.getAddress();
        byte[] theirs = other.getAddress();
        if (mine.length != theirs.length) {
            return false;
        }
        for (int i = 0; i < prefixBits / 8; i++) {
            if (mine[i] != theirs[i]) {
                return false;
            }
        }
        int rest = prefixBits % 8;
        return rest == 0 || (mine[prefixBits / 8] ^ theirs[prefixBits / 8]) >> (8 - rest) == 0;
    }

    @Override
    public String toString() {
        return Endpoint.text(address) + "/" + prefixBits;
    }

    /** An address in its usual notation; a name or a scoped address is none. */
    public static Optional<InetAddress> address(String text) {
        if (text.isEmpty() || text.indexOf('%') >= 0) {
            return Optional.empty();
        }
        try {
            InetAddress address = InetAddress.ofLiteral(text);
            boolean dotted = text.chars().filter(c -> c == '.').count() == 3;
            return address instanceof Inet6Address || dotted && text.indexOf(':') < 0
                    ? Optional.of(address)
                    : Optional.empty();
        } catch (IllegalArgumentException notOne) {
            return Optional.empty();
        }
    }

    private static int bits(String text) {
        boolean number = !text.isEmpty() && text.length() <= 3;
        return number && text.chars().allMatch(c -> c >= '0' && c <= '9')
                ? Integer.parseInt(text)
                : -1;
    }

    private static boolean clear(byte[] octets, int prefixBits) {
        for (int bit = prefixBits; bit < 8 * octets.length; bit++) {
            if ((octets[bit / 8] >> (7 - bit % 8) & 1) != 0) {
                return false;
            }
        }
        return true;
    }
}
