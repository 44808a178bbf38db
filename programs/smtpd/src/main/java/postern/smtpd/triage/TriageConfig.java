package postern.smtpd.triage;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import postern.config.Key;
import postern.config.Problem;
import postern.config.Section;
import postern.config.Settings;

/**
 * What is found out about a client before it is greeted.
 *
 * @param greetWait how long an unknown client is made to wait; zero: not at all
 * @param rejectScore from which score on a client is sent away; empty: from none
 * @param remember how long a client that passed, or sent mail, is known
 * @param remembered so many at most
 */
public record TriageConfig(
        Duration greetWait, Optional<Integer> rejectScore, Duration remember, int remembered) {
    private static final String SINCE = "0.2";

    private static final Key<Duration> GREET_WAIT =
            Key.duration(
                    "greet_wait",
                    "0s",
                    Duration.ZERO,
                    Duration.ofSeconds(30),
                    "How long a client that is not known waits for its greeting. One that talks before is"
                            + " sent away: RFC 5321 §4.3.1 has clients wait. Postfix's postscreen_greet_wait"
                            + " is 6s; 0s asks for nothing.",
                    SINCE);
    private static final Key<Optional<Integer>> REJECT_SCORE =
            Key.integer(
                            "reject_score",
                            3,
                            1,
                            1000,
                            "A client whose score by [[dns_list]] is so high is sent away before a session"
                                    + " begins (Postfix: postscreen_dnsbl_threshold).",
                            SINCE)
                    .optional();
    private static final Key<Duration> REMEMBER =
            Key.duration(
                    "remember",
                    "1d", // postscreen_greet_ttl
                    Duration.ofMinutes(1),
                    Duration.ofDays(30),
                    "How long a client that passed, or whose mail was taken, is let in without being"
                            + " looked at, and goes first when there is no room for all (Postfix:"
                            + " postscreen_greet_ttl).",
                    SINCE);
    private static final Key<Integer> REMEMBERED =
            Key.integer(
                    "remembered",
                    20_000,
                    0,
                    1_000_000,
                    "So many clients are remembered; some 100 octets each. They outlive a restart.",
                    SINCE);

    /** {@code [triage]}. */
    public static final Section SECTION =
            new Section(
                    "triage",
                    "What is found out about a client of a listener of kind smtp before it is greeted."
                            + " Trusted networks and clients that are known pass at once.",
                    List.of(GREET_WAIT, REJECT_SCORE, REMEMBER, REMEMBERED));

    public static TriageConfig read(Settings settings) {
        Settings.Group group = settings.section(SECTION);
        return new TriageConfig(
                group.get(GREET_WAIT),
                group.get(REJECT_SCORE),
                group.get(REMEMBER),
                group.get(REMEMBERED));
    }

    /** A score needs lists. */
    public static List<Problem> check(Settings settings) {
        Settings.Group group = settings.section(SECTION);
        return group.get(REJECT_SCORE).isPresent() && settings.each(AddressList.SECTION).isEmpty()
                ? List.of(
                        group.problem(
                                REJECT_SCORE,
                                "there is no list that could give a score",
                                "write [[dns_list]] with a zone, or remove it"))
                : List.of();
    }

    public boolean looks() {
        return !greetWait.isZero() || rejectScore.isPresent();
    }
}
