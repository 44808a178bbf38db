package postern.smtp;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import postern.base.World;
import postern.dns.HostPlan;
import postern.dns.HostPlan.Target;
import postern.dns.HostPlanner;
import postern.dns.NextHop;
import postern.dns.Resolver;
import postern.mail.Outcome;
import postern.mail.QueueId;
import postern.mail.Terms;
import postern.smtp.tls.DanePolicies;
import postern.smtp.tls.Destination;
import postern.smtp.tls.Judgement;
import postern.smtp.tls.Policies;
import postern.smtp.tls.Published;
import postern.smtp.tls.ServerJudge;
import postern.smtp.tls.TlsMeans;
import postern.smtp.tls.TlsPolicy;
import postern.smtp.tls.TlsResult;
import postern.smtp.tls.TlsResults;
import postern.tls.AuthorityFiles;
import postern.tls.TlsPeer;

/**
 * Walks the way of a message to a next hop up to where MAIL would be said, by the code that
 * delivers, and tells what it met. One task only.
 */
public final class TlsCheck {
    /**
     * What came of a next hop.
     *
     * @param validation whether DNSSEC proves anything here, in words
     * @param problem why there is no host to try; empty where there is
     * @param forGood whether mail would go back to its sender for that
     */
    public record Report(
            String nextHop, String validation, String problem, boolean forGood, List<Host> hosts) {
        public Report {
            hosts = List.copyOf(hosts);
        }
    }

    /**
     * What came of one address of one host.
     *
     * @param proofs what the name service proves of it, in words
     * @param published what TLSA records and MTA-STS say, each in words
     * @param policy what a connection must have, and why
     * @param met what was met
     */
    public record Host(
            String relay, String proofs, List<String> published, String policy, Met met) {
        public Host {
            published = List.copyOf(published);
        }
    }

    /**
     * What a connection came to.
     *
     * @param protocol of the handshake, whatever came of it; empty where there was none
     * @param certificates that the host showed, its own first, in words
     * @param judgement on the host, in words
     * @param result the type of RFC 8460 §4.3 of what failed; empty where nothing did
     * @param goes whether mail would be sent to the host
     * @param forGood whether, where it would not, that is for good
     * @param conclusion what Postern would do, in words
     */
    public record Met(
            String protocol,
            String cipher,
            List<String> certificates,
            boolean verified,
            String judgement,
            String result,
            boolean goes,
            boolean forGood,
            String conclusion) {
        public Met {
            certificates = List.copyOf(certificates);
        }
    }

    /** What a handshake told. */
    private record Shown(String protocol, String cipher, List<String> certificates) {
        static final Shown NOTHING = new Shown("", "", List.of());

        static Shown by(TlsPeer peer) {
            return new Shown(
                    peer.protocol(),
                    peer.cipher(),
                    peer.certificates().stream().map(CertificateWords::of).toList());
        }
    }

    private final SmtpConfig config;
    private final Resolver resolver;
    private final TlsMeans means;
    private final HostPlanner planner;
    private final Policies policies;
    private final DanePolicies dane;
    private final Dialer dialer;
    private final List<TlsResult> results = new ArrayList<>();
    private Shown shown = Shown.NOTHING;

    public TlsCheck(World world, SmtpConfig config, Resolver resolver, TlsMeans means) {
        this.config = config;
        this.resolver = resolver;
        this.means = means;
        this.planner = planner(world, config, resolver);
        this.dane = new DanePolicies(resolver);
        this.policies =
                new Policies(config.tls(), means.tables(), dane, means.published(), world.log());
        TlsResults heard = results::add;
        this.dialer =
                new Dialer(
                        world,
                        config,
                        new Outwards(
                                world,
                                config,
                                new TlsMeans(
                                        List.of(), means.credentials(), Published.NOTHING, heard),
                                new ServerJudge(new AuthorityFiles(world.disk(), world.clock())),
                                peer -> shown = Shown.by(peer)),
                        SaslMeans.NONE);
    }

    /** Finds the hosts as one transport does. */
    static HostPlanner planner(World world, SmtpConfig config, Resolver resolver) {
        boolean smtp = config.kind() == SmtpConfig.Kind.SMTP;
        return new HostPlanner(
                resolver,
                world.random(),
                new HostPlanner.Ourselves(
                        smtp ? config.finding().ownNames() : Set.of(),
                        smtp ? config.finding().ownAddresses() : Set.of()),
                new HostPlanner.Manner(config.finding().port(), smtp, config.finding().services()));
    }

    /**
     * @param nextHop a domain, {@code [host]:port} and the like
     * @param protection as a message's sender may ask for it
     */
    public List<Report> check(String nextHop, Terms.Protection protection) {
        String route = config.finding().nextHop();
        List<Report> reports = new ArrayList<>();
        for (String hop : NextHop.each(route.isEmpty() ? nextHop : route)) {
            reports.add(one(hop, protection));
        }
        return reports;
    }

