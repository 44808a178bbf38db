package postern.dist;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import postern.base.Bug;
import postern.base.Endpoint;
import postern.base.Listener;
import postern.base.Users;
import postern.base.World;
import postern.base.system.SystemWorld;
import postern.config.Settings;
import postern.dns.DnsResolver;
import postern.dns.Resolver;
import postern.ipc.AgentSession;
import postern.mail.ContentStore;
import postern.mail.DeliveryAgent;
import postern.rewrite.AddressingConfig;
import postern.rewrite.GenericAgent;
import postern.rewrite.RewriteConfig;
import postern.smtp.DnsConfig;
import postern.smtp.SaslMeans;
import postern.smtp.SmtpConfig;
import postern.smtp.SmtpTransport;
import postern.smtp.Transports;
import postern.smtp.tls.Published;
import postern.smtp.tls.TlsMeans;
import postern.smtp.tls.TlsResults;
import postern.smtpd.ListenerConfig;
import postern.table.Tables;
import postern.tls.Credential;

/** The domain that delivers to other hosts: smtp(8), once for each transport of its kind. */
public final class OutDomain {
    /** Memory for messages under way: as many of a MiB as go out at once behind a backlog. */
    private static final long RESIDENT_OCTETS_TOTAL = 64L << 20;

    private static final int SMTP_PORT = 25;

    private OutDomain() {}

    /**
     * Starts it, asking the name servers of the configuration or of the machine.
     *
     * @param scratch a folder for what outgrows memory
     * @param credentials of transports that show one, by their names
     * @param listeners of each transport, by {@link Listeners#agent}
     */
    public static Running start(
            World world,
            Site site,
            Settings settings,
            Path scratch,
            Map<String, Credential> credentials,
            Map<String, Listener> listeners)
            throws IOException {
        Resolver resolver = new DnsResolver(world, DnsConfig.read(settings).settings(world));
        var promises = OutwardPolicies.open(world, site, settings, resolver);
        var store = store(world, scratch);
        UnaryOperator<DeliveryAgent> generic = generic(world, site, settings);
        Tables tables = tables(world, site, settings);
        Map<String, SaslMeans> sasl =
                Transports.sasl(
                        settings,
                        tables::get,
                        SystemWorld::secrets,
                        OutwardPolicies.tokens(world, site, settings, resolver));
        List<Running> all = new ArrayList<>();
        Set<InetAddress> ours = listening(settings);
        Transports.read(settings, site.hostname())
                .forEach(
                        (name, stated) -> {
                            SmtpConfig config = stated.listening(ours);
                            Listener listener = listeners.get(Listeners.agent(name));
                            if (listener == null) {
                                throw new Bug("each transport has a listener: " + name);
                            }
                            DeliveryAgent agent =
                                    new SmtpTransport(
                                            world,
                                            config,
                                            resolver,
                                            store,
                                            promises.means(
                                                    tables.get(config.tls().tables()),
                                                    Optional.ofNullable(credentials.get(name))
                                                            .map(List::of)
                                                            .orElse(List.of())),
                                            sasl.getOrDefault(name, SaslMeans.NONE));
                            boolean outside = config.kind() == SmtpConfig.Kind.SMTP;
                            all.add(
                                    serve(
                                            world,
                                            name,
                                            outside ? generic.apply(agent) : agent,
                                            store,
                                            listener));
                        });
        world.tasks().start("dnssec", () -> SmtpTransport.tellOfDnssec(world, resolver));
        promises.start();
        Running delivering = together(all);
        return ended -> delivering.drain(() -> promises.save(ended));
    }

    /** Where we take mail from outside: what is sent there comes back. */
    private static Set<InetAddress> listening(Settings settings) {
        Set<InetAddress> addresses = new HashSet<>();
        for (ListenerConfig each : FrontDomain.configured(settings)) {
            if (each.at() instanceof Endpoint.Tcp(InetAddress address, int port)
                    && port == SMTP_PORT
                    && !address.isAnyLocalAddress()) {
                addresses.add(address);
            }
        }
        return addresses;
    }

    /** The transport smtp alone, with a resolver that is handed in. */
    public static Running start(
            World world,
            Site site,
            Settings settings,
            Resolver resolver,
            Path scratch,
            Listener listener) {
        SmtpConfig config = SmtpConfig.read(settings, site.hostname());
        var store = store(world, scratch);
        DeliveryAgent agent =
                new SmtpTransport(
                        world, config, resolver, store, tls(config, tables(world, site, settings)));
        return serve(
                world,
                Transports.SMTP,
                generic(world, site, settings).apply(agent),
                store,
                listener);
    }

    private static TlsMeans tls(SmtpConfig config, Tables tables) {
        return new TlsMeans(
                tables.get(config.tls().tables()),
                List.of(),
                Published.NOTHING,
                TlsResults.UNHEARD);
    }

    static Tables tables(World world, Site site, Settings settings) {
        Users nobody = _ -> Optional.empty(); // this domain knows no users
        return TableUses.open(world, settings, nobody, site, Powers.OUT);
    }

    private static ContentStore store(World world, Path scratch) {
        return new ContentStore(
                world.disk(),
                scratch,
                ContentStore.RESIDENT_OCTETS,
                RESIDENT_OCTETS_TOTAL,
                ContentStore.FREE_OCTETS_DELIVERY);
    }

    /** Addresses leave in the form that the outside knows. */
    private static UnaryOperator<DeliveryAgent> generic(World world, Site site, Settings settings) {
        var tables = tables(world, site, settings);
        return agent ->
                GenericAgent.before(
                        agent,
                        RewriteConfig.read(settings, site.hostname()),
                        AddressingConfig.read(settings),
                        tables);
    }

    private static Running serve(
            World world, String name, DeliveryAgent agent, ContentStore store, Listener listener) {
        return AgentDomain.serve(world, name, () -> new AgentSession(agent, store), listener);
    }

    private static Running together(List<Running> all) {
        return ended -> {
            var left = new AtomicInteger(all.size());
            for (Running each : all) {
                each.drain(
                        () -> {
                            if (left.decrementAndGet() == 0) {
                                ended.run();
                            }
                        });
            }
        };
    }
}
