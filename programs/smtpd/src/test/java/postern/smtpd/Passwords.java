package postern.smtpd;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import postern.auth.Auth;
import postern.auth.AuthConfig;
import postern.base.Disk;
import postern.base.DiskFile;
import postern.base.Endpoint;
import postern.base.World;
import postern.config.Settings;
import postern.http.HttpsClient;
import postern.sasl.Mechanism;
import postern.sasl.dovecot.AuthClient;
import postern.sasl.password.Scheme;
import postern.table.Table;
import postern.testkit.FakeResolver;

/**
 * The authentication service of a simulated world: {@code ann} has the password {@code secret},
 * {@code given passwords = scram} in the form that SCRAM needs and else in another.
 */
final class Passwords {
    private static final Path FILE = Path.of("/auth/passwords");
    private static final Endpoint SOCKET = new Endpoint.Local(Path.of("/run/auth"));
    private static final AuthConfig DEFAULTS = AuthConfig.read(Settings.defaults());

    private Passwords() {}

    /** Whether there is a service, and what smtpd knows of it. */
    static Logins logins(Map<String, String> given, World world) {
        if (!given.containsKey("passwords")) {
            return Logins.NONE;
        }
        return new Logins(
                List.of(
                        Mechanism.SCRAM_SHA_256_PLUS,
                        Mechanism.SCRAM_SHA_256,
                        Mechanism.PLAIN,
                        Mechanism.LOGIN),
                new AuthClient(world.network(), world.clock(), SOCKET, 1, Duration.ZERO),
                new LoginConfig(
                        Map.of(),
                        List.of(),
                        List.of(),
                        LoginConfig.Ownership.valueOf(
                                given.getOrDefault("ownership", "AUTHENTICATED")),
                        false),
                given.containsKey("ownership") ? List.of(Passwords::owners) : List.of());
    }

    /** ann may send as herself and as example.com; one table is away. */
    private static Table.Answer owners(String address) {
        return switch (address) {
            case "ann@example.net" -> new Table.Answer.Found("bob, Ann", "owners:1");
            case "@example.com" -> new Table.Answer.Found("ann", "owners:2");
            case "bob@example.com" -> new Table.Answer.Found("bob", "owners:3");
            case "away@example.net" -> new Table.Answer.TemporaryFailure("away");
            default -> Table.Answer.ABSENT;
        };
    }

    static void serve(Map<String, String> given, World world) throws IOException {
        String wanted = given.getOrDefault("passwords", "");
        if (wanted.isEmpty() || wanted.equals("away")) {
            return;
        }
        Scheme scheme = wanted.equals("scram") ? Scheme.SCRAM_SHA_256 : Scheme.SHA512_CRYPT;
        write(world.disk(), "ann:" + scheme.hash("secret", new Random(1)) + "\n");
        AuthConfig config =
                new AuthConfig(
                        Optional.of(FILE),
                        Optional.empty(),
                        DEFAULTS.mechanisms(),
                        DEFAULTS.denialDelay(),
                        DEFAULTS.hashesAtOnce(),
                        DEFAULTS.hashOctets(),
                        Optional.empty());
        var web =
                new HttpsClient(
                        world,
                        new FakeResolver(),
                        () -> {
                            throw new IOException("nobody is asked");
                        });
        var auth = new Auth(world, config, web, new Random(2));
        var listener = world.network().listen(SOCKET);
        world.tasks().start("auth", () -> auth.serve(listener));
    }

    private static void write(Disk disk, String text) throws IOException {
        disk.createDirectories(Path.of("/auth"));
        try (DiskFile file = disk.create(FILE)) {
            file.write(0, ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)));
        }
    }
}
