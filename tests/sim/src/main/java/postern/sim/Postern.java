package postern.sim;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import postern.base.Bug;
import postern.base.DiskFile;
import postern.base.Endpoint;
import postern.base.User;
import postern.base.Users;
import postern.config.Configuration;
import postern.config.Settings;
import postern.dist.FrontDomain;
import postern.dist.LocalDomain;
import postern.dist.OutDomain;
import postern.dist.QueueDomain;
import postern.dist.Sections;
import postern.dist.Site;
import postern.mailbox.Invoker;
import postern.qmgr.Authority;
import postern.sim.Machine.Succession;
import postern.spool.SpoolLimits;
import postern.testkit.LyingDisk;
import postern.testkit.SimWorld;

/** Postern as it is shipped, its domains put on a simulated machine as master would put them. */
final class Postern {
    static final String DOMAIN = "mta.test";
    static final InetAddress ADDRESS = SimWorld.address("192.0.2.10");
    static final Path MAIL = Path.of("/var/mail");

    private static final Path STATE = Path.of("/var/lib/postern");

    private static final Path ALIASES = Path.of("/etc/aliases");
    private static final User NOBODY = new User("nobody", 65_534, 65_534, Path.of("/nonexistent"));

    /** Who may change the queue. */
    static final String OPERATOR = "root";

    /** Where {@code sendmail} submits, and where {@code mailq} asks. */
    static final Endpoint SUBMISSION = new Endpoint.Local(STATE.resolve("run/submission"));

    static final Endpoint SMTP = new Endpoint.Tcp(ADDRESS, 25);
    static final Endpoint CONTROL = new Endpoint.Local(STATE.resolve("run/queue-control"));

    private static final String CONFIGURATION =
            """
            hostname = "mta.test"
            state = "/var/lib/postern"

            [domains]
            local = ["mta.test"]
            aliases = "/etc/aliases"

            [local]
            mailbox = "/var/mail/{user}/"

            [smtpd]
            trusted = ["10.0.0.0/8", "127.0.0.0/8"]

            [[listener]]
            name = "smtp"
            kind = "smtp"
            address = "192.0.2.10:25"
            """;

    private Postern() {}

    /** Puts them there; they start when the machine boots. */
    static void install(
            Machine machine, Names names, Users users, SpoolLimits limits, LyingDisk disk) {
        Settings settings = settings();
        Site site = Site.read(settings, DOMAIN);
        format(disk, site);
        queue(machine, site, settings, users, limits);
        agents(machine, site, settings, names, users);
        machine.domain(
                "front",
                Succession.BESIDE,
                List.of(SMTP, SUBMISSION),
                (world, sockets) ->
                        FrontDomain.start(
                                world,
                                site,
                                settings,
                                site.state().resolve("tmp/front"),
                                Map.of(
                                        "smtp",
                                        sockets.at(SMTP),
                                        "submission-socket",
                                        sockets.at(SUBMISSION))));
    }

    private static void queue(
            Machine machine, Site site, Settings settings, Users users, SpoolLimits limits) {
        Endpoint handover = new Endpoint.Local(site.handover());
        machine.domain(
                "queue",
                Succession.AFTER,
                List.of(handover, CONTROL),
                (world, sockets) ->
                        QueueDomain.start(
                                world,
                                site,
                                settings,
                                users,
                                Authority.of(Set.of(OPERATOR)),
                                limits,
                                sockets.at(handover),
                                sockets.at(CONTROL)));
    }

    private static void agents(
            Machine machine, Site site, Settings settings, Names names, Users users) {
        Endpoint smtp = new Endpoint.Local(site.agent("smtp"));
        machine.domain(
                "out",
                Succession.BESIDE,
                List.of(smtp),
                (world, sockets) ->
                        OutDomain.start(
                                world,
                                site,
                                settings,
                                names,
                                site.state().resolve("tmp/out"),
                                sockets.at(smtp)));
        Endpoint local = new Endpoint.Local(site.agent("local"));
        machine.domain(
                "local",
                Succession.BESIDE,
                List.of(local),
                (world, sockets) ->
                        LocalDomain.start(
                                world,
                                site,
                                settings,
                                users,
                                new Invoker(world),
                                NOBODY,
                                site.state().resolve("tmp/local"),
                                Map.of("agent-local", sockets.at(local))));
    }

    private static Settings settings() {
        return switch (Configuration.parse("sim.toml", CONFIGURATION, Sections.ALL)) {
            case Configuration.Result.Loaded(Settings settings) -> settings;
            case Configuration.Result.Broken broken ->
                    throw new Bug("the simulation's configuration: " + broken.problems());
        };
    }

    /** The folders and files that an installation brings. */
    private static void format(LyingDisk disk, Site site) {
        try {
            for (String folder : List.of("queue", "run", "tmp/front", "tmp/out", "tmp/local")) {
                disk.createDirectories(site.state().resolve(folder));
            }
            disk.createDirectories(MAIL);
            disk.createDirectories(Path.of("/etc"));
            try (DiskFile aliases = disk.create(ALIASES)) {
                String text = "postmaster: user0\n";
                aliases.write(0, ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)));
                aliases.sync();
            }
            disk.syncDirectory(Path.of("/etc"));
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }
}
