package postern.sasl.password;

import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import postern.sasl.Bounds;
import postern.sasl.ScramHash;
import postern.sasl.ScramKeys;

/** Hashes as text. */
final class HashText {
    private static final Pattern PREFIX = Pattern.compile("\\{([A-Za-z0-9.-]{1,32})}(.*)");
    private static final Pattern ARGON2 =
            Pattern.compile(
                    "\\$argon2id\\$v=19\\$m=(\\d{1,8}),t=(\\d{1,4}),p=(\\d{1,3})"
                            + "\\$([A-Za-z0-9+/]{11,86})\\$([A-Za-z0-9+/]{22,86})");
    private static final Pattern BCRYPT =
            Pattern.compile("\\$2[aby]?\\$(\\d\\d)\\$[./A-Za-z0-9]{53}");
    private static final Pattern SHA512 =
            Pattern.compile("\\$6\\$(?:rounds=(\\d{1,9})\\$)?[^$:\\s]{1,16}\\$[./A-Za-z0-9]{86}");

    /** RFC 5803 §3. */
    private static final Pattern SCRAM =
            Pattern.compile(
                    "SCRAM-(SHA-1|SHA-256)\\$(\\d{1,9}):([A-Za-z0-9+/=]{1,172})"
                            + "\\$([A-Za-z0-9+/=]{28,44}):([A-Za-z0-9+/=]{28,44})");

    /** What Dovecot writes behind {SCRAM-SHA-256}. */
    private static final Pattern SCRAM_DOVECOT =
            Pattern.compile(
                    "(\\d{1,9}),([A-Za-z0-9+/=]{1,172}),([A-Za-z0-9+/=]{28,44}),([A-Za-z0-9+/=]{28,44})");

    private static final int ARGON2_PASSES_MAX = 100;
    private static final int ARGON2_LANES_MAX = 64;
    private static final int BCRYPT_COST_MAX = 16; // some seconds
    private static final int SHA512_ROUNDS_MAX = 5_000_000;

    private HashText() {}

    static Optional<PasswordHash> parse(String text) {
        Matcher prefix = PREFIX.matcher(text);
        if (!prefix.matches()) {
            return bare(text);
        }
        String rest = prefix.group(2);
        Matcher dovecot = SCRAM_DOVECOT.matcher(rest);
        if (dovecot.matches()) {
            return switch (prefix.group(1)) {
                case "SCRAM-SHA-1" -> scram(ScramHash.SHA_1, dovecot, 1);
                case "SCRAM-SHA-256" -> scram(ScramHash.SHA_256, dovecot, 1);
                default -> Optional.empty();
            };
        }
        return switch (prefix.group(1)) {
            case "ARGON2ID", "BLF-CRYPT", "SHA512-CRYPT", "CRYPT" -> bare(rest);
            default -> Optional.empty();
        };
    }

    private static Optional<PasswordHash> bare(String text) {
        Matcher argon2 = ARGON2.matcher(text);
        if (argon2.matches()) {
            return argon2(argon2);
        }
        Matcher bcrypt = BCRYPT.matcher(text);
        if (bcrypt.matches()) {
            int cost = Integer.parseInt(bcrypt.group(1));
            return cost >= 4 && cost <= BCRYPT_COST_MAX
                    ? Optional.of(new PasswordHash.Bcrypt(text))
                    : Optional.empty();
        }
        Matcher sha512 = SHA512.matcher(text);
        if (sha512.matches()) {
            int rounds = sha512.group(1) == null ? 0 : Integer.parseInt(sha512.group(1));
            return rounds <= SHA512_ROUNDS_MAX
                    ? Optional.of(new PasswordHash.Sha512Crypt(text))
                    : Optional.empty();
        }
        Matcher scram = SCRAM.matcher(text);
        if (scram.matches()) {
            ScramHash hash = scram.group(1).equals("SHA-1") ? ScramHash.SHA_1 : ScramHash.SHA_256;
            return scram(hash, scram, 2);
        }
        return Optional.empty();
    }

    private static Optional<PasswordHash> argon2(Matcher found) {
        int memory = Integer.parseInt(found.group(1));
        int passes = Integer.parseInt(found.group(2));
        int lanes = Integer.parseInt(found.group(3));
        Optional<byte[]> salt = octets(found.group(4));
        Optional<byte[]> hash = octets(found.group(5));
        boolean sound =
                passes >= 1
                        && passes <= ARGON2_PASSES_MAX
                        && lanes >= 1
                        && lanes <= ARGON2_LANES_MAX
                        && memory >= 8 * lanes; // RFC 9106 §3.1
        if (!sound || salt.isEmpty() || hash.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new PasswordHash.Argon2(memory, passes, lanes, salt.get(), hash.get()));
    }

    private static Optional<PasswordHash> scram(ScramHash hash, Matcher found, int first) {
        int iterations = Integer.parseInt(found.group(first));
        Optional<byte[]> salt = octets(found.group(first + 1));
        Optional<byte[]> stored = octets(found.group(first + 2));
        Optional<byte[]> server = octets(found.group(first + 3));
        if (iterations < 1
                || iterations > Bounds.ITERATIONS_MAX
                || salt.isEmpty()
                || stored.filter(key -> key.length == hash.octets()).isEmpty()
                || server.filter(key -> key.length == hash.octets()).isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                new PasswordHash.Scram(
                        new ScramKeys(
                                hash, salt.get(), iterations, stored.get(), server.get(), true)));
    }

    private static Optional<byte[]> octets(String base64) {
        try {
            return Optional.of(Base64.getDecoder().decode(base64));
        } catch (IllegalArgumentException noBase64) {
            return Optional.empty();
        }
    }

    static String argon2(int memoryKib, int passes, int lanes, byte[] salt, byte[] hash) {
        Base64.Encoder base64 = Base64.getEncoder().withoutPadding();
        return "$argon2id$v=19$m="
                + memoryKib
                + ",t="
                + passes
                + ",p="
                + lanes
                + "$"
                + base64.encodeToString(salt)
                + "$"
                + base64.encodeToString(hash);
    }

    static String scram(ScramKeys keys) {
        Base64.Encoder base64 = Base64.getEncoder();
        return keys.hash().mechanism()
                + "$"
                + keys.iterations()
                + ":"
                + base64.encodeToString(keys.salt())
                + "$"
                + base64.encodeToString(keys.storedKey())
                + ":"
                + base64.encodeToString(keys.serverKey());
    }
}
