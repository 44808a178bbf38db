package postern.tls;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import postern.base.Bug;
import postern.base.Peer;

/**
 * The server's side of TLS: versions 1.2 and 1.3, forward secrecy and authenticated ciphers only,
 * certificates by name, resumption by tickets. Any thread.
 */
public final class ServerTls {
    private static final String[] VERSIONS = {"TLSv1.3", "TLSv1.2"}; // RFC 8996: none older

    /** Forward secrecy and authenticated encryption: RFC 9325 §4.2. */
    private static final String[] CIPHERS = {
        "TLS_AES_256_GCM_SHA384",
        "TLS_AES_128_GCM_SHA256",
        "TLS_CHACHA20_POLY1305_SHA256",
        "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
        "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
        "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
        "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
        "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
        "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
    };

    /** The first is passed over where the provider does not have it. */
    private static final String[] GROUPS = {"X25519MLKEM768", "x25519", "secp256r1", "secp384r1"};

    /**
     * A client that names protocols and not this one takes us for somebody else, as one that was
     * made to by an attack across protocols does (ALPACA); most name none.
     */
    private static final String PROTOCOL = "smtp";

    private static final int SESSIONS_MAX = 20_000;
    private static final int SESSION_SECONDS = 3600; // as Postfix remembers them

    /** Handshakes with ourselves before the first client's. */
    private static final int WARMING_HANDSHAKES = 4;

    private final Machinery machinery;
    private final SSLContext context;
    private final ClientCertificates clients;
    private final boolean askClients;

    private ServerTls(
            Machinery machinery,
            SSLContext context,
            ClientCertificates clients,
            boolean askClients) {
        this.machinery = machinery;
        this.context = context;
        this.clients = clients;
        this.askClients = askClients;
    }

    /** As the next, by the JDK's own provider. */
    public static ServerTls of(
            List<Credential> credentials, boolean askClients, String authorities) {
        return of(TlsProvider.JSSE, credentials, askClients, authorities);
    }

    /**
     * @param credentials in the order of preference; the first is shown to whoever asks for no name
     * @param askClients whether clients are asked for a certificate
     * @param authorities PEM of those who vouch for clients; may be empty
     * @throws IllegalArgumentException the authorities cannot be read; the message says why
     */
    public static ServerTls of(
            TlsProvider provider,
            List<Credential> credentials,
            boolean askClients,
            String authorities) {
        try {
            ClientCertificates clients = ClientCertificates.of(authorities);
            Machinery machinery = provider.machinery();
            List<Credential> suited = new ArrayList<>();
            for (Credential each : credentials) {
                suited.add(machinery.suited(each));
            }
            SSLContext context = machinery.context();
            context.init(
                    new KeyManager[] {new CredentialChooser(suited)},
                    new TrustManager[] {clients.taker()},
                    null);
            context.getServerSessionContext().setSessionCacheSize(SESSIONS_MAX);
            context.getServerSessionContext().setSessionTimeout(SESSION_SECONDS);
            return new ServerTls(machinery, context, clients, askClients);
        } catch (Pem.Malformed malformed) {
            throw new IllegalArgumentException(malformed.getMessage(), malformed);
        } catch (GeneralSecurityException broken) {
            throw new Bug("the platform has TLS", broken);
        }
    }

    /** Those with forward secrecy and authenticated encryption. */
    static String[] ciphers() {
        return CIPHERS.clone();
    }

    /**
     * Shakes hands over the peer, which from then on is used only through the result. The peer's
     * deadline is left armed with {@code limit}.
     *
     * @throws IOException no common ground, not TLS at all, time-out; the peer is of no further use
     */
    public TlsPeer accept(Peer plain, Duration limit) throws IOException {
        return TlsPeer.start(plain, engine(), limit);
    }

    /** What there is to say of a connection that {@link #accept} made. */
    public Protection protection(TlsPeer peer) {
        X509Certificate[] chain = peer.certificates().toArray(X509Certificate[]::new);
        if (chain.length == 0) {
            return Protection.of(peer);
        }
        boolean verified = clients.verified(chain);
        return new Protection(
                peer.protocol(),
                peer.cipher(),
                peer.group(),
                ClientCertificates.fingerprint(chain[0]),
                chain[0].getSubjectX500Principal().getName(),
                verified,
                verified
                        ? new Protection.Names(
                                CertificateNames.addresses(chain[0]),
                                CertificateNames.hosts(chain[0]))
                        : Protection.Names.NONE);
    }

    private Machinery.Engine engine() {
        SSLEngine engine = context.createSSLEngine();
        engine.setUseClientMode(false);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setProtocols(VERSIONS);
        parameters.setCipherSuites(CIPHERS);
        parameters.setNamedGroups(GROUPS);
        parameters.setUseCipherSuitesOrder(true);
        parameters.setWantClientAuth(askClients);
        engine.setSSLParameters(parameters);
        return machinery.serving(engine, PROTOCOL);
    }

    /**
     * Shakes hands with ourselves, so that the first client does not wait for classes to load and
     * code to compile.
     *
     * @throws IOException the certificates cannot be used at all
     */
    public void warm() throws IOException {
        for (int i = 0; i < WARMING_HANDSHAKES; i++) {
            for (String version : VERSIONS) {
                Machinery.Engine server = engine();
                rehearse(server.plain(), ClientTls.trainingEngine(machinery, version));
                server.free();
            }
        }
    }

    private static void rehearse(SSLEngine server, SSLEngine client) throws SSLException {
        int record = server.getSession().getPacketBufferSize();
        ByteBuffer toServer = ByteBuffer.allocate(4 * record);
        ByteBuffer toClient = ByteBuffer.allocate(4 * record);
        ByteBuffer scrap = ByteBuffer.allocate(2 * record);
        client.beginHandshake();
        server.beginHandshake();
        for (int turns = 0; turns < 64 && (shaking(server) || shaking(client)); turns++) {
            turn(client, toClient, toServer, scrap);
            turn(server, toServer, toClient, scrap);
        }
        if (shaking(server) || shaking(client)) {
            throw new SSLException("the handshake with ourselves does not end");
        }
    }

    private static boolean shaking(SSLEngine engine) {
        return engine.getHandshakeStatus() != SSLEngineResult.HandshakeStatus.NOT_HANDSHAKING;
    }

    private static void turn(SSLEngine engine, ByteBuffer in, ByteBuffer out, ByteBuffer scrap)
            throws SSLException {
        in.flip();
        boolean more = true;
        while (more) {
            switch (engine.getHandshakeStatus()) {
                case NEED_TASK -> engine.getDelegatedTask().run();
                case NEED_WRAP -> engine.wrap(ByteBuffer.allocate(0), out);
                case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> {
                    SSLEngineResult result = engine.unwrap(in, scrap.clear());
                    more = result.getStatus() == SSLEngineResult.Status.OK;
                }
                case FINISHED, NOT_HANDSHAKING -> more = false;
            }
        }
        in.compact();
    }
}
