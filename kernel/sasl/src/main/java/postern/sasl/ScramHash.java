package postern.sasl;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import postern.base.Bug;

/** The digests that SCRAM is spoken with, and its functions: RFC 5802 §2.2. */
public enum ScramHash {
    SHA_1("SHA-1", "HmacSHA1", 20),
    SHA_256("SHA-256", "HmacSHA256", 32);

    private final String digest;
    private final String mac;
    private final int octets;

    ScramHash(String digest, String mac, int octets) {
        this.digest = digest;
        this.mac = mac;
        this.octets = octets;
    }

    /** {@code SCRAM-SHA-256}. */
    public String mechanism() {
        return "SCRAM-" + digest;
    }

    /** Length of a digest, and so of every key. */
    public int octets() {
        return octets;
    }

    byte[] hash(byte[] data) {
        try {
            return MessageDigest.getInstance(digest).digest(data);
        } catch (GeneralSecurityException broken) {
            throw new Bug("the platform has " + digest, broken);
        }
    }

    /** RFC 5802 §2.2. */
    public byte[] hmac(byte[] key, byte[] data) {
        return keyed(key).doFinal(data);
    }

    private Mac keyed(byte[] key) {
        try {
            Mac keyed = Mac.getInstance(mac);
            keyed.init(new SecretKeySpec(key, mac));
            return keyed;
        } catch (GeneralSecurityException broken) {
            throw new Bug("the platform has " + mac, broken);
        }
    }

    /** {@code Hi(str, salt, i)}: PBKDF2 with one block. */
    byte[] salted(String password, byte[] salt, int iterations) {
        Mac keyed = keyed(password.getBytes(StandardCharsets.UTF_8));
        keyed.update(salt);
        byte[] block = keyed.doFinal(new byte[] {0, 0, 0, 1});
        byte[] all = block.clone();
        for (int i = 1; i < iterations; i++) {
            block = keyed.doFinal(block);
            for (int k = 0; k < all.length; k++) {
                all[k] = (byte) (all[k] ^ block[k]);
            }
        }
        return all;
    }
}
