package postern.sts;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import postern.base.Bug;
import postern.base.LogLine;
import postern.base.World;
import postern.dns.Resolver;
import postern.dns.Resolver.Answer;
import postern.http.HttpsClient;
import postern.http.HttpsUrl;
import postern.sts.Found.Trouble;
import postern.sts.Found.Trouble.Kind;
import postern.sts.PolicyHost.Fetched;
import postern.sts.StsPolicy.Mode;

/**
 * The policies of all domains: found when mail first goes there, looked after while it does. A
 * question waits for the network only where the domain announces what is not known yet. Any task.
 */
public final class Policies {
    /** RFC 8461 §3.3: after a failure no attempt is made for so long at least. */
    private static final Duration PAUSE = Duration.ofMinutes(5);

    /** RFC 8461 §3.3 suggests it: an attacker who holds back news gains little time so. */
    private static final Duration REFRESHED_AFTER = Duration.ofDays(1);

    /** How often it is looked what is to be refreshed. */
    private static final Duration ROUND = Duration.ofHours(1);

    /** A policy that no mail needed for so long is left to expire. */
    private static final Duration UNUSED = Duration.ofDays(30);

    /** Refreshed at once, so that hosts that do not answer hold up a round the less. */
    private static final int REFRESHERS = 4;

    /** A name service that does not answer is not asked for each message again. */
    private static final Duration SILENCE = Duration.ofMinutes(1);

    /** Failures remembered; beyond it the oldest are forgotten, which costs attempts only. */
    private static final int FAILURES_MAX = 10_000;

    private static final String LABEL = "_mta-sts.";

    private final World world;
    private final Resolver resolver;
    private final PolicyHost host;
    private final PolicyStore store;
    private final Object lock = new Object(); // guards what follows; never held while waiting
    private final Map<String, CompletableFuture<Fetched>> underWay = new HashMap<>();
    private final LinkedHashMap<String, Failure> failures = new LinkedHashMap<>();
    private final LinkedHashMap<String, Silence> silences = new LinkedHashMap<>();

    private record Silence(long since, String why) {}

    private record Failure(String id, long at, Trouble trouble) {}

    /** What a domain's name says: RFC 8461 §3.1. */
    private sealed interface Announced {
        record Policy(String id) implements Announced {}

        record Nothing(String why) implements Announced {}
    }

    /**
     * Reads what an earlier process kept.
     *
     * @param folder for the policies alone
     */
    public Policies(World world, Resolver resolver, HttpsClient client, Path folder) {
        this(world, resolver, client, HttpsUrl.PORT, folder);
    }

    /** The same with policy hosts on another port. */
    Policies(World world, Resolver resolver, HttpsClient client, int port, Path folder) {
        this.world = world;
        this.resolver = resolver;
        this.host = new PolicyHost(client, port);
        this.store = new PolicyStore(world, folder);
        store.load();
    }

    /** Keeps what is known fresh from now on, in tasks of its own. */
    public void tend() {
        world.tasks().start("sts", this::rounds);
    }

    /**
     * What holds for mail to the domain now: RFC 8461 §5.1.
     *
     * @param domain the next hop whose MX records are followed
     */
    public Found find(String domain) {
        Optional<String> name = PolicyDomain.of(domain);
        if (name.isEmpty()) {
            return Found.NOTHING;
        }
        Optional<Kept> kept = store.use(name.get(), world.clock().now());
        return switch (announced(name.get())) {
            case Announced.Nothing(String why) ->
                    kept.isEmpty()
                            ? Found.NOTHING
                            : promised(kept.get(), new Trouble(Kind.FETCH_ERROR, why));
            case Announced.Policy(String id) -> found(name.get(), id, kept);
        };
    }

    /** In words, for an operator, why {@link #find} finds nothing for the domain to keep. */
    public String absence(String domain) {
        Optional<String> name = PolicyDomain.of(domain);
        if (name.isEmpty()) {
            return "no such name has policies";
        }
        return switch (find(name.get())) {
            case Found.Nothing(Optional<Trouble> trouble) ->
                    trouble.map(each -> each.kind().word() + ": " + each.why())
                            .orElseGet(
                                    () ->
                                            announced(name.get())
                                                            instanceof Announced.Nothing(var why)
                                                    ? why
                                                    : "no policy");
            case Found.Promised(StsPolicy policy, _) ->
                    "the policy says mode " + policy.mode().word();
        };
    }

    private Found found(String domain, String id, Optional<Kept> kept) {
        if (kept.isPresent() && kept.get().id().equals(id)) {
            return new Found.Promised(kept.get().policy(), Optional.empty());
        }
        return switch (fetched(domain, id, world.clock().now())) {
            case Fetched.Policy(StsPolicy policy) -> new Found.Promised(policy, Optional.empty());
            case Fetched.Failed(Trouble trouble) ->
                    kept.isEmpty()
                            ? new Found.Nothing(Optional.of(trouble))
                            : promised(kept.get(), trouble);
        };
    }

    private static Found promised(Kept kept, Trouble trouble) {
        boolean told = kept.policy().mode() != Mode.NONE; // RFC 8461 §6
        return new Found.Promised(kept.policy(), told ? Optional.of(trouble) : Optional.empty());
    }

