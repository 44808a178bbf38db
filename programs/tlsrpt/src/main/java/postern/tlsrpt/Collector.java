package postern.tlsrpt;

import java.io.IOException;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import postern.base.LogLine;
import postern.base.Mailbox;
import postern.base.World;
import postern.dns.Resolver;
import postern.dns.Resolver.Answer;

/**
 * Counts sessions by day, for domains that want reports, and writes the counts down every minute. A
 * task of its own owns the counts; whoever tells of a session does not wait.
 */
final class Collector {
    /** Sessions told and not counted yet; beyond it they are lost, and counted as such. */
    private static final int WAITING_MAX = 10_000;

    /** How much of the counts a crash may cost. */
    private static final Duration SAVED_EVERY = Duration.ofMinutes(1);

    /** Domains of which it is remembered for a day whether they want reports. */
    private static final int ASKED_MAX = 50_000;

    /** Policies of one report: longer texts would be no service. */
    private static final int POLICY_CHARS_MAX = 16 * 1024;

    /**
     * A domain that is fit for a file's name behind a day; literals have no reports: RFC 8460 §3.
     */
    private static final Pattern DOMAIN =
            Pattern.compile(
                    "(?=.{1,235}$)[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?"
                            + "(\\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?)*\\.[a-z]([a-z0-9-]{0,61}[a-z0-9])?");

    private final World world;
    private final Resolver resolver;
    private final Folder folder;
    private final String process;
    private final Mailbox<Told> told;
    private final Map<String, Boolean> wanted = new HashMap<>();
    private Tally tally = new Tally();
    private LocalDate day;
    private boolean changed;

    private sealed interface Told {
        record Of(Session session) implements Told {}

        record Save(Runnable done) implements Told {}
    }

    Collector(World world, Resolver resolver, Folder folder) {
        this.world = world;
        this.resolver = resolver;
        this.folder = folder;
        this.process = HexFormat.of().toHexDigits(world.random().nextLong());
        this.told = world.tasks().mailbox(WAITING_MAX);
        this.day = today();
    }

    private LocalDate today() {
        return LocalDate.ofInstant(world.clock().now(), ZoneOffset.UTC);
    }

    /** Any task; never waits. */
    void tell(Session session) {
        boolean unused = told.offer(new Told.Of(session)); // a flood costs counts, not deliveries
    }

    /** Writes down what was counted, then runs {@code done}. */
    void save(Runnable done) {
        world.tasks().start("tlsrpt-save", () -> told.put(new Told.Save(done)));
    }

    void run() {
        long savedAt = world.clock().nanoTime();
        while (true) {
            long left = SAVED_EVERY.toNanos() - (world.clock().nanoTime() - savedAt);
            Optional<Told> next = left > 0 ? told.poll(Duration.ofNanos(left)) : Optional.empty();
            turn();
            if (next.isEmpty()) {
                save();
                savedAt = world.clock().nanoTime();
                continue;
            }
            switch (next.get()) {
                case Told.Of(Session session) -> count(session);
                case Told.Save(Runnable done) -> {
                    save();
                    done.run();
                }
            }
        }
    }

    /** A new day begins with nothing. */
    private void turn() {
        LocalDate now = today();
        if (!now.equals(day)) {
            save();
            if (tally.lost() > 0) {
                world.log()
                        .warning(
                                LogLine.about("tlsrpt")
                                        .with("day", day)
                                        .with("lost", tally.lost())
                                        .say("sessions found no room in the reports"));
            }
            tally = new Tally();
            wanted.clear();
            day = now;
        }
    }

    private void count(Session session) {
        String domain = session.domain();
        if (!DOMAIN.matcher(domain).matches() || !wants(domain)) {
            return;
        }
        Policy policy = session.policy();
        int chars = policy.strings().stream().mapToInt(String::length).sum();
        boolean told = chars <= POLICY_CHARS_MAX;
        tally.add(
                told
                        ? session
                        : new Session(
                                domain,
                                new Policy(
                                        policy.type(),
                                        List.of("(longer than is reported)"),
                                        List.of()),
                                session.failures()));
        changed = true;
    }

    /** Where it cannot be told now, it is counted: it is asked again when the report is due. */
    private boolean wants(String domain) {
        Boolean known = wanted.get(domain);
        if (known != null) {
            return known;
        }
        boolean wants =
                switch (resolver.texts(ReportAddresses.LABELS + domain)) {
                    case Answer.Found<List<String>>(List<String> texts, _) ->
                            !ReportAddresses.among(texts).isEmpty();
                    case Answer.NoSuchName<List<String>> _, Answer.Empty<List<String>> _ -> false;
                    case Answer.Temporary<List<String>> _ -> true;
                };
        if (wanted.size() < ASKED_MAX) {
            wanted.put(domain, wants);
        }
        return wants;
    }

    private void save() {
        if (!changed) {
            return;
        }
        try {
            folder.save(day, process, tally);
            changed = false;
        } catch (IOException unwritable) {
            world.log()
                    .warning(
                            LogLine.about("tlsrpt")
                                    .with("error", unwritable.getMessage())
                                    .say("cannot write the day's counts"));
        }
    }
}
