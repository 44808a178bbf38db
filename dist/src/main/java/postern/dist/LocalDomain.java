package postern.dist;

import java.io.IOException;
import java.nio.file.Path;
import postern.base.Listener;
import postern.base.User;
import postern.base.Users;
import postern.base.World;
import postern.config.Settings;
import postern.ipc.AgentSession;
import postern.local.Identities;
import postern.local.LocalAgent;
import postern.local.LocalConfig;
import postern.mail.ContentStore;
import postern.rewrite.RewriteConfig;
import postern.table.AliasFile;
import postern.table.Aliases;

/** The domain that becomes the recipient: local(8). */
public final class LocalDomain {
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
        var agent =
                new LocalAgent(
                        world,
                        LocalConfig.read(settings, site.hostname(), site.state()),
                        users,
                        aliases,
                        identities,
                        unprivileged);
        var store = new ContentStore(world.disk(), scratch, ContentStore.FREE_OCTETS_DELIVERY);
        return AgentDomain.serve(world, "local", () -> new AgentSession(agent, store), listener);
    }
}