    private Announced announced(String domain) {
        synchronized (lock) {
            Silence silence = silences.get(domain);
            if (silence != null && world.clock().nanoTime() - silence.since < SILENCE.toNanos()) {
                return new Announced.Nothing(silence.why);
            }
        }
        String name = LABEL + domain;
        return switch (resolver.texts(name)) {
            case Answer.Found<List<String>>(List<String> texts, _) ->
                    StsRecord.among(texts)
                            .<Announced>map(record -> new Announced.Policy(record.id()))
                            .orElse(new Announced.Nothing("no valid TXT record at " + name));
            case Answer.NoSuchName<List<String>> _, Answer.Empty<List<String>> _ ->
                    new Announced.Nothing("no TXT record at " + name);
            case Answer.Temporary<List<String>>(_, String reason) -> {
                synchronized (lock) {
                    silences.remove(domain);
                    silences.put(domain, new Silence(world.clock().nanoTime(), reason));
                    if (silences.size() > FAILURES_MAX) {
                        silences.pollFirstEntry();
                    }
                }
                yield new Announced.Nothing(reason);
            }
        };
    }

    /**
     * Fetched now, by whoever asks first; unless that failed a short time ago.
     *
     * @param used when mail went to the domain last
     */
    private Fetched fetched(String domain, String id, Instant used) {
        CompletableFuture<Fetched> mine = new CompletableFuture<>();
        CompletableFuture<Fetched> other;
        synchronized (lock) {
            Failure failure = failures.get(domain);
            if (failure != null
                    && failure.id.equals(id)
                    && world.clock().nanoTime() - failure.at < PAUSE.toNanos()) {
                return new Fetched.Failed(failure.trouble);
            }
            other = underWay.putIfAbsent(domain, mine);
        }
        return other == null ? fetch(domain, id, used, mine) : await(other);
    }

    private Fetched await(CompletableFuture<Fetched> other) {
        try {
            return world.tasks().await(other);
        } catch (ExecutionException broken) {
            throw new Bug("a fetch ends with what was found", broken);
        }
    }

    private Fetched fetch(
            String domain, String id, Instant used, CompletableFuture<Fetched> waiting) {
        @Nullable Fetched fetched = null;
        try {
            fetched = host.fetch(domain);
            settle(domain, id, used, fetched);
            return fetched;
        } finally { // who waits must not wait for ever, even for a bug
            synchronized (lock) {
                underWay.remove(domain);
            }
            waiting.complete(
                    fetched == null
                            ? new Fetched.Failed(new Trouble(Kind.FETCH_ERROR, "internal error"))
                            : fetched);
        }
    }

    private void settle(String domain, String id, Instant used, Fetched fetched) {
        switch (fetched) {
            case Fetched.Policy(StsPolicy policy) -> {
                synchronized (lock) {
                    failures.remove(domain);
                }
                if (!policy.maxAge().isZero()) {
                    store.keep(domain, new Kept(id, world.clock().now(), used, policy));
                }
                world.log()
                        .info(
                                LogLine.about("sts")
                                        .with("domain", domain)
                                        .with("id", id)
                                        .with("mode", policy.mode().word())
                                        .with("max_age", policy.maxAge().toSeconds()));
            }
            case Fetched.Failed(Trouble trouble) -> {
                synchronized (lock) {
                    failures.remove(domain);
                    failures.put(domain, new Failure(id, world.clock().nanoTime(), trouble));
                    if (failures.size() > FAILURES_MAX) {
                        failures.pollFirstEntry();
                    }
                }
                failed(domain, trouble);
            }
        }
    }

    /** RFC 8461 §3.3: an administrator should hear of it. */
    private void failed(String domain, Trouble trouble) {
        world.log()
                .warning(
                        LogLine.about("sts")
                                .with("domain", domain)
                                .with("failure", trouble.kind().word())
                                .say(trouble.why()));
    }

    private void rounds() {
        while (true) {
            world.clock().sleep(ROUND);
            store.sweep(world.clock().now());
            refresh();
        }
    }

    /** All that is due, a few at once; returns when all is done. */
    private void refresh() {
        Instant now = world.clock().now();
        Queue<Map.Entry<String, Kept>> due = new ArrayDeque<>();
        for (Map.Entry<String, Kept> each : store.all().entrySet()) {
            Kept kept = each.getValue();
            if (!now.isBefore(kept.fetched().plus(REFRESHED_AFTER))
                    && now.isBefore(kept.used().plus(UNUSED))) {
                due.add(each);
            }
        }
        Queue<Map.Entry<String, Kept>> shared = new ConcurrentLinkedQueue<>(due);
        var done = world.tasks().<Integer>mailbox(REFRESHERS);
        int tasks = Math.min(REFRESHERS, due.size());
        for (int i = 0; i < tasks; i++) {
            int number = i;
            world.tasks()
                    .start(
                            "sts-refresh",
                            () -> {
                                try {
                                    while (shared.poll() instanceof Map.Entry<String, Kept> next) {
                                        refresh(next.getKey(), next.getValue());
                                    }
                                } finally {
                                    done.put(number);
                                }
                            });
        }
        for (int i = 0; i < tasks; i++) {
            done.take();
        }
    }

    private void refresh(String domain, Kept kept) {
        switch (announced(domain)) {
            case Announced.Nothing(String why) -> {
                if (kept.policy().mode() != Mode.NONE) {
                    failed(domain, new Trouble(Kind.FETCH_ERROR, why));
                }
            }
            case Announced.Policy(String id) -> {
                Fetched unused = fetched(domain, id, kept.used()); // it is kept, or in the log
            }
        }
    }
}
