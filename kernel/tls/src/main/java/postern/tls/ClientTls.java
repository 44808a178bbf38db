package postern.tls;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;
import postern.base.Bug;
import postern.base.Peer;

/**
 * The client's side of TLS. The handshake takes whatever certificate the server shows, whose key
 * the server proves to have; <em>what the certificate is worth is the caller's question</em>, asked
 * of {@link TlsPeer#certificates} before a word is said, after each handshake: where the
 * alternative is clear text (RFC 7435) nobody asks, elsewhere {@link Authorities}, a fingerprint or
 * the name service answers. So a session that is resumed is judged like any other, by the policy of
 * now.
 *
 * <p>The machinery of TLS is loaded at the first use: an agent that never meets STARTTLS never pays
 * for it. Any thread.
 */
public final class ClientTls {
    /**
     * What is proposed to a server.
     *
     * @param host name or address text; with the port it is the name under which the session is
     *     remembered
     * @param serverName told to the server: RFC 6066 §3; empty: none
     * @param versions {@code TLSv1.3}, {@code TLSv1.2}; none older (RFC 8996)
     * @param forwardSecret whether only ciphers with forward secrecy and authenticated encryption
     *     are proposed (RFC 9325 §4.2); otherwise those too that old servers need
     */
    public record Proposal(
            String host,
            int port,
            String serverName,
            List<String> versions,
            boolean forwardSecret) {
        public Proposal {
            versions = List.copyOf(versions);
            Bug.unless(VERSIONS.containsAll(versions) && !versions.isEmpty(), "TLS of our time");
        }

        /** The usual, for whoever takes any server. */
        public static Proposal usual(String host, int port, boolean named) {
            return new Proposal(host, port, named ? host : "", VERSIONS, false);
        }
    }

    /** What is spoken: RFC 8996 leaves none older. */
    public static final List<String> VERSIONS = List.of("TLSv1.3", "TLSv1.2");

    /** Sessions remembered for resumption. */
    private static final int SESSIONS_MAX = 500;

    private static final int SESSION_SECONDS = 3600; // as Postfix remembers them

    private final List<Credential> credentials;
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable SSLContext loaded;

    public ClientTls() {
        this(List.of());
    }

    /**
     * @param credentials shown to servers that ask who we are, the first of a kind that they take
     */
    public ClientTls(List<Credential> credentials) {
        this.credentials = List.copyOf(credentials);
    }

    /**
     * Shakes hands over the peer, which from then on is used only through the result. The peer's
     * deadline is left armed with {@code limit}.
     *
     * @throws IOException no common ground, not TLS at all, time-out; the peer is of no further use
     */
    public TlsPeer start(Peer plain, Proposal proposal, Duration limit) throws IOException {
        SSLEngine engine = context().createSSLEngine(proposal.host, proposal.port);
        engine.setUseClientMode(true);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setProtocols(proposal.versions.toArray(String[]::new));
        if (proposal.forwardSecret) {
            parameters.setCipherSuites(ServerTls.ciphers());
        }
        parameters.setServerNames(serverNames(proposal.serverName));
        engine.setSSLParameters(parameters);
        return TlsPeer.start(plain, engine, limit);
    }

    /** A client of our own server's, for its rehearsal. */
    static SSLEngine trainingEngine(Machinery machinery, String version) {
        try {
            SSLContext context = machinery.context();
            context.init(null, new TrustManager[] {new AnyCertificate(List.of())}, null);
            SSLEngine engine = context.createSSLEngine();
            engine.setUseClientMode(true);
            engine.setEnabledProtocols(new String[] {version});
            return engine;
        } catch (GeneralSecurityException broken) {
            throw new Bug("the platform has TLS", broken);
        }
    }

    private static List<javax.net.ssl.SNIServerName> serverNames(String name) {
        try {
            return name.isEmpty() ? List.of() : List.of(new SNIHostName(name));
        } catch (IllegalArgumentException _) { // a host may be called what SNI cannot say
            return List.of();
        }
    }

    private SSLContext context() {
        lock.lock();
        try {
            SSLContext context = loaded;
            if (context == null) {
                context = SSLContext.getInstance("TLS");
                KeyManager @Nullable [] keys =
                        credentials.isEmpty()
                                ? null
                                : new KeyManager[] {new CredentialChooser(credentials)};
                context.init(keys, new TrustManager[] {new AnyCertificate(List.of())}, null);
                context.getClientSessionContext().setSessionCacheSize(SESSIONS_MAX);
                context.getClientSessionContext().setSessionTimeout(SESSION_SECONDS);
                loaded = context;
            }
            return context;
        } catch (GeneralSecurityException broken) {
            throw new Bug("the platform has TLS", broken);
        } finally {
            lock.unlock();
        }
    }
}
