package postern.smtpd;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import postern.base.Endpoint;
import postern.base.Peer;
import postern.config.Cidr;

/**
 * What a load balancer says before the client's first octet: the PROXY protocol, versions 1 and 2.
 * Exactly the header is read, not an octet more; anything that is not one is the end of the
 * connection, for then nobody knows who speaks.
 */
final class ProxyHeader {
    /** Longest line of version 1, CRLF included: proxy-protocol.txt §2.1. */
    private static final int LINE_OCTETS_MAX = 107;

    /** §2.2 leaves 65535 to extensions of version 2; nobody needs more than this. */
    private static final int REST_OCTETS_MAX = 4096;

    private static final byte[] SIGNATURE = {
        '\r', '\n', '\r', '\n', 0, '\r', '\n', 'Q', 'U', 'I', 'T', '\n'
    };

    private static final int VERSION_2 = 0x20;
    private static final int LOCAL = 0;
    private static final int PROXY = 1;
    private static final int TCP4 = 0x11;
    private static final int TCP6 = 0x21;

    private final Peer peer;

    private ProxyHeader(Peer peer) {
        this.peer = peer;
    }

    /**
     * Reads the header.
     *
     * @return the client and the address that it connected to; empty when the balancer speaks for
     *     itself or does not know
     * @throws IOException there is no header, or it is malformed
     */
    static Optional<Ends> read(Peer peer) throws IOException {
        return new ProxyHeader(peer).read();
    }

    /** Both ends of the connection to the balancer. */
    record Ends(Endpoint.Tcp client, Endpoint.Tcp server) {}

    private Optional<Ends> read() throws IOException {
        byte[] start = take(SIGNATURE.length); // the shortest header of version 1 is longer
        if (Arrays.equals(start, SIGNATURE)) {
            return binary();
        }
        if (!new String(start, 0, 6, StandardCharsets.US_ASCII).equals("PROXY ")) {
            throw new IOException("no PROXY header");
        }
        return line(start);
    }

    /** {@code PROXY TCP4 192.0.2.1 198.51.100.1 4321 25}: §2.1. */
    private Optional<Ends> line(byte[] start) throws IOException {
        StringBuilder line = new StringBuilder(new String(start, StandardCharsets.ISO_8859_1));
        while (!line.substring(line.length() - 2).equals("\r\n")) {
            if (line.length() >= LINE_OCTETS_MAX || line.indexOf("\n") >= 0) {
                throw malformed();
            }
            line.append((char) (take(1)[0] & 0xff));
        }
        String[] words = line.substring(0, line.length() - 2).split(" ", -1);
        if (words[1].equals("UNKNOWN")) {
            return Optional.empty(); // whatever follows is ignored
        }
        boolean six = words[1].equals("TCP6");
        if (words.length != 6 || !six && !words[1].equals("TCP4")) {
            throw malformed();
        }
        return Optional.of(
                new Ends(
                        new Endpoint.Tcp(address(words[2], six), port(words[4])),
                        new Endpoint.Tcp(address(words[3], six), port(words[5]))));
    }

    private static InetAddress address(String text, boolean six) throws IOException {
        InetAddress address =
                Cidr.parse(text)
                        .filter(_ -> text.indexOf('/') < 0 && (text.indexOf(':') >= 0) == six)
                        .map(Cidr::address)
                        .orElseThrow(ProxyHeader::malformed);
        return address;
    }

    private static int port(String text) throws IOException {
        int value = 0;
        for (int i = 0; i < text.length(); i++) {
            int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9 || i > 4) {
                throw malformed();
            }
            value = value * 10 + digit;
        }
        if (text.isEmpty() || value > 0xffff || text.startsWith("0") && text.length() > 1) {
            throw malformed();
        }
        return value;
    }

    /** §2.2. */
    private Optional<Ends> binary() throws IOException {
        byte[] head = take(4);
        int command = head[0] & 0x0f;
        int length = number(head, 2);
        if ((head[0] & 0xf0) != VERSION_2 || command > PROXY || length > REST_OCTETS_MAX) {
            throw malformed();
        }
        byte[] rest = take(length);
        int family = head[1] & 0xff;
        if (command == LOCAL || family != TCP4 && family != TCP6) {
            return Optional.empty(); // §2.2: other families are skipped as if they were LOCAL
        }
        int octets = family == TCP4 ? 4 : 16;
        if (length < 2 * octets + 4) {
            throw malformed();
        }
        return Optional.of(
                new Ends(
                        end(rest, 0, octets, 2 * octets),
                        end(rest, octets, octets, 2 * octets + 2)));
    }

    private static Endpoint.Tcp end(byte[] from, int at, int octets, int portAt)
            throws IOException {
        InetAddress address = InetAddress.getByAddress(Arrays.copyOfRange(from, at, at + octets));
        return new Endpoint.Tcp(address, number(from, portAt));
    }

    private static int number(byte[] from, int at) {
        return (from[at] & 0xff) << 8 | from[at + 1] & 0xff;
    }

    private byte[] take(int octets) throws IOException {
        byte[] taken = new byte[octets];
        int length = 0;
        while (length < octets) {
            int n = peer.read(taken, length, octets - length);
            if (n < 0) {
                throw new IOException("closed within the PROXY header");
            }
            length += n;
        }
        return taken;
    }

    private static IOException malformed() {
        return new IOException("malformed PROXY header");
    }
}
