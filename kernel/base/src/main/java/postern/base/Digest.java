package postern.base;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Digests as text: lower-case hexadecimal digits. */
public final class Digest {
    private Digest() {}

    /** FIPS 180-4. */
    public static String sha256(byte[] octets) {
        return hex("SHA-256", octets);
    }

    /**
     * @param algorithm that every Java has: SHA-256, SHA-512
     */
    public static String hex(String algorithm, byte[] octets) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(octets));
        } catch (NoSuchAlgorithmException missing) {
            throw new Bug("every Java has " + algorithm, missing);
        }
    }
}
