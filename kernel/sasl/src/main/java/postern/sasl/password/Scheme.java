package postern.sasl.password;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.apache.commons.codec.digest.Sha2Crypt;
import org.bouncycastle.crypto.generators.OpenBSDBCrypt;
import postern.sasl.ScramHash;
import postern.sasl.ScramKeys;

/** The forms in which passwords are kept, and how a new one is made. */
public enum Scheme {
    ARGON2ID("argon2id"),
    BCRYPT("bcrypt"),
    SHA512_CRYPT("sha512-crypt"),
    SCRAM_SHA_256("scram-sha-256"),
    SCRAM_SHA_1("scram-sha-1");

    /** 19 MiB, two passes, one lane: the least that OWASP's password storage sheet advises. */
    private static final int ARGON2_MEMORY_KIB = 19_456;

    private static final int ARGON2_PASSES = 2;
    private static final int ARGON2_OCTETS = 32;

    private static final int BCRYPT_COST = 12;
    private static final int SHA512_ROUNDS = 100_000;

    /** The client computes these, some of them on a telephone, at every connection. */
    private static final int SCRAM_ITERATIONS = 15_000;

    private static final int SALT_OCTETS = 16;
    private static final String CRYPT_SALT =
            "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    private final String text;

    Scheme(String text) {
        this.text = text;
    }

    /** As commands name it. */
    public String text() {
        return text;
    }

    public static Optional<Scheme> of(String text) {
        for (Scheme each : values()) {
            if (each.text.equals(text)) {
                return Optional.of(each);
            }
        }
        return Optional.empty();
    }

    /**
     * A new hash, as the file holds it.
     *
     * @param password prepared by SASLprep
     * @param secrets for the salt
     */
    public String hash(String password, RandomGenerator secrets) {
        byte[] salt = new byte[SALT_OCTETS];
        secrets.nextBytes(salt);
        return switch (this) {
            case ARGON2ID -> {
                byte[] hash =
                        PasswordHash.Argon2.compute(
                                password, ARGON2_MEMORY_KIB, ARGON2_PASSES, 1, salt, ARGON2_OCTETS);
                yield HashText.argon2(ARGON2_MEMORY_KIB, ARGON2_PASSES, 1, salt, hash);
            }
            case BCRYPT ->
                    OpenBSDBCrypt.generate(
                            "2y", password.getBytes(StandardCharsets.UTF_8), salt, BCRYPT_COST);
            case SHA512_CRYPT ->
                    Sha2Crypt.sha512Crypt(
                            password.getBytes(StandardCharsets.UTF_8),
                            "$6$rounds=" + SHA512_ROUNDS + "$" + cryptSalt(salt));
            case SCRAM_SHA_256 -> scram(ScramHash.SHA_256, password, salt);
            case SCRAM_SHA_1 -> scram(ScramHash.SHA_1, password, salt);
        };
    }

    private static String scram(ScramHash hash, String password, byte[] salt) {
        return HashText.scram(ScramKeys.of(hash, password, salt, SCRAM_ITERATIONS));
    }

    private static String cryptSalt(byte[] random) {
        StringBuilder salt = new StringBuilder(random.length);
        for (byte each : random) {
            salt.append(CRYPT_SALT.charAt(each & 63));
        }
        return salt.toString();
    }
}
