package postern.dns;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import postern.base.Disk;

/** The servers that this machine asks: resolv.conf(5). Its other options are not ours. */
public final class ResolvConf {
    public static final Path PATH = Path.of("/etc/resolv.conf");

    private static final int PORT = 53;
    private static final int OCTETS_MAX = 64 * 1024;

    private ResolvConf() {}

    /**
     * The servers named in the file; where it is missing, cannot be read or names none, the one on
     * this machine, as resolv.conf(5) says.
     */
    public static List<InetSocketAddress> servers(Disk disk) {
        List<InetSocketAddress> found;
        try {
            byte[] octets = disk.head(PATH, OCTETS_MAX);
            found = parse(new String(octets, StandardCharsets.US_ASCII));
        } catch (IOException _) { // not there or not ours to read: the default stands
            found = List.of();
        }
        return found.isEmpty()
                ? List.of(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), PORT))
                : found;
    }

    static List<InetSocketAddress> parse(String text) {
        List<InetSocketAddress> servers = new ArrayList<>();
        for (String line : text.lines().toList()) {
            String[] words = line.strip().split("[ \t]+", 3);
            if (words.length >= 2 && words[0].equals("nameserver")) {
                address(words[1])
                        .ifPresent(address -> servers.add(new InetSocketAddress(address, PORT)));
            }
        }
        return List.copyOf(servers);
    }

    private static Optional<InetAddress> address(String text) {
        try {
            return Optional.of(InetAddress.ofLiteral(text));
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }
}
