package postern.tls;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Date;
import java.util.List;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;
import postern.base.Bug;
import postern.tls.Pem.Malformed;

/** Those who vouch for certificates: RFC 5280 §6. Nobody is asked about revocation. Any thread. */
public final class Authorities {
    /** What they say of a chain. Names are another question: {@link CertificateNames}. */
    public sealed interface Word {
        record Vouched() implements Word {}

        /** A certificate of the chain is past its time, or before it. */
        record Expired(String why) implements Word {}

        /** Nobody vouches for it. */
        record Untrusted(String why) implements Word {}
    }

    /** How a key was used does not matter, nor what for: the handshake saw to that. */
    private static final String ANY_USE = "UNKNOWN";

    private final List<X509Certificate> anchors;
    private final X509TrustManager verifier;

    private Authorities(List<X509Certificate> anchors, X509TrustManager verifier) {
        this.anchors = anchors;
        this.verifier = verifier;
    }

    /**
     * @param pem their certificates
     * @throws IllegalArgumentException there is none, or one is damaged; the message says why
     */
    public static Authorities of(String pem) {
        List<X509Certificate> anchors;
        try {
            anchors = Credential.certificates(pem);
        } catch (Malformed malformed) {
            throw new IllegalArgumentException(malformed.getMessage(), malformed);
        }
        if (anchors.isEmpty()) {
            throw new IllegalArgumentException("there is no CERTIFICATE in it");
        }
        return of(anchors);
    }

    static Authorities of(List<X509Certificate> anchors) {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            for (int i = 0; i < anchors.size(); i++) {
                store.setCertificateEntry(Integer.toString(i), anchors.get(i));
            }
            var factory = TrustManagerFactory.getInstance("PKIX");
            factory.init(store);
            for (TrustManager manager : factory.getTrustManagers()) {
                if (manager instanceof X509TrustManager verifier) {
                    return new Authorities(List.copyOf(anchors), verifier);
                }
            }
            throw new Bug("PKIX verifies certificates");
        } catch (GeneralSecurityException | IOException broken) {
            throw new Bug("the platform verifies certificates", broken);
        }
    }

    /** Their certificates. */
    List<X509Certificate> anchors() {
        return anchors;
    }

    /**
     * @param chain that a server showed, its own certificate first
     */
    public Word ofServer(List<X509Certificate> chain) {
        if (chain.isEmpty()) {
            return new Word.Untrusted("no certificate was shown");
        }
        try {
            verifier.checkServerTrusted(chain.toArray(X509Certificate[]::new), ANY_USE);
            return new Word.Vouched();
        } catch (CertificateException refused) {
            return word(refused, chain);
        }
    }

    /**
     * @param chain that a client showed, its own certificate first
     */
    Word ofClient(X509Certificate... chain) {
        try {
            verifier.checkClientTrusted(chain, chain[0].getPublicKey().getAlgorithm());
            return new Word.Vouched();
        } catch (CertificateException refused) {
            return word(refused, List.of(chain));
        }
    }

    private static Word word(CertificateException refused, List<X509Certificate> chain) {
        @Nullable Throwable cause = refused;
        while (cause != null) {
            boolean late =
                    cause instanceof CertificateExpiredException
                            || cause instanceof CertificateNotYetValidException
                            || cause instanceof CertPathValidatorException invalid
                                    && invalid.getReason()
                                            == CertPathValidatorException.BasicReason.EXPIRED;
            if (late) {
                return new Word.Expired(outdated(chain));
            }
            cause = cause.getCause();
        }
        return new Word.Untrusted(String.valueOf(refused.getMessage()));
    }

    /** In words: which of a chain is past its time, or before it. */
    public static String outdated(List<X509Certificate> chain) {
        for (X509Certificate each : chain) {
            try {
                each.checkValidity();
            } catch (CertificateExpiredException expired) {
                return whose(each) + " expired on " + day(each.getNotAfter());
            } catch (CertificateNotYetValidException early) {
                return whose(each) + " is not valid before " + day(each.getNotBefore());
            }
        }
        return "a certificate above those shown has expired or is not valid yet";
    }

    private static String whose(X509Certificate certificate) {
        List<String> names = CertificateNames.of(certificate);
        return "certificate of "
                + (names.isEmpty()
                        ? certificate.getSubjectX500Principal().getName()
                        : names.getFirst());
    }

    private static LocalDate day(Date at) {
        return LocalDate.ofInstant(at.toInstant(), ZoneOffset.UTC);
    }
}
