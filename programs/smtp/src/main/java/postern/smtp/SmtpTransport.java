package postern.smtp;

import java.util.List;
import postern.base.World;
import postern.dns.Resolver;
import postern.mail.ContentStore;
import postern.mail.Delivery;
import postern.mail.DeliveryAgent;
import postern.mail.DeliveryRequest;
import postern.smtp.tls.DanePolicies;
import postern.smtp.tls.Policies;
import postern.smtp.tls.ServerJudge;
import postern.smtp.tls.TlsMeans;
import postern.tls.AuthorityFiles;

/** The delivery agent for other hosts, one for each transport. Any number of tasks. */
public final class SmtpTransport implements DeliveryAgent, AutoCloseable {
    private final Means means;

    /**
     * @param store where messages lie that are sent in another form than they came in
     */
    public SmtpTransport(World world, SmtpConfig config, Resolver resolver, ContentStore store) {
        this(world, config, resolver, store, TlsMeans.NONE);
    }

    /**
     * @param store where messages lie that are sent in another form than they came in
     */
    public SmtpTransport(
            World world, SmtpConfig config, Resolver resolver, ContentStore store, TlsMeans tls) {
        this(world, config, resolver, store, tls, SaslMeans.NONE);
    }

    /**
     * @param store where messages lie that are sent in another form than they came in
     */
    public SmtpTransport(
            World world,
            SmtpConfig config,
            Resolver resolver,
            ContentStore store,
            TlsMeans tls,
            SaslMeans sasl) {
        this.means =
                new Means(
                        world,
                        config,
                        TlsCheck.planner(world, config, resolver),
                        new Policies(
                                config.tls(),
                                tls.tables(),
                                new DanePolicies(resolver),
                                tls.published(),
                                world.log()),
                        new Keyring(sasl),
                        new Dialer(
                                world,
                                config,
                                new Outwards(
                                        world,
                                        config,
                                        tls,
                                        new ServerJudge(
                                                new AuthorityFiles(world.disk(), world.clock()))),
                                sasl),
                        new ConnectionCache(world, config.reuse()),
                        store,
                        new Quirks(),
                        new Lines(world.log()));
    }

    /** States in the log what is known of the name service's proofs. */
    public static void tellOfDnssec(World world, Resolver resolver) {
        new Lines(world.log()).validation(resolver.validation());
    }

    @Override
    public List<Delivery> deliver(DeliveryRequest request) {
        return new Attempt(means, request).make();
    }

    @Override
    public boolean asksForOrigin() {
        return means.config().speech().forwarding();
    }

    /** How many messages were deferred that a host may have taken. */
    public long inDoubt() {
        return means.lines().inDoubt();
    }

    @Override
    public void close() {
        means.cache().close();
    }
}
