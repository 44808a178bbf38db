package postern.tls;

import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.List;
import org.jspecify.annotations.Nullable;
import postern.base.Bug;
import postern.base.Digest;
import postern.tls.Pem.Malformed;

/**
 * What clients may show. The handshake takes any certificate, whose key the client has proved to
 * have; what it is worth is a question of policy: its fingerprint may be known, or an authority may
 * vouch for it. Any thread.
 */
final class ClientCertificates {
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

    /** What is handed to the handshake. */
    AnyCertificate taker() {
        return new AnyCertificate(authorities == null ? List.of() : authorities.anchors());
    }

    static String fingerprint(X509Certificate certificate) {
        try {
            return Digest.sha256(certificate.getEncoded());
        } catch (CertificateEncodingException broken) {
            throw new Bug("a certificate that was read can be written", broken);
        }
    }
}
