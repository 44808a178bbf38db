package postern.dist;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import postern.auth.AuthConfig;
import postern.base.Bug;
import postern.base.Endpoint;
import postern.config.Settings;
import postern.local.LocalConfig;
import postern.master.DomainPlan;
import postern.master.DomainPlan.Start;
import postern.master.DomainPlan.Succession;
import postern.master.ListenerPlan;
import postern.master.Plan;
import postern.master.ServiceIdentities;
import postern.os.Identity;
import postern.os.UserDatabase;
import postern.qmqpd.Qmqpd;
import postern.qmqpd.QmqpdConfig;
import postern.smtp.Transports;
import postern.smtpd.SmtpdConfig;
import postern.tlsrpt.TlsReportConfig;

/** What master is told to do: which domains there are, as whom, confined how, listening where. */
final class PosternPlan {
    private final Settings settings;
    private final Site site;
    private final Jvm jvm;
    private final Map<Powers, String> secrets;
    private final Standing standing;
    private final Identity ourselves;
    private final Map<Powers, Identity> identities = new EnumMap<>(Powers.class);

    private PosternPlan(Settings settings, Map<Powers, String> secrets, Site site, Jvm jvm)
            throws IOException {
        this.secrets = Map.copyOf(secrets);
        this.settings = settings;
        this.site = site;
        this.jvm = jvm;
        this.ourselves = Identity.current();
        this.standing = Standing.of(settings, site, ourselves.uid() == 0);
        var services = new ServiceIdentities(new UserDatabase());
        ServiceConfig users = ServiceConfig.read(settings);
        for (Powers powers : wanted()) {
            identities.put(
                    powers,
                    powers == Powers.LOCAL // which becomes the recipient
                            ? ourselves
                            : services.of(users.user(powers), powers.ordinal()));
        }
    }

    /**
     * @param secrets what only that domain is told: {@link Certificates#secretText}, passwords
     */
    static Plan of(Settings settings, Map<Powers, String> secrets, Site site, Jvm jvm)
            throws IOException {
        return new PosternPlan(settings, secrets, site, jvm).plan();
    }

    private Identity identity(Powers powers) {
        Identity identity = identities.get(powers);
        if (identity == null) {
            throw new Bug("every domain runs as somebody");
        }
        return identity;
    }

    private Plan plan() {
        List<Plan.Folder> folders = new ArrayList<>();
        folders.add(new Plan.Folder(site.state(), 0755, ourselves.uid()));
        folders.add(new Plan.Folder(site.queue(), 0700, identity(Powers.QUEUE).uid()));
        folders.add(new Plan.Folder(site.out(), 0700, identity(Powers.OUT).uid()));
        folders.add(new Plan.Folder(site.state().resolve("tmp"), 0755, ourselves.uid()));
        for (Powers powers : wanted()) {
            folders.add(new Plan.Folder(powers.scratch(site), 0700, identity(powers).uid()));
        }
        LocalConfig local = LocalConfig.read(settings, site.hostname(), site.state());
        if (local.root().startsWith(site.state())) {
            folders.add(new Plan.Folder(local.root(), 0755, ourselves.uid()));
        }
        List<DomainPlan> domains = new ArrayList<>();
        for (Powers powers : wanted()) {
            domains.add(domain(powers, local));
        }
        return new Plan(site.state(), folders, domains);
    }

    /** Some domains are there only where somebody asks them. */
    private List<Powers> wanted() {
        boolean asked = !LookupDomain.tables(settings).isEmpty();
        boolean authenticates = AuthConfig.read(settings).ours();
        return Stream.of(Powers.values())
                .filter(powers -> powers != Powers.LOOKUP || asked)
                .filter(powers -> powers != Powers.AUTH || authenticates)
                .toList();
    }

    private Set<Integer> ports(Powers powers) {
        return switch (powers) {
            case FRONT -> FrontDomain.nameServers(settings);
            case LOOKUP -> LookupDomain.ports(settings);
            case AUTH -> AuthDomain.ports(settings);
            case QUEUE, OUT, LOCAL -> Set.of();
        };
    }

