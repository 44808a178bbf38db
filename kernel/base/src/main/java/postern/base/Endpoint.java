package postern.base;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;

/** Where a peer is, or where we listen. */
public sealed interface Endpoint {

    record Tcp(InetAddress address, int port) implements Endpoint {
        @Override
        public String toString() {
            return "[" + text(address) + "]:" + port;
        }
    }

    /** A Unix-domain stream socket. */
    record Local(Path path) implements Endpoint {
        @Override
        public String toString() {
            return path.toString();
        }
    }

    /** With its port; an address of IPv6 in brackets. */
    static String text(InetSocketAddress at) {
        String host = text(at.getAddress());
        return (at.getAddress() instanceof Inet6Address ? "[" + host + "]" : host)
                + ":"
                + at.getPort();
    }

    /**
     * An address as people write it: of IPv6 in short, RFC 5952 §4, without the interface that it
     * belongs to.
     */
    static String text(InetAddress address) {
        if (!(address instanceof Inet6Address)) {
            return address.getHostAddress();
        }
        byte[] octets = address.getAddress();
        int[] groups = new int[octets.length / 2];
        for (int i = 0; i < groups.length; i++) {
            groups[i] = (octets[2 * i] & 0xff) << 8 | octets[2 * i + 1] & 0xff;
        }
        int start = -1; // of the longest run of zeros, the first of equals: §4.2.3
        int longest = 1; // one group alone is written out: §4.2.2
        for (int i = 0; i < groups.length; i++) {
            int end = i;
            while (end < groups.length && groups[end] == 0) {
                end++;
            }
            if (end - i > longest) {
                start = i;
                longest = end - i;
            }
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < groups.length; i++) {
            if (i == start) {
                text.append("::");
                i += longest - 1;
            } else {
                boolean first = text.isEmpty() || text.charAt(text.length() - 1) == ':';
                text.append(first ? "" : ":").append(Integer.toHexString(groups[i]));
            }
        }
        return text.toString();
    }
}
