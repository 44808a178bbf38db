package postern.qmgr;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import postern.base.Bug;
import postern.config.Key;
import postern.config.Section;
import postern.config.Settings;

/**
 * The queue manager's figures. Defaults are Postfix's where it has them.
 *
 * @param general what holds where nothing else is said
 * @param transports what holds for one of them, by name
 * @param destinations what holds for one of them, by next hop and then by transport; under the
 *     empty name for any other transport
 * @param activeMessages how many messages' envelopes are kept in memory
 * @param inFlowDelay how long a message waits before it is taken while the output cannot follow
 */
public record QmgrConfig(
        Figures general,
        Map<String, Figures> transports,
        Map<String, Map<String, Figures>> destinations,
        int activeMessages,
        Duration inFlowDelay) {
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
                    1_900,
                    0,
                    10_000,
                    "Most attempts of a transport that may hang beside concurrency: for more than 5 s"
                            + " each, 1 s where the destination has not answered yet.",
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

    private static final Key<Duration> GAP =
            Key.duration(
                    "destination_rate_delay",
                    "0s",
                    Duration.ZERO,
                    WAIT_MAX,
                    "The least time between the beginnings of two attempts for one destination:"
                            + " 100ms is ten a second. 0s: no bound.",
                    SINCE);

    private static final Key<Duration> TRANSPORT_GAP =
            Key.duration(
                    "transport_rate_delay",
                    "0s",
                    Duration.ZERO,
                    WAIT_MAX,
                    "The same between any two attempts of one transport.",
                    SINCE);

    private static final Key<Integer> SLOT_COST =
            Key.integer(
                    "delivery_slot_cost",
                    5,
                    0,
                    1000,
                    "After so many deliveries of a large message a smaller one of the same sender"
                            + " may pass with one. 0: none passes.",
                    SINCE);

    private static final Key<Integer> SLOT_DISCOUNT =
            Key.integer(
                    "delivery_slot_discount",
                    50,
                    0,
                    100,
                    "Percent of the slots that a smaller message needs which may still be missing"
                            + " when it passes.",
                    SINCE);

    private static final Key<Integer> SLOT_LOAN =
            Key.integer(
                    "delivery_slot_loan",
                    3,
                    0,
                    1000,
                    "Slots that may be missing on top of that.",
                    SINCE);

    private static final Key<Integer> SLOT_MINIMUM =
            Key.integer(
                    "minimum_delivery_slots",
                    3,
                    1,
                    1000,
                    "A message that cannot earn so many slots is not passed.",
                    SINCE);

    private static final Key<Integer> ACTIVE =
            Key.integer(
                    "active_messages",
                    20_000,
                    1,
                    1_000_000,
                    "Messages whose envelopes are kept in memory; those of the others are read from"
                            + " the queue when their turn comes.",
                    SINCE);

    private static final Key<Duration> INFLOW =
            Key.duration(
                    "in_flow_delay",
                    "1s",
                    Duration.ZERO,
                    Duration.ofSeconds(10),
                    "How long a new message waits before it is taken while more messages than"
                            + " active_messages could be delivered at once. 0s: never.",
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
                            LOCAL,
                            GAP,
                            TRANSPORT_GAP,
                            SLOT_COST,
                            SLOT_DISCOUNT,
                            SLOT_LOAN,
                            SLOT_MINIMUM,
                            ACTIVE,
                            INFLOW));

    private static final List<Key<?>> FOR_DESTINATIONS =
            List.of(
                    BACKOFF_MIN,
                    BACKOFF_MAX,
                    DESTINATION_RETRY,
                    LIFETIME,
                    BOUNCE_LIFETIME,
                    DELAY_WARNING,
                    INITIAL,
                    PER_DESTINATION,
                    RECIPIENTS,
                    GAP);

    private static final List<Key<?>> FOR_TRANSPORTS =
            List.of(
                    CONCURRENT,
                    HANGING_MAX,
                    TRANSPORT_GAP,
                    SLOT_COST,
                    SLOT_DISCOUNT,
                    SLOT_LOAN,
                    SLOT_MINIMUM);

    public static final Section TRANSPORTS =
            Section.named(
                    "qmgr.transport",
                    "What differs from [qmgr] for one transport, which NAME names: smtp, local,"
                            + " virtual, pipe ... What is not stated here is as in [qmgr].",
                    joined(FOR_DESTINATIONS, FOR_TRANSPORTS));

    private static final Key<List<String>> NEXT_HOPS =
            Key.texts(
                            "next_hops",
                            List.of("example.org"),
                            "Which destinations: next hops as queue listings show them, mostly"
                                    + " domains.",
                            SINCE)
                    .required();

    public static final Section DESTINATIONS =
            Section.named(
                    "qmgr.destination",
                    "What differs for some destinations, by any transport. NAME is yours to choose."
                            + " What is not stated here is as for the transport.",
                    joined(List.of(NEXT_HOPS), FOR_DESTINATIONS));

    private static List<Key<?>> joined(List<Key<?>> some, List<Key<?>> others) {
        List<Key<?>> all = new ArrayList<>(some);
        all.addAll(others);
        return all;
    }

    public static final QmgrConfig DEFAULT = read(Settings.defaults());

    public QmgrConfig {
        transports = Map.copyOf(transports);
        destinations = Map.copyOf(destinations);
        Bug.unless(activeMessages > 0, "something can be delivered");
    }

    public static QmgrConfig read(Settings settings) {
        var section = settings.section(SECTION);
        Figures general = Figures.of(section, Figures.NONE, false);
        Map<String, Figures> transports = new HashMap<>();
        transports.put("local", general.local(section.get(LOCAL)));
        for (Settings.Group group : settings.each(TRANSPORTS)) {
            Figures base = transports.getOrDefault(group.name(), general);
            transports.put(group.name(), Figures.of(group, base, true));
        }
        Map<String, Map<String, Figures>> destinations = new HashMap<>();
        for (Settings.Group group : settings.each(DESTINATIONS)) {
            Map<String, Figures> byTransport = new HashMap<>();
            byTransport.put("", Figures.of(group, general, true));
            transports.forEach(
                    (name, base) -> byTransport.put(name, Figures.of(group, base, true)));
            group.get(NEXT_HOPS)
                    .forEach(hop -> destinations.put(hop.toLowerCase(Locale.ROOT), byTransport));
        }
        return new QmgrConfig(
                general, transports, destinations, section.get(ACTIVE), section.get(INFLOW));
    }

    /** What holds for a destination; for the transport as such where the next hop is empty. */
    Figures figures(String transport, String nextHop) {
        Map<String, Figures> named = destinations.get(nextHop);
        if (named == null) {
            return transports.getOrDefault(transport, general);
        }
        Figures own = named.get(transport);
        return own != null ? own : named.getOrDefault("", general);
    }

    Limits limits(String transport, String nextHop) {
        return figures(transport, nextHop).limits();
    }

    Patience patience(String transport, String nextHop) {
        return figures(transport, nextHop).patience();
    }

    /** The longest that anything waits between attempts, random lengthening included. */
    Duration longestWait() {
        Duration longest = general.patience().backoffMax();
        for (Figures figures : transports.values()) {
            longest = longer(longest, figures.patience().backoffMax());
        }
        for (Map<String, Figures> named : destinations.values()) {
            for (Figures figures : named.values()) {
                longest = longer(longest, figures.patience().backoffMax());
            }
        }
        return longest.plus(longest.dividedBy(Schedule.JITTER));
    }

    private static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) > 0 ? one : other;
    }

    /** All that may differ between destinations. */
    public record Figures(Patience patience, Limits limits) {
        private static final Figures NONE =
                new Figures(
                        new Patience(
                                WAIT_MIN, WAIT_MIN, WAIT_MIN, LIFETIME_MAX, LIFETIME_MAX, WAIT_MIN),
                        new Limits(
                                1,
                                1,
                                1,
                                0,
                                1,
                                Duration.ZERO,
                                Duration.ZERO,
                                new Slots(0, 0, 0, 1)));

        /**
         * What a section says. Where two figures contradict each other, the lower bound gives way.
         *
         * @param stated whether to take only what the file states, and the rest from the base
         */
        private static Figures of(Settings.Group group, Figures base, boolean stated) {
            var from = new Reader(group, stated);
            Patience patience = base.patience;
            Limits limits = base.limits;
            Duration longest = from.value(BACKOFF_MAX, patience.backoffMax);
            Duration first = from.value(BACKOFF_MIN, patience.backoffMin);
            int most = from.value(PER_DESTINATION, limits.perDestination);
            return new Figures(
                    new Patience(
                            first.compareTo(longest) < 0 ? first : longest,
                            longest,
                            from.value(DESTINATION_RETRY, patience.destinationRetry),
                            from.value(LIFETIME, patience.lifetime),
                            from.value(BOUNCE_LIFETIME, patience.bounceLifetime),
                            from.value(DELAY_WARNING, patience.delayWarning)),
                    new Limits(
                            Math.min(from.value(INITIAL, limits.initial), most),
                            most,
                            from.value(CONCURRENT, limits.concurrent),
                            from.value(HANGING_MAX, limits.hanging),
                            from.value(RECIPIENTS, limits.recipients),
                            from.value(GAP, limits.gap),
                            from.value(TRANSPORT_GAP, limits.transportGap),
                            new Slots(
                                    from.value(SLOT_COST, limits.slots.cost),
                                    from.value(SLOT_DISCOUNT, limits.slots.discount),
                                    from.value(SLOT_LOAN, limits.slots.loan),
                                    from.value(SLOT_MINIMUM, limits.slots.minimum))));
        }

        /** All local mail has one next hop, this host, which need not be approached with care. */
        Figures local(int most) {
            return new Figures(
                    patience,
                    new Limits(
                            Math.min(20, most),
                            most,
                            most,
                            most,
                            limits.recipients,
                            limits.gap,
                            limits.transportGap,
                            limits.slots));
        }
    }

    private record Reader(Settings.Group group, boolean stated) {
        <T> T value(Key<T> key, T base) {
            return stated && !group.stated(key) ? base : group.get(key);
        }
    }

    /**
     * How long things are waited for.
     *
     * @param backoffMin first wait of a deferred recipient; it doubles with each attempt
     * @param backoffMax longest wait between attempts
     * @param destinationRetry how long a destination that answers nobody is left alone at first; it
     *     doubles up to {@code backoffMin}
     * @param lifetime after that a deferral is a failure
     * @param bounceLifetime the same for messages from {@code <>}
     * @param delayWarning when a sender is told of the delay; zero: never
     */
    public record Patience(
            Duration backoffMin,
            Duration backoffMax,
            Duration destinationRetry,
            Duration lifetime,
            Duration bounceLifetime,
            Duration delayWarning) {
        public Patience {
            Bug.unless(backoffMin.isPositive(), "the first wait is a wait");
            Bug.unless(destinationRetry.isPositive(), "a dead destination rests");
            Bug.unless(backoffMax.compareTo(backoffMin) >= 0, "waits grow");
        }
    }

    /**
     * What a transport and its destinations bear.
     *
     * @param initial concurrency of a destination that nothing is known of
     * @param perDestination most concurrent attempts for one destination
     * @param concurrent most concurrent attempts of the transport, those not counted that hang
     * @param hanging most attempts that may hang for longer than {@link #HANGING} or {@link
     *     #HANGING_UNPROVEN}, beside the others: so that destinations that never answer take no
     *     place from those that do
     * @param recipients most recipients of one message in one attempt
     * @param gap least time between the beginnings of two attempts for one destination
     * @param transportGap the same for all attempts of the transport
     */
    public record Limits(
            int initial,
            int perDestination,
            int concurrent,
            int hanging,
            int recipients,
            Duration gap,
            Duration transportGap,
            Slots slots) {

        /** From when on an attempt counts as hanging. */
        public static final Duration HANGING = Duration.ofSeconds(5);

        /**
         * The same where the destination has not answered since it last failed: whoever else is
         * tried for the first time waits no longer behind those that may never answer.
         */
        public static final Duration HANGING_UNPROVEN = Duration.ofSeconds(1);

        public Limits {
            Bug.unless(initial > 0 && initial <= perDestination, "concurrency starts low");
            Bug.unless(concurrent > 0 && hanging >= 0, "attempts are allowed");
            Bug.unless(recipients > 0, "an attempt is for somebody");
        }
    }

    /**
     * How smaller messages pass larger ones: Postfix's SCHEDULER_README.
     *
     * @param cost deliveries that earn one slot; 0: nothing passes
     * @param discount percent of the slots needed that may still be missing
     * @param loan slots that may be missing on top
     * @param minimum slots that a message must be able to earn for it to be passed
     */
    public record Slots(int cost, int discount, int loan, int minimum) {
        public Slots {
            Bug.unless(cost >= 0 && loan >= 0 && minimum > 0, "slots are counted");
            Bug.unless(discount >= 0 && discount <= 100, "a discount is in percent");
        }
    }
}