    private DomainPlan domain(Powers powers, LocalConfig local) {
        List<String> arguments =
                List.of("domain", powers.domain(), standing.text(), site.hostname());
        return new DomainPlan(
                powers.domain(),
                command(powers, arguments),
                environment(powers),
                site.state(),
                identity(powers),
                powers.sandbox(
                        site,
                        local,
                        jvm.home(),
                        jvm.library(),
                        standing,
                        ports(powers),
                        TableUses.readable(powers, settings)),
                listeners(powers),
                new Handed(settings, secrets.getOrDefault(powers, "")).encode(),
                switch (powers) {
                    case FRONT, OUT, LOOKUP, AUTH -> Succession.OVERLAP;
                    case QUEUE, LOCAL -> Succession.ONE_AFTER_THE_OTHER;
                },
                switch (powers) {
                    case FRONT, QUEUE, LOOKUP -> Start.AT_ONCE;
                    case OUT -> // a day's reports are due though no mail is
                            TlsReportConfig.read(settings).isPresent()
                                    ? Start.AT_ONCE
                                    : Start.WITH_ITS_FIRST_WORK;
                    case LOCAL, AUTH -> Start.WITH_ITS_FIRST_WORK; // a relay never delivers here
                });
    }

    private List<String> command(Powers powers, List<String> arguments) {
        return switch (powers) {
            case LOOKUP -> jvm.withDrivers(powers.scratch(site), arguments);
            case FRONT ->
                    switch (settings.get(SmtpdConfig.SECTION, SmtpdConfig.TLS_PROVIDER)) {
                        case JSSE -> jvm.command(powers.domain(), arguments);
                        case CONSCRYPT -> jvm.withConscrypt(arguments);
                    };
            case QUEUE, OUT, LOCAL, AUTH -> jvm.command(powers.domain(), arguments);
        };
    }

    /**
     * Nothing of the caller's environment reaches a domain but the time zone, and what a table of
     * its says of it.
     */
    private Map<String, String> environment(Powers powers) {
        Map<String, String> environment = new TreeMap<>(TableUses.environment(powers, settings));
        environment.put("LANG", "C.UTF-8");
        environment.put("MALLOC_ARENA_MAX", "1"); // an arena for each thread is memory lain idle
        String zone = System.getenv("TZ");
        if (zone != null) {
            environment.put("TZ", zone);
        }
        return environment;
    }

    private List<ListenerPlan> listeners(Powers powers) {
        int front = identity(Powers.FRONT).uid();
        int queue = identity(Powers.QUEUE).uid();
        return switch (powers) {
            case FRONT -> {
                List<ListenerPlan> all = new ArrayList<>();
                all.add(unix(Listeners.SUBMISSION_SOCKET, 0666, front));
                all.add(unix(Listeners.FRONT_CONTROL, 0600, ourselves.uid()));
                for (var listener : FrontDomain.configured(settings)) {
                    if (listener.at() instanceof Endpoint.Tcp tcp) {
                        all.add(
                                new ListenerPlan.Tcp(
                                        listener.name(),
                                        new InetSocketAddress(tcp.address(), tcp.port())));
                    }
                }
                if (QmqpdConfig.read(settings).at().orElse(null) instanceof Endpoint.Tcp tcp) {
                    all.add(
                            new ListenerPlan.Tcp(
                                    Qmqpd.NAME, new InetSocketAddress(tcp.address(), tcp.port())));
                }
                yield all;
            }
            case QUEUE ->
                    List.of(
                            unix(Listeners.HANDOVER, 0600, front),
                            unix(Listeners.CONTROL, 0666, ourselves.uid()));
            case OUT ->
                    Transports.read(settings, site.hostname()).keySet().stream()
                            .map(name -> unix(Listeners.agent(name), 0600, queue))
                            .toList();
            case AUTH -> List.of(unix(Listeners.AUTH, 0600, front));
            case LOCAL ->
                    LocalDomain.transports(settings).stream()
                            .map(transport -> unix(Listeners.agent(transport), 0600, queue))
                            .toList();
            case LOOKUP ->
                    TableUses.asking(settings).stream()
                            .map(who -> unix(Listeners.lookup(who), 0600, identity(who).uid()))
                            .toList();
        };
    }

    private ListenerPlan unix(String name, int mode, int owner) {
        if (Listeners.endpoint(site, settings, name) instanceof Endpoint.Local(Path path)) {
            return new ListenerPlan.Unix(name, path, mode, owner);
        }
        throw new Bug("hand-overs are Unix sockets: " + name);
    }
}
