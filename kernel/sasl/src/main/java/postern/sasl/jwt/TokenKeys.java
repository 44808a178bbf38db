package postern.sasl.jwt;

import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.EdECPoint;
import java.security.spec.EdECPublicKeySpec;
import java.security.spec.NamedParameterSpec;
import java.security.spec.RSAPublicKeySpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import postern.base.JsonValue;
import postern.base.JsonValue.Items;
import postern.base.JsonValue.Members;
import postern.base.JsonValue.Text;

/** The public keys that an issuer signs with. Immutable; any thread. */
public final class TokenKeys {
    /** Keys of one issuer; those that rotate are a handful. */
    public static final int KEYS_MAX = 100;

    private final List<Known> keys;

    /**
     * @param id empty where it has none
     * @param algorithm the only one it is for; empty for any that fits its kind
     */
    private record Known(String id, String algorithm, PublicKey key) {
        /** Whether a token with that header may have been signed by it. */
        boolean meant(Jwt token, SignatureAlgorithm by) {
            return (id.isEmpty() || token.keyId().isEmpty() || id.equals(token.keyId()))
                    && (algorithm.isEmpty() || algorithm.equals(token.algorithm()))
                    && by.fits(key);
        }
    }

    /** What the keys say of a token. */
    public enum Word {
        /** One of them signed it. */
        SIGNED,
        /** The key that it names, or any that could have signed it, is not among them. */
        NO_SUCH_KEY,
        /** It says to be signed by a key that is among them, and is not. */
        FORGED
    }

    private TokenKeys(List<Known> keys) {
        this.keys = List.copyOf(keys);
    }

    /** Without names, so that each of them may have signed any token. */
    public static TokenKeys of(List<PublicKey> keys) {
        return new TokenKeys(
                keys.stream()
                        .filter(SignatureAlgorithm::usable)
                        .limit(KEYS_MAX)
                        .map(key -> new Known("", "", key))
                        .toList());
    }

    /**
     * Reads a JWK set (RFC 7517 §5). Keys of kinds that we do not know, or for other uses, are left
     * out, as it says.
     *
     * @return empty where it is none
     */
    public static Optional<TokenKeys> jwks(String text) {
        if (JsonValue.members(text).flatMap(set -> set.get("keys")).orElse(null)
                instanceof Items(List<JsonValue> items)) {
            List<Known> known = new ArrayList<>();
            for (JsonValue item : items) {
                if (item instanceof Members jwk && known.size() < KEYS_MAX) {
                    known(jwk).ifPresent(known::add);
                }
            }
            return Optional.of(new TokenKeys(known));
        }
        return Optional.empty();
    }

    private static Optional<Known> known(Members jwk) {
        boolean signs = jwk.text("use").map("sig"::equals).orElse(true); // RFC 7517 §4.2
        if (jwk.get("key_ops").orElse(null) instanceof Items(List<JsonValue> operations)) {
            signs &= operations.contains(new Text("verify")); // RFC 7517 §4.3
        }
        if (!signs) {
            return Optional.empty();
        }
        try {
            return key(jwk).filter(SignatureAlgorithm::usable)
                    .map(
                            key ->
                                    new Known(
                                            jwk.text("kid").orElse(""),
                                            jwk.text("alg").orElse(""),
                                            key));
        } catch (GeneralSecurityException unusable) {
            return Optional.empty();
        }
    }

    /** RFC 7518 §6.2, §6.3; RFC 8037 §2. */
    private static Optional<PublicKey> key(Members jwk) throws GeneralSecurityException {
        String curve = jwk.text("crv").orElse("");
        return switch (jwk.text("kty").orElse("")) {
            case "RSA" -> rsa(number(jwk, "n"), number(jwk, "e"));
            case "EC" -> elliptic(curve, number(jwk, "x"), number(jwk, "y"));
            case "OKP" -> curve.equals("Ed25519") ? edwards(jwk) : Optional.empty();
            default -> Optional.empty();
        };
    }

    private static Optional<BigInteger> number(Members jwk, String name) {
        return jwk.text(name).flatMap(Jwt::octets).map(octets -> new BigInteger(1, octets));
    }

    private static Optional<PublicKey> rsa(Optional<BigInteger> n, Optional<BigInteger> e)
            throws GeneralSecurityException {
        return n.isEmpty() || e.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        KeyFactory.getInstance("RSA")
                                .generatePublic(new RSAPublicKeySpec(n.get(), e.get())));
    }

    private static Optional<PublicKey> elliptic(
            String curve, Optional<BigInteger> x, Optional<BigInteger> y)
            throws GeneralSecurityException {
        String named =
                switch (curve) {
                    case "P-256" -> "secp256r1";
                    case "P-384" -> "secp384r1";
                    case "P-521" -> "secp521r1";
                    default -> "";
                };
        if (named.isEmpty() || x.isEmpty() || y.isEmpty()) {
            return Optional.empty();
        }
        AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
        parameters.init(new ECGenParameterSpec(named));
        var point = new ECPoint(x.get(), y.get());
        return Optional.of(
                KeyFactory.getInstance("EC")
                        .generatePublic(
                                new ECPublicKeySpec(
                                        point,
                                        parameters.getParameterSpec(ECParameterSpec.class))));
    }

    /**
     * RFC 8032 §5.1.2: the number's octets from the last, and in the highest bit whether x is odd.
     */
    private static Optional<PublicKey> edwards(Members jwk) throws GeneralSecurityException {
        Optional<byte[]> x = jwk.text("x").flatMap(Jwt::octets);
        if (x.isEmpty() || x.get().length != 32) {
            return Optional.empty();
        }
        byte[] reversed = new byte[32];
        for (int i = 0; i < 32; i++) {
            reversed[i] = x.get()[31 - i];
        }
        boolean odd = (reversed[0] & 0x80) != 0;
        reversed[0] &= 0x7f;
        return Optional.of(
                KeyFactory.getInstance("Ed25519")
                        .generatePublic(
                                new EdECPublicKeySpec(
                                        NamedParameterSpec.ED25519,
                                        new EdECPoint(odd, new BigInteger(1, reversed)))));
    }

    public int size() {
        return keys.size();
    }

    /** The algorithm is the key's, whatever the token says: RFC 8725 §3.1. */
    public Word verify(Jwt token) {
        Optional<SignatureAlgorithm> by = SignatureAlgorithm.of(token.algorithm());
        if (by.isEmpty()) {
            return Word.FORGED; // none, and whatever takes a shared secret
        }
        boolean named = false;
        for (Known each : keys) {
            if (each.meant(token, by.get())) {
                if (by.get().verifies(each.key, token.signed(), token.signature())) {
                    return Word.SIGNED;
                }
                named |= each.id.equals(token.keyId()) && !token.keyId().isEmpty();
            }
        }
        return named ? Word.FORGED : Word.NO_SUCH_KEY;
    }
}
