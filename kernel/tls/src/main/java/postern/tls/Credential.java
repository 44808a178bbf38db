package postern.tls;

import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.KeyException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import postern.base.Bug;
import postern.tls.Pem.Block;
import postern.tls.Pem.Malformed;

/**
 * A certificate with its chain and its private key: what a server proves its name with.
 *
 * @param chain the certificate itself, then each issuer behind the one it issued
 */
public record Credential(PrivateKey key, List<X509Certificate> chain) {
    public Credential {
        chain = List.copyOf(chain);
        Bug.unless(!chain.isEmpty(), "a credential has a certificate");
    }

    /** What two files turned out to hold. */
    public sealed interface Parsed {
        record Usable(Credential credential) implements Parsed {}

        /** For the operator; does not begin with a file's name, and tells nothing of a key. */
        record Unusable(String why) implements Parsed {}
    }

    /**
     * Reads PEM. Certificates may stand in any order, with others that do not belong to the chain.
     *
     * @param keyText may be the same text
     */
    public static Parsed parse(String chainText, String keyText) {
        try {
            List<X509Certificate> certificates = certificates(chainText);
            if (certificates.isEmpty()) {
                throw new Malformed("there is no CERTIFICATE in it");
            }
            List<Block> keys = Pem.blocks(keyText).stream().filter(Pem::key).toList();
            if (keys.isEmpty()) {
                throw new Malformed("there is no PRIVATE KEY in it");
            }
            PrivateKey key = Pem.privateKey(keys.getFirst());
            for (X509Certificate certificate : certificates) {
                if (belongs(key, certificate)) {
                    return new Parsed.Usable(new Credential(key, chain(certificate, certificates)));
                }
            }
            throw new Malformed("the private key belongs to none of the certificates");
        } catch (Malformed malformed) {
            return new Parsed.Unusable(String.valueOf(malformed.getMessage()));
        }
    }

    /** Why a text is no PEM with certificates of authorities; empty when it is. */
    public static String unusableAuthorities(String text) {
        try {
            return certificates(text).isEmpty() ? "there is no CERTIFICATE in it" : "";
        } catch (Malformed malformed) {
            return String.valueOf(malformed.getMessage());
        }
    }

    static List<X509Certificate> certificates(String text) throws Malformed {
        List<X509Certificate> all = new ArrayList<>();
        for (Block block : Pem.blocks(text)) {
            if (block.label().equals("CERTIFICATE")) {
                try {
                    var in = new ByteArrayInputStream(block.octets());
                    var factory = CertificateFactory.getInstance("X.509");
                    all.add((X509Certificate) factory.generateCertificate(in));
                } catch (CertificateException damaged) {
                    throw new Malformed("a certificate is damaged");
                }
            }
        }
        return all;
    }

    /** Whether what the one signs the other confirms. */
    private static boolean belongs(PrivateKey key, X509Certificate certificate) throws Malformed {
        String algorithm =
                switch (key.getAlgorithm()) {
                    case "EC" -> "SHA256withECDSA";
                    case "RSA" -> "SHA256withRSA";
                    default -> key.getAlgorithm();
                };
        try {
            byte[] challenge = certificate.getSignature();
            Signature signing = Signature.getInstance(algorithm);
            signing.initSign(key);
            signing.update(challenge);
            byte[] signature = signing.sign();
            Signature confirming = Signature.getInstance(algorithm);
            confirming.initVerify(certificate.getPublicKey());
            confirming.update(challenge);
            return confirming.verify(signature);
        } catch (KeyException anotherKind) {
            return false;
        } catch (GeneralSecurityException broken) {
            throw new Malformed("the private key cannot sign");
        }
    }

    private static List<X509Certificate> chain(
            X509Certificate first, List<X509Certificate> certificates) {
        List<X509Certificate> chain = new ArrayList<>();
        chain.add(first);
        boolean longer = true;
        while (longer) {
            X509Certificate last = chain.getLast();
            longer = false;
            for (X509Certificate each : certificates) {
                if (!chain.contains(each)
                        && last.getIssuerX500Principal().equals(each.getSubjectX500Principal())) {
                    chain.add(each);
                    longer = true;
                    break;
                }
            }
        }
        return chain;
    }

    /** Whether it is for that host: RFC 6125 §6.4, a wildcard stands for one leftmost label. */
    public boolean covers(String host) {
        String name = host.toLowerCase(Locale.ROOT);
        int dot = name.indexOf('.');
        String wildcard = dot < 0 ? name : "*" + name.substring(dot);
        List<String> names = names();
        return names.contains(name) || names.contains(wildcard);
    }

    /** The host names that it is for, in lower case. */
    public List<String> names() {
        return CertificateNames.alternatives(chain.getFirst());
    }

    /** All of it as PEM, in one text that {@link #parse} reads. Secret. */
    public String secretText() {
        StringBuilder text = new StringBuilder(Pem.text("PRIVATE KEY", key.getEncoded()));
        try {
            for (X509Certificate certificate : chain) {
                text.append(Pem.text("CERTIFICATE", certificate.getEncoded()));
            }
        } catch (CertificateException unreadable) {
            throw new Bug("what was read can be written", unreadable);
        }
        return text.toString();
    }

    /** Whoever logs it learns no secret. */
    @Override
    public String toString() {
        return "Credential[" + chain.getFirst().getSubjectX500Principal() + "]";
    }
}
