package postern.master;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import postern.base.Log;
import postern.base.LogLine;
import postern.base.Mailbox;
import postern.base.World;
import postern.os.Folders;

/** The loop that owns all domains. One thread; everything else reaches it by its mailbox. */
final class Supervisor {
    /**
     * The first domain, which takes mail in, may finish what clients are sending for so long after
     * a stop was asked for. All the others are there meanwhile: it needs them.
     */
    private static final Duration STOP_FIRST_TERM = Duration.ofSeconds(6);

    /** From now on nobody waits any more for those before. */
    private static final Duration STOP_ALL = Duration.ofSeconds(7);

    private static final Duration STOP_TERM = Duration.ofSeconds(8);

    /** All is over so long after a stop was asked for. */
    private static final Duration STOP_KILL = Duration.ofSeconds(9);

    private static final Duration IDLE = Duration.ofHours(1);

    /** What has not taken over by then does not; the command waits for 30 s. */
    private static final Duration RELOAD_MAX = Duration.ofSeconds(25);

    private final World world;
    private final Log log;
    private final Launcher launcher;
    private final Bindings bindings;
    private final Mailbox<Event> events;
    private final Runnable whenServing;
    private final Map<String, Domain> domains = new LinkedHashMap<>();
    private final List<Reload> reloads = new ArrayList<>(); // that are not in force yet
    private final Path state;
    private boolean served;
    private boolean stopping;
    private boolean hopeless; // a domain can never serve with what it found
    private long stopBegan;

    private record Reload(Mailbox<Event.Answer> reply, long until) {}

    Supervisor(
            World world,
            Bindings bindings,
            Mailbox<Event> events,
            Plan plan,
            Runnable whenServing) {
        this.state = plan.state();
        this.world = world;
        this.log = world.log();
        this.bindings = bindings;
        this.events = events;
        this.launcher = new Launcher(world, bindings, events);
        this.whenServing = whenServing;
        long now = world.clock().nanoTime();
        for (DomainPlan each : plan.domains()) {
            domains.put(each.name(), new Domain(each, launcher, log, now));
        }
    }

    /** Runs until a stop was asked for, or nothing else makes sense, and all children are gone. */
    Master.Ending run() {
        while (true) {
            long now = world.clock().nanoTime();
            long next = pursue(now);
            if (stopping && domains.values().stream().allMatch(Domain::empty)) {
                return hopeless ? Master.Ending.HOPELESS : Master.Ending.ASKED;
            }
            next = Math.min(next, answerReloads(now));
            Duration pause =
                    next == Long.MAX_VALUE ? IDLE : Duration.ofNanos(Math.max(0, next - now));
            events.poll(pause).ifPresent(this::handle);
        }
    }

    private long pursue(long now) {
        long next = stopping ? stopInOrder(now) : Long.MAX_VALUE;
        for (Domain domain : domains.values()) {
            next = Math.min(next, domain.pursue(now));
        }
        domains.values().removeIf(domain -> !stopping && domain.gone());
        if (!served && !stopping && domains.values().stream().allMatch(Domain::settled)) {
            served = true;
            whenServing.run();
        }
        return next;
    }

    /** Tells whoever asked for a reload what came of it; gives the next time to look. */
    private long answerReloads(long now) {
        boolean inForce = domains.values().stream().allMatch(Domain::settled);
        long next = Long.MAX_VALUE;
        for (Reload reload : List.copyOf(reloads)) {
            if (inForce || stopping || now >= reload.until()) {
                reloads.remove(reload);
                reload.reply()
                        .put(inForce ? Event.Answer.done() : Event.Answer.failed(unsettled()));
            } else {
                next = Math.min(next, reload.until());
            }
        }
        return next;
    }

    private String unsettled() {
        List<String> late =
                domains.values().stream()
                        .filter(domain -> !domain.settled())
                        .map(Domain::name)
                        .toList();
        return stopping
                ? "Postern is stopping"
                : "not in force yet: " + String.join(", ", late) + "; the log tells why";
    }

