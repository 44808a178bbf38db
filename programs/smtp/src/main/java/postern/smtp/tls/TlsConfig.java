package postern.smtp.tls;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import postern.config.Key;
import postern.table.TableConfig;
import postern.tls.AuthorityFiles;
import postern.tls.ClientTls;

/**
 * What the operator says of TLS to other hosts.
 *
 * @param level where no table says otherwise
 * @param tables that say otherwise: see {@link PolicyEntry}
 * @param verifyMatch names for the level verify; {@code hostname}, {@code nexthop}, {@code
 *     dot-nexthop} stand for those of the destination
 * @param secureMatch likewise for secure
 * @param fingerprints for the level of that name
 * @param authorities files of them, the first used where an entry names none; empty: the system's
 * @param wrapper whether TLS comes before the greeting: RFC 8314 §3
 */
public record TlsConfig(
        TlsLevel level,
        List<String> tables,
        List<String> verifyMatch,
        List<String> secureMatch,
        List<String> fingerprints,
        List<Path> authorities,
        TlsPolicy.Manner manner,
        boolean wrapper) {
    private static final String SINCE = "0.2";
    private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}|[0-9a-f]{128}");
    private static final Pattern HOST = Pattern.compile("\\.?[A-Za-z0-9_]([A-Za-z0-9_.-]*)");

    /** Names that stand for the destination's. */
    static final List<String> STRATEGIES = List.of("hostname", "nexthop", "dot-nexthop");

    public static final Key<TlsLevel> LEVEL =
            Key.choice(
                    "tls",
                    TlsLevel.MAY,
                    List.of(TlsLevel.values()),
                    "What a connection must have where no tls_policy says otherwise (Postfix:"
                            + " smtp_tls_security_level). none: clear text. may: TLS where it is offered,"
                            + " whoever it is, else clear text. encrypt: TLS or nothing. verify: TLS"
                            + " with a certificate that an authority vouches for, of a name in"
                            + " tls_verify_match. secure: the same with tls_secure_match. fingerprint:"
                            + " TLS with a certificate in tls_fingerprints. dane: as the host's TLSA"
                            + " records want it (RFC 7672), without such records as may; it needs a name"
                            + " server that validates, see dns_trust. dane-only: without such records"
                            + " the mail waits. What is not met puts the mail off.",
                    SINCE);

    public static final Key<List<String>> POLICY =
            TableConfig.references(
                    "tls_policy",
                    "Tables that say what a connection must have by next hop, as it is routed to, or"
                            + " by domain; \".example.org\" is for what is below it. Values are as those"
                            + " of Postfix's smtp_tls_policy_maps: a level, then match=NAME:NAME,"
                            + " protocols=, ciphers=, servername=, cafile=.");

    static final Key<List<String>> VERIFY_MATCH =
            match(
                    "tls_verify_match",
                    List.of("hostname"),
                    "Names one of which a certificate must bear at the level verify: hostname for the"
                            + " host's, nexthop for the domain's that mail is for, dot-nexthop for any"
                            + " below it, or a name (Postfix: smtp_tls_verify_cert_match).");

    static final Key<List<String>> SECURE_MATCH =
            match(
                    "tls_secure_match",
                    List.of("nexthop", "dot-nexthop"),
                    "The same for the level secure: not hostname, which the name service says"
                            + " (Postfix: smtp_tls_secure_cert_match).");

    static final Key<List<String>> FINGERPRINTS =
            Key.parsedList(
                    "tls_fingerprints",
                    List.of(),
                    "fingerprints",
                    TlsConfig::digest,
                    "write SHA-256 or SHA-512 in hexadecimal, with or without colons",
                    "Digests of certificates, or of their public keys, for the level fingerprint"
                            + " (Postfix: smtp_tls_fingerprint_cert_match).",
                    SINCE);

    public static final Key<List<Path>> AUTHORITIES =
            Key.parsedList(
                    "tls_ca_files",
                    List.of(),
                    "absolute paths of files",
                    TlsConfig::file,
                    "write an absolute path, such as \"/etc/ssl/certs/ca-certificates.crt\"",
                    "PEM files of the authorities that vouch for hosts. The first serves where an"
                            + " entry of tls_policy names none by cafile=, which may name any of them."
                            + " Empty: the system's bundle.",
                    SINCE);

    static final Key<List<String>> VERSIONS =
            Key.parsedList(
                    "tls_protocols",
                    ClientTls.VERSIONS,
                    "versions of TLS",
                    TlsConfig::version,
                    "write \"TLSv1.3\" or \"TLSv1.2\": older ones are broken (RFC 8996)",
                    "Versions of TLS that are spoken.",
                    SINCE);

    static final Key<TlsPolicy.Ciphers> CIPHERS =
            Key.choice(
                    "tls_ciphers",
                    TlsPolicy.Ciphers.MEDIUM,
                    List.of(TlsPolicy.Ciphers.values()),
                    "Ciphers that are proposed: high those with forward secrecy and authenticated"
                            + " encryption alone (RFC 9325 §4.2), medium also what old servers need.",
                    SINCE);

    public static final Key<Boolean> WRAPPER =
            Key.bool(
                    "tls_wrapper",
                    false,
                    "Whether TLS comes before the greeting, as on port 465 (RFC 8314, Postfix:"
                            + " smtp_tls_wrappermode). There is no clear text then, whatever tls says.",
                    SINCE);

    public static final Key<Optional<Path>> CERTIFICATE =
            Key.path(
                            "tls_certificate",
                            "client.example.org.pem",
                            Key.Base.FILE,
                            "A certificate and its chain, PEM, for hosts that ask who we are (Postfix:"
                                    + " smtp_tls_chain_files). Master reads it.",
                            SINCE)
                    .optional();

    public static final Key<Optional<Path>> CERTIFICATE_KEY =
            Key.path(
                            "tls_certificate_key",
                            "client.example.org.key",
                            Key.Base.FILE,
                            "Its private key, PEM without a passphrase. Without it, it stands in the"
                                    + " same file.",
                            SINCE)
                    .optional();

    /** What each transport may state for itself. */
    public static final List<Key<?>> KEYS =
            List.of(
                    LEVEL,
                    POLICY,
                    VERIFY_MATCH,
                    SECURE_MATCH,
                    FINGERPRINTS,
                    AUTHORITIES,
                    VERSIONS,
                    CIPHERS,
                    WRAPPER,
                    CERTIFICATE,
                    CERTIFICATE_KEY);

    /** Where values come from. */
    public interface Values {
        <T> T get(Key<T> key);
    }

    public TlsConfig {
        tables = List.copyOf(tables);
        verifyMatch = List.copyOf(verifyMatch);
        secureMatch = List.copyOf(secureMatch);
        fingerprints = List.copyOf(fingerprints);
        authorities = List.copyOf(authorities);
    }

    public static TlsConfig read(Values values) {
        List<String> versions = values.get(VERSIONS);
        return new TlsConfig(
                values.get(LEVEL),
                values.get(POLICY),
                values.get(VERIFY_MATCH),
                values.get(SECURE_MATCH),
                values.get(FINGERPRINTS),
                values.get(AUTHORITIES),
                new TlsPolicy.Manner(
                        "",
                        versions.isEmpty() ? ClientTls.VERSIONS : versions,
                        values.get(CIPHERS)),
                values.get(WRAPPER));
    }

    /** A level with everything else by default. */
    public static TlsConfig of(TlsLevel level) {
        return new TlsConfig(
                level,
                List.of(),
                List.of("hostname"),
                List.of("nexthop", "dot-nexthop"),
                List.of(),
                List.of(),
                new TlsPolicy.Manner("", ClientTls.VERSIONS, TlsPolicy.Ciphers.MEDIUM),
                false);
    }

    /** The same with one table, and files of authorities. */
    public TlsConfig with(List<String> otherTables, List<Path> otherAuthorities) {
        return new TlsConfig(
                level,
                otherTables,
                verifyMatch,
                secureMatch,
                fingerprints,
                otherAuthorities,
                manner,
                wrapper);
    }

    /** The same with TLS before the greeting. */
    public TlsConfig wrapped() {
        return new TlsConfig(
                level, tables, verifyMatch, secureMatch, fingerprints, authorities, manner, true);
    }

    /** What is wrong with an entry of a table; empty when it makes sense. */
    public Optional<String> flaw(String entry) {
        try {
            PolicyEntry.parse(entry, this);
            return Optional.empty();
        } catch (IllegalArgumentException odd) {
            return Optional.of(String.valueOf(odd.getMessage()));
        }
    }

    private static Key<List<String>> match(String name, List<String> byDefault, String doc) {
        return Key.parsedList(
                name,
                byDefault,
                "names",
                TlsConfig::wanted,
                "write a host name, \".domain\", hostname, nexthop or dot-nexthop",
                doc,
                SINCE);
    }

    static String wanted(String text) {
        if (!STRATEGIES.contains(text) && !HOST.matcher(text).matches()) {
            throw new IllegalArgumentException("is no name");
        }
        return text.toLowerCase(Locale.ROOT);
    }

    static String digest(String text) {
        String digest = text.replace(":", "").toLowerCase(Locale.ROOT);
        if (!DIGEST.matcher(digest).matches()) {
            throw new IllegalArgumentException("is no SHA-256 or SHA-512");
        }
        return digest;
    }

    static String version(String text) {
        for (String version : ClientTls.VERSIONS) {
            if (version.equalsIgnoreCase(text)) {
                return version;
            }
        }
        throw new IllegalArgumentException("is no version of TLS that is spoken");
    }

    private static Path file(String text) {
        Path path = Path.of(text);
        if (!path.isAbsolute()) {
            throw new IllegalArgumentException("is no absolute path");
        }
        return path;
    }

    /** The files that a transport with such values may read. */
    public List<Path> files() {
        List<Path> files = new ArrayList<>(authorities);
        if (files.isEmpty()) {
            files.addAll(AuthorityFiles.OF_THE_SYSTEM);
        }
        return files;
    }
}
