package postern.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import postern.base.DiskFile;
import postern.base.Endpoint;
import postern.base.LayeredPeer;
import postern.base.Peer;
import postern.base.TimedOut;
import postern.base.World;
import postern.base.system.SystemWorld;

class TlsPeerTest {
    private static final World WORLD = SystemWorld.create((level, line) -> {});
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final InetAddress HERE = InetAddress.ofLiteral("127.0.0.1");
    private static final char[] PASSWORD = "changeit".toCharArray();

    @TempDir static Path folder;

    private static SSLContext serverContext() throws Exception {
        KeyStore store = KeyStore.getInstance(folder.resolve("key.p12").toFile(), PASSWORD);
        KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
        keys.init(store, PASSWORD);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        return context;
    }

    @BeforeAll
    static void makeKey() throws Exception {
        Process keytool =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "keytool")
                                        .toString(),
                                "-genkeypair",
                                "-alias",
                                "mx",
                                "-keyalg",
                                "EC",
                                "-groupname",
                                "secp256r1",
                                "-dname",
                                "CN=somebody.else.example",
                                "-storetype",
                                "PKCS12",
                                "-storepass",
                                "changeit",
                                "-keystore",
                                folder.resolve("key.p12").toString())
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        assertThat(keytool.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(keytool.exitValue()).isZero();
    }

    private final List<ServerSocket> servers = new ArrayList<>();
    private final BlockingQueue<Object> seen = new ArrayBlockingQueue<>(10);

    @AfterEach
    void stop() throws IOException {
        for (ServerSocket server : servers) {
            server.close();
        }
    }

    private interface Conversation {
        void hold(Socket socket) throws IOException;
    }

    private int listen(ServerSocket server, Conversation conversation) {
        servers.add(server);
        Thread.ofVirtual()
                .start(
                        () -> {
                            try {
                                while (true) {
                                    try (Socket socket = server.accept()) {
                                        conversation.hold(socket);
                                    }
                                }
                            } catch (IOException ended) {
                                assertThat(seen.offer(ended)).isTrue();
                            }
                        });
        return server.getLocalPort();
    }

    /** Sends back what it gets; at the end it notes the name it was called by. */
    private int echo(String version) throws Exception {
        SSLServerSocket server =
                (SSLServerSocket)
                        serverContext().getServerSocketFactory().createServerSocket(0, 5, HERE);
        server.setEnabledProtocols(new String[] {version});
        return listen(
                server,
                socket -> {
                    InputStream in = socket.getInputStream();
                    OutputStream out = socket.getOutputStream();
                    byte[] block = new byte[8192];
                    for (int n = in.read(block); n >= 0; n = in.read(block)) {
                        out.write(block, 0, n);
                    }
                    List<SNIServerName> names =
                            ((ExtendedSSLSession) ((SSLSocket) socket).getSession())
                                    .getRequestedServerNames();
                    assertThat(seen.offer(List.copyOf(names))).isTrue();
                });
    }

    private static Peer connect(int port) throws IOException {
        return WORLD.network().connect(new Endpoint.Tcp(HERE, port), LIMIT);
    }

    private static TlsPeer tls(Peer plain, int port) throws IOException {
        return new ClientTls()
                .start(plain, ClientTls.Proposal.usual("mx.example.org", port, true), LIMIT);
    }

    private static byte[] readFully(Peer peer, int length, int atOnce) throws IOException {
        byte[] octets = new byte[length];
        int done = 0;
        while (done < length) {
            int n = peer.read(octets, done, Math.min(atOnce, length - done));
            assertThat(n).isPositive();
            done += n;
        }
        return octets;
    }

    private static byte[] octets(int length) {
        byte[] octets = new byte[length];
        new Random(length).nextBytes(octets);
        return octets;
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void octetsComeThroughAndTheEndIsTold(String version) throws Exception {
        int port = echo(version);
        try (TlsPeer peer = tls(connect(port), port)) {
            assertThat(peer.protocol()).isEqualTo(version);
            for (int length : new int[] {1, 100, 16_384, 40_000, 200_000}) {
                byte[] sent = octets(length);
                Thread writer = Thread.ofVirtual().start(() -> write(peer, sent));
                assertThat(readFully(peer, length, 7_000)).isEqualTo(sent);
                writer.join();
            }
        }
        assertThat(String.valueOf(seen.poll(10, TimeUnit.SECONDS))).contains("mx.example.org");
    }

    private static void write(Peer peer, byte[] octets) {
        try {
            int half = octets.length / 2;
            peer.write(
                    ByteBuffer.wrap(octets, 0, half),
                    ByteBuffer.allocate(0),
                    ByteBuffer.wrap(octets, half, octets.length - half));
        } catch (IOException lost) {
            throw new java.io.UncheckedIOException(lost);
        }
    }

    @Test
    void readsMayBeAsSmallAsOneOctet() throws Exception {
        int port = echo("TLSv1.3");
        try (TlsPeer peer = tls(connect(port), port)) {
            byte[] sent = octets(3_000);
            peer.write(ByteBuffer.wrap(sent));
            assertThat(readFully(peer, sent.length, 1)).isEqualTo(sent);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void recordsMayComeOctetByOctet(String version) throws Exception {
        int port = echo(version);
        try (TlsPeer peer = tls(new Slow(connect(port)), port)) {
            byte[] sent = octets(20_000);
            peer.write(ByteBuffer.wrap(sent));
            assertThat(readFully(peer, sent.length, 20_000)).isEqualTo(sent);
        }
    }

    @Test
    void aFilesRegionIsSent(@TempDir Path here) throws Exception {
        int port = echo("TLSv1.3");
        byte[] sent = octets(150_000);
        try (DiskFile file = WORLD.disk().create(here.resolve("f"));
                TlsPeer peer = tls(connect(port), port)) {
            file.write(0, ByteBuffer.wrap(sent));
            Thread reader = Thread.ofVirtual().start(() -> send(peer, file));
            assertThat(readFully(peer, 149_980, 10_000))
                    .isEqualTo(java.util.Arrays.copyOfRange(sent, 10, 149_990));
            reader.join();
        }
    }

    private static void send(Peer peer, DiskFile file) {
        try {
            peer.send(file, 10, 149_980);
        } catch (IOException lost) {
            throw new java.io.UncheckedIOException(lost);
        }
    }

    @Test
    void anAddressIsNotToldAsAName() throws Exception {
        int port = echo("TLSv1.3");
        try (TlsPeer peer =
                new ClientTls()
                        .start(
                                connect(port),
                                ClientTls.Proposal.usual("127.0.0.1", port, false),
                                LIMIT)) {
            peer.write(ByteBuffer.wrap(octets(1)));
            readFully(peer, 1, 1);
        }
        assertThat(seen.poll(10, TimeUnit.SECONDS)).isEqualTo(List.of());
    }

    @Test
    void clearTextInsteadOfAHandshakeFails() throws Exception {
        int port =
                listen(
                        new ServerSocket(0, 5, HERE),
                        socket ->
                                socket.getOutputStream()
                                        .write(
                                                "500 what?\r\n"
                                                        .getBytes(StandardCharsets.US_ASCII)));
        try (Peer plain = connect(port)) {
            assertThatThrownBy(() -> tls(plain, port)).isInstanceOf(IOException.class);
        }
    }

    @Test
    void anEndInsteadOfAHandshakeFails() throws Exception {
        int port = listen(new ServerSocket(0, 5, HERE), socket -> {});
        try (Peer plain = connect(port)) {
            assertThatThrownBy(() -> tls(plain, port)).isInstanceOf(IOException.class);
        }
    }

    @Test
    void silenceInsteadOfAHandshakeTimesOut() throws Exception {
        int port =
                listen(
                        new ServerSocket(0, 5, HERE),
                        socket ->
                                socket.getInputStream()
                                        .transferTo(OutputStream.nullOutputStream()));
        try (Peer plain = connect(port)) {
            assertThatThrownBy(
                            () ->
                                    new ClientTls()
                                            .start(
                                                    plain,
                                                    ClientTls.Proposal.usual(
                                                            "mx.example.org", port, true),
                                                    Duration.ofSeconds(1)))
                    .isInstanceOf(TimedOut.class);
        }
    }

    /** Hands on one octet at a time. */
    private static final class Slow extends LayeredPeer {
        Slow(Peer peer) {
            super(peer);
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            return super.read(into, offset, 1);
        }
    }
}
