package postern.dist;

import java.io.IOException;
import java.nio.file.Path;
import postern.base.Endpoint;
import postern.base.Listener;
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
import postern.mail.Origin;
import postern.mailbox.Identities;
import postern.rewrite.RewriteConfig;
import postern.table.AliasFile;
import postern.table.Aliases;
import postern.table.LocalNames;

/** The domain that becomes the recipient: local(8). */
public final class LocalDomain {
    /** Connections kept to cleanup. */
    private static final int IDLE_MAX = 20;

    /** What the trace says of a message that goes on to other addresses. */
    private static final Attributes FORWARDED =
            Attributes.of(new Origin("", "", "", "LMTP", "", "local", false));

    private LocalDomain() {}

    /**
     * Starts it.
     *
     * @param unprivileged keeps root's mail and the files that aliases name
     * @param scratch a folder for what outgrows memory
     */
    public static Running start(
            World world,
            Site site,
            Settings settings,
            Users users,
            Identities identities,
            User unprivileged,
            Path scratch,
            Listener listener)
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
        var agent =
                new LocalAgent(
                        LocalConfig.read(settings, site.hostname(), site.state()),
                        new Surroundings(
                                world,
                                users,
                                aliases,
                                identities,
                                unprivileged,
                                (sender, options, recipients, content) ->
                                        cleanup.send(
                                                FORWARDED, sender, options, recipients, content),
                                scratch),
                        new LocalNames(
                                settings.get(
                                        RewriteConfig.SECTION, RewriteConfig.RECIPIENT_DELIMITER)));
        var store = new ContentStore(world.disk(), scratch, ContentStore.FREE_OCTETS_DELIVERY);
        return AgentDomain.serve(world, "local", () -> new AgentSession(agent, store), listener);
    }
}
