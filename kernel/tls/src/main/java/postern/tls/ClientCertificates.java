package postern.tls;

import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;
import postern.base.Bug;
import postern.tls.Pem.Malformed;

/**
 * What clients may show. The handshake takes any certificate, whose key the client has proved to
 * have; what it is worth is a question of policy: its fingerprint may be known, or an authority may
 * vouch for it. Any thread.
 */
final class ClientCertificates extends X509ExtendedTrustManager {
    private final @Nullable Authorities authorities;

    private ClientCertificates(@Nullable Authorities authorities) {
        this.authorities = authorities;
    }

    /**
     * @param pem certificates of the authorities that vouch for clients; may be empty
     */
    static ClientCertificates of(String pem) throws Malformed {
        List<X509Certificate> anchors = Credential.certificates(pem);
        return new ClientCertificates(anchors.isEmpty() ? null : Authorities.of(anchors));
    }

    boolean verified(X509Certificate... chain) {
        return authorities != null
                && authorities.ofClient(chain) instanceof Authorities.Word.Vouched;
    }

    static String fingerprint(X509Certificate certificate) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(digest.digest(certificate.getEncoded()));
        } catch (GeneralSecurityException broken) {
            throw new Bug("the platform has SHA-256", broken);
        }
    }

    @Override
    public void checkClientTrusted(
            X509Certificate[] chain, String type, @Nullable SSLEngine engine) {
        // what it is worth is asked later
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, @Nullable Socket socket) {
        throw new Bug("no sockets are used");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {
        throw new Bug("no engine is asked without its peer");
    }

    @Override
    public void checkServerTrusted(
            X509Certificate[] chain, String type, @Nullable SSLEngine engine) {
        throw new Bug("this is the server's side");
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, @Nullable Socket socket) {
        throw new Bug("this is the server's side");
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {
        throw new Bug("this is the server's side");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return authorities == null
                ? new X509Certificate[0]
                : authorities.anchors().toArray(X509Certificate[]::new);
    }
}
