package postern.tls;

import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;
import postern.base.Bug;
import postern.tls.Pem.Malformed;

/**
 * What clients may show. The handshake takes any certificate, whose key the client has proved to
 * have; what it is worth is a question of policy: its fingerprint may be known, or an authority may
 * vouch for it. Any thread.
 */
final class ClientCertificates extends X509ExtendedTrustManager {
    private final List<X509Certificate> authorities;
    private final @Nullable X509TrustManager verifier;

    private ClientCertificates(
            List<X509Certificate> authorities, @Nullable X509TrustManager verifier) {
        this.authorities = authorities;
        this.verifier = verifier;
    }

    /**
     * @param pem certificates of the authorities that vouch for clients; may be empty
     */
    static ClientCertificates of(String pem) throws Malformed {
        List<X509Certificate> authorities = Credential.certificates(pem);
        if (authorities.isEmpty()) {
            return new ClientCertificates(authorities, null);
        }
        try {
            KeyStore anchors = KeyStore.getInstance("PKCS12");
            anchors.load(null, null);
            for (int i = 0; i < authorities.size(); i++) {
                anchors.setCertificateEntry(Integer.toString(i), authorities.get(i));
            }
            var factory = TrustManagerFactory.getInstance("PKIX");
            factory.init(anchors);
            for (TrustManager manager : factory.getTrustManagers()) {
                if (manager instanceof X509TrustManager verifier) {
                    return new ClientCertificates(authorities, verifier);
                }
            }
            throw new Bug("PKIX verifies certificates");
        } catch (GeneralSecurityException | IOException broken) {
            throw new Bug("the platform verifies certificates", broken);
        }
    }

    boolean verified(X509Certificate[] chain) {
        if (verifier == null) {
            return false;
        }
        try {
            verifier.checkClientTrusted(chain, chain[0].getPublicKey().getAlgorithm());
            return true;
        } catch (CertificateException nobodyVouches) {
            return false;
        }
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
        return authorities.toArray(X509Certificate[]::new);
    }
}
