package postern.lookup;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import postern.base.Endpoint;
import postern.base.World;
import postern.table.Table;

/**
 * Asks a server by the protocol of tcp_table(5): {@code get KEY} and a reply of one line, {@code
 * 200} found, {@code 500} absent, {@code 400} not now; what is no plain character is written as
 * {@code %XX}. Any thread.
 */
final class TcpTable implements Table {
    private static final HexFormat HEX = HexFormat.of().withUpperCase();

    private final Backends<Endpoint, Lines> servers;
    private final Duration limit;
    private final String origin;

    TcpTable(World world, List<Endpoint> servers, int connections, Duration limit, String origin) {
        this.servers = Lines.servers(world, servers, connections, limit, _ -> {});
        this.limit = limit;
        this.origin = origin;
    }

    @Override
    public Answer lookup(String key) {
        String request = "get " + encode(key) + "\n";
        if (request.length() > Lines.LINE_OCTETS_MAX) {
            return Answer.ABSENT; // no address and no domain is so long
        }
        return servers.ask(lines -> lines.within(limit, on -> ask(on, request)));
    }

    private Answer ask(Lines lines, String request) throws IOException {
        lines.write(request.getBytes(StandardCharsets.US_ASCII));
        return parse(lines.line());
    }

    private Answer parse(String reply) throws IOException {
        if (reply.length() < 3) {
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
