package postern.oauth;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import postern.base.Disk;
import postern.config.Key;
import postern.config.Problem;
import postern.config.Section;
import postern.config.Settings;
import postern.http.HttpsUrl;

/**
 * A source of access tokens.
 *
 * @param name by which tables of credentials name it
 * @param endpoint where tokens are asked for: RFC 6749 §3.2
 * @param clientId who we are there: RFC 6749 §2.2
 * @param clientSecret the file of it; empty for a public client
 * @param refreshToken the file of the first one; empty with client_credentials
 * @param scope of the tokens; empty: the endpoint's choice
 */
public record OAuthConfig(
        String name,
        HttpsUrl endpoint,
        Grant grant,
        String clientId,
        Optional<Path> clientSecret,
        Authentication authentication,
        Optional<Path> refreshToken,
        String scope) {
    private static final String SINCE = "0.2";

    /** What is a file's name everywhere. */
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_-]{0,63}");

    /** Printable ASCII: RFC 6749 appendix A.1, A.4. */
    private static final Pattern PRINTABLE = Pattern.compile("[ -~]{0,1000}");

    /** By what right a token is asked for. */
    public enum Grant {
        /** A user has agreed once: RFC 6749 §6. */
        REFRESH_TOKEN,
        /** For ourselves: RFC 6749 §4.4. */
        CLIENT_CREDENTIALS
    }

    /** How we say who we are: RFC 6749 §2.3.1. */
    public enum Authentication {
        BASIC,
        BODY
    }

    private static final Key<Optional<HttpsUrl>> ENDPOINT =
            HttpsUrl.key(
                    "token_endpoint",
                    "https://login.example.org/token",
                    "Where tokens are asked for (RFC 6749 §3.2). Its server has to prove its"
                            + " name; authorities are those of tls_ca_files of [smtp].",
                    SINCE);

    private static final Key<Grant> GRANT =
            Key.choice(
                    "grant",
                    Grant.REFRESH_TOKEN,
                    List.of(Grant.values()),
                    "By what right: refresh-token, which a user agreed to once (RFC 6749 §6), or"
                            + " client-credentials, for ourselves (§4.4).",
                    SINCE);

    private static final Key<String> CLIENT_ID =
            Key.text(
                    "client_id",
                    "",
                    PRINTABLE,
                    "printable ASCII",
                    "Who we are to the endpoint (RFC 6749 §2.2).",
                    SINCE);

    private static final Key<Optional<Path>> CLIENT_SECRET =
            Key.path(
                            "client_secret_file",
                            "client.secret",
                            Key.Base.FILE,
                            "A file with the client's secret alone, which the out domain's user can"
                                    + " read. Without it we are a public client, which"
                                    + " client-credentials cannot be.",
                            SINCE)
                    .optional();

    private static final Key<Authentication> AUTHENTICATION =
            Key.choice(
                    "client_authentication",
                    Authentication.BASIC,
                    List.of(Authentication.values()),
                    "How the secret is shown (RFC 6749 §2.3.1): basic, in the Authorization field, or"
                            + " body, among the parameters, for endpoints that want it so.",
                    SINCE);

    private static final Key<Optional<Path>> REFRESH_TOKEN =
            Key.path(
                            "refresh_token_file",
                            "refresh.token",
                            Key.Base.FILE,
                            "A file with the refresh token alone, which the out domain's user can read. Where"
                                    + " the endpoint gives another in its place, that is kept in"
                                    + " out/oauth of the state folder, until this file holds another.",
                            SINCE)
                    .optional();

    private static final Key<String> SCOPE =
            Key.text(
                    "scope",
                    "",
                    PRINTABLE,
                    "printable ASCII",
                    "What the token is to be good for (RFC 6749 §3.3), with spaces between; empty: as"
                            + " the endpoint has it.",
                    SINCE);

    /** {@code [oauth.NAME]}. */
    public static final Section SECTION =
            Section.named(
                    "oauth",
                    "A source of access tokens for XOAUTH2 and OAUTHBEARER outward: a table of"
                            + " sasl_credentials names it as user:{oauth}NAME. A token is fetched when mail"
                            + " first needs it and kept in memory until shortly before it expires.",
                    List.of(
                            ENDPOINT,
                            GRANT,
                            CLIENT_ID,
                            CLIENT_SECRET,
                            AUTHENTICATION,
                            REFRESH_TOKEN,
                            SCOPE));

    /** All that can be used. */
    public static List<OAuthConfig> read(Settings settings) {
        List<OAuthConfig> all = new ArrayList<>();
        for (Settings.Group group : settings.each(SECTION)) {
            group.get(ENDPOINT)
                    .ifPresent(
                            endpoint ->
                                    all.add(
                                            new OAuthConfig(
                                                    group.name(),
                                                    endpoint,
                                                    group.get(GRANT),
                                                    group.get(CLIENT_ID),
                                                    group.get(CLIENT_SECRET),
                                                    group.get(AUTHENTICATION),
                                                    group.get(REFRESH_TOKEN),
                                                    group.get(SCOPE))));
        }
        return all;
    }

    /** The files of secrets. */
    public List<Path> files() {
        List<Path> files = new ArrayList<>();
        clientSecret.ifPresent(files::add);
        refreshToken.ifPresent(files::add);
        return files;
    }

    /** What is missing, or does not go together; not what files hold. */
    public static List<Problem> check(Settings settings) {
        List<Problem> problems = new ArrayList<>();
        for (Settings.Group group : settings.each(SECTION)) {
            if (!NAME.matcher(group.name()).matches()) {
                problems.add(
                        group.problem(
                                "\"" + group.name() + "\" cannot name a source of tokens",
                                "use letters, digits, hyphens and underscores"));
            }
            wanted(group, ENDPOINT, group.get(ENDPOINT).isPresent(), problems);
            wanted(group, CLIENT_ID, !group.get(CLIENT_ID).isEmpty(), problems);
            switch (group.get(GRANT)) {
                case REFRESH_TOKEN ->
                        wanted(
                                group,
                                REFRESH_TOKEN,
                                group.get(REFRESH_TOKEN).isPresent(),
                                problems);
                case CLIENT_CREDENTIALS -> {
                    wanted( // RFC 6749 §4.4: confidential clients only
                            group, CLIENT_SECRET, group.get(CLIENT_SECRET).isPresent(), problems);
                    if (group.get(REFRESH_TOKEN).isPresent()) {
                        problems.add(
                                group.problem(
                                        REFRESH_TOKEN,
                                        "grant = \"client-credentials\" has no refresh token",
                                        "remove it, or write grant = \"refresh-token\""));
                    }
                }
            }
        }
        return problems;
    }

    /** What is wrong with the files of secrets; tells nothing of what they hold. */
    public static List<Problem> unread(Settings settings, Disk disk) {
        List<Problem> problems = new ArrayList<>();
        for (Settings.Group group : settings.each(SECTION)) {
            for (Key<Optional<Path>> key : List.of(CLIENT_SECRET, REFRESH_TOKEN)) {
                group.get(key)
                        .flatMap(file -> unread(group, key, file, disk))
                        .ifPresent(problems::add);
            }
        }
        return problems;
    }

    private static Optional<Problem> unread(
            Settings.Group group, Key<?> key, Path file, Disk disk) {
        try {
            Secrets.check(disk, file);
            return Optional.empty();
        } catch (IOException unread) {
            return Optional.of(
                    group.problem(
                            key,
                            Secrets.words(unread),
                            "name a file with one line that the user of the out domain can read"));
        }
    }

    private static void wanted(
            Settings.Group group, Key<?> key, boolean there, List<Problem> problems) {
        if (!there) {
            problems.add(
                    group.problem(
                            "[oauth." + group.name() + "] needs \"" + key.name() + "\"",
                            "write it below"));
        }
    }
}
