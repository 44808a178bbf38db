package postern.sim;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import postern.base.Peer;

/**
 * SMTP's lines as a client and a server of the simulation see them: written apart from the
 * programs' own, so that both would have to err alike. One thread only.
 */
final class Wire {
    private static final int LINE_OCTETS_MAX = 100_000;
    private static final int DATA_OCTETS_MAX = 4_000_000;

    private final Peer peer;
    private final byte[] buffer = new byte[4096];
    private int at;
    private int end;

    Wire(Peer peer) {
        this.peer = peer;
    }

    void expireAfter(Duration limit) {
        peer.expireAfter(limit);
    }

    /** The next line without its CRLF; throws {@link EOFException} at the end. */
    String line() throws IOException {
        StringBuilder line = new StringBuilder();
        while (true) {
            int octet = octet();
            if (octet == '\n' && !line.isEmpty() && line.charAt(line.length() - 1) == '\r') {
                line.setLength(line.length() - 1);
                return line.toString();
            }
            line.append((char) octet);
            if (line.length() > LINE_OCTETS_MAX) {
                throw new IOException("a line without end");
            }
        }
    }

    /** The next line that ends with LF alone. */
    String unixLine() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int octet = octet(); octet != '\n'; octet = octet()) {
            line.append((char) octet);
            if (line.length() > LINE_OCTETS_MAX) {
                throw new IOException("a line without end");
            }
        }
        return line.toString();
    }

    /** The code of the next reply, all its lines read. */
    int reply() throws IOException {
        String line = line();
        while (line.length() > 3 && line.charAt(3) == '-') {
            line = line();
        }
        if (line.length() < 3) {
            throw new IOException("no reply: " + line);
        }
        return Integer.parseInt(line.substring(0, 3));
    }

    void send(String text) throws IOException {
        send(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    void send(byte[] octets) throws IOException {
        peer.write(ByteBuffer.wrap(octets));
    }

    int ask(String command) throws IOException {
        send(command + "\r\n");
        return reply();
    }

    /** So many octets, as they come. */
    byte[] octets(int length) throws IOException {
        if (length > DATA_OCTETS_MAX) {
            throw new IOException("a chunk too long");
        }
        byte[] octets = new byte[length];
        for (int i = 0; i < length; i++) {
            octets[i] = (byte) octet();
        }
        return octets;
    }

    /** Message data up to the dot, transparency taken off: RFC 5321 §4.5.2. */
    byte[] data() throws IOException {
        ByteArrayOutputStream octets = new ByteArrayOutputStream();
        String line = line();
        while (!line.equals(".")) {
            String text = line.startsWith(".") ? line.substring(1) : line;
            octets.writeBytes(text.getBytes(StandardCharsets.ISO_8859_1));
            octets.writeBytes(new byte[] {'\r', '\n'});
            if (octets.size() > DATA_OCTETS_MAX) {
                throw new IOException("data without end");
            }
            line = line();
        }
        return octets.toByteArray();
    }

    /** Message data as it is sent with DATA, its dot included. */
    static byte[] stuffed(byte[] octets) {
        String text = new String(octets, StandardCharsets.ISO_8859_1);
        String stuffed = (text.startsWith(".") ? "." : "") + text.replace("\r\n.", "\r\n..");
        return (stuffed + ".\r\n").getBytes(StandardCharsets.ISO_8859_1);
    }

    private int octet() throws IOException {
        if (at == end) {
            at = 0;
            end = 0;
            int n = peer.read(buffer, 0, buffer.length);
            if (n < 0) {
                throw new EOFException("the peer closed");
            }
            end = n;
        }
        return buffer[at++] & 0xff;
    }
}
