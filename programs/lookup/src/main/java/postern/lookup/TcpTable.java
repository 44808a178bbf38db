package postern.lookup;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import postern.base.Endpoint;
import postern.base.Mailbox;
import postern.base.Peer;
import postern.base.TimedOut;
import postern.base.World;
import postern.table.Servers;
import postern.table.Table;

/**
 * Asks a server by the protocol of tcp_table(5): {@code get KEY} and a reply of one line, {@code
 * 200} found, {@code 500} absent, {@code 400} not now; what is no plain character is written as
 * {@code %XX}. Any thread.
 */
final class TcpTable implements Table {
    /** Longest line in octets, its LF included. Origin: tcp_table(5). */
    private static final int LINE_OCTETS_MAX = 4096;

    private static final HexFormat HEX = HexFormat.of().withUpperCase();

    private final Servers servers;
    private final Duration limit;
    private final String origin;
    private final Mailbox<Slot> slots;

    /** Room for one connection, and the connection when there is one. */
    private record Slot(@Nullable Peer connection) {}

    TcpTable(World world, List<Endpoint> servers, int connections, Duration limit, String origin) {
        this.servers = new Servers(world, servers);
        this.limit = limit;
        this.origin = origin;
        this.slots = world.tasks().mailbox(connections);
        for (int i = 0; i < connections; i++) {
            slots.put(new Slot(null));
        }
    }

    @Override
    public Answer lookup(String key) {
        String request = "get " + encode(key) + "\n";
        if (request.length() > LINE_OCTETS_MAX) {
            return Answer.ABSENT; // no address and no domain is so long
        }
        Optional<Slot> slot = slots.poll(limit);
        if (slot.isEmpty()) {
            return new Answer.TemporaryFailure("all connections to " + servers + " are busy");
        }
        @Nullable Peer peer = slot.get().connection;
        @Nullable Peer after = null;
        try {
            if (peer != null && peer.waiting()) { // it has closed, or says what nobody asked
                peer.close();
                peer = null;
            }
            Optional<String> reply = peer == null ? Optional.empty() : again(peer, request);
            if (reply.isEmpty()) {
                if (peer != null) {
                    peer.close();
                }
                peer = servers.connect(limit);
                reply = Optional.of(ask(peer, request));
            }
            Answer answer = parse(reply.get());
            after = peer;
            return answer;
        } catch (IOException failed) {
            if (peer != null) {
                peer.close();
            }
            return new Answer.TemporaryFailure(String.valueOf(failed.getMessage()));
        } finally {
            slots.put(new Slot(after));
        }
    }

    /** On a connection that was kept: empty where it turns out to be dead. */
    private Optional<String> again(Peer peer, String request) throws IOException {
        try {
            return Optional.of(ask(peer, request));
        } catch (TimedOut slow) {
            throw slow;
        } catch (IOException _) {
            return Optional.empty();
        }
    }

    private String ask(Peer peer, String request) throws IOException {
        peer.expireAfter(limit);
        peer.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII)));
        byte[] line = new byte[LINE_OCTETS_MAX];
        int length = 0;
        while (length < line.length) {
            int n = peer.read(line, length, line.length - length);
            if (n < 0) {
                throw new IOException("the server closed: " + servers);
            }
            length += n;
            if (line[length - 1] == '\n') {
                peer.expireAfter(Duration.ZERO);
                int end = length > 1 && line[length - 2] == '\r' ? length - 2 : length - 1;
                return new String(line, 0, end, StandardCharsets.UTF_8);
            }
        }
        throw new IOException("a reply of more than " + LINE_OCTETS_MAX + " octets");
    }

    private Answer parse(String reply) throws IOException {
        if (reply.indexOf('\n') >= 0 || reply.length() < 3) {
            throw new IOException("a reply that is none of tcp_table's");
        }
        String text = reply.length() > 4 ? decode(reply.substring(4)) : "";
        return switch (reply.substring(0, 3)) {
            case "200" -> new Answer.Found(text, origin);
            case "500" -> Answer.ABSENT;
            case "400" -> new Answer.TemporaryFailure(text.isEmpty() ? "not now" : text);
            default -> throw new IOException("a reply that is none of tcp_table's");
        };
    }

    static String encode(String text) {
        StringBuilder encoded = new StringBuilder(text.length() + 8);
        for (byte octet : text.getBytes(StandardCharsets.UTF_8)) {
            if (octet > ' ' && octet < 0x7f && octet != '%') {
                encoded.append((char) octet);
            } else {
                encoded.append('%').append(HEX.toHexDigits(octet));
            }
        }
        return encoded.toString();
    }

    static String decode(String text) throws IOException {
        var octets = new ByteArrayOutputStream(text.length());
        byte[] raw = text.getBytes(StandardCharsets.UTF_8);
        int at = 0;
        while (at < raw.length) {
            if (raw[at] == '%') {
                if (at + 2 >= raw.length
                        || !HexFormat.isHexDigit(raw[at + 1])
                        || !HexFormat.isHexDigit(raw[at + 2])) {
                    throw new IOException("a reply with a broken %XX");
                }
                octets.write(
                        HexFormat.fromHexDigit(raw[at + 1]) << 4
                                | HexFormat.fromHexDigit(raw[at + 2]));
                at += 3;
            } else {
                octets.write(raw[at++]);
            }
        }
        return octets.toString(StandardCharsets.UTF_8);
    }

    @Override
    public boolean waits() {
        return true;
    }
}
