package postern.smtp;

import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import postern.config.Key;
import postern.sasl.Mechanism;
import postern.smtp.tls.TlsConfig;
import postern.table.Table;
import postern.table.TableConfig;

/**
 * How a transport says who we are: RFC 4954.
 *
 * @param tables credentials by next hop, and by sender
 * @param bySender whether the sender is asked for first
 * @param mechanisms that may be used, the best first
 * @param inClear whether what shows a password may go without TLS
 * @param secrets for nonces; must not be guessed
 * @param tokens where those come from that tables name by their source
 */
public record SaslMeans(
        List<Table> tables,
        boolean bySender,
        List<Mechanism> mechanisms,
        boolean inClear,
        RandomGenerator secrets,
        BearerTokens tokens) {
    private static final String SINCE = "0.2";

    /** Nobody is told who we are. */
    public static final SaslMeans NONE =
            new SaslMeans(List.of(), false, List.of(), false, () -> 0, BearerTokens.NONE);

    static final Key<List<String>> TABLES =
            TableConfig.references(
                    "sasl_credentials",
                    "Tables with credentials, user:password, by next hop as it is routed to"
                            + " (\"[smtp.example.org]:587\"), or by its name alone (Postfix:"
                            + " smtp_sasl_password_maps). Where there are some, mail waits unless the"
                            + " host takes them. With user:{oauth}NAME an access token of [oauth.NAME] is"
                            + " shown in the password's place.");

    private static final Key<Boolean> BY_SENDER =
            Key.bool(
                    "sasl_by_sender",
                    false,
                    "Ask those tables for the sender's address first, then for @ and its domain (Postfix:"
                            + " smtp_sender_dependent_authentication). Connections are then not"
                            + " shared between senders of different credentials.",
                    SINCE);

    private static final Key<List<Mechanism>> MECHANISMS =
            Key.parsedList(
                    "sasl_mechanisms",
                    List.of("SCRAM-SHA-256-PLUS", "SCRAM-SHA-256", "SCRAM-SHA-1", "PLAIN", "LOGIN"),
                    "a SASL mechanism",
                    SaslMeans::mechanism,
                    "write PLAIN, LOGIN, SCRAM-SHA-256 or another mechanism",
                    "Mechanisms that may be used, in this order as far as the host offers them (Postfix:"
                            + " smtp_sasl_mechanism_filter). With XOAUTH2 or OAUTHBEARER, which must"
                            + " be named, the table holds an access token in the password's place, and"
                            + " whoever keeps the table keeps it fresh; tokens of [oauth.NAME] go by"
                            + " these two whether they are named or not. EXTERNAL, which must be named too,"
                            + " means the TLS certificate.",
                    SINCE);

    private static final Key<Boolean> IN_CLEAR =
            Key.bool(
                    "sasl_in_clear",
                    false,
                    "Let passwords and tokens go over connections without TLS (Postfix:"
                            + " smtp_sasl_security_options without noplaintext).",
                    SINCE);

    /** All keys. */
    static final List<Key<?>> KEYS = List.of(TABLES, BY_SENDER, MECHANISMS, IN_CLEAR);

    public SaslMeans {
        tables = List.copyOf(tables);
        mechanisms = List.copyOf(mechanisms);
    }

    /** Opens what the keys name. */
    interface Opener {
        List<Table> open(List<String> names);
    }

    static SaslMeans read(
            TlsConfig.Values keys,
            Opener tables,
            Supplier<RandomGenerator> secrets,
            BearerTokens tokens) {
        if (keys.get(TABLES).isEmpty()) {
            return NONE;
        }
        return new SaslMeans(
                tables.open(keys.get(TABLES)),
                keys.get(BY_SENDER),
                keys.get(MECHANISMS),
                keys.get(IN_CLEAR),
                secrets.get(),
                tokens);
    }

    private static Mechanism mechanism(String text) {
        return Mechanism.of(text.toUpperCase(Locale.ROOT))
                .orElseThrow(() -> new IllegalArgumentException("is no mechanism known here"));
    }
}
