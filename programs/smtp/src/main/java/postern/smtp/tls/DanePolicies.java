package postern.smtp.tls;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import postern.dns.HostPlan.Target;
import postern.dns.HostPlan.Trail;
import postern.dns.Resolver;
import postern.dns.Resolver.Answer;
import postern.dns.Resolver.Proof;
import postern.dns.Resolver.Tlsa;
import postern.dns.Resolver.Trouble;
import postern.mail.Outcome;
import postern.smtp.tls.TlsPolicy.Barred;
import postern.smtp.tls.TlsPolicy.Basis;
import postern.smtp.tls.TlsPolicy.Encrypted;
import postern.smtp.tls.TlsPolicy.Manner;
import postern.smtp.tls.TlsPolicy.Strictness;

/**
 * What TLSA records ask for: RFC 7672 §2.2. Proven records with one that is usable: that proof, or
 * the mail waits. Proven records none of which is usable: TLS, whoever answers. No proven records:
 * nothing. Whatever goes wrong while asking bars the host (§2.1.2). Any task.
 */
public final class DanePolicies implements Published {
    private final Resolver resolver;

    public DanePolicies(Resolver resolver) {
        this.resolver = resolver;
    }

    /** Records, and the name that they are of. */
    private record Found(String base, List<TlsaRecord> records) {}

    /** A question has no answer now. */
    private static final class Unanswered extends Exception {
        private static final long serialVersionUID = 1;

        private final boolean bogus;

        Unanswered(Trouble trouble, String why) {
            super(why, null, false, false);
            this.bogus = trouble == Trouble.BOGUS;
        }
    }

    @Override
    public Optional<TlsPolicy> find(Destination destination, Manner manner) {
        Target target = destination.target();
        if (!target.named()) {
            return Optional.empty(); // §2.2: not for addresses
        }
        try {
            for (String base : bases(target)) {
                Optional<Found> found = ask(base, target.port());
                if (found.isPresent()) {
                    return Optional.of(policy(destination, manner, found.get()));
                }
            }
            return Optional.empty();
        } catch (Unanswered unanswered) {
            String why = "TLSA lookup: " + unanswered.getMessage();
            return Optional.of(
                    new Barred(
                            new Outcome.Deferred(
                                    unanswered.bogus ? "4.7.5" : "4.4.3", why, Outcome.About.HOST),
                            new TlsResult.Failure(TlsResult.Type.DNSSEC_INVALID, why),
                            new Basis(
                                    Basis.Type.TLSA,
                                    destination.domain(),
                                    why,
                                    List.of(),
                                    List.of())));
        }
    }

    /** Names that may have the records, the first that has them wins: §2.2.2, §2.2.3. */
    private List<String> bases(Target target) throws Unanswered {
        String host = target.host().toLowerCase(Locale.ROOT);
        Trail trail = target.trail();
        boolean alias = !trail.canonical().isEmpty() && !trail.canonical().equals(host);
        if (trail.addressSecure()) {
            return alias ? List.of(trail.canonical(), host) : List.of(host);
        }
        if (!alias) {
            return List.of(); // the zone is not signed: servers of such may choke on TLSA
        }
        return switch (resolver.alias(host)) { // of a signed zone, though what it stands for is not
            case Answer.Found<String>(_, Proof proof) -> proof.secure() ? List.of(host) : List.of();
            case Answer.Temporary<String>(Trouble trouble, String why) ->
                    throw new Unanswered(trouble, why);
            case Answer.NoSuchName<String> _ -> List.of();
            case Answer.Empty<String> _ -> List.of();
        };
    }

    private Optional<Found> ask(String base, int port) throws Unanswered {
        return switch (resolver.tlsa("_" + port + "._tcp." + base)) {
            case Answer.Found<List<Tlsa>>(List<Tlsa> records, Proof proof) ->
                    proof.secure()
                            ? Optional.of(
                                    new Found(base, records.stream().map(TlsaRecord::of).toList()))
                            : Optional.empty();
            case Answer.Temporary<List<Tlsa>>(Trouble trouble, String why) ->
                    throw new Unanswered(trouble, why);
            case Answer.NoSuchName<List<Tlsa>> _ -> Optional.empty();
            case Answer.Empty<List<Tlsa>> _ -> Optional.empty();
        };
    }

    private static TlsPolicy policy(Destination destination, Manner manner, Found found) {
        Trail trail = destination.target().trail();
        String owner = "_" + destination.target().port() + "._tcp." + found.base;
        List<String> words =
                found.records.stream().map(record -> owner + ". IN TLSA " + record).toList();
        List<TlsaRecord> usable = TlsaRecord.usable(found.records);
        String reason =
                "dane, TLSA of "
                        + owner
                        + (usable.isEmpty() ? ", none usable" : "")
                        // §2.2.1: not to be taken for a proof of the way
                        + (trail.byMx() && !trail.hostSecure() ? ", MX records not proven" : "");
        return new Encrypted(
                Strictness.REQUIRED,
                usable.isEmpty()
                        ? new ServerProof.Anybody()
                        : new ServerProof.Dane(usable, names(trail, found.base)),
                manner.named(found.base), // §8.1
                new Basis(Basis.Type.TLSA, destination.domain(), reason, words, List.of()));
    }

    /** Reference identifiers for usage 2: §3.2.2. */
    private static List<String> names(Trail trail, String base) {
        List<String> names = new ArrayList<>(List.of(base));
        if (!trail.byMx() || trail.hostSecure()) {
            names.add(trail.domain().toLowerCase(Locale.ROOT));
            if (!trail.expanded().isEmpty()) {
                names.add(trail.expanded());
            }
        }
        return names.stream().distinct().toList();
    }
}
