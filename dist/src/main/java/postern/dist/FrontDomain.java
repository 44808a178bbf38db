package postern.dist;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import postern.anvil.Anvil;
import postern.anvil.AnvilConfig;
import postern.auth.AuthConfig;
import postern.base.Endpoint;
import postern.base.Listener;
import postern.base.Users;
import postern.base.World;
import postern.config.Settings;
import postern.dns.DnsResolver;
import postern.dns.DnsSettings;
import postern.ipc.Attributes;
import postern.ipc.LmtpClient;
import postern.mail.Content;
import postern.mail.ContentStore;
import postern.mail.Domain;
import postern.mail.MailOptions;
import postern.mail.Mailbox;
import postern.mail.Origin;
import postern.mail.Recipient;
import postern.mail.ReversePath;
import postern.qmqpd.Qmqpd;
import postern.qmqpd.QmqpdConfig;
import postern.rewrite.RewriteConfig;
import postern.sasl.dovecot.AuthClient;
import postern.smtp.DnsConfig;
import postern.smtpd.Intake;
import postern.smtpd.Limits;
import postern.smtpd.ListenerConfig;
import postern.smtpd.LoginConfig;
import postern.smtpd.Logins;
import postern.smtpd.Policy;
import postern.smtpd.Smtpd;
import postern.smtpd.SmtpdConfig;
import postern.smtpd.access.RuleConfig;
import postern.smtpd.triage.AddressList;
import postern.smtpd.triage.AddressLists;
import postern.smtpd.triage.KnownClients;
import postern.smtpd.triage.TriageConfig;
import postern.table.Table;
import postern.tls.ServerTls;
import postern.wire.DataDecoder;
import postern.wire.Reply;

/** The domain that speaks to strangers: smtpd(8). */
public final class FrontDomain {
    /** Connections kept to cleanup. */
    private static final int IDLE_MAX = 100;

    /**
     * For one question about a list; a client waits for it. As Postfix, postscreen_dnsbl_timeout.
     */
    private static final Duration LIST_TIMEOUT = Duration.ofSeconds(5);

    private static final int DNS_PORT = 53;

    private FrontDomain() {}

    /** As the next, without TLS. */
    public static Running start(
            World world,
            Site site,
            Settings settings,
            Path scratch,
            Map<String, Listener> listeners)
            throws IOException {
        return start(world, site, new Handed(settings, ""), scratch, listeners);
    }

    /**
     * Starts it.
     *
     * @param scratch a folder for what outgrows memory
     * @param listeners by the names of {@link #configured}, and that of the submission socket
     */
    static Running start(
            World world, Site site, Handed handed, Path scratch, Map<String, Listener> listeners)
            throws IOException {
        Settings settings = handed.settings();
        SmtpdConfig config =
                SmtpdConfig.read(
                        settings,
                        site.hostname(),
                        RewriteConfig.read(settings, site.hostname()).origin());
        ServerTls tls = Certificates.tls(handed.secrets(), config.tls());
        if (tls != null) {
            tls.warm();
        }
        var client =
                new LmtpClient(
                        world.network(),
                        new Endpoint.Local(site.handover()),
                        site.hostname(),
                        IDLE_MAX);
        Limits limits = Limits.read(settings);
        var meter =
                new AnvilMeter(
                        world.clock(),
                        new Anvil(AnvilConfig.read(settings, config.bounds().sessionsPerClient())));
        var known = new KnownClients(world, TriageConfig.read(settings), scratch);
        known.load();
        var store =
                new ContentStore(
                        world.disk(),
                        scratch,
                        limits.messageMemory(),
                        limits.totalMemory(),
                        ContentStore.FREE_OCTETS_INTAKE);
        var smtpd =
                new Smtpd(
                        world,
                        config,
                        policy(world, site, settings, meter, known, tls),
                        store,
                        new Handover(client, new Waker(world.network(), site)));
        for (ListenerConfig configured : all(site, settings)) {
            Listener listener = listeners.get(configured.name());
            if (listener != null) {
                smtpd.start(configured, listener);
            }
        }
        Drained qmqp = qmqp(world, settings, config, store, client, listeners.get(Qmqpd.NAME));
        control(
                world,
                listeners.get(Listeners.FRONT_CONTROL),
                new FrontControl(
                        world,
                        () -> smtpd.sessions() + "/" + config.bounds().sessions(),
                        smtpd::stressed,
                        meter,
                        known));
        return new Running() {
            @Override
            public void drain(Runnable ended) {
                known.save();
                smtpd.drain(() -> qmqp.drain(ended));
            }

            @Override
            public void retire(Runnable ended) {
                known.save();
                smtpd.retire(() -> qmqp.drain(ended));
            }
        };
    }

    private static void control(World world, @Nullable Listener listener, FrontControl server) {
        if (listener != null) {
            world.tasks().start("control", () -> server.serve(listener));
        }
    }

