package postern.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import postern.base.Endpoint;
import postern.base.Listener;
import postern.base.Peer;
import postern.base.World;
import postern.base.system.SystemWorld;

/** Our server, by each provider, against the sockets of the JDK. */
@ParameterizedClass
@EnumSource(TlsProvider.class)
final class ServerTlsTest {
    private static final World WORLD = SystemWorld.create((level, line) -> {});
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final BlockingQueue<Object> outcomes = new ArrayBlockingQueue<>(16);
    private final BlockingQueue<Optional<byte[]>> bindings = new ArrayBlockingQueue<>(16);
    private final TlsProvider provider;
    private Listener listener;

    ServerTlsTest(TlsProvider provider) {
        this.provider = provider;
    }

    @BeforeEach
    void listen() throws IOException {
        listener = WORLD.network().listen(new Endpoint.Tcp(InetAddress.ofLiteral("127.0.0.1"), 0));
    }

    @AfterEach
    void close() {
        listener.close();
    }

    private void serve(boolean ask, String authorities) throws IOException {
        List<Credential> credentials = new ArrayList<>();
        credentials.add(CredentialTest.usable("chain-upside-down.pem", "ec-sec1.key"));
        if (provider == TlsProvider.JSSE) {
            credentials.add(CredentialTest.usable("rsa.pem", "rsa-pkcs1.key"));
            credentials.add(CredentialTest.usable("ed-all.pem", "ed-all.pem"));
        }
        credentials.add(CredentialTest.usable("other-all.pem", "other-all.pem"));
        ServerTls tls = ServerTls.of(provider, credentials, ask, authorities);
        WORLD.tasks()
                .start(
                        "server",
                        () -> {
                            while (true) {
                                try (Peer plain = listener.accept()) {
                                    answer(tls, plain);
                                } catch (IOException closed) {
                                    return;
                                }
                            }
                        });
    }

    private void answer(ServerTls tls, Peer plain) {
        try (TlsPeer peer = tls.accept(plain, LIMIT)) {
            outcomes.add(tls.protection(peer));
            bindings.add(peer.channelBinding());
            peer.write(ByteBuffer.wrap("220 hello\r\n".getBytes(StandardCharsets.US_ASCII)));
        } catch (IOException failed) {
            outcomes.add(failed);
        }
    }

    @Test // RFC 8446 §4.6.3 sets no limit to how often a client may want new keys
    void newKeysWithoutDataAreBounded() throws Exception {
        Credential ec = CredentialTest.usable("chain-upside-down.pem", "ec-sec1.key");
        ServerTls tls = ServerTls.of(provider, List.of(ec), false, "");
        WORLD.tasks().start("server", () -> drain(tls));
        int port = listener.local() instanceof Endpoint.Tcp tcp ? tcp.port() : 0;
        try (SSLSocket socket =
                (SSLSocket) client().getSocketFactory().createSocket("127.0.0.1", port)) {
            socket.setEnabledProtocols(new String[] {"TLSv1.3"});
            socket.startHandshake();
            for (int i = 0; i < 2; i++) {
                renewKeys(socket, 20);
                socket.getOutputStream().write('x');
                assertThat(outcome()).isEqualTo("data");
            }
            assertThatThrownBy(() -> renewKeys(socket, 100_000)).isInstanceOf(IOException.class);
        }
        assertThat(outcome()).isInstanceOf(SSLException.class);
    }

    private static void renewKeys(SSLSocket socket, int times) throws IOException {
        for (int i = 0; i < times; i++) {
            socket.startHandshake(); // once there was one, this is a KeyUpdate
        }
    }

    private void drain(ServerTls tls) {
        try (Peer plain = listener.accept();
                TlsPeer peer = tls.accept(plain, LIMIT)) {
            byte[] block = new byte[100];
            while (peer.read(block, 0, block.length) >= 0) {
                outcomes.add("data");
            }
            outcomes.add("end");
        } catch (IOException failed) {
            outcomes.add(failed);
        }
    }

    /** Sets up one side of the handshake. */
    private interface Wish {
        void in(SSLParameters parameters);
    }

