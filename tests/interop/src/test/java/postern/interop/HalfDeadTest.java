package postern.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Hundreds of destinations at once, each a host of its own, every other of which takes the
 * connection and never says a word: the rest get their mail, and what it costs is bounded.
 */
class HalfDeadTest {
    /** Of a usual run; {@code -Dpostern.destinations=2000} is what is promised. */
    private static final int DESTINATIONS = Integer.getInteger("postern.destinations", 600);

    private static final Duration SOON = Duration.ofMinutes(4);

    /** As many as qmgr lets a transport try at once, and some for the process itself. */
    private static final int DESCRIPTORS_MAX = 3000;

    private static final long RESIDENT_KIB_MAX = 600 * 1024;

    private final Set<InetAddress> served = ConcurrentHashMap.newKeySet();
    private final Set<InetAddress> kept = ConcurrentHashMap.newKeySet();

    @Test
    void theLivingAreServedAndTheDeadCostLittle(@TempDir(factory = OpenFolder.class) Path folder)
            throws IOException {
        List<ServerSocket> hosts = hosts();
        try (DatagramSocket names = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            Thread.ofPlatform().daemon().start(() -> answer(names));
            String more =
                    "\n[smtp]\nip = \"ipv4\"\nport = %d\ndns_servers = [\"127.0.0.1:%d\"]\ndns_trust = \"none\"\n"
                            .formatted(hosts.getFirst().getLocalPort(), names.getLocalPort());
            try (Postern postern = Postern.start(folder.resolve("postern"), "", more);
                    Client client = Client.greeted(postern.smtp())) {
                long begun = System.nanoTime();
                for (int i = 0; i < DESTINATIONS; i++) {
                    String to = "bob@d" + i + ".half.test";
                    assertThat(client.send("ann@localhost", to, "Subject: x\r\n\r\nx"))
                            .startsWith("250");
                }
                long sent = System.nanoTime();
                await("mail for the living: " + served.size() + "; log: " + postern.logFile())
                        .atMost(SOON)
                        .until(() -> served.size() == DESTINATIONS / 2);
                long done = System.nanoTime();
                System.out.printf(
                        "half dead: sent in %d ms, the living served %d ms later; %d silent connections, %d descriptors, %d KiB%n",
                        (sent - begun) / 1_000_000,
                        (done - sent) / 1_000_000,
                        kept.size(),
                        descriptors(postern),
                        postern.residentKib());
                assertThat(descriptors(postern)).isLessThan(DESCRIPTORS_MAX);
                assertThat(postern.residentKib()).isLessThan(RESIDENT_KIB_MAX);
            }
        } finally {
            for (ServerSocket host : hosts) {
                host.close();
            }
        }
    }

    /** One for each address, all with one port. */
    private List<ServerSocket> hosts() throws IOException {
        List<ServerSocket> hosts = new ArrayList<>();
        int port = 0;
        for (int i = 0; i < DESTINATIONS; i++) {
            byte[] address = {127, 1, (byte) (i >> 8), (byte) i};
            ServerSocket host = new ServerSocket(port, 50, InetAddress.getByAddress(address));
            hosts.add(host);
            port = host.getLocalPort();
            Thread.startVirtualThread(() -> accept(host));
        }
        return hosts;
    }

    /** Of the process that holds most. */
    private static long descriptors(Postern postern) throws IOException {
        long most = 0;
        for (ProcessHandle child : postern.children()) {
            try (Stream<Path> open = Files.list(Path.of("/proc/" + child.pid() + "/fd"))) {
                most = Math.max(most, open.count());
            }
        }
        return most;
    }

    private void accept(ServerSocket host) {
        while (!host.isClosed()) {
            try {
                Socket peer = host.accept();
                Thread.startVirtualThread(() -> serve(peer));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(Socket peer) {
        InetAddress address = peer.getLocalAddress();
        try (peer) {
            if (address.getAddress()[3] % 2 != 0) {
                kept.add(address);
                while (peer.getInputStream().read() >= 0) {} // until the client gives up
                return;
            }
            converse(peer);
        } catch (IOException gone) {
            // the client went away
        }
    }

    private void converse(Socket peer) throws IOException {
        var in =
                new BufferedReader(
                        new InputStreamReader(peer.getInputStream(), StandardCharsets.ISO_8859_1));
        say(peer, "220 host.test");
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            switch (line.substring(0, Math.min(4, line.length()))) {
                case "DATA" -> {
                    say(peer, "354 go on");
                    String text = in.readLine();
                    while (text != null && !text.equals(".")) {
                        text = in.readLine();
                    }
                    served.add(peer.getLocalAddress());
                    say(peer, "250 2.0.0 taken");
                }
                case "QUIT" -> {
                    say(peer, "221 bye");
                    return;
                }
                default -> say(peer, "250 ok");
            }
        }
    }

    private static void say(Socket peer, String line) throws IOException {
        peer.getOutputStream().write((line + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
    }

    /** A name server: dN.half.test has an address of its own in 127/8, and nothing else. */
    private static void answer(DatagramSocket names) {
        byte[] buffer = new byte[1024];
        try {
            while (true) {
                DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
                names.receive(packet);
                byte[] reply = reply(Arrays.copyOf(buffer, packet.getLength()));
                names.send(new DatagramPacket(reply, reply.length, packet.getSocketAddress()));
            }
        } catch (IOException closed) {
            // the test is over
        }
    }

    /** RFC 1035 §4.1, as much of it as this takes. */
    private static byte[] reply(byte[] query) {
        int end = 12;
        while (query[end] != 0) {
            end += query[end] + 1;
        }
        boolean address = query[end + 2] == 1; // the type's low octet: A
        end += 5;
        byte[] reply = Arrays.copyOf(query, end + (address ? 16 : 0));
        reply[2] = (byte) 0x81; // a response, recursion desired
        reply[3] = (byte) 0x80; // and available
        reply[7] = (byte) (address ? 1 : 0);
        Arrays.fill(reply, 8, 12, (byte) 0);
        if (address) {
            int digits = query[12] - 1; // the first label: d and a number
            int number = Integer.parseInt(new String(query, 14, digits, StandardCharsets.US_ASCII));
            byte[] record = {
                (byte) 0xc0, 12, 0, 1, 0, 1, 0, 0, 1, 0, 0, 4, 127, 1, (byte) (number >> 8), 0
            };
            record[15] = (byte) number;
            System.arraycopy(record, 0, reply, end, record.length);
        }
        return reply;
    }
}