    private void handle(Event event) {
        long now = world.clock().nanoTime();
        switch (event) {
            case Event.Ready ready -> {
                for (Domain domain : domains.values()) {
                    domain.child(ready.pid())
                            .ifPresent(child -> domain.ready(child, ready.words(), now));
                }
            }
            case Event.Called call -> {
                Domain domain = domains.get(call.domain());
                if (domain != null) {
                    domain.call(now);
                }
            }
            case Event.Ended ended -> {
                for (Domain domain : domains.values()) {
                    domain.child(ended.pid())
                            .filter(child -> !domain.ended(child, ended.exit(), now))
                            .ifPresent(
                                    _ -> {
                                        hopeless = true;
                                        stop(now);
                                    });
                }
            }
            case Event.Apply apply -> {
                List<String> problems = apply(apply.plan(), now);
                if (problems.isEmpty()) {
                    reloads.add(new Reload(apply.reply(), now + RELOAD_MAX.toNanos()));
                } else {
                    apply.reply().put(Event.Answer.refused(problems));
                }
            }
            case Event.AskStatus ask -> ask.reply().put(statuses(now));
            case Event.Stop _ -> stop(now);
        }
    }

    private void stop(long now) {
        if (!stopping) {
            stopping = true;
            stopBegan = now;
            log.info(LogLine.about("master").say("stops"));
        }
    }

    /** Gives what is wrong with the plan; it is then not followed. */
    private List<String> apply(Plan plan, long now) {
        List<String> problems = stopping ? List.of("Postern is stopping") : problems(plan);
        if (!problems.isEmpty()) {
            return problems;
        }
        List<String> changed = new ArrayList<>();
        Map<String, Domain> before = new LinkedHashMap<>(domains);
        domains.clear(); // to follow the new plan's order
        for (DomainPlan wanted : plan.domains()) {
            Domain domain = before.remove(wanted.name());
            if (domain == null) {
                domain = new Domain(wanted, launcher, log, now);
                changed.add(wanted.name() + ": starts");
            } else if (!domain.plan().equals(wanted) || domain.gone()) {
                domain.replan(wanted, now);
                changed.add(wanted.name() + ": takes over the new settings");
            }
            domains.put(wanted.name(), domain);
        }
        before.forEach(
                (name, domain) -> {
                    domain.drop(now);
                    changed.add(name + ": ends");
                    domains.put(name, domain);
                });
        bindings.keepOnly(plan);
        log.info(LogLine.about("master").with("reloaded", String.join(", ", changed)));
        return List.of();
    }

    private List<String> problems(Plan plan) {
        if (!plan.state().equals(state)) {
            return List.of(
                    "the state folder changes from "
                            + state
                            + " to "
                            + plan.state()
                            + ", which a reload cannot do; remedy: stop and start");
        }
        List<String> problems;
        try {
            for (Plan.Folder folder : plan.folders()) {
                Folders.make(folder.path(), folder.mode(), folder.owner());
            }
            problems = Reach.problems(plan);
        } catch (IOException failed) {
            problems = List.of(String.valueOf(failed.getMessage()));
        }
        return problems.isEmpty() ? bindings.add(plan) : problems;
    }

    /** Drains one domain after the other; gives the next time there is something to do. */
    private long stopInOrder(long now) {
        long all = stopBegan + STOP_ALL.toNanos();
        Duration term = STOP_FIRST_TERM;
        boolean allBeforeGone = true;
        for (Domain domain : domains.values()) {
            if (!allBeforeGone && now < all) {
                return all;
            }
            domain.retire(stopBegan + term.toNanos(), stopBegan + STOP_KILL.toNanos());
            allBeforeGone &= domain.empty();
            term = STOP_TERM;
        }
        return Long.MAX_VALUE;
    }

    private List<Status> statuses(long now) {
        Instant wall = world.clock().now();
        List<Status> all = new ArrayList<>();
        domains.values().forEach(domain -> all.addAll(domain.statuses(now, wall)));
        return all;
    }
}
