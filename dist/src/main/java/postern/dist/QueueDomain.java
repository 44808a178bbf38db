package postern.dist;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.TimeZone;
import java.util.concurrent.atomic.AtomicInteger;
import postern.base.Endpoint;
import postern.base.Listener;
import postern.base.RecentUsers;
import postern.base.Users;
import postern.base.World;
import postern.bounce.BounceConfig;
import postern.bounce.DsnComposer;
import postern.cleanup.Cleanup;
import postern.cleanup.CleanupConfig;
import postern.config.Settings;
import postern.ipc.AgentClient;
import postern.ipc.LmtpClient;
import postern.mail.Rewriter;
import postern.qmgr.Authority;
import postern.qmgr.InFlow;
import postern.qmgr.LmtpAgents;
import postern.qmgr.QmgrConfig;
import postern.qmgr.QueueControl;
import postern.qmgr.QueueManager;
import postern.qmgr.RouteRules;
import postern.rewrite.AddressRewriter;
import postern.rewrite.AddressRouter;
import postern.rewrite.AddressingConfig;
import postern.rewrite.Explanation;
import postern.rewrite.RewriteConfig;
import postern.rewrite.RoutingConfig;
import postern.smtp.Transports;
import postern.smtpd.LoginConfig;
import postern.smtpd.SmtpdConfig;
import postern.spool.LogSpool;
import postern.spool.Spool;
import postern.spool.SpoolLimits;
import postern.table.AliasFile;
import postern.table.Aliases;
import postern.table.Tables;

/** The domain that keeps the queue: cleanup(8), rewrite(8), qmgr(8), bounce(8) over one spool. */
public final class QueueDomain {
    /**
     * Connections kept to each agent. Origin: the most attempts at once that qmgr makes by default.
     */
    private static final int IDLE_MAX = 100;

    private QueueDomain() {}

    /**
     * Starts it: takes the queue over, rebuilds the schedule, then listens.
     *
     * @param authority who may see and change the queue
     * @throws IOException the queue belongs to another live process, or cannot be read
     */
    public static Running start(
            World world,
            Site site,
            Settings settings,
            Users users,
            Authority authority,
            Listener handover,
            Listener control)
            throws IOException {
        return start(
                world, site, settings, users, authority, SpoolLimits.DEFAULT, handover, control);
    }

    /** The same with other bounds of the queue. */
    public static Running start(
            World world,
            Site site,
            Settings settings,
            Users users,
            Authority authority,
            SpoolLimits limits,
            Listener handover,
            Listener control)
            throws IOException {
        Spool spool = new LogSpool(world, site.queue(), limits);
        Aliases aliases =
                AliasFile.load(
                        world.disk(),
                        settings.get(RewriteConfig.SECTION, RewriteConfig.ALIASES),
                        world.log());
        Users recent = new RecentUsers(users, world.clock()); // asked for every message
        RewriteConfig domains = RewriteConfig.read(settings, site.hostname());
        Tables tables = TableUses.open(world, settings, recent, site, Powers.QUEUE);
        Rewriter rewriter = AddressRewriter.of(domains, AddressingConfig.read(settings), tables);
        AddressRouter router =
                new AddressRouter(
                        domains, RoutingConfig.read(settings), tables, rewriter, recent, aliases);
        QmgrConfig figures = QmgrConfig.read(settings);
        var notices = new DsnComposer(BounceConfig.read(settings, site.hostname()));
        var qmgr =
                new QueueManager(
                        figures,
                        world,
                        spool,
                        router,
                        notices,
                        new LmtpAgents(agents(world, site, settings)));
        qmgr.start();
        var cleanup =
                new Cleanup(
                        world,
                        new CleanupConfig(
                                site.hostname(),
                                SmtpdConfig.read(settings, site.hostname())
                                        .bounds()
                                        .messageOctets(),
                                LoginConfig.read(settings).traced()),
                        router,
                        rewriter,
                        new InFlow(world, spool, qmgr, figures),
                        notices,
                        TimeZone.getDefault());
        var queueControl =
                new QueueControl(world, qmgr, spool, router, rules(router, rewriter), authority);
        world.tasks().start("control", () -> queueControl.serve(control));
        Running intake = AgentDomain.serve(world, "cleanup", cleanup::session, handover);
        return ended -> {
            var left = new AtomicInteger(2);
            Runnable half =
                    () -> {
                        if (left.decrementAndGet() == 0) {
                            ended.run();
                        }
                    };
            qmgr.drain(half);
            intake.drain(half);
        };
    }

    private static RouteRules rules(AddressRouter router, Rewriter rewriter) {
        var explanation = new Explanation(router, rewriter);
        return (sender, recipient) ->
                explanation.steps(sender, recipient).stream()
                        .map(step -> new RouteRules.Rule(step.rule(), step.value(), step.origin()))
                        .toList();
    }

    private static Map<String, AgentClient> agents(World world, Site site, Settings settings) {
        Map<String, Endpoint> sockets = new HashMap<>();
        for (String transport : Transports.read(settings, site.hostname()).keySet()) {
            sockets.put(transport, new Endpoint.Local(site.agent(transport)));
        }
        for (String transport : LocalDomain.transports(settings)) {
            sockets.put(transport, new Endpoint.Local(site.agent(transport)));
        }
        ServiceConfig.read(settings)
                .agents()
                .forEach(
                        (transport, socket) ->
                                sockets.put(transport, new Endpoint.Local(Path.of(socket))));
        Map<String, AgentClient> clients = new HashMap<>();
        sockets.forEach(
                (transport, socket) ->
                        clients.put(
                                transport,
                                new AgentClient(
                                        new LmtpClient(
                                                world.network(),
                                                socket,
                                                site.hostname(),
                                                IDLE_MAX,
                                                LmtpClient.ATTEMPT_LIMIT))));
        return clients;
    }
}
