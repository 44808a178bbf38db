package postern.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManager;
import org.conscrypt.Conscrypt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import postern.base.Endpoint;
import postern.base.Listener;
import postern.base.Peer;
import postern.base.World;
import postern.base.system.SystemWorld;

/** What Conscrypt adds, and what it lacks. */
final class TlsProviderTest {
    private static final World WORLD = SystemWorld.create((level, line) -> {});
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private static Credential ec() throws IOException {
        return CredentialTest.usable("chain-upside-down.pem", "ec-sec1.key");
    }

    @ParameterizedTest
    @CsvSource({"TLSv1.3, X25519MLKEM768", "TLSv1.2, X25519"}) // hybrids are of 1.3 alone
    void keysAreAgreedInTheHybridGroup(String version, String group) throws Exception {
        ServerTls tls = ServerTls.of(TlsProvider.CONSCRYPT, List.of(ec()), false, "");
        SSLContext context = SSLContext.getInstance("TLS", Conscrypt.newProvider());
        context.init(null, new TrustManager[] {new AnyCertificate(List.of())}, null);
        SSLEngine client = context.createSSLEngine();
        client.setUseClientMode(true);
        client.setEnabledProtocols(new String[] {version});
        try (Listener listener =
                WORLD.network().listen(new Endpoint.Tcp(InetAddress.ofLiteral("127.0.0.1"), 0))) {
            WORLD.tasks().start("server", () -> greet(tls, listener));
            try (TlsPeer peer =
                    TlsPeer.start(
                            WORLD.network().connect(listener.local(), LIMIT), client, LIMIT)) {
                byte[] said = new byte[100];
                int n = peer.read(said, 0, said.length);
                assertThat(new String(said, 0, n, StandardCharsets.US_ASCII))
                        .isEqualTo(
                                tls.protection(peer).protocol()
                                        + " with cipher "
                                        + peer.cipher()
                                        + ", group "
                                        + group);
                assertThat(Conscrypt.getGroupName(client)).isEqualTo(group);
            }
        }
    }

    private static void greet(ServerTls tls, Listener listener) {
        try (Peer plain = listener.accept();
                TlsPeer peer = tls.accept(plain, LIMIT)) {
            String text = tls.protection(peer).toString();
            peer.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)));
        } catch (IOException failed) {
            throw new java.io.UncheckedIOException(failed);
        }
    }

    @Test
    void whatConscryptCannotShowIsTold() throws IOException {
        Credential ec = ec();
        Credential rsa = CredentialTest.usable("rsa.pem", "rsa-pkcs1.key");
        Credential edwards = CredentialTest.usable("ed-all.pem", "ed-all.pem");
        Credential other = CredentialTest.usable("other-all.pem", "other-all.pem");

        assertThat(TlsProvider.CONSCRYPT.unusable(List.of(ec, other))).isEmpty();
        assertThat(TlsProvider.CONSCRYPT.unusable(List.of(ec, rsa)))
                .singleElement()
                .asString()
                .contains("CN=ec")
                .contains("CN=rsa")
                .contains("of two kinds");
        assertThat(TlsProvider.CONSCRYPT.unusable(List.of(edwards)))
                .singleElement()
                .asString()
                .contains("CN=ed")
                .contains("not RSA or EC");
        assertThat(TlsProvider.JSSE.unusable(List.of(ec, rsa, edwards))).isEmpty();
    }

    @Test
    void failuresAreToldInAWord() throws Exception {
        Machinery machinery = TlsProvider.CONSCRYPT.machinery();
        SSLContext context = machinery.context();
        context.init(null, null, null);
        SSLEngine engine = context.createSSLEngine();
        engine.setUseClientMode(false);
        Machinery.Engine machine = machinery.serving(engine, "smtp");
        engine.beginHandshake();
        byte[] wrong = {22, 3, 1, 0, 4, 2, 0, 0, 0}; // a ServerHello, of a client
        SSLException failed =
                catchThrowableOfType(
                        SSLException.class,
                        () -> engine.unwrap(ByteBuffer.wrap(wrong), ByteBuffer.allocate(20_000)));
        assertThat(failed).hasMessageContaining("0x");
        assertThat(machine.told(failed)).message().matches("[A-Z_]+");
        machine.free();
    }

    /** It lies outside the heap until both ways are done; no garbage collector would see it. */
    @ParameterizedTest
    @ValueSource(strings = {"before", "half a record", "with an answer that nobody takes"})
    void whatAnEngineHoldsIsGivenBack(String when) throws Exception {
        Machinery machinery = TlsProvider.CONSCRYPT.machinery();
        SSLContext context = machinery.context();
        context.init(
                new KeyManager[] {new CredentialChooser(List.of(machinery.suited(ec())))},
                new TrustManager[] {new AnyCertificate(List.of())},
                null);
        SSLEngine engine = context.createSSLEngine();
        engine.setUseClientMode(false);
        Machinery.Engine machine = machinery.serving(engine, "smtp");
        ByteBuffer hello = ByteBuffer.allocate(20_000);
        ClientTls.trainingEngine(machinery, "TLSv1.3").wrap(ByteBuffer.allocate(0), hello);
        hello.flip();
        if (when.equals("half a record")) {
            hello.limit(hello.limit() / 2);
        }
        if (!when.equals("before")) {
            engine.beginHandshake();
            assertThat(engine.unwrap(hello, ByteBuffer.allocate(20_000)).bytesProduced()).isZero();
        }
        machine.free();
        assertThat(engine.isInboundDone()).isTrue();
        assertThat(engine.isOutboundDone()).isTrue();
    }
}
