package postern.testkit;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.NamedParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.security.spec.RSAKeyGenParameterSpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import postern.base.Bug;

/** Issues tokens (JWT, RFC 7519), good ones and forged ones. Any thread. */
public final class TokenIssuer {
    private final String id;
    private final KeyPair keys;

    private TokenIssuer(String id, KeyPair keys) {
        this.id = id;
        this.keys = keys;
    }

    /**
     * @param id of the key
     * @param bits 2048 and more are taken by RFC 7518
     */
    public static TokenIssuer rsa(String id, int bits) {
        return of(id, "RSA", new RSAKeyGenParameterSpec(bits, RSAKeyGenParameterSpec.F4));
    }

    /**
     * @param curve as Java names it: {@code secp256r1}
     */
    public static TokenIssuer elliptic(String id, String curve) {
        return of(id, "EC", new ECGenParameterSpec(curve));
    }

    public static TokenIssuer ed25519(String id) {
        return of(id, "EdDSA", NamedParameterSpec.ED25519);
    }

    private static TokenIssuer of(String id, String kind, AlgorithmParameterSpec parameters) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(kind);
            generator.initialize(parameters);
            return new TokenIssuer(id, generator.generateKeyPair());
        } catch (GeneralSecurityException missing) {
            throw new Bug("the platform makes keys", missing);
        }
    }

    /** A token of those claims, signed by that algorithm and naming our key. */
    public String token(String algorithm, String claims) {
        String header = "{\"alg\":\"%s\",\"kid\":\"%s\",\"typ\":\"at+jwt\"}";
        return token(header.formatted(algorithm, id), algorithm, claims);
    }

    /** With a header of choice, which may lie. */
    public String token(String header, String algorithm, String claims) {
        String signed = base64(header) + "." + base64(claims);
        return signed + "." + base64(signature(algorithm, octets(signed)));
    }

    private byte[] signature(String algorithm, byte[] signed) {
        try {
            String bits = algorithm.substring(2);
            if (algorithm.startsWith("HS")) { // what a forger has is the public key
                Mac mac = Mac.getInstance("HmacSHA" + bits);
                mac.init(new SecretKeySpec(octets(pem()), "HMAC"));
                return mac.doFinal(signed);
            }
            Signature signature =
                    switch (algorithm.substring(0, 2)) {
                        case "RS" -> Signature.getInstance("SHA" + bits + "withRSA");
                        case "ES" -> Signature.getInstance("SHA" + bits + "withECDSAinP1363Format");
                        case "PS" -> pss(bits);
                        default -> Signature.getInstance("Ed25519");
                    };
            signature.initSign(keys.getPrivate());
            signature.update(signed);
            return signature.sign();
        } catch (GeneralSecurityException missing) {
            throw new Bug("the platform signs by " + algorithm, missing);
        }
    }

    private static Signature pss(String bits) throws GeneralSecurityException {
        Signature signature = Signature.getInstance("RSASSA-PSS");
        String digest = "SHA-" + bits;
        int salt = Integer.parseInt(bits) / 8;
        var mask = new MGF1ParameterSpec(digest);
        signature.setParameter(new PSSParameterSpec(digest, "MGF1", mask, salt, 1));
        return signature;
    }

    /** The public key: RFC 7468 §13. */
    public String pem() {
        String base64 = Base64.getMimeEncoder().encodeToString(keys.getPublic().getEncoded());
        return "-----BEGIN PUBLIC KEY-----\n" + base64 + "\n-----END PUBLIC KEY-----\n";
    }

    /** The public key: RFC 7517. */
    public String jwk() {
        String start = "{\"kid\":\"" + id + "\",\"use\":\"sig\",";
        return switch (keys.getPublic()) {
            case RSAPublicKey rsa ->
                    start
                            + "\"kty\":\"RSA\",\"n\":\"%s\",\"e\":\"%s\"}"
                                    .formatted(
                                            number(rsa.getModulus()),
                                            number(rsa.getPublicExponent()));
            case ECPublicKey ec -> {
                int bits = ec.getParams().getCurve().getField().getFieldSize();
                int octets = (bits + 7) / 8;
                yield start
                        + "\"kty\":\"EC\",\"crv\":\"P-%d\",\"x\":\"%s\",\"y\":\"%s\"}"
                                .formatted(
                                        bits,
                                        coordinate(ec.getW().getAffineX(), octets),
                                        coordinate(ec.getW().getAffineY(), octets));
            }
            case EdECPublicKey edwards -> {
                byte[] encoded = edwards.getEncoded(); // the key is its last 32 octets
                byte[] x = Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length);
                yield start + "\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" + base64(x) + "\"}";
            }
            default -> throw new Bug("a key of another kind");
        };
    }

    /** What they publish: RFC 7517 §5. */
    public static String jwks(TokenIssuer... all) {
        return Stream.of(all)
                .map(TokenIssuer::jwk)
                .collect(Collectors.joining(",", "{\"keys\":[", "]}"));
    }

    private static String number(BigInteger number) {
        byte[] octets = number.toByteArray();
        return base64(octets[0] == 0 ? Arrays.copyOfRange(octets, 1, octets.length) : octets);
    }

    /** As long as the curve's: RFC 7518 §6.2.1.2. */
    private static String coordinate(BigInteger number, int octets) {
        byte[] whole = new byte[octets];
        byte[] digits = number.toByteArray();
        int n = Math.min(octets, digits.length);
        System.arraycopy(digits, digits.length - n, whole, octets - n, n);
        return base64(whole);
    }

    private static byte[] octets(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** As tokens have it: RFC 7515 §2. */
    public static String base64(String text) {
        return base64(octets(text));
    }

    private static String base64(byte[] octets) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(octets);
    }
}
