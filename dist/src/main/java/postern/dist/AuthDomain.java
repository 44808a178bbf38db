package postern.dist;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import postern.auth.Auth;
import postern.auth.AuthConfig;
import postern.auth.PasswordStore;
import postern.auth.TokenConfig;
import postern.base.Disk;
import postern.base.Listener;
import postern.base.World;
import postern.base.system.SystemWorld;
import postern.command.Installation;
import postern.config.Problem;
import postern.config.Settings;
import postern.dns.DnsResolver;
import postern.http.HttpsClient;
import postern.master.ServiceIdentities;
import postern.os.UserDatabase;
import postern.sasl.password.PasswordFile;
import postern.smtp.DnsConfig;
import postern.tls.AuthorityFiles;

/**
 * The domain that tells who a client is: auth(8). It has what they are checked by, and nothing
 * else.
 */
final class AuthDomain {
    private static final int PROBLEMS_MAX = 5;

    private AuthDomain() {}

    static Running start(World world, Settings settings, Listener listener) {
        AuthConfig config = AuthConfig.read(settings);
        Auth auth = new Auth(world, config, web(world, settings, config), SystemWorld.secrets());
        world.tasks().start("auth", () -> auth.serve(listener));
        return ended -> {
            listener.close();
            ended.run(); // an exchange that is cut short is begun anew with the successor
        };
    }

    /** Asks the issuer of tokens; opens nothing before. */
    private static HttpsClient web(World world, Settings settings, AuthConfig config) {
        String authorities =
                config.tokens().flatMap(TokenConfig::authorities).map(Path::toString).orElse("");
        var known = new AuthorityFiles(world.disk(), world.clock());
        var resolver = new DnsResolver(world, DnsConfig.read(settings).settings(world));
        return new HttpsClient(world, resolver, () -> known.of(authorities));
    }

    /** The ports that it connects to: the issuer's, and those of name servers. */
    static Set<Integer> ports(Settings settings) {
        Set<Integer> ports =
                new HashSet<>(
                        AuthConfig.read(settings)
                                .tokens()
                                .map(TokenConfig::ports)
                                .orElse(Set.of()));
        if (!ports.isEmpty()) {
            ports.addAll(FrontDomain.portsOfNames(settings));
        }
        return ports;
    }

    /** What it reads: passwords, keys, credentials, authorities. */
    static List<Path> files(Settings settings) {
        AuthConfig config = AuthConfig.read(settings);
        List<Path> files = new ArrayList<>();
        config.passwords().ifPresent(files::add);
        config.tokens()
                .ifPresent(
                        tokens -> {
                            files.addAll(tokens.files());
                            tokens.authorities()
                                    .ifPresentOrElse(
                                            files::add,
                                            () -> {
                                                if (!tokens.ports().isEmpty()) {
                                                    files.addAll(AuthorityFiles.OF_THE_SYSTEM);
                                                }
                                            });
                        });
        return files;
    }

    /** What is wrong with its files. */
    static List<Problem> problems(Disk disk, Settings settings) {
        AuthConfig config = AuthConfig.read(settings);
        List<Problem> problems =
                new ArrayList<>(TokenConfig.unusable(disk, settings, TableUses::wide));
        Optional<Path> file = config.passwords();
        if (file.isEmpty()) {
            return problems;
        }
        if (TableUses.wide(file.get())) {
            problems.add(
                    problem(
                            settings,
                            file.get() + " lies in a folder that holds other things",
                            "put it in a folder of its own, which auth may read as a whole"));
        }
        try {
            PasswordFile read = PasswordStore.read(disk, file.get());
            read.problems().stream()
                    .limit(PROBLEMS_MAX)
                    .forEach(each -> problems.add(line(settings, file.get(), each)));
            if (read.memoryOctets() > config.hashOctets()) {
                problems.add(
                        problem(
                                settings,
                                file.get()
                                        + " holds a hash that needs "
                                        + read.memoryOctets()
                                        + " octets of memory",
                                "raise auth.hash_memory"));
            }
        } catch (IOException unread) {
            problems.add(
                    problem(
                            settings,
                            file.get() + ": " + PasswordStore.why(unread),
                            "make it with \"postern passwd USER\", and let the user of"
                                    + " service.auth_user read it"));
        }
        return problems;
    }

    /** Where the file is, and who must be able to read it. */
    static Installation.PasswordPlace place(Settings settings) {
        Optional<Path> file = AuthConfig.read(settings).passwords();
        int reader = -1;
        try {
            var services = new ServiceIdentities(new UserDatabase());
            String user = ServiceConfig.read(settings).user(Powers.AUTH);
            reader = services.of(user, Powers.AUTH.ordinal()).gid();
        } catch (IOException unknown) {
            // the file is ours alone then
        }
        return new Installation.PasswordPlace(file, reader);
    }

    private static Problem line(Settings settings, Path file, PasswordFile.Problem found) {
        return problem(
                settings,
                file + ":" + found.line() + ": " + found.what(),
                "mend the line, or write it anew with \"postern passwd\"");
    }

    private static Problem problem(Settings settings, String what, String remedy) {
        return settings.section(AuthConfig.SECTION).problem(AuthConfig.PASSWORDS, what, remedy);
    }
}
