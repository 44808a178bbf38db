package postern.sasl.password;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;
import org.apache.commons.codec.digest.Sha2Crypt;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.generators.OpenBSDBCrypt;
import org.bouncycastle.crypto.params.Argon2Parameters;
import postern.sasl.ScramKeys;

/** What is kept of one password, in one form. Immutable; any thread. */
public sealed interface PasswordHash {

    /**
     * Whether the password is the one. Costs what the hash was made to cost: processor time, and
     * {@link #memoryOctets}.
     *
     * @param password prepared by SASLprep
     */
    boolean matches(String password);

    /** Memory that {@link #matches} takes. */
    default long memoryOctets() {
        return 0;
    }

    Scheme scheme();

    /** RFC 9106, as {@code $argon2id$v=19$m=19456,t=2,p=1$SALT$HASH}. */
    record Argon2(int memoryKib, int passes, int lanes, byte[] salt, byte[] hash)
            implements PasswordHash {
        @Override
        public boolean matches(String password) {
            return MessageDigest.isEqual(
                    hash, compute(password, memoryKib, passes, lanes, salt, hash.length));
        }

        static byte[] compute(
                String password, int memoryKib, int passes, int lanes, byte[] salt, int octets) {
            var generator = new Argon2BytesGenerator();
            generator.init(
                    new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
                            .withVersion(Argon2Parameters.ARGON2_VERSION_13)
                            .withMemoryAsKB(memoryKib)
                            .withIterations(passes)
                            .withParallelism(lanes)
                            .withSalt(salt)
                            .build());
            byte[] out = new byte[octets];
            generator.generateBytes(password.getBytes(StandardCharsets.UTF_8), out);
            return out;
        }

        @Override
        public long memoryOctets() {
            return memoryKib * 1024L;
        }

        @Override
        public Scheme scheme() {
            return Scheme.ARGON2ID;
        }

        @Override
        public String toString() {
            return "argon2id"; // tells no secret
        }
    }

    /** {@code $2y$12$...}; only the first 72 octets of a password count, as everywhere. */
    record Bcrypt(String text) implements PasswordHash {
        @Override
        public boolean matches(String password) {
            return OpenBSDBCrypt.checkPassword(text, password.getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public Scheme scheme() {
            return Scheme.BCRYPT;
        }

        @Override
        public String toString() {
            return "bcrypt"; // tells no secret
        }
    }

    /** {@code $6$...}: crypt(3) with SHA-512. */
    record Sha512Crypt(String text) implements PasswordHash {
        @Override
        public boolean matches(String password) {
            byte[] octets = password.getBytes(StandardCharsets.UTF_8); // which are wiped
            String salt = text.substring(0, text.lastIndexOf('$'));
            return MessageDigest.isEqual(
                    Sha2Crypt.sha512Crypt(octets, salt).getBytes(StandardCharsets.US_ASCII),
                    text.getBytes(StandardCharsets.US_ASCII));
        }

        @Override
        public Scheme scheme() {
            return Scheme.SHA512_CRYPT;
        }

        @Override
        public String toString() {
            return "sha512-crypt"; // tells no secret
        }
    }

    /** RFC 5803: {@code SCRAM-SHA-256$ITERATIONS:SALT$STOREDKEY:SERVERKEY}. */
    record Scram(ScramKeys keys) implements PasswordHash {
        @Override
        public boolean matches(String password) {
            return keys.matches(password);
        }

        @Override
        public Scheme scheme() {
            return switch (keys.hash()) {
                case SHA_1 -> Scheme.SCRAM_SHA_1;
                case SHA_256 -> Scheme.SCRAM_SHA_256;
            };
        }
    }

    /**
     * Reads one, with or without the {@code {SCHEME}} that Dovecot puts before it.
     *
     * @return empty where the form is not known or is malformed
     */
    static Optional<PasswordHash> parse(String text) {
        return HashText.parse(text);
    }
}