    /** How something comes to its end. */
    private interface Drained {
        void drain(Runnable ended);
    }

    private static Drained qmqp(
            World world,
            Settings settings,
            SmtpdConfig smtpd,
            ContentStore store,
            LmtpClient client,
            @Nullable Listener listener) {
        if (listener == null) {
            return Runnable::run;
        }
        SmtpdConfig.Bounds bounds = smtpd.bounds();
        var qmqpd =
                new Qmqpd(
                        world,
                        QmqpdConfig.read(settings),
                        new Qmqpd.Bounds(
                                new DataDecoder.Limits(
                                        bounds.messageOctets(),
                                        bounds.headerOctets(),
                                        Limits.read(settings).fieldOctets(),
                                        bounds.hops(),
                                        true), // lines end with LF there
                                bounds.recipients()),
                        store,
                        (origin, sender, options, recipients, content) ->
                                client.send(
                                        Attributes.of(origin),
                                        sender,
                                        options,
                                        recipients,
                                        content));
        qmqpd.start(listener);
        return ended -> qmqpd.drain(listener, ended);
    }

    private static Policy policy(
            World world,
            Site site,
            Settings settings,
            AnvilMeter meter,
            KnownClients known,
            @Nullable ServerTls tls) {
        List<InetSocketAddress> servers = DnsConfig.read(settings).settings(world).servers();
        var lists =
                new DnsSettings(
                        servers, LIST_TIMEOUT, DnsSettings.ROUNDS, DnsSettings.Families.IPV4);
        return new Policy(
                RuleConfig.read(settings),
                new DnsResolver(world, DnsSettings.of(servers)),
                new AddressLists(
                        world.tasks(), new DnsResolver(world, lists), AddressList.read(settings)),
                meter,
                TriageConfig.read(settings),
                known,
                Limits.read(settings),
                tls,
                logins(world, site, settings));
    }

    private static Logins logins(World world, Site site, Settings settings) {
        AuthConfig config = AuthConfig.read(settings);
        Optional<AuthClient> service =
                config.ours()
                        ? Optional.of(client(world, site.auth(), Duration.ZERO))
                        : config.dovecot().map(at -> client(world, at, config.denialDelay()));
        LoginConfig logins = LoginConfig.read(settings);
        return new Logins(
                config.mechanisms(),
                service.orElse(null),
                logins,
                senders(world, site, settings, logins));
    }

    private static List<Table> senders(
            World world, Site site, Settings settings, LoginConfig logins) {
        if (logins.senders().isEmpty()) {
            return List.of();
        }
        Users nobody = _ -> Optional.empty(); // this domain knows no users
        return TableUses.open(world, settings, nobody, site, Powers.FRONT).get(logins.senders());
    }

    /** Our own service delays what it denies itself. */
    private static AuthClient client(World world, Path socket, Duration denials) {
        return new AuthClient(
                world.network(),
                world.clock(),
                new Endpoint.Local(socket),
                ProcessHandle.current().pid(),
                denials);
    }

    /** Ports of the name servers that rules or lists make us ask; none where nothing does. */
    static Set<Integer> nameServers(Settings settings) {
        if (settings.each(RuleConfig.SECTION).isEmpty()
                && settings.each(AddressList.SECTION).isEmpty()) {
            return Set.of();
        }
        return portsOfNames(settings);
    }

    /** Where name servers are asked by TCP. */
    static Set<Integer> portsOfNames(Settings settings) {
        Set<Integer> ports = new HashSet<>();
        DnsConfig.read(settings).servers().forEach(each -> ports.add(each.getPort()));
        return ports.isEmpty() ? Set.of(DNS_PORT) : ports;
    }

    /** The listeners of the configuration. */
    static List<ListenerConfig> configured(Settings settings) {
        return SmtpdConfig.read(settings, "").listeners();
    }

    /** Those, and the socket of this machine's own users, which is always there. */
    private static List<ListenerConfig> all(Site site, Settings settings) {
        var socket =
                new ListenerConfig(
                        Listeners.SUBMISSION_SOCKET,
                        ListenerConfig.Kind.SOCKET,
                        new Endpoint.Local(site.submission()));
        return Stream.concat(Stream.of(socket), configured(settings).stream()).toList();
    }

    /** cleanup, as smtpd sees it. */
    private record Handover(LmtpClient client, Waker waker) implements Intake {
        @Override
        public long wake(Domain domain, boolean below) throws IOException {
            return waker.wake(domain, below);
        }

        @Override
        public List<Reply> submit(
                Origin origin,
                ReversePath sender,
                MailOptions options,
                List<Recipient> recipients,
                Content content,
                String held)
                throws IOException {
            return client.send(Attributes.of(origin, held), sender, options, recipients, content);
        }

        @Override
        public Reply verify(Mailbox recipient) throws IOException {
            return client.verify(recipient);
        }
    }
}
