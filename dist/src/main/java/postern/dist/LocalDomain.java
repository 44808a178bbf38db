package postern.dist;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import postern.base.Endpoint;
import postern.base.Listener;
import postern.base.RecentUsers;
import postern.base.User;
import postern.base.Users;
import postern.base.World;
import postern.config.Settings;
import postern.ipc.AgentSession;
import postern.ipc.Attributes;
import postern.ipc.LmtpClient;
import postern.local.LocalAgent;
import postern.local.LocalConfig;
import postern.local.Surroundings;
import postern.mail.ContentStore;
import postern.mail.DeliveryAgent;
import postern.mail.Origin;
import postern.mailbox.BinaryAsText;
import postern.mailbox.Identities;
import postern.pipe.PipeAgent;
import postern.pipe.PipeConfig;
import postern.rewrite.RewriteConfig;
import postern.table.AddressSearch;
import postern.table.AliasFile;
import postern.table.Aliases;
import postern.table.LocalNames;
import postern.table.Tables;
import postern.virtual.VirtualAgent;
import postern.virtual.VirtualConfig;

/** The domain that becomes the recipient: local(8), virtual(8), pipe(8). */
public final class LocalDomain {
    /** Connections kept to cleanup. */
    private static final int IDLE_MAX = 20;

    /** What the trace says of a message that goes on to other addresses. */
    private static final Attributes FORWARDED =
            Attributes.of(new Origin("", "", "", "LMTP", "", "local", false));

    static final String LOCAL = "local";
    private static final String VIRTUAL = "virtual";

    private LocalDomain() {}

    /**
     * Starts it.
     *
     * @param unprivileged keeps root's mail and the files that aliases name
     * @param scratch a folder for what outgrows memory, and for what commands read
     * @param listeners by the names of {@link Listeners#agent}, one for each transport
     */
    public static Running start(
            World world,
            Site site,
            Settings settings,
            Users users,
            Identities identities,
            User unprivileged,
            Path scratch,
            Map<String, Listener> listeners)
            throws IOException {
        Aliases aliases =
                AliasFile.load(
                        world.disk(),
                        settings.get(RewriteConfig.SECTION, RewriteConfig.ALIASES),
                        world.log());
        var cleanup =
                new LmtpClient(
                        world.network(),
                        new Endpoint.Local(site.handover()),
                        site.hostname(),
                        IDLE_MAX);
        var names =
                new LocalNames(
                        settings.get(RewriteConfig.SECTION, RewriteConfig.RECIPIENT_DELIMITER));
        var agent =
                new LocalAgent(
                        LocalConfig.read(settings, site.hostname(), site.state())
                                .completedBy(
                                        RewriteConfig.read(settings, site.hostname()).origin()),
                        new Surroundings(
                                world,
                                new RecentUsers(users, world.clock()),
                                aliases,
                                identities,
                                unprivileged,
                                (sender, options, recipients, content) ->
                                        cleanup.send(
                                                FORWARDED, sender, options, recipients, content),
                                scratch),
                        names);
        Map<String, DeliveryAgent> agents = new LinkedHashMap<>();
        agents.put(LOCAL, agent);
        if (VirtualConfig.read(settings).used()) {
            agents.put(VIRTUAL, virtual(world, site, settings, users, identities));
        }
        for (PipeConfig pipe : PipeConfig.all(settings)) {
            agents.put(
                    pipe.name(),
                    new PipeAgent(world, pipe, users, identities, scratch, names::base));
        }
        var store = new ContentStore(world.disk(), scratch, ContentStore.FREE_OCTETS_DELIVERY);
        List<Running> serving = new ArrayList<>();
        agents.forEach(
                (transport, each) -> {
                    Listener listener = listeners.get(Listeners.agent(transport));
                    if (listener != null) {
                        serving.add(
                                AgentDomain.serveFiles(
                                        world, transport, () -> session(each, store), listener));
                    }
                });
        return Running.all(serving);
    }

    private static AgentSession session(DeliveryAgent agent, ContentStore store) {
        return new AgentSession(new BinaryAsText(agent, store), store);
    }

    static DeliveryAgent virtual(
            World world, Site site, Settings settings, Users users, Identities identities) {
        VirtualConfig config = VirtualConfig.read(settings);
        Tables tables = TableUses.open(world, settings, users, site, Powers.LOCAL);
        return new VirtualAgent(
                world,
                config,
                site.hostname(),
                identities,
                new VirtualAgent.Lookups(
                        search(tables, config.mailboxes(), settings),
                        search(tables, config.uids(), settings),
                        search(tables, config.gids(), settings)));
    }

    private static AddressSearch search(Tables tables, List<String> names, Settings settings) {
        return new AddressSearch(
                tables.get(names),
                _ -> false,
                settings.get(RewriteConfig.SECTION, RewriteConfig.RECIPIENT_DELIMITER));
    }

    /** The transports that this domain serves. */
    static List<String> transports(Settings settings) {
        List<String> transports = new ArrayList<>(List.of(LOCAL));
        if (VirtualConfig.read(settings).used()) {
            transports.add(VIRTUAL);
        }
        PipeConfig.all(settings).forEach(pipe -> transports.add(pipe.name()));
        return transports;
    }
}
