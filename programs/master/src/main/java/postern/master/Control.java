package postern.master;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import postern.base.ControlLine;
import postern.base.ControlServer;
import postern.base.Listener;
import postern.base.LogLine;
import postern.base.Mailbox;
import postern.base.Peer;
import postern.base.World;

/** Answers the control socket: one request a connection, as docs/protocols/control.md has it. */
final class Control {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** Beyond this the supervisor has answered; origin: a stop is over by then, see Supervisor. */
    private static final Duration ANSWER_MAX = Duration.ofMinutes(1);

    private final World world;
    private final Listener listener;
    private final Mailbox<Event> events;
    private final Supplier<Replanned> replan;
    private final Status ourselves;
    private final Set<String> operators;
    private final Mailbox<Stopper> stoppers;

    /**
     * @param replan reads the configuration anew
     * @param ourselves master's own line
     * @param operators who may change anything, as {@link Peer#user} says them
     */
    Control(
            World world,
            Listener listener,
            Mailbox<Event> events,
            Supplier<Replanned> replan,
            Status ourselves,
            Set<String> operators) {
        this.world = world;
        this.listener = listener;
        this.events = events;
        this.replan = replan;
        this.ourselves = ourselves;
        this.operators = Set.copyOf(operators);
        this.stoppers = world.tasks().mailbox(ControlServer.SESSIONS_MAX);
    }

    /**
     * Somebody who asked for a stop.
     *
     * @param over told when it is done
     * @param told tells when they know
     */
    private record Stopper(Mailbox<Boolean> over, Mailbox<Boolean> told) {}

    /** Accepts until the listener is closed. */
    void serve() {
        new ControlServer(world, "master", this::converse).serve(listener);
    }

    /** Everything has stopped: tells those who wait for it, and waits until they are told. */
    void stopped() {
        listener.close();
        List<Stopper> all = new ArrayList<>();
        stoppers.drainTo(all, ControlServer.SESSIONS_MAX);
        all.forEach(each -> each.over().put(true));
        all.forEach(each -> each.told().poll(PATIENCE));
    }

    private void converse(String request, Peer peer) throws IOException {
        var stopper = new Stopper(world.tasks().mailbox(1), world.tasks().mailbox(1));
        try {
            Event.Answer answer = answer(request.strip(), peer, stopper);
            ControlServer.write(peer, text(answer), PATIENCE);
        } finally {
            stopper.told().put(true);
        }
    }

    private static String text(Event.Answer answer) {
        StringBuilder text = new StringBuilder();
        answer.lines().forEach(line -> text.append(line.text()).append('\n'));
        return text.append(answer.result().text()).append("\n\n").toString();
    }

    private Event.Answer answer(String request, Peer peer, Stopper stopper) throws IOException {
        return switch (request) {
            case "status" -> status();
            case "reload" -> permitted(request, peer, this::reload);
            case "stop" -> permitted(request, peer, () -> stop(stopper));
            default ->
                    new Event.Answer(
                            List.of(),
                            ControlLine.error("usage", "requests are status, reload and stop"));
        };
    }

    private Event.Answer permitted(String request, Peer peer, Supplier<Event.Answer> order)
            throws IOException {
        String who = peer.user().orElse("");
        if (!operators.contains(who)) {
            return new Event.Answer(
                    List.of(),
                    ControlLine.error("noperm", request + " is for root and Postern's own user"));
        }
        world.log().info(LogLine.about("master").with("operator", who).with("request", request));
        return order.get();
    }

    private Event.Answer status() {
        Mailbox<List<Status>> reply = world.tasks().mailbox(1);
        events.put(new Event.AskStatus(reply));
        Optional<List<Status>> children = reply.poll(PATIENCE);
        if (children.isEmpty()) {
            return Event.Answer.failed("master does not answer; is it stopping?");
        }
        List<ControlLine> lines = new ArrayList<>();
        lines.add(ourselves.line());
        children.get().forEach(child -> lines.add(child.line()));
        return new Event.Answer(lines, ControlLine.ok());
    }

    private Event.Answer stop(Stopper stopper) {
        stoppers.put(stopper);
        events.put(new Event.Stop());
        return stopper.over().poll(ANSWER_MAX).isPresent()
                ? Event.Answer.done()
                : Event.Answer.failed("not everything has stopped yet");
    }

    private Event.Answer reload() {
        return switch (replan.get()) {
            case Replanned.Problems problems -> Event.Answer.refused(problems.lines());
            case Replanned.Planned planned -> {
                Mailbox<Event.Answer> reply = world.tasks().mailbox(1);
                events.put(new Event.Apply(planned.plan(), reply));
                yield reply.poll(ANSWER_MAX)
                        .orElseGet(() -> Event.Answer.failed("master is stopping"));
            }
        };
    }
}
