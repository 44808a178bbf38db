package postern.sasl.jwt;

import java.security.GeneralSecurityException;
import java.security.InvalidAlgorithmParameterException;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import postern.base.Bug;

/**
 * The algorithms that are taken: RFC 7518 §3.1, RFC 8037, RFC 9864. Those with a shared secret are
 * not among them, and {@code none} is not, so no token can ask for them (RFC 8725 §3.1).
 */
enum SignatureAlgorithm {
    RS256("SHA256withRSA", Kind.RSA, 0),
    RS384("SHA384withRSA", Kind.RSA, 0),
    RS512("SHA512withRSA", Kind.RSA, 0),
    PS256("SHA-256", Kind.RSA, 32),
    PS384("SHA-384", Kind.RSA, 48),
    PS512("SHA-512", Kind.RSA, 64),
    ES256("SHA256withECDSAinP1363Format", Kind.EC, 256),
    ES384("SHA384withECDSAinP1363Format", Kind.EC, 384),
    ES512("SHA512withECDSAinP1363Format", Kind.EC, 521),
    EDDSA("EdDSA", Kind.EDWARDS, 0);

    /** RFC 7518 §3.3. */
    private static final int RSA_BITS_MIN = 2048;

    /** As OpenSSL's OPENSSL_RSA_MAX_MODULUS_BITS: checking by longer ones takes our time. */
    private static final int RSA_BITS_MAX = 16_384;

    private enum Kind {
        RSA,
        EC,
        EDWARDS
    }

    private final String java; // the digest's where there is a salt
    private final Kind kind;
    private final int size; // octets of the salt, or bits of the curve

    SignatureAlgorithm(String java, Kind kind, int size) {
        this.java = java;
        this.kind = kind;
        this.size = size;
    }

    /** By the name in a header; case matters (RFC 7515 §4.1.1). */
    static Optional<SignatureAlgorithm> of(String name) {
        if (name.equals("EdDSA") || name.equals("Ed25519")) { // RFC 8037 §3.1, RFC 9864 §2.2
            return Optional.of(EDDSA);
        }
        for (SignatureAlgorithm each : values()) {
            if (each != EDDSA && each.name().equals(name)) {
                return Optional.of(each);
            }
        }
        return Optional.empty();
    }

    /** Whether keys of that kind are for it. What a token's header says changes nothing there. */
    boolean fits(PublicKey key) {
        return switch (key) {
            case RSAPublicKey rsa -> {
                int bits = rsa.getModulus().bitLength();
                yield kind == Kind.RSA && bits >= RSA_BITS_MIN && bits <= RSA_BITS_MAX;
            }
            case ECPublicKey ec ->
                    kind == Kind.EC && ec.getParams().getCurve().getField().getFieldSize() == size;
            case EdECPublicKey edwards ->
                    kind == Kind.EDWARDS && edwards.getParams().getName().equals("Ed25519");
            default -> false;
        };
    }

    /** Whether any of them is for keys like that. */
    static boolean usable(PublicKey key) {
        for (SignatureAlgorithm each : values()) {
            if (each.fits(key)) {
                return true;
            }
        }
        return false;
    }

    boolean verifies(PublicKey key, byte[] signed, byte[] signature) {
        try {
            Signature verifier = verifier();
            verifier.initVerify(key);
            verifier.update(signed);
            return verifier.verify(signature);
        } catch (NoSuchAlgorithmException | InvalidAlgorithmParameterException missing) {
            throw new Bug("the platform knows " + this, missing);
        } catch (GeneralSecurityException none) { // no signature at all, or no key
            return false;
        }
    }

    private Signature verifier()
            throws NoSuchAlgorithmException, InvalidAlgorithmParameterException {
        @Nullable MGF1ParameterSpec mask =
                switch (this) {
                    case PS256 -> MGF1ParameterSpec.SHA256;
                    case PS384 -> MGF1ParameterSpec.SHA384;
                    case PS512 -> MGF1ParameterSpec.SHA512;
                    case RS256, RS384, RS512, ES256, ES384, ES512, EDDSA -> null;
                };
        if (mask == null) {
            return Signature.getInstance(java);
        }
        Signature verifier = Signature.getInstance("RSASSA-PSS"); // RFC 7518 §3.5
        verifier.setParameter(new PSSParameterSpec(java, "MGF1", mask, size, 1));
        return verifier;
    }
}
