package postern.smtp.tls;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import postern.base.Endpoint;
import postern.base.Log;
import postern.base.LogLine;
import postern.dns.HostPlan.Trail;
import postern.mail.Outcome;
import postern.smtp.tls.TlsPolicy.Barred;
import postern.smtp.tls.TlsPolicy.Basis;
import postern.smtp.tls.TlsPolicy.Clear;
import postern.smtp.tls.TlsPolicy.Encrypted;
import postern.smtp.tls.TlsPolicy.Manner;
import postern.smtp.tls.TlsPolicy.Strictness;
import postern.table.Table;

/**
 * What a connection must have, by the operator's word and by what the domain publishes.
 *
 * <p>A table's entry comes before the transport's own level. Where the level comes from the
 * transport and is opportunistic, a published policy takes its place: DANE before MTA-STS (RFC 8461
 * §2). A message that requires protection (RFC 8689 §4.2.1) gets the strongest of these, and never
 * less than a certificate of the host's name; one that waives it (§4.2.2) is spared what domains
 * publish, not what the operator wants. Any task.
 */
public final class Policies implements TlsPolicy.Source {
    private final TlsConfig config;
    private final List<Table> tables;
    private final Published dane;
    private final Published published;
    private final Log log;
    private final PolicyEntry usual;
    private final String usually;

    /**
     * @param tables those of {@link TlsConfig#tables}
     * @param dane what TLSA records say
     * @param published what domains say of themselves otherwise
     */
    public Policies(
            TlsConfig config, List<Table> tables, Published dane, Published published, Log log) {
        this.dane = dane;
        this.config = config;
        this.tables = List.copyOf(tables);
        this.published = published;
        this.log = log;
        this.usual = new PolicyEntry(config.level(), List.of(), "", config.manner());
        this.usually = "tls = \"" + config.level().text() + "\"";
    }

    /** A level, and who says so. */
    private record Word(PolicyEntry entry, Basis basis, boolean ofTable) {}

    @Override
    public TlsPolicy decide(Destination destination) {
        String domain = destination.domain();
        if (destination.target().endpoint() instanceof Endpoint.Local) {
            return new Clear(Basis.operator(domain, "a socket of this machine"));
        }
        Word word;
        try {
            word = word(destination);
        } catch (Unusable unusable) {
            return unusable.policy;
        }
        return switch (destination.protection()) {
            case UNSTATED -> ordinary(destination, word);
            case REQUIRED -> guarded(destination, word);
            case WAIVED ->
                    waived(
                            destination,
                            word,
                            word.basis
                                    .because(word.basis.reason() + ", TLS-Required: no")
                                    .unreported());
        };
    }

    /** A table cannot be asked, or says what makes no sense. */
    private static final class Unusable extends Exception {
        private static final long serialVersionUID = 1;

        private final transient Barred policy;

        Unusable(Barred policy) {
            super(null, null, false, false);
            this.policy = policy;
        }
    }

    private Word word(Destination destination) throws Unusable {
        for (String key : keys(destination)) {
            for (Table table : tables) {
                switch (table.lookup(key)) {
                    case Table.Answer.Found found -> {
                        return entry(destination, key, found);
                    }
                    case Table.Answer.TemporaryFailure(String reason) ->
                            throw new Unusable(barred(destination, "4.3.0", reason));
                    case Table.Answer.Absent _ -> {}
                }
            }
        }
        return new Word(usual, Basis.operator(destination.domain(), usually), false);
    }

    private Word entry(Destination destination, String key, Table.Answer.Found found)
            throws Unusable {
        try {
            return new Word(
                    PolicyEntry.parse(found.values().getFirst(), config),
                    Basis.operator(
                            destination.domain(),
                            found.values().getFirst() + " (" + found.origin() + ")"),
                    true);
        } catch (IllegalArgumentException odd) {
            log.warning(
                    LogLine.about("tls")
                            .with("table", found.origin())
                            .with("key", key)
                            .with("problem", odd.getMessage())
                            .say("mail for it waits until the entry is right"));
            throw new Unusable(
                    barred(
                            destination,
                            "4.3.5",
                            found.origin() + ": no TLS policy: " + odd.getMessage()));
        }
    }

