package postern.master;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import postern.base.ControlLine;
import postern.base.Listener;
import postern.base.LogLine;
import postern.base.Mailbox;
import postern.base.Peer;
import postern.base.World;

/** Answers the control socket: one request a connection, as docs/protocols/control.md has it. */
final class Control {
    private static final int LINE_OCTETS_MAX = 1024;

    /** After an accept that failed (too many open files), so as not to spin. */
    private static final Duration ACCEPT_PAUSE = Duration.ofSeconds(1);

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** Connections at once; what comes on top is hung up on. */
    private static final int SESSIONS_MAX = 16;

    /** Beyond this the supervisor has answered; origin: a stop is over by then, see Supervisor. */
    private static final Duration ANSWER_MAX = Duration.ofMinutes(1);

    private final World world;
    private final Listener listener;
    private final Mailbox<Event> events;
    private final Supplier<Replanned> replan;
    private final Status ourselves;
    private final Set<String> operators;
    private final AtomicInteger sessions = new AtomicInteger();
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
        this.stoppers = world.tasks().mailbox(SESSIONS_MAX);
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
        while (true) {
            Peer peer;
            try {
                peer = listener.accept();
            } catch (ClosedChannelException closed) {
                return;
            } catch (IOException failed) {
                world.log().warning(LogLine.about("master").with("accept", failed.getMessage()));
                world.clock().sleep(ACCEPT_PAUSE);
                continue;
            }
            if (sessions.incrementAndGet() > SESSIONS_MAX) {
                sessions.decrementAndGet();
                peer.close();
            } else {
                world.tasks().start("control", () -> converse(peer));
            }
        }
    }

    /** Everything has stopped: tells those who wait for it, and waits until they are told. */
    void stopped() {
        listener.close();
        List<Stopper> all = new ArrayList<>();
        stoppers.drainTo(all, SESSIONS_MAX);
        all.forEach(each -> each.over().put(true));
        all.forEach(each -> each.told().poll(PATIENCE));
    }

    private void converse(Peer peer) {
        var stopper = new Stopper(world.tasks().mailbox(1), world.tasks().mailbox(1));
        try (peer) {
            peer.expireAfter(PATIENCE);
            Optional<String> request = readLine(peer);
            if (request.isPresent()) {
                peer.expireAfter(Duration.ZERO);
                Event.Answer answer = answer(request.get(), peer, stopper);
                peer.expireAfter(PATIENCE);
                peer.write(ByteBuffer.wrap(text(answer).getBytes(StandardCharsets.UTF_8)));
            }
        } catch (IOException gone) {
            // whoever asked does not want to know any more
        } finally {
            sessions.decrementAndGet();
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

    /** The request; empty when no line ends within its bound. */
    private static Optional<String> readLine(Peer peer) throws IOException {
        byte[] buffer = new byte[LINE_OCTETS_MAX];
        int octets = 0;
        while (octets < buffer.length) {
            int got = peer.read(buffer, octets, buffer.length - octets);
            if (got < 0) {
                return Optional.empty();
            }
            octets += got;
            if (buffer[octets - 1] == '\n') {
                return Optional.of(new String(buffer, 0, octets, StandardCharsets.UTF_8).strip());
            }
        }
        return Optional.empty();
    }
}
