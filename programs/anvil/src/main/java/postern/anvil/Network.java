package postern.anvil;

import java.net.InetAddress;
import java.net.UnknownHostException;
import postern.base.Bug;
import postern.base.Endpoint;

/**
 * A client network, small: there are many.
 *
 * @param high the first 64 bits, or all 32 of IPv4
 * @param low the last 64; 0 for IPv4
 * @param bits length of the prefix; negative for IPv4
 */
record Network(long high, long low, int bits) {

    static Network of(InetAddress address, int bits) {
        byte[] octets = address.getAddress();
        if (octets.length == 4) {
            return new Network(number(octets, 0, 4) & mask(bits + 32), 0, -bits);
        }
        long high = number(octets, 0, 8) & mask(Math.min(bits, 64));
        long low = number(octets, 8, 8) & mask(Math.max(0, bits - 64));
        return new Network(high, low, bits);
    }

    private static long mask(int bits) {
        return bits == 0 ? 0 : -1L << (64 - bits);
    }

    private static long number(byte[] octets, int from, int count) {
        long number = 0;
        for (int i = from; i < from + count; i++) {
            number = number << 8 | octets[i] & 0xff;
        }
        return number;
    }

    String text() {
        int length = bits < 0 ? 4 : 16;
        byte[] octets = new byte[length];
        for (int i = 0; i < length; i++) {
            long half = i < 8 ? high : low;
            int shift = length == 4 ? 24 - 8 * i : 56 - 8 * (i % 8);
            octets[i] = (byte) (half >> shift);
        }
        try {
            return Endpoint.text(InetAddress.getByAddress(octets)) + "/" + Math.abs(bits);
        } catch (UnknownHostException never) {
            throw new Bug("an address has 4 or 16 octets", never);
        }
    }
}