    private Report one(String hop, Terms.Protection protection) {
        String validation =
                switch (resolver.validation()) {
                    case Resolver.Validation.Present(String server) ->
                            "DNSSEC is validated by " + server;
                    case Resolver.Validation.Absent(String why) -> "nothing is proven: " + why;
                };
        return switch (planner.plan(hop)) {
            case HostPlan.Nothing(Outcome met, _) -> {
                boolean given = !config.finding().nextHop().isEmpty();
                Outcome outcome =
                        given && met instanceof Outcome.Bounced never
                                ? Verdicts.misled(hop, never)
                                : met;
                yield new Report(
                        hop,
                        validation,
                        outcome.status() + " " + outcome.detail(),
                        outcome instanceof Outcome.Bounced,
                        List.of());
            }
            case HostPlan.Hosts(List<Target> targets) ->
                    new Report(
                            hop,
                            validation,
                            "",
                            false,
                            targets.stream()
                                    .map(target -> new Destination(hop, target, protection))
                                    .map(this::host)
                                    .toList());
        };
    }

    private Host host(Destination destination) {
        Target target = destination.target();
        TlsPolicy policy = policies.decide(destination);
        return new Host(
                target.text(),
                proofs(target.trail()),
                List.of(
                        "TLSA: " + told(dane, destination),
                        "MTA-STS: " + told(means.published(), destination)),
                policy.basis().reason() + ": " + demand(policy),
                met(destination, policy));
    }

    private static String proofs(HostPlan.Trail trail) {
        String way =
                trail.byMx()
                        ? "MX records " + (trail.hostSecure() ? "proven" : "not proven")
                        : "no MX records";
        return way + ", address " + (trail.addressSecure() ? "proven" : "not proven");
    }

    private String told(Published source, Destination destination) {
        Optional<TlsPolicy> found = source.find(destination, config.tls().manner());
        return found.map(
                        policy -> {
                            List<String> words = policy.basis().words();
                            return policy.basis().reason()
                                    + ": "
                                    + demand(policy)
                                    + (words.isEmpty()
                                            ? ""
                                            : " [" + String.join("; ", words) + "]");
                        })
                .orElseGet(() -> source.nothing(destination));
    }

    private static String demand(TlsPolicy policy) {
        return switch (policy) {
            case TlsPolicy.Clear _ -> "clear text";
            case TlsPolicy.Barred(Outcome outcome, _, _) -> "not to be used: " + outcome.detail();
            case TlsPolicy.Encrypted(var strictness, var proof, _, _) ->
                    (strictness == TlsPolicy.Strictness.REQUIRED
                                    ? "TLS required"
                                    : "TLS where it can be")
                            + ", "
                            + proof.words();
        };
    }

    private Met met(Destination destination, TlsPolicy policy) {
        Target target = destination.target();
        boolean required = destination.protection() == Terms.Protection.REQUIRED;
        results.clear();
        shown = Shown.NOTHING;
        Dialer.Opened opened = dialer.open(target, policy, new QueueId(1), Credentials.NONE);
        String failed = "";
        String why = "";
        for (TlsResult result : results) {
            if (result.ended() instanceof TlsResult.Failure(var type, String reason)) {
                failed = type.text();
                why = reason;
            }
        }
        return switch (opened) {
            case Dialer.Opened.Ready(Connection connection) -> {
                boolean offered = connection.extensions().offers("REQUIRETLS");
                connection.quit();
                boolean goes = !required || offered && connection.verified();
                Connection.Seal seal = connection.seal();
                String judgement =
                        switch (seal.judgement()) {
                            case Judgement.NotAsked _ -> why.isEmpty() ? "nobody asked" : why;
                            case Judgement.Proven(String by) -> "proven by " + by;
                            case Judgement.Refused(_, String refused) -> refused;
                        };
                yield new Met(
                        seal.protocol(),
                        seal.cipher(),
                        shown.certificates,
                        connection.verified(),
                        judgement,
                        failed,
                        goes,
                        !goes,
                        !goes
                                ? "mail goes back: 5.7.30 the host does not offer REQUIRETLS"
                                : seal.protocol().isEmpty()
                                        ? "mail goes in clear text"
                                        : connection.verified()
                                                ? "mail goes, encrypted and verified"
                                                : "mail goes, encrypted, to whoever answers there");
            }
            case Dialer.Opened.Failed(Outcome outcome, _) -> lost(failed, why, outcome);
            case Dialer.Opened.Unprotected(Outcome outcome, _) ->
                    lost(failed, why, required ? Attempt.never(outcome) : outcome);
        };
    }

    private Met lost(String failed, String why, Outcome outcome) {
        boolean forGood = outcome instanceof Outcome.Bounced;
        String consequence = forGood ? "mail goes back: " : "mail waits: ";
        return new Met(
                shown.protocol,
                shown.cipher,
                shown.certificates,
                false,
                why,
                failed,
                false,
                forGood,
                consequence + outcome.status() + " " + outcome.detail());
    }
}
