package postern.dist;

import java.nio.file.Path;
import postern.base.Listener;
import postern.base.World;
import postern.config.Settings;
import postern.dns.Resolver;
import postern.ipc.AgentSession;
import postern.mail.ContentStore;
import postern.mail.DeliveryAgent;
import postern.smtp.SmtpConfig;
import postern.smtp.SmtpTransport;

/** The domain that delivers to other hosts: smtp(8). */
public final class OutDomain {
    private OutDomain() {}

    /**
     * Starts it, asking the name servers of the configuration or of the machine.
     *
     * @param scratch a folder for what outgrows memory
     */
    public static Running start(
            World world, Site site, Settings settings, Path scratch, Listener listener) {
        SmtpConfig config = SmtpConfig.read(settings, site.hostname());
        return serve(world, SmtpTransport.create(world, config), scratch, listener);
    }

    /** The same with a resolver that is handed in. */
    public static Running start(
            World world,
            Site site,
            Settings settings,
            Resolver resolver,
            Path scratch,
            Listener listener) {
        SmtpConfig config = SmtpConfig.read(settings, site.hostname());
        return serve(world, new SmtpTransport(world, config, resolver), scratch, listener);
    }

    private static Running serve(
            World world, DeliveryAgent agent, Path scratch, Listener listener) {
        var store = new ContentStore(world.disk(), scratch, ContentStore.FREE_OCTETS_DELIVERY);
        return AgentDomain.serve(world, "smtp", () -> new AgentSession(agent, store), listener);
    }
}