    private static Barred barred(Destination destination, String status, String why) {
        return new Barred(
                new Outcome.Deferred(status, why, Outcome.About.DESTINATION),
                new TlsResult.Failure(TlsResult.Type.VALIDATION_FAILURE, why),
                Basis.operator(destination.domain(), why));
    }

    /** The next hop as it is written; for a bare domain then what it lies below. */
    private List<String> keys(Destination destination) {
        if (tables.isEmpty()) {
            return List.of();
        }
        String hop = destination.nextHop().toLowerCase(Locale.ROOT);
        List<String> keys = new ArrayList<>();
        keys.add(hop);
        if (hop.indexOf('[') < 0 && hop.indexOf(':') < 0) {
            for (int dot = hop.indexOf('.'); dot >= 0; dot = hop.indexOf('.', dot + 1)) {
                keys.add(hop.substring(dot));
            }
        }
        return keys;
    }

    /**
     * DANE where the level is dane, before what else is published (RFC 8461 §2); that too where the
     * level leaves room for it, and no table says so.
     */
    private TlsPolicy ordinary(Destination destination, Word word) {
        Manner manner = manner(destination, word);
        Optional<TlsPolicy> found =
                switch (word.entry.level()) {
                    case DANE ->
                            (word.ofTable ? dane : dane.or(published)).find(destination, manner);
                    case DANE_ONLY -> Optional.of(daneOnly(destination, manner, word));
                    case MAY ->
                            word.ofTable ? Optional.empty() : published.find(destination, manner);
                    case NONE, ENCRYPT, FINGERPRINT, VERIFY, SECURE -> Optional.empty();
                };
        return found.orElseGet(() -> plain(destination, word, word.basis));
    }

    /** RFC 7672 §6: mandatory, and so is the proof of the way to the host. */
    private TlsPolicy daneOnly(Destination destination, Manner manner, Word word) {
        Optional<TlsPolicy> found = dane.find(destination, manner);
        if (found.isPresent() && found.get() instanceof Barred barred) {
            return barred;
        }
        boolean usable =
                found.isPresent() && found.get() instanceof Encrypted(_, ServerProof.Dane _, _, _);
        if (usable && wayProven(destination)) {
            return found.get();
        }
        String host = destination.target().host();
        String why =
                "DANE is required, and "
                        + (found.isEmpty()
                                ? "no proven TLSA record is there for " + host
                                : usable
                                        ? "nothing proves the MX records of " + destination.domain()
                                        : "no TLSA record of " + host + " is usable");
        return new Barred(
                new Outcome.Deferred("4.7.5", why, Outcome.About.HOST),
                new TlsResult.Failure(TlsResult.Type.DANE_REQUIRED, why),
                found.map(TlsPolicy::basis).orElse(word.basis));
    }

    /** Whether DNSSEC proves that the host is one of the domain's. */
    private static boolean wayProven(Destination destination) {
        Trail trail = destination.target().trail();
        return !trail.byMx() || trail.hostSecure();
    }

    /** What domains publish is put aside: RFC 8689 §4.2.2; the operator's own word is not. */
    private TlsPolicy waived(Destination destination, Word word, Basis basis) {
        return word.entry.level() == TlsLevel.DANE_ONLY
                ? ordinary(destination, word)
                : plain(destination, word, basis);
    }

