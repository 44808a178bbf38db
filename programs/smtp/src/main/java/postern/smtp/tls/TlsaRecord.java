package postern.smtp.tls;

import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import postern.base.Digest;
import postern.dns.Resolver.Tlsa;

/**
 * A TLSA record (RFC 6698 §2.1) as a value.
 *
 * @param data in lower-case hexadecimal
 */
public record TlsaRecord(int usage, int selector, int matching, String data) {
    /** DANE-TA: an authority. */
    static final int AUTHORITY = 2;

    /** DANE-EE: the server itself. */
    static final int SERVER = 3;

    private static final int WHOLE = 0;
    private static final int KEY = 1;

    private static final int FULL = 0;
    private static final int SHA_256 = 1;
    private static final int SHA_512 = 2;

    /** Kinds of keys that a bare one may be of. */
    private static final List<String> KEYS = List.of("RSA", "EC", "EdDSA");

    public static TlsaRecord of(Tlsa record) {
        return new TlsaRecord(
                record.usage(),
                record.selector(),
                record.matching(),
                HexFormat.of().formatHex(record.data()));
    }

    /**
     * Whether it says something that can be checked: RFC 7672 §3.1.3 leaves the usages 0 and 1 out,
     * and RFC 6698 §4.1 what is of unknown kind or malformed.
     */
    public boolean usable() {
        if (usage != AUTHORITY && usage != SERVER || selector != WHOLE && selector != KEY) {
            return false;
        }
        return switch (matching) {
            case FULL ->
                    selector == WHOLE
                            ? certificate().isPresent()
                            : !data.isEmpty() && key().isPresent();
            case SHA_256 -> data.length() == 64;
            case SHA_512 -> data.length() == 128;
            default -> false;
        };
    }

    /**
     * Those that count: usable, and of each usage and selector those with the strongest digest, so
     * that a broken one does not weaken the others (RFC 7671 §9).
     */
    public static List<TlsaRecord> usable(List<TlsaRecord> all) {
        List<TlsaRecord> kept = new ArrayList<>();
        for (TlsaRecord each : all) {
            boolean outdone =
                    each.matching == SHA_256
                            && all.stream()
                                    .anyMatch(
                                            other ->
                                                    other.matching == SHA_512
                                                            && other.usage == each.usage
                                                            && other.selector == each.selector
                                                            && other.usable());
            if (each.usable() && !outdone && !kept.contains(each)) {
                kept.add(each);
            }
        }
        return kept;
    }

    /** Whether the certificate is the one meant. */
    boolean fits(X509Certificate shown) {
        try {
            byte[] selected =
                    selector == KEY ? shown.getPublicKey().getEncoded() : shown.getEncoded();
            return data.equals(
                    switch (matching) {
                        case SHA_256 -> Digest.sha256(selected);
                        case SHA_512 -> Digest.hex("SHA-512", selected);
                        default -> HexFormat.of().formatHex(selected);
                    });
        } catch (CertificateEncodingException odd) {
            return false;
        }
    }

    /** The certificate that it holds whole. */
    Optional<X509Certificate> certificate() {
        if (selector != WHOLE || matching != FULL) {
            return Optional.empty();
        }
        try {
            var in = new ByteArrayInputStream(HexFormat.of().parseHex(data));
            var factory = CertificateFactory.getInstance("X.509");
            return factory.generateCertificate(in) instanceof X509Certificate found
                    ? Optional.of(found)
                    : Optional.empty();
        } catch (CertificateException damaged) {
            return Optional.empty();
        }
    }

    /** The key that it holds whole. */
    Optional<PublicKey> key() {
        if (selector != KEY || matching != FULL) {
            return Optional.empty();
        }
        var spec = new X509EncodedKeySpec(HexFormat.of().parseHex(data));
        for (String kind : KEYS) {
            try {
                return Optional.of(KeyFactory.getInstance(kind).generatePublic(spec));
            } catch (NoSuchAlgorithmException unknown) {
                return Optional.empty();
            } catch (GeneralSecurityException another) {
                continue; // the next kind
            }
        }
        return Optional.empty();
    }

    /** {@code 3 1 1}. */
    String kind() {
        return usage + " " + selector + " " + matching;
    }

    /** As a zone file has it, without its name. */
    @Override
    public String toString() {
        return kind() + " " + data;
    }
}
