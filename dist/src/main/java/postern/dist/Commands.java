package postern.dist;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import postern.base.Disk;
import postern.base.Log;
import postern.base.World;
import postern.base.system.SystemWorld;
import postern.command.ExitStatus;
import postern.command.Installation;
import postern.command.PosternCommand;
import postern.command.StateFolder;
import postern.command.Terminal;
import postern.command.sendmail.Sendmail;
import postern.config.Configuration;
import postern.os.UserDatabase;

/** The commands people type, and what they are told of this installation. */
final class Commands {
    private static final String VERSION = "Postern 0.1.0";

    /** Where the configuration is on a machine that Postern was installed on. */
    private static final Path USUAL = Path.of("/etc/postern/postern.toml");

    private static final Path USUAL_STATE = Path.of("/var/lib/postern");

    private Commands() {}

    /**
     * @return the exit status
     */
    static int run(String command, List<String> arguments) throws IOException {
        Terminal terminal = terminal();
        Installation installation = installation(terminal);
        return switch (command) {
            case "postern" -> new PosternCommand(terminal, installation).run(arguments);
            case "sendmail" ->
                    new Sendmail(terminal, folder(terminal, installation)).run(arguments).code();
            case "bsmtp" ->
                    new Sendmail(terminal, folder(terminal, installation)).batch(arguments).code();
            case "mailq" -> sendmail(terminal, installation, "-bp", arguments);
            case "newaliases" -> sendmail(terminal, installation, "-bi", arguments);
            default -> {
                terminal.err().println("postern: no such command: " + command);
                yield ExitStatus.USAGE.code();
            }
        };
    }

    /** sendmail under another of its names takes the same options. */
    private static int sendmail(
            Terminal terminal, Installation installation, String mode, List<String> arguments) {
        List<String> all = new ArrayList<>(List.of(mode));
        all.addAll(arguments);
        return new Sendmail(terminal, folder(terminal, installation)).run(all).code();
    }

    /**
     * The configuration that is read when none is named: the machine's, or a checkout's quickstart.
     */
    static Installation installation(Terminal terminal) {
        String named = terminal.variable("POSTERN_CONFIG");
        Path home = Path.of(System.getProperty("postern.home", "/nonexistent"));
        boolean checkout =
                named.isEmpty()
                        && !Files.exists(USUAL)
                        && Files.exists(home.resolve("conf/quickstart.toml"));
        Path configuration =
                !named.isEmpty()
                        ? Path.of(named)
                        : checkout ? home.resolve("conf/quickstart.toml") : USUAL;
        return new Installation(
                VERSION,
                configuration,
                checkout ? home.resolve("var") : USUAL_STATE,
                Sections.ALL,
                checks(terminal.world().disk()),
                settings -> Site.read(settings, machineName()).state(),
                (file, settings) -> MasterProcess.run(file, settings, installation(terminal)),
                Confinement::probe,
                ClientQuestions::explain,
                new AddressQuestions(),
                new TlsQuestions(),
                AuthDomain::place);
    }

    private static List<Configuration.Check> checks(Disk disk) {
        List<Configuration.Check> checks = new ArrayList<>(Sections.CHECKS);
        checks.add(settings -> new Certificates(disk, settings).problems());
        checks.add(
                settings ->
                        ConscryptFiles.problems(
                                disk,
                                settings,
                                Jvm.ours().conscrypt(),
                                System.getProperty("os.arch", "")));
        checks.add(settings -> AuthDomain.problems(disk, settings));
        checks.add(ServiceConfig::problems);
        return checks;
    }

    private static StateFolder folder(Terminal terminal, Installation installation) {
        return PosternCommand.stateFolder(terminal, installation, Optional.empty());
    }

    private static Terminal terminal() throws IOException {
        Log silent = (_, _) -> {};
        World world = SystemWorld.create(silent);
        return new Terminal(
                world,
                System.in,
                System.out,
                System.err,
                new UserDatabase().current().name(),
                System.getenv());
    }

    /** The machine's own name. */
    static String machineName() {
        try {
            String name =
                    Files.readString(
                                    Path.of("/proc/sys/kernel/hostname"), StandardCharsets.US_ASCII)
                            .strip();
            return name.isEmpty() ? "localhost" : name;
        } catch (IOException unnamed) {
            return "localhost";
        }
    }
}
