package postern.tls;

import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;
import postern.base.Bug;
import postern.base.Peer;

/**
 * The client's side of TLS where the alternative is clear text: opportunistic security, RFC 7435.
 * The server's certificate is <em>not</em> verified, since a refusal would lead to less protection,
 * not more; this keeps the passive listener out and nobody else. Never use it where a policy (DANE,
 * MTA-STS, the operator's) asks for a verified peer.
 *
 * <p>The machinery of TLS is loaded at the first use: an agent that never meets STARTTLS never pays
 * for it. Any thread.
 */
public final class OpportunisticTls {
    private static final String[] VERSIONS = {"TLSv1.3", "TLSv1.2"}; // RFC 8996: none older

    /** Sessions remembered for resumption. */
    private static final int SESSIONS_MAX = 500;

    private static final int SESSION_SECONDS = 3600; // as Postfix remembers them

    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable SSLContext loaded;

    /**
     * Shakes hands over the peer, which from then on is used only through the result. The peer's
     * deadline is left armed with {@code limit}.
     *
     * @param host name or address text; with the port it is the name under which the session is
     *     remembered
     * @param named whether {@code host} is a name, to be told to the server: RFC 6066 §3
     * @throws IOException no common ground, not TLS at all, time-out; the peer is of no further use
     */
    public TlsPeer start(Peer plain, String host, int port, boolean named, Duration limit)
            throws IOException {
        SSLEngine engine = context().createSSLEngine(host, port);
        engine.setUseClientMode(true);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setProtocols(VERSIONS);
        parameters.setServerNames(named ? serverNames(host) : List.of());
        engine.setSSLParameters(parameters);
        return TlsPeer.start(plain, engine, limit);
    }

    /** A client of our own server's, for its rehearsal. */
    static SSLEngine trainingEngine(String version) {
        SSLEngine engine = new OpportunisticTls().context().createSSLEngine();
        engine.setUseClientMode(true);
        engine.setEnabledProtocols(new String[] {version});
        return engine;
    }

    private static List<javax.net.ssl.SNIServerName> serverNames(String host) {
        try {
            return List.of(new SNIHostName(host));
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
                context.init(null, new TrustManager[] {new Anybody()}, null);
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

    /** Takes any certificate; see the class on why and where. Servers ask nobody here. */
    private static final class Anybody extends X509ExtendedTrustManager {
        @Override
        public void checkServerTrusted(
                X509Certificate[] chain, String type, @Nullable SSLEngine engine) {
            // RFC 7435: encryption without authentication beats neither
        }

        @Override
        public void checkServerTrusted(
                X509Certificate[] chain, String type, @Nullable Socket socket) {
            throw new Bug("no sockets are used");
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {
            throw new Bug("no engine is asked without its peer");
        }

        @Override
        public void checkClientTrusted(
                X509Certificate[] chain, String type, @Nullable Socket socket) {
            throw new Bug("this is the client's side");
        }

        @Override
        public void checkClientTrusted(
                X509Certificate[] chain, String type, @Nullable SSLEngine engine) {
            throw new Bug("this is the client's side");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {
            throw new Bug("this is the client's side");
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