    /** REQUIRETLS: the way to the host, and the host, are proven or not used. */
    private TlsPolicy guarded(Destination destination, Word word) {
        TlsPolicy usual = ordinary(destination, word);
        if (usual instanceof Barred || guards(usual, destination, word)) {
            return usual;
        }
        Manner manner = manner(destination, word);
        TlsPolicy found = dane.or(published).find(destination, manner).orElse(usual);
        if (found instanceof Barred || guards(found, destination, word)) {
            return found;
        }
        if (found instanceof Encrypted(Strictness strictness, ServerProof proof, Manner how, _)
                && strictness == Strictness.TESTED) {
            Encrypted earnest = new Encrypted(Strictness.REQUIRED, proof, how, found.basis());
            if (guards(earnest, destination, word)) {
                return earnest;
            }
        }
        Basis basis = Basis.operator(destination.domain(), "REQUIRETLS");
        if (!wayProven(destination)) {
            String why = // RFC 8689 §4.2.1, step 2
                    "REQUIRETLS: nothing proves that "
                            + destination.target().host()
                            + " is a mail host of "
                            + destination.domain();
            return new Barred(
                    new Outcome.Bounced("5.7.30", why),
                    new TlsResult.Failure(TlsResult.Type.VALIDATION_FAILURE, why),
                    basis);
        }
        return new Encrypted(
                Strictness.REQUIRED,
                new ServerProof.Authority(
                        List.of(destination.target().host()), authorities(word.entry)),
                manner,
                basis);
    }

    /** Whether both the way to the host and the host are beyond doubt under a policy. */
    private static boolean guards(TlsPolicy policy, Destination destination, Word word) {
        return policy instanceof Encrypted(Strictness strictness, ServerProof proof, _, Basis basis)
                && strictness == Strictness.REQUIRED
                && !(proof instanceof ServerProof.Anybody)
                && (wayProven(destination)
                        || basis.type() == Basis.Type.STS
                        || word.entry.level() == TlsLevel.SECURE
                        || word.entry.level() == TlsLevel.FINGERPRINT);
    }

    private String authorities(PolicyEntry entry) {
        if (!entry.authorities().isEmpty() || config.authorities().isEmpty()) {
            return entry.authorities();
        }
        return config.authorities().getFirst().toString();
    }

    private Manner manner(Destination destination, Word word) {
        Manner manner = word.entry.manner();
        String name =
                switch (manner.serverName()) {
                    case "", "hostname" ->
                            destination.target().named() ? destination.target().host() : "";
                    case "nexthop" -> destination.domain();
                    default -> manner.serverName();
                };
        return manner.named(name);
    }

    private TlsPolicy plain(Destination destination, Word word, Basis basis) {
        PolicyEntry entry = word.entry;
        List<String> match = entry.match();
        return switch (entry.level()) {
            case NONE -> new Clear(basis);
            case MAY, DANE, DANE_ONLY ->
                    new Encrypted(
                            Strictness.OPPORTUNISTIC,
                            new ServerProof.Anybody(),
                            manner(destination, word),
                            basis);
            case ENCRYPT -> required(destination, word, new ServerProof.Anybody(), basis);
            case FINGERPRINT ->
                    required(
                            destination,
                            word,
                            new ServerProof.Fingerprint(
                                    match.isEmpty() ? config.fingerprints() : match),
                            basis);
            case VERIFY -> vouched(destination, word, config.verifyMatch(), basis);
            case SECURE -> vouched(destination, word, config.secureMatch(), basis);
        };
    }

    private TlsPolicy required(Destination destination, Word word, ServerProof proof, Basis basis) {
        return new Encrypted(Strictness.REQUIRED, proof, manner(destination, word), basis);
    }

    private TlsPolicy vouched(
            Destination destination, Word word, List<String> byDefault, Basis basis) {
        List<String> wanted = word.entry.match().isEmpty() ? byDefault : word.entry.match();
        List<String> names =
                wanted.stream()
                        .map(
                                name ->
                                        switch (name) {
                                            case "hostname" -> destination.target().host();
                                            case "nexthop" -> destination.domain();
                                            case "dot-nexthop" -> "." + destination.domain();
                                            default -> name;
                                        })
                        .map(name -> name.toLowerCase(Locale.ROOT))
                        .toList();
        return required(
                destination,
                word,
                new ServerProof.Authority(names, authorities(word.entry)),
                basis);
    }
}
