package postern.dist;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import postern.base.Clock;
import postern.dns.HostPlan.Target;
import postern.mail.Outcome;
import postern.smtp.tls.Destination;
import postern.smtp.tls.Published;
import postern.smtp.tls.ServerProof;
import postern.smtp.tls.TlsPolicy;
import postern.smtp.tls.TlsPolicy.Basis;
import postern.smtp.tls.TlsPolicy.Strictness;
import postern.smtp.tls.TlsResult;
import postern.smtp.tls.TlsResults;
import postern.sts.Found;
import postern.sts.Found.Trouble;
import postern.sts.Policies;
import postern.sts.StsPolicy;
import postern.sts.StsPolicy.Mode;

/** sts(8), as smtp(8) sees it: RFC 8461 §4, §5. Any task. */
final class StsPublished implements Published {
    /** Trouble with a domain's policy is told once in so long, not for each decision. */
    private static final Duration TOLD_EVERY = Duration.ofMinutes(5);

    private static final int TOLD_MAX = 1_000;

    private final Clock clock;
    private final Policies policies;
    private final TlsResults results;
    private final String authorities;
    private final LinkedHashMap<String, Long> told = new LinkedHashMap<>(); // guarded by itself

    /**
     * @param authorities the file of those who vouch for mail hosts; empty: the system's
     */
    StsPublished(Clock clock, Policies policies, TlsResults results, String authorities) {
        this.clock = clock;
        this.policies = policies;
        this.results = results;
        this.authorities = authorities;
    }

    @Override
    public Optional<TlsPolicy> find(Destination destination, TlsPolicy.Manner manner) {
        if (given(destination)) {
            return Optional.empty();
        }
        String domain = destination.domain();
        return switch (policies.find(domain)) {
            case Found.Nothing(Optional<Trouble> trouble) -> {
                trouble.ifPresent(
                        each -> tell(destination, each, basis(domain, List.of(), List.of())));
                yield Optional.empty();
            }
            case Found.Promised(StsPolicy policy, Optional<Trouble> trouble) -> {
                trouble.ifPresent(
                        each ->
                                tell(
                                        destination,
                                        each,
                                        basis(domain, policy.lines(), policy.mx())));
                yield policy.mode() == Mode.NONE
                        ? Optional.empty()
                        : Optional.of(applied(destination.target(), domain, policy, manner));
            }
        };
    }

    /** The operator names the very host, or an address. */
    private static boolean given(Destination destination) {
        return destination.nextHop().startsWith("[") || !destination.target().named();
    }

    @Override
    public String nothing(Destination destination) {
        return given(destination)
                ? "not asked for: the next hop is a host, no domain"
                : "none: " + policies.absence(destination.domain());
    }

    private TlsPolicy applied(
            Target target, String domain, StsPolicy policy, TlsPolicy.Manner manner) {
        Basis basis =
                basis(domain, policy.lines(), policy.mx())
                        .because("MTA-STS of " + domain + ", mode " + policy.mode().word());
        boolean enforced = policy.mode() == Mode.ENFORCE;
        if (policy.matches(target.host())) {
            return new TlsPolicy.Encrypted(
                    enforced ? Strictness.REQUIRED : Strictness.TESTED,
                    new ServerProof.Host(target.host(), authorities),
                    manner.named(target.host()), // RFC 8461 §7.1
                    basis);
        }
        String why = "MTA-STS policy of " + domain + " does not list " + target.host();
        return enforced
                ? new TlsPolicy.Barred(
                        new Outcome.Deferred("4.7.5", why, Outcome.About.HOST),
                        new TlsResult.Failure(TlsResult.Type.VALIDATION_FAILURE, why),
                        basis)
                : new TlsPolicy.Encrypted(
                        Strictness.TESTED,
                        new ServerProof.Unlisted(why),
                        manner.named(target.host()),
                        basis);
    }

    private static Basis basis(String domain, List<String> lines, List<String> mx) {
        return new Basis(Basis.Type.STS, domain, "MTA-STS of " + domain, lines, mx);
    }

    /** RFC 8461 §6. */
    private void tell(Destination destination, Trouble trouble, Basis basis) {
        long now = clock.nanoTime();
        synchronized (told) {
            Long last = told.get(destination.domain());
            if (last != null && now - last < TOLD_EVERY.toNanos()) {
                return;
            }
            told.remove(destination.domain());
            told.put(destination.domain(), now);
            if (told.size() > TOLD_MAX) {
                told.pollFirstEntry();
            }
        }
        TlsResult.Type type =
                switch (trouble.kind()) {
                    case FETCH_ERROR -> TlsResult.Type.STS_POLICY_FETCH_ERROR;
                    case INVALID -> TlsResult.Type.STS_POLICY_INVALID;
                    case WEBPKI_INVALID -> TlsResult.Type.STS_WEBPKI_INVALID;
                };
        results.ended(
                new TlsResult(
                        basis,
                        destination.target(),
                        "",
                        new TlsResult.Failure(type, trouble.why())));
    }
}