    private SSLSession connect(SSLContext context, Wish wish) throws IOException {
        int port = listener.local() instanceof Endpoint.Tcp tcp ? tcp.port() : 0;
        try (SSLSocket socket =
                (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", port)) {
            socket.setSoTimeout((int) LIMIT.toMillis());
            SSLParameters parameters = socket.getSSLParameters();
            wish.in(parameters);
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            assertThat(socket.getInputStream().readNBytes(11)).startsWith('2', '2', '0');
            return socket.getSession();
        }
    }

    private static SSLContext client(KeyManager... keys) throws GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys, new TrustManager[] {new AnyCertificate(List.of())}, null);
        return context;
    }

    private static String subject(SSLSession session) throws IOException {
        return ((X509Certificate) session.getPeerCertificates()[0])
                .getSubjectX500Principal()
                .getName();
    }

    private Object outcome() throws InterruptedException {
        Object outcome = outcomes.poll(20, TimeUnit.SECONDS);
        return outcome == null ? "none" : outcome;
    }

    @ParameterizedTest
    @CsvSource({
        "ec.example.org, TLSv1.3, CN=ec",
        "x.wild.example.org, TLSv1.2, CN=ec",
        "other.example.org, TLSv1.3, CN=other",
        "other.example.org, TLSv1.2, CN=other",
        "nobody.example.org, TLSv1.3, CN=ec",
        "'', TLSv1.3, CN=ec",
        "'', TLSv1.2, CN=ec",
    })
    void certificateIsTheOneForTheName(String name, String version, String shown) throws Exception {
        serve(false, "");
        SSLSession session =
                connect(
                        client(),
                        parameters -> {
                            parameters.setProtocols(new String[] {version});
                            parameters.setServerNames(names(name));
                        });
        assertThat(subject(session)).isEqualTo(shown);
        assertThat(session.getProtocol()).isEqualTo(version);
        assertThat(outcome())
                .isEqualTo(
                        new Protection(
                                version,
                                session.getCipherSuite(),
                                group(),
                                "",
                                "",
                                false,
                                Protection.Names.NONE));
    }

    private static List<SNIServerName> names(String name) {
        return name.isEmpty() ? List.of() : List.of(new SNIHostName(name));
    }

    /** What the clients here agree to, where the provider tells. */
    private String group() {
        return provider == TlsProvider.JSSE ? "" : "X25519";
    }

    @Test
    void certificatesMayHaveEdwardsKeys() throws Exception {
        assumeTrue(provider == TlsProvider.JSSE, "Conscrypt cannot; see TlsProviderTest");
        serve(false, "");
        SSLSession session =
                connect(client(), parameters -> parameters.setServerNames(names("ed.example.org")));
        assertThat(subject(session)).isEqualTo("CN=ed");
    }

    /** RFC 9266 §2. */
    @ParameterizedTest
    @CsvSource({"TLSv1.3, true", "TLSv1.2, false"})
    void bothEndsKnowTheSameOfTheirChannel(String version, boolean bound) throws Exception {
        serve(false, "");
        var session =
                (ExtendedSSLSession)
                        connect(client(), wish -> wish.setProtocols(new String[] {version}));

        Optional<byte[]> ours = bindings.poll(20, TimeUnit.SECONDS);
        assertThat(ours).isNotNull();
        assertThat(ours.isPresent()).isEqualTo(bound);
        if (bound) {
            assertThat(ours.get())
                    .isEqualTo(
                            session.exportKeyingMaterialData(
                                    "EXPORTER-Channel-Binding", new byte[0], 32));
        }
    }

    @Test
    void clientThatKnowsOnlyRsaIsShownTheTwin() throws Exception {
        assumeTrue(provider == TlsProvider.JSSE, "Conscrypt cannot; see TlsProviderTest");
        serve(false, "");
        SSLSession session =
                connect(
                        client(),
                        parameters -> {
                            parameters.setProtocols(new String[] {"TLSv1.2"});
                            parameters.setCipherSuites(
                                    new String[] {"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"});
                        });
        assertThat(subject(session)).isEqualTo("CN=rsa");
    }

    @ParameterizedTest
    @CsvSource({"TLSv1.3", "TLSv1.2"})
    void sessionsAreResumed(String version) throws Exception {
        serve(false, "");
        SSLContext client = client();
        Wish wish = parameters -> parameters.setProtocols(new String[] {version});
        long first = connect(client, wish).getCreationTime();
        WORLD.clock().sleep(Duration.ofMillis(5)); // a new session would be younger
        assertThat(connect(client, wish).getCreationTime()).isEqualTo(first);
    }

    @Test
    void protocolsThatAreNotOursAreRefused() throws Exception { // ALPACA
        serve(false, "");
        SSLSession agreed =
                connect(
                        client(),
                        parameters ->
                                parameters.setApplicationProtocols(new String[] {"h2", "smtp"}));
        assertThat(agreed.isValid()).isTrue();
        assertThat(outcome()).isInstanceOf(Protection.class);
        assertThatThrownBy(
                        () ->
                                connect(
                                        client(),
                                        parameters ->
                                                parameters.setApplicationProtocols(
                                                        new String[] {"http/1.1"})))
                .isInstanceOf(SSLException.class);
        assertThat(outcome()).isInstanceOf(SSLException.class);
    }

    @Test
    void whatTheClientShowsIsTold() throws Exception {
        Credential mine = CredentialTest.usable("rsa.pem", "rsa-pkcs1.key");
        serve(true, CredentialTest.file("root.pem"));
        SSLSession unused = connect(client(new Showing(mine)), _ -> {});
        assertThat(outcome())
                .isInstanceOfSatisfying(
                        Protection.class,
                        protection -> {
                            assertThat(protection.fingerprint())
                                    .isEqualTo(
                                            ClientCertificates.fingerprint(
                                                    mine.chain().getFirst()));
                            assertThat(protection.subject()).isEqualTo("CN=rsa");
                            assertThat(protection.verified()).isTrue();
                        });
    }

    @Test
    void whoeverIssuedItACertificateHasItsFingerprint() throws Exception {
        Credential mine = CredentialTest.usable("other-all.pem", "other-all.pem");
        serve(true, ""); // nobody vouches for it
        SSLSession unused = connect(client(new Showing(mine)), _ -> {});
        assertThat(outcome())
                .isInstanceOfSatisfying(
                        Protection.class,
                        protection -> {
                            assertThat(protection.certified()).isTrue();
                            assertThat(protection.verified()).isFalse();
                        });
    }

    @Test
    void rehearsalSucceeds() throws Exception {
        ServerTls.of(
                        provider,
                        List.of(CredentialTest.usable("chain-upside-down.pem", "ec-sec1.key")),
                        true,
                        "")
                .warm();
    }
}
