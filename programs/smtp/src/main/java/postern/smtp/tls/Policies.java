package postern.smtp.tls;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import postern.base.Endpoint;
import postern.base.Log;
import postern.base.LogLine;
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
    private final Published published;
    private final Log log;
    private final PolicyEntry usual;
    private final String usually;

    /**
     * @param tables those of {@link TlsConfig#tables}
     * @param published what domains say of themselves
     */
    public Policies(TlsConfig config, List<Table> tables, Published published, Log log) {
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
                    plain(
                            destination,
                            word,
                            word.basis.because(word.basis.reason() + ", TLS-Required: no"));
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

    /** Whether what a domain publishes may take the level's place. */
    private static boolean open(Word word) {
        return !word.ofTable && word.entry.level() == TlsLevel.MAY;
    }

    private TlsPolicy ordinary(Destination destination, Word word) {
        return open(word)
                ? published
                        .find(destination, manner(destination, word))
                        .orElseGet(() -> plain(destination, word, word.basis))
                : plain(destination, word, word.basis);
    }

    /** REQUIRETLS: the way to the host, and the host, are proven or not used. */
    private TlsPolicy guarded(Destination destination, Word word) {
        TlsPolicy usual = plain(destination, word, word.basis);
        if (usual instanceof Barred
                || usual instanceof Encrypted(Strictness strictness, ServerProof proof, _, _)
                        && strictness == Strictness.REQUIRED
                        && !(proof instanceof ServerProof.Anybody)) {
            return usual;
        }
        Manner manner = manner(destination, word);
        TlsPolicy found = published.find(destination, manner).orElse(usual);
        if (found instanceof Encrypted(Strictness strictness, ServerProof proof, _, _)
                && !(proof instanceof ServerProof.Anybody)) {
            return strictness == Strictness.REQUIRED
                    ? found
                    : new Encrypted(Strictness.REQUIRED, proof, manner, found.basis());
        }
        if (found instanceof Barred) {
            return found;
        }
        Basis basis = Basis.operator(destination.domain(), "REQUIRETLS");
        if (destination.target().trail().byMx() && !destination.target().trail().hostSecure()) {
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
            case MAY ->
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
