package postern.auth;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import postern.base.Disk;
import postern.config.Key;
import postern.config.Problem;
import postern.config.Section;
import postern.config.Settings;
import postern.http.HttpsUrl;
import postern.sasl.Accounts.TokenHints;
import postern.tls.AuthorityFiles;
import postern.tls.Credential;

/**
 * How tokens are checked, where they are.
 *
 * @param source what tells whether one is good
 * @param rules what it must say
 * @param hints for clients without a good one
 * @param timeout of a request by HTTPS
 * @param authorities a file of those that the servers' certificates are checked by; empty: the
 *     system's
 */
public record TokenConfig(
        Source source,
        TokenRules rules,
        TokenHints hints,
        Duration timeout,
        Optional<Path> authorities) {
    private static final String SINCE = "0.2";

    /** What tells whether a token is good. */
    public sealed interface Source {
        record KeyFile(Path file) implements Source {}

        /**
         * @param keep for how long they are not asked for anew
         */
        record KeyUrl(HttpsUrl url, Duration keep) implements Source {}

        /**
         * @param keep for how long a good token is not asked about again
         */
        record Asked(Endpoint endpoint, Duration keep) implements Source {}
    }

    /** Where an issuer is asked about tokens, and as whom. */
    public record Endpoint(HttpsUrl url, Path credentials) {}

    private static final Key<Optional<Path>> KEYS =
            Key.path(
                            "keys",
                            "auth/oauth-keys",
                            Key.Base.FILE,
                            "A file of the issuer's public keys, by which signed tokens (JWT, RFC 7519) are"
                                    + " checked: PEM, or a set of JWK (RFC 7517). It lies in a folder of its"
                                    + " own, as auth.passwords does, and is read anew when it changes.",
                            SINCE)
                    .optional();

    private static final Key<Optional<HttpsUrl>> KEYS_URL =
            HttpsUrl.key(
                    "keys_url",
                    "https://login.example.org/oauth2/jwks",
                    "Where the issuer publishes its keys (jwks_uri), instead of a file.",
                    SINCE);

    private static final Key<Duration> KEYS_KEPT =
            Key.duration(
                    "keys_kept",
                    "1h",
                    Duration.ofMinutes(1),
                    Duration.ofDays(1),
                    "For how long keys of keys_url are not asked for anew. A token that names a key which"
                            + " is not known makes us ask, once a minute at the most. Where the issuer"
                            + " does not answer, keys are kept for a day longer.",
                    SINCE);

    private static final Key<Optional<HttpsUrl>> INTROSPECTION =
            HttpsUrl.key(
                    "introspection_url",
                    "https://login.example.org/oauth2/introspect",
                    "Where the issuer is asked about each token (RFC 7662), instead of keys: for tokens"
                            + " that are not signed, or that must end at once when they are revoked.",
                    SINCE);

    private static final Key<Optional<Path>> CREDENTIALS =
            Key.path(
                            "introspection_credentials",
                            "auth/oauth-client",
                            Key.Base.FILE,
                            "A file of one line, client-id:secret: as whom we ask there. It lies in a folder"
                                    + " of its own, as auth.passwords does, and is read anew when it"
                                    + " changes.",
                            SINCE)
                    .optional();

    private static final Key<Duration> INTROSPECTION_KEPT =
            Key.duration(
                    "introspection_kept",
                    "1m",
                    Duration.ZERO,
                    Duration.ofMinutes(10),
                    "For how long a token that is good is not asked about again: so long one that is"
                            + " revoked may still serve. 10000 tokens are remembered, by their hashes.",
                    SINCE);

    private static final Key<String> ISSUER =
            Key.text(
                    "issuer",
                    "",
                    "The member iss that a token must have. Must be given with keys and keys_url.",
                    SINCE);

    private static final Key<List<String>> AUDIENCES =
            Key.texts(
                    "audiences",
                    List.of(),
                    "Of which the member aud of a token must name one. Must be given with keys and"
                            + " keys_url: a token for another service of the issuer's is none for this.",
                    SINCE);

    private static final Key<List<String>> SCOPES =
            Key.texts(
                    "scopes",
                    List.of(),
                    "Which a token must have, all of them, in its member scope (or scp).",
                    SINCE);

    private static final Key<String> USER_CLAIM =
            Key.text(
                    "user_claim",
                    TokenRules.EMAIL,
                    "The member of a token, or of the answer about it, that is the login (Dovecot:"
                            + " username_attribute). An email that the issuer has not verified"
                            + " (email_verified) is none.",
                    SINCE);

    private static final Key<Duration> SKEW =
            Key.duration(
                    "clock_skew",
                    "1m",
                    Duration.ZERO,
                    Duration.ofMinutes(5),
                    "What the issuer's clock may differ from ours.",
                    SINCE);

    private static final Key<Duration> TIMEOUT =
            Key.duration(
                    "timeout",
                    "10s",
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(30),
                    "For a request to the issuer, all of it. After that the client is told to come again"
                            + " (454).",
                    SINCE);

    private static final Key<Optional<Path>> AUTHORITIES =
            Key.path(
                            "ca_file",
                            "auth/issuer-ca.pem",
                            Key.Base.FILE,
                            "Certificates of the authorities that the issuer's certificate is checked by."
                                    + " Without it: those of the system.",
                            SINCE)
                    .optional();

    private static final Key<Optional<HttpsUrl>> CONFIGURATION =
            HttpsUrl.key(
                    "configuration_url",
                    "https://login.example.org/.well-known/openid-configuration",
                    "Where the issuer says how tokens are got; told to clients whose token is denied (RFC"
                            + " 7628 §3.2.2, openid-configuration).",
                    SINCE);

    /** {@code [auth.oauth]}. */
    public static final Section SECTION =
            new Section(
                    "auth.oauth",
                    "Tokens of OAuth 2, for the mechanisms OAUTHBEARER (RFC 7628) and XOAUTH2. One of keys,"
                            + " keys_url and introspection_url is given. Dovecot's service (auth.dovecot)"
                            + " checks tokens itself.",
                    List.of(
                            KEYS,
                            KEYS_URL,
                            KEYS_KEPT,
                            INTROSPECTION,
                            CREDENTIALS,
                            INTROSPECTION_KEPT,
                            ISSUER,
                            AUDIENCES,
                            SCOPES,
                            USER_CLAIM,
                            SKEW,
                            TIMEOUT,
                            AUTHORITIES,
                            CONFIGURATION));

    /** Empty where tokens are not taken. */
    public static Optional<TokenConfig> read(Settings settings) {
        Settings.Group group = settings.section(SECTION);
        return source(group)
                .map(
                        source ->
                                new TokenConfig(
                                        source,
                                        new TokenRules(
                                                group.get(ISSUER),
                                                group.get(AUDIENCES),
                                                group.get(SCOPES),
                                                group.get(USER_CLAIM),
                                                group.get(SKEW)),
                                        new TokenHints(
                                                String.join(" ", group.get(SCOPES)),
                                                group.get(CONFIGURATION)
                                                        .map(HttpsUrl::toString)
                                                        .orElse("")),
                                        group.get(TIMEOUT),
                                        group.get(AUTHORITIES)));
    }

    private static Optional<Source> source(Settings.Group group) {
        Optional<Path> keys = group.get(KEYS);
        Optional<HttpsUrl> keysUrl = group.get(KEYS_URL);
        Optional<HttpsUrl> asked = group.get(INTROSPECTION);
        if (keys.isPresent()) {
            return Optional.of(new Source.KeyFile(keys.get()));
        }
        if (keysUrl.isPresent()) {
            return Optional.of(new Source.KeyUrl(keysUrl.get(), group.get(KEYS_KEPT)));
        }
        Optional<Path> credentials = group.get(CREDENTIALS);
        return asked.isEmpty() || credentials.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        new Source.Asked(
                                new Endpoint(asked.get(), credentials.get()),
                                group.get(INTROSPECTION_KEPT)));
    }

    /** What must be seen together. */
    static List<Problem> check(Settings settings) {
        Settings.Group group = settings.section(SECTION);
        List<Problem> problems = new ArrayList<>();
        List<Key<?>> sources = new ArrayList<>();
        for (Key<? extends Optional<?>> each : List.of(KEYS, KEYS_URL, INTROSPECTION)) {
            if (group.get(each).isPresent()) {
                sources.add(each);
            }
        }
        if (sources.size() > 1) {
            problems.add(
                    group.problem(
                            sources.get(1),
                            "more than one of \"keys\", \"keys_url\" and \"introspection_url\"",
                            "leave one of them"));
        }
        boolean asked = group.get(INTROSPECTION).isPresent();
        if (asked && group.get(CREDENTIALS).isEmpty()) {
            problems.add(
                    group.problem(
                            INTROSPECTION,
                            "\"introspection_url\" without \"introspection_credentials\"",
                            "name a file with a line client-id:secret"));
        }
        if (!sources.isEmpty() && !asked) {
            if (group.get(ISSUER).isEmpty()) {
                problems.add(
                        group.problem(
                                sources.getFirst(),
                                "signed tokens are taken of any issuer",
                                "give \"issuer\""));
            }
            if (group.get(AUDIENCES).isEmpty()) {
                problems.add(
                        group.problem(
                                sources.getFirst(),
                                "signed tokens are taken that were issued for anything",
                                "give \"audiences\""));
            }
        }
        return problems;
    }

    /**
     * What is wrong with the files.
     *
     * @param wide whether a file's folder holds too much to be opened for it
     */
    public static List<Problem> unusable(Disk disk, Settings settings, Predicate<Path> wide) {
        Settings.Group group = settings.section(SECTION);
        List<Problem> problems = new ArrayList<>();
        Checked keys = file -> KeySource.read(disk, file);
        Checked credentials = file -> Introspection.credentials(disk, file);
        unusable(group, KEYS, keys, wide).ifPresent(problems::add);
        unusable(group, CREDENTIALS, credentials, wide).ifPresent(problems::add);
        Checked authorities =
                file -> {
                    String text = RenewedFile.text(disk, file, AuthorityFiles.FILE_OCTETS_MAX);
                    String why = Credential.unusableAuthorities(text);
                    if (!why.isEmpty()) {
                        throw new RenewedFile.Wrong(why);
                    }
                    return text;
                };
        unusable(group, AUTHORITIES, authorities, _ -> false).ifPresent(problems::add);
        return problems;
    }

    /** Reads a file. */
    private interface Checked {
        Object read(Path file) throws IOException;
    }

    private static Optional<Problem> unusable(
            Settings.Group group, Key<Optional<Path>> key, Checked checked, Predicate<Path> wide) {
        Optional<Path> file = group.get(key);
        if (file.isEmpty()) {
            return Optional.empty();
        }
        if (wide.test(file.get())) {
            return Optional.of(
                    group.problem(
                            key,
                            file.get() + " lies in a folder that holds other things",
                            "put it in a folder of its own, which auth may read as a whole"));
        }
        try {
            Object _ = checked.read(file.get());
            return Optional.empty();
        } catch (IOException unread) {
            return Optional.of(
                    group.problem(
                            key,
                            file.get() + ": " + RenewedFile.why(unread),
                            "write it anew, and let the user of service.auth_user read it"));
        }
    }

    /** Files that the domain reads, each in a folder of its own. */
    public List<Path> files() {
        List<Path> files = new ArrayList<>();
        switch (source) {
            case Source.KeyFile(Path file) -> files.add(file);
            case Source.Asked(Endpoint endpoint, _) -> files.add(endpoint.credentials());
            case Source.KeyUrl _ -> {}
        }
        return files;
    }

    /** What answers by HTTPS; empty where nobody is asked. */
    private Optional<HttpsUrl> server() {
        return switch (source) {
            case Source.KeyFile _ -> Optional.empty();
            case Source.KeyUrl(HttpsUrl url, _) -> Optional.of(url);
            case Source.Asked(Endpoint endpoint, _) -> Optional.of(endpoint.url());
        };
    }

    /** The ports that the domain connects to; none where nobody is asked. */
    public Set<Integer> ports() {
        Set<Integer> ports = new LinkedHashSet<>();
        server().ifPresent(url -> ports.add(url.port()));
        return ports;
    }
}
