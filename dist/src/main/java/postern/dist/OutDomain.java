package postern.dist;

import java.nio.file.Path;
import java.util.Optional;
import postern.base.Listener;
import postern.base.Users;
import postern.base.World;
import postern.config.Settings;
import postern.dns.Resolver;
import postern.ipc.AgentSession;
import postern.mail.ContentStore;
import postern.mail.DeliveryAgent;
import postern.rewrite.AddressingConfig;
import postern.rewrite.GenericAgent;
import postern.rewrite.RewriteConfig;
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
        DeliveryAgent agent = SmtpTransport.create(world, config);
        return serve(world, generic(world, site, settings, agent), scratch, listener);
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
        DeliveryAgent agent = new SmtpTransport(world, config, resolver);
        return serve(world, generic(world, site, settings, agent), scratch, listener);
    }

    /** Addresses leave in the form that the outside knows. */
    private static DeliveryAgent generic(
            World world, Site site, Settings settings, DeliveryAgent agent) {
        Users nobody = _ -> Optional.empty(); // this domain knows no users
        return GenericAgent.before(
                agent,
                RewriteConfig.read(settings, site.hostname()),
                AddressingConfig.read(settings),
                TableUses.open(world, settings, nobody));
    }

    private static Running serve(
            World world, DeliveryAgent agent, Path scratch, Listener listener) {
        var store = new ContentStore(world.disk(), scratch, ContentStore.FREE_OCTETS_DELIVERY);
        return AgentDomain.serve(world, "smtp", () -> new AgentSession(agent, store), listener);
    }
}
