package postern.tls;

import java.lang.ref.WeakReference;
import java.net.Socket;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Takes whatever certificate the other side shows and proves to have the key of. What it is worth
 * is a question of policy that is asked after the handshake, of sessions that are resumed too: see
 * {@link ClientTls} and {@link ClientCertificates}. Any thread.
 */
final class AnyCertificate extends X509ExtendedTrustManager {
    /** Names the engine whose full handshake made a session: {@link TlsPeer#resumed}. */
    static final String MADE_BY = "postern.made-by";

    private final List<X509Certificate> named;

    /**
     * @param named authorities that a server names to its clients, so that they know what to show
     */
    AnyCertificate(List<X509Certificate> named) {
        this.named = List.copyOf(named);
    }

    @Override
    public void checkServerTrusted(
            X509Certificate[] chain, String type, @Nullable SSLEngine engine) {
        if (engine != null) { // asked in full handshakes alone
            engine.getHandshakeSession().putValue(MADE_BY, new WeakReference<>(engine));
        }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, @Nullable Socket socket) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkClientTrusted(
            X509Certificate[] chain, String type, @Nullable SSLEngine engine) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, @Nullable Socket socket) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return named.toArray(X509Certificate[]::new);
    }
}
