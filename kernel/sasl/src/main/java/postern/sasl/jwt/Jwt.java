package postern.sasl.jwt;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import postern.base.JsonValue;
import postern.base.JsonValue.Members;
import postern.sasl.Bounds;

/** A JWT in the compact form of JWS (RFC 7515 §3.1). Read, not yet believed. */
public final class Jwt {
    private final String algorithm;
    private final String keyId;
    private final Members claims;
    private final byte[] signed;
    private final byte[] signature;

    private Jwt(Members header, Members claims, byte[] signed, byte[] signature) {
        this.algorithm = header.text("alg").orElse("");
        this.keyId = header.text("kid").orElse("");
        this.claims = claims;
        this.signed = signed;
        this.signature = signature;
    }

    /**
     * Reads one. A header that wants something understood which nobody here does ({@code crit}, RFC
     * 7515 §4.1.11) makes it none. Keys that a header brings or points to are not looked at.
     *
     * @return empty where it is none
     */
    public static Optional<Jwt> parse(String token) {
        int first = token.indexOf('.');
        int second = token.indexOf('.', first + 1);
        if (token.length() > Bounds.MESSAGE_OCTETS_MAX
                || first < 0
                || second < 0
                || token.indexOf('.', second + 1) >= 0) {
            return Optional.empty();
        }
        Optional<Members> header = json(token.substring(0, first));
        Optional<Members> claims = json(token.substring(first + 1, second));
        Optional<byte[]> signature = octets(token.substring(second + 1));
        if (header.isEmpty()
                || claims.isEmpty()
                || signature.isEmpty()
                || header.get().get("crit").isPresent()) {
            return Optional.empty();
        }
        byte[] signed = token.substring(0, second).getBytes(StandardCharsets.US_ASCII);
        return Optional.of(new Jwt(header.get(), claims.get(), signed, signature.get()));
    }

    private static Optional<Members> json(String base64) {
        return octets(base64)
                .flatMap(
                        octets -> {
                            try {
                                return JsonValue.members(
                                        StandardCharsets.UTF_8
                                                .newDecoder() // reports, unlike String
                                                .decode(ByteBuffer.wrap(octets))
                                                .toString());
                            } catch (CharacterCodingException malformed) {
                                return Optional.empty();
                            }
                        });
    }

    /** Base64 for URLs without padding, in the one way it can be written: RFC 7515 §2. */
    static Optional<byte[]> octets(String base64) {
        try {
            byte[] octets = Base64.getUrlDecoder().decode(base64);
            String again = Base64.getUrlEncoder().withoutPadding().encodeToString(octets);
            return again.equals(base64) ? Optional.of(octets) : Optional.empty();
        } catch (IllegalArgumentException noBase64) {
            return Optional.empty();
        }
    }

    String algorithm() {
        return algorithm;
    }

    String keyId() {
        return keyId;
    }

    byte[] signed() {
        return Arrays.copyOf(signed, signed.length);
    }

    byte[] signature() {
        return Arrays.copyOf(signature, signature.length);
    }

    /** What it says; true only where {@link TokenKeys#verify} says so. */
    public Members claims() {
        return claims;
    }
}
