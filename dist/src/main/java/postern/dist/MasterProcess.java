package postern.dist;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import postern.base.Endpoint;
import postern.base.LogLine;
import postern.base.World;
import postern.base.system.SystemWorld;
import postern.command.ConfigurationFile;
import postern.command.Installation;
import postern.config.Configuration;
import postern.config.Problem;
import postern.config.Settings;
import postern.local.LocalConfig;
import postern.lookup.Passwords;
import postern.master.Master;
import postern.master.Plan;
import postern.master.Replanned;
import postern.os.UserDatabase;
import postern.smtpd.ListenerConfig;

/** {@code postern start}: reads the configuration, then is master until somebody stops it. */
final class MasterProcess {
    /** sysexits(3). */
    private static final int EX_OK = 0;

    private static final int EX_UNAVAILABLE = 69;
    private static final int EX_CANTCREAT = 73;
    private static final int EX_TEMPFAIL = 75;
    private static final int EX_NOPERM = 77;
    private static final int EX_CONFIG = 78;

    /** How often master looks whether certificates were renewed. */
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(30);

    private final Path file;
    private final Installation installation;
    private final World world = SystemWorld.create("master");
    private @Nullable Settings inForce; // guarded by this, as what follows
    private String certificates = "";

    private MasterProcess(Path file, Installation installation) {
        this.file = file;
        this.installation = installation;
    }

    /**
     * Runs in the foreground.
     *
     * @param file where the settings came from, for a reload
     * @return the exit status
     */
    static int run(Path file, Settings settings, Installation installation) {
        try {
            return new MasterProcess(file, installation).serve(settings);
        } catch (IOException failed) {
            System.err.println("postern: " + failed.getMessage());
            return EX_UNAVAILABLE;
        }
    }

    private int serve(Settings settings) throws IOException {
        Site site = Site.read(settings, Commands.machineName());
        try {
            Master master = Master.open(world, plan(settings), this::replan);
            world.tasks().start("certificates", () -> watchCertificates(master));
            // a stop by SIGTERM or Ctrl-C is a success, whatever the JVM makes of it
            return switch (master.run(
                    () -> greet(settings, site), () -> Runtime.getRuntime().halt(EX_OK))) {
                case ASKED -> EX_OK;
                case HOPELESS -> EX_CONFIG;
            };
        } catch (Master.Refused refused) {
            String reasons = String.valueOf(refused.getMessage());
            reasons.lines().forEach(line -> System.err.println("postern: " + line));
            return switch (refused.kind()) {
                case LISTENERS -> EX_UNAVAILABLE;
                case STATE -> EX_CANTCREAT;
                case INSTANCE -> EX_TEMPFAIL;
                case REACH -> EX_NOPERM;
            };
        }
    }

    private Replanned replan() {
        return switch (new ConfigurationFile(world.disk(), installation).read(file)) {
            case Configuration.Result.Broken(List<Problem> problems) ->
                    new Replanned.Problems(problems.stream().map(Problem::toString).toList());
            case Configuration.Result.Loaded(Settings settings) -> {
                try {
                    yield new Replanned.Planned(plan(settings));
                } catch (IOException failed) {
                    yield new Replanned.Problems(List.of(String.valueOf(failed.getMessage())));
                }
            }
        };
    }

    private synchronized Plan plan(Settings settings) throws IOException {
        String secrets = new Certificates(world.disk(), settings).secretText();
        Site site = Site.read(settings, Commands.machineName());
        String passwords = Passwords.secretText(world.disk(), LookupDomain.tables(settings));
        Plan plan =
                PosternPlan.of(
                        settings,
                        Map.of(
                                Powers.FRONT,
                                Certificates.part(secrets, Powers.FRONT),
                                Powers.OUT,
                                Certificates.part(secrets, Powers.OUT),
                                Powers.LOOKUP,
                                passwords),
                        site,
                        Jvm.ours());
        inForce = settings;
        certificates = secrets;
        return plan;
    }

    /**
     * Renewed files are taken up without a word from the operator; the configuration itself is not
     * read for it. Files that do not fit each other, as in the middle of a renewal, wait.
     */
    private void watchCertificates(Master master) {
        String said = "";
        while (true) {
            world.clock().sleep(LOOK_AGAIN);
            try {
                renewed().ifPresent(master::apply);
                said = "";
            } catch (IOException unusable) {
                String why = String.valueOf(unusable.getMessage());
                if (!why.equals(said)) {
                    said = why;
                    world.log()
                            .warning(
                                    LogLine.about("master")
                                            .say("the certificates stay the old ones:")
                                            .with("reason", why));
                }
            }
        }
    }

    private synchronized Optional<Plan> renewed() throws IOException {
        Settings settings = inForce;
        if (settings == null
                || new Certificates(world.disk(), settings).secretText().equals(certificates)) {
            return Optional.empty();
        }
        world.log().info(LogLine.about("master").say("certificates were renewed"));
        return Optional.of(plan(settings));
    }

    /** What listens where, how to send a first message, where it lands, how to stop. */
    private void greet(Settings settings, Site site) {
        StringBuilder text = new StringBuilder("\nPostern is up.\n");
        String smtp = "";
        for (ListenerConfig listener : FrontDomain.configured(settings)) {
            text.append("  listens     ").append(listener.at());
            text.append("  ").append(listener.name()).append('\n');
            if (smtp.isEmpty() && listener.at() instanceof Endpoint.Tcp tcp) {
                smtp = Endpoint.text(tcp.address()) + ":" + tcp.port();
            }
        }
        text.append("  listens     ").append(site.submission()).append("  sendmail\n");
        String user = me();
        String mailbox =
                LocalConfig.read(settings, site.hostname(), site.state())
                        .mailboxes()
                        .path()
                        .replace("{user}", user);
        text.append("\n  try         swaks --server ").append(smtp);
        text.append(" --to ").append(user).append("@localhost\n");
        text.append("  or          printf 'Subject: hello\\n\\nfirst message\\n' | ");
        text.append("bin/sendmail ").append(user).append("@localhost\n");
        text.append("  it lands in ").append(mailbox);
        text.append(mailbox.endsWith("/") ? "new/\n" : "\n");
        text.append("  see         bin/postern -c ").append(file).append(" status\n");
        text.append("  stop        Ctrl-C, or bin/postern -c ").append(file).append(" stop\n");
        System.out.println(text);
        System.gc(); // reading the configuration took some MB; from here on master only waits
    }

    private static String me() {
        try {
            return new UserDatabase().current().name();
        } catch (IOException unknown) {
            return "USER";
        }
    }
}
