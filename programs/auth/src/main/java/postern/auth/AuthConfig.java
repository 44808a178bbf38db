package postern.auth;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import postern.config.Key;
import postern.config.Problem;
import postern.config.Section;
import postern.config.Settings;
import postern.sasl.Mechanism;

/**
 * How clients authenticate.
 *
 * @param passwords the password file, where our own service reads one
 * @param dovecot the socket of Dovecot's service, where that is asked
 * @param mechanisms that may be offered
 * @param denialDelay what is denied is denied no sooner
 * @param hashesAtOnce computed at the same time
 * @param hashOctets memory that one of them may take
 * @param tokens how tokens are checked, where our own service takes them
 */
public record AuthConfig(
        Optional<Path> passwords,
        Optional<Path> dovecot,
        List<Mechanism> mechanisms,
        Duration denialDelay,
        int hashesAtOnce,
        long hashOctets,
        Optional<TokenConfig> tokens) {
    private static final String SINCE = "0.2";

    /** What the process has for hashes. */
    static final long MEMORY_MAX = 192L << 20;

    private static final List<String> BY_DEFAULT =
            List.of(
                    "EXTERNAL",
                    "SCRAM-SHA-256-PLUS",
                    "SCRAM-SHA-256",
                    "SCRAM-SHA-1",
                    "OAUTHBEARER",
                    "XOAUTH2",
                    "PLAIN",
                    "LOGIN");

    /** The key that problems with the file are about. */
    public static final Key<Optional<Path>> PASSWORDS =
            Key.path(
                            "passwords",
                            "auth/passwords",
                            Key.Base.FILE,
                            "The password file: lines of user:hash, written by \"postern passwd\"."
                                    + " It lies in a folder of its own, which the service may read as a"
                                    + " whole, so that a new file can take the old one's place. Changes are"
                                    + " taken up within seconds.",
                            SINCE)
                    .optional();

    private static final Key<Optional<Path>> DOVECOT =
            Key.path(
                            "dovecot",
                            "/run/dovecot/auth-client",
                            Key.Base.FILE,
                            "The socket of Dovecot's authentication service, instead of a password file"
                                    + " (Postfix: smtpd_sasl_type = dovecot, smtpd_sasl_path).",
                            SINCE)
                    .optional();

    private static final Key<List<Mechanism>> MECHANISMS =
            Key.parsedList(
                    "mechanisms",
                    BY_DEFAULT,
                    "a SASL mechanism",
                    AuthConfig::mechanism,
                    "name some of " + names(),
                    "What may be offered (Postfix: smtpd_sasl_mechanism_filter). Offered is what is usable:"
                            + " SCRAM where the password of every user is kept for it, PLUS under TLS"
                            + " 1.3, EXTERNAL to clients with a certificate of a user, OAUTHBEARER and"
                            + " XOAUTH2 where [auth.oauth] or Dovecot takes tokens, and what"
                            + " shows a password to listeners only under TLS.",
                    SINCE);

    private static final Key<Duration> DELAY =
            Key.duration(
                    "failure_delay",
                    "2s",
                    Duration.ZERO,
                    Duration.ofSeconds(30),
                    "An attempt that fails is answered after so long, whatever was wrong (Dovecot:"
                            + " auth_failure_delay). Where Dovecot knows the passwords: after so"
                            + " long, or twice, or as many times as Dovecot takes.",
                    SINCE);

    private static final Key<Integer> AT_ONCE =
            Key.integer(
                    "hashes_at_once",
                    2,
                    1,
                    16,
                    "Password hashes computed at the same time; others wait, ten seconds at the most.",
                    SINCE);

    private static final Key<Long> MEMORY =
            Key.size(
                    "hash_memory",
                    "64MiB",
                    1L << 20,
                    MEMORY_MAX,
                    "Memory that one hash may take (argon2id: m). A password whose hash needs more cannot"
                            + " be checked. Fewer hashes are computed at once where all of them could take"
                            + " more than 192 MiB.",
                    SINCE);

    /** {@code [auth]}. */
    public static final Section SECTION =
            new Section(
                    "auth",
                    "How clients authenticate. Without a password file, tokens, a Dovecot socket or"
                            + " certificates of users there is no AUTH but on the Unix-domain socket, where the kernel says"
                            + " who is calling.",
                    List.of(PASSWORDS, DOVECOT, MECHANISMS, DELAY, AT_ONCE, MEMORY));

    public AuthConfig {
        mechanisms = List.copyOf(mechanisms);
    }

    public static AuthConfig read(Settings settings) {
        Settings.Group group = settings.section(SECTION);
        return new AuthConfig(
                group.get(PASSWORDS),
                group.get(DOVECOT),
                group.get(MECHANISMS),
                group.get(DELAY),
                group.get(AT_ONCE),
                group.get(MEMORY),
                TokenConfig.read(settings));
    }

    /** Whether a service of our own is needed. */
    public boolean ours() {
        return passwords.isPresent() || tokens.isPresent();
    }

    public static List<Problem> check(Settings settings) {
        List<Problem> problems = new ArrayList<>();
        AuthConfig config = read(settings);
        if (config.passwords().isPresent() && config.dovecot().isPresent()) {
            problems.add(
                    settings.section(SECTION)
                            .problem(
                                    DOVECOT,
                                    "\"dovecot\" and \"passwords\" are both given",
                                    "leave one of them out"));
        }
        if (config.tokens().isPresent() && config.dovecot().isPresent()) {
            problems.add(
                    settings.section(SECTION)
                            .problem(
                                    DOVECOT,
                                    "\"dovecot\" is given, and [auth.oauth] too",
                                    "let Dovecot check tokens, or leave \"dovecot\" out"));
        }
        problems.addAll(TokenConfig.check(settings));
        return problems;
    }

    private static Mechanism mechanism(String text) {
        return Mechanism.of(text)
                .orElseThrow(() -> new IllegalArgumentException("is no mechanism known here"));
    }

    private static String names() {
        StringBuilder names = new StringBuilder();
        for (Mechanism each : Mechanism.values()) {
            names.append(names.isEmpty() ? "" : ", ").append(each.text());
        }
        return names.toString();
    }
}
