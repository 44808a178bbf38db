package postern.qmgr;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import postern.base.Bug;
import postern.config.Key;
import postern.config.Section;
import postern.config.Settings;

/**
 * The queue manager's figures. Defaults are Postfix's where it has them.
 *
 * @param backoffMin first wait of a deferred recipient; it doubles with each attempt
 * @param backoffMax longest wait between attempts
 * @param destinationRetry how long a destination that answers nobody is left alone at first; it
 *     doubles up to {@code backoffMin}
 * @param lifetime after that a deferral is a failure
 * @param bounceLifetime the same for messages from {@code <>}
 * @param delayWarning when a sender is told of the delay; zero: never
 * @param limits what a transport bears that is not named in {@code transports}
 */
public record QmgrConfig(
        Duration backoffMin,
        Duration backoffMax,
        Duration destinationRetry,
        Duration lifetime,
        Duration bounceLifetime,
        Duration delayWarning,
        Limits limits,
        Map<String, Limits> transports) {
    private static final String SINCE = "0.1";
    private static final Duration WAIT_MIN = Duration.ofMillis(100);
    private static final Duration WAIT_MAX = Duration.ofDays(1);
    private static final Duration LIFETIME_MAX = Duration.ofDays(100);

    private static final Key<Duration> BACKOFF_MIN =
            Key.duration(
                    "backoff_min",
                    "300s",
                    WAIT_MIN,
                    WAIT_MAX,
                    "How long a deferred recipient waits first; each further wait is twice as long.",
                    SINCE);

    private static final Key<Duration> BACKOFF_MAX =
            Key.duration(
                    "backoff_max",
                    "4000s",
                    WAIT_MIN,
                    WAIT_MAX,
                    "The longest that a deferred recipient waits for its next attempt.",
                    SINCE);

    private static final Key<Duration> DESTINATION_RETRY =
            Key.duration(
                    "destination_retry",
                    "60s",
                    WAIT_MIN,
                    WAIT_MAX,
                    "How long a destination that answers nobody is left alone; twice as long after"
                            + " each probe that fails, up to backoff_min.",
                    SINCE);

    private static final Key<Duration> LIFETIME =
            Key.duration(
                    "lifetime",
                    "5d",
                    Duration.ofSeconds(1),
                    LIFETIME_MAX,
                    "How long a message is tried before its sender is told that it failed.",
                    SINCE);

    private static final Key<Duration> BOUNCE_LIFETIME =
            Key.duration(
                    "bounce_lifetime",
                    "5d",
                    Duration.ofSeconds(1),
                    LIFETIME_MAX,
                    "The same for messages from the empty sender: notices of other mail systems, and"
                            + " ours.",
                    SINCE);

    private static final Key<Duration> DELAY_WARNING =
            Key.duration(
                    "delay_warning",
                    "0s",
                    Duration.ZERO,
                    LIFETIME_MAX,
                    "When a sender is told that a message is late. 0s: never.",
                    SINCE);

    private static final Key<Integer> INITIAL =
            Key.integer(
                    "destination_concurrency_initial",
                    5,
                    1,
                    1000,
                    "Attempts made at once for a destination that nothing is known of.",
                    SINCE);

    private static final Key<Integer> PER_DESTINATION =
            Key.integer(
                    "destination_concurrency",
                    20,
                    1,
                    10_000,
                    "Most attempts made at once for one destination.",
                    SINCE);

    private static final Key<Integer> CONCURRENT =
            Key.integer(
                    "concurrency",
                    100,
                    1,
                    10_000,
                    "Most attempts made at once by one transport, those not counted that hang.",
                    SINCE);

    private static final Key<Integer> HANGING_MAX =
            Key.integer(
                    "hanging",
                    900,
                    0,
                    10_000,
                    "Most attempts of a transport that may hang, for more than 5 s each, beside"
                            + " concurrency.",
                    SINCE);

    private static final Key<Integer> RECIPIENTS =
            Key.integer(
                    "recipients_per_attempt",
                    50,
                    1,
                    1000,
                    "Most recipients of one message in one attempt.",
                    SINCE);

    private static final Key<Integer> LOCAL =
            Key.integer(
                    "local_concurrency",
                    50,
                    1,
                    1000,
                    "Most attempts made at once for mailboxes of this host.",
                    SINCE);

    public static final Section SECTION =
            new Section(
                    "qmgr",
                    "When queued mail is tried, how much of it at once, and for how long.",
                    List.of(
                            BACKOFF_MIN,
                            BACKOFF_MAX,
                            DESTINATION_RETRY,
                            LIFETIME,
                            BOUNCE_LIFETIME,
                            DELAY_WARNING,
                            INITIAL,
                            PER_DESTINATION,
                            CONCURRENT,
                            HANGING_MAX,
                            RECIPIENTS,
                            LOCAL));

    public static final QmgrConfig DEFAULT = read(Settings.defaults());

    public QmgrConfig {
        transports = Map.copyOf(transports);
        Bug.unless(backoffMin.isPositive(), "the first wait is a wait");
        Bug.unless(destinationRetry.isPositive(), "a dead destination rests");
        Bug.unless(backoffMax.compareTo(backoffMin) >= 0, "waits grow");
    }

    /** Where two figures contradict each other, the lower bound gives way. */
    public static QmgrConfig read(Settings settings) {
        Settings.Group group = settings.section(SECTION);
        Duration longest = group.get(BACKOFF_MAX);
        Duration first = group.get(BACKOFF_MIN);
        int perDestination = group.get(PER_DESTINATION);
        var limits =
                new Limits(
                        Math.min(group.get(INITIAL), perDestination),
                        perDestination,
                        group.get(CONCURRENT),
                        group.get(HANGING_MAX),
                        group.get(RECIPIENTS));
        return new QmgrConfig(
                first.compareTo(longest) < 0 ? first : longest,
                longest,
                group.get(DESTINATION_RETRY),
                group.get(LIFETIME),
                group.get(BOUNCE_LIFETIME),
                group.get(DELAY_WARNING),
                limits,
                Map.of("local", limits.local(group.get(LOCAL))));
    }

    Limits limits(String transport) {
        return transports.getOrDefault(transport, limits);
    }

    /**
     * What one transport bears.
     *
     * @param initial concurrency of a destination that nothing is known of
     * @param perDestination most concurrent attempts for one destination
     * @param concurrent most concurrent attempts of the transport, those not counted that hang
     * @param hanging most attempts that may hang for longer than {@link #HANGING}, beside the
     *     others: so that destinations that never answer take no place from those that do
     * @param recipients most recipients of one message in one attempt
     */
    public record Limits(
            int initial, int perDestination, int concurrent, int hanging, int recipients) {

        /** From when on an attempt counts as hanging. */
        public static final Duration HANGING = Duration.ofSeconds(5);

        public Limits {
            Bug.unless(initial > 0 && initial <= perDestination, "concurrency starts low");
            Bug.unless(concurrent > 0 && hanging >= 0, "attempts are allowed");
            Bug.unless(recipients > 0, "an attempt is for somebody");
        }

        /** All local mail has one next hop, this host, which need not be approached with care. */
        Limits local(int most) {
            return new Limits(Math.min(20, most), most, most, most, recipients);
        }
    }
}
