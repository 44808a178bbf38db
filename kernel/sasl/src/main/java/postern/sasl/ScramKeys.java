package postern.sasl;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import postern.base.Bug;

/**
 * What a server keeps of a password for SCRAM: enough to check a proof, and not enough to make one
 * (RFC 5802 §3).
 *
 * @param known false for one that nobody has a password for, made up so that an exchange with a
 *     user who does not exist looks like any other
 */
public record ScramKeys(
        ScramHash hash,
        byte[] salt,
        int iterations,
        byte[] storedKey,
        byte[] serverKey,
        boolean known) {
    private static final byte[] CLIENT_KEY = "Client Key".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] SERVER_KEY = "Server Key".getBytes(StandardCharsets.US_ASCII);
    private static final int SALT_OCTETS = 16;

    public ScramKeys {
        Bug.unless(storedKey.length == hash.octets(), "keys are as long as the digest");
        Bug.unless(serverKey.length == hash.octets(), "keys are as long as the digest");
        Bug.unless(iterations > 0, "at least one iteration");
        salt = salt.clone();
        storedKey = storedKey.clone();
        serverKey = serverKey.clone();
    }

    /**
     * @param password prepared
     */
    public static ScramKeys of(ScramHash hash, String password, byte[] salt, int iterations) {
        byte[] salted = hash.salted(password, salt, iterations);
        return new ScramKeys(
                hash,
                salt,
                iterations,
                hash.hash(clientKey(hash, salted)),
                serverKey(hash, salted),
                true);
    }

    /**
     * Keys for a user who does not exist: always the same for the same name, so that asking twice
     * tells nothing.
     *
     * @param secret of this server
     */
    public static ScramKeys decoy(ScramHash hash, String user, byte[] secret, int iterations) {
        byte[] name = user.getBytes(StandardCharsets.UTF_8);
        byte[] salt = new byte[SALT_OCTETS];
        System.arraycopy(hash.hmac(secret, name), 0, salt, 0, SALT_OCTETS);
        byte[] nobodys = hash.hash(salt);
        return new ScramKeys(hash, salt, iterations, nobodys, nobodys, false);
    }

    /** Whether the password is the one these were made of. */
    public boolean matches(String password) {
        byte[] salted = hash.salted(password, salt, iterations);
        return MessageDigest.isEqual(hash.hash(clientKey(hash, salted)), storedKey) && known;
    }

    static byte[] clientKey(ScramHash hash, byte[] salted) {
        return hash.hmac(salted, CLIENT_KEY);
    }

    static byte[] serverKey(ScramHash hash, byte[] salted) {
        return hash.hmac(salted, SERVER_KEY);
    }

    /** Tells no secret. */
    @Override
    public String toString() {
        return hash.mechanism();
    }
}
