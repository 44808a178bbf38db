package postern.qmgr;

import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import postern.base.ControlLine;
import postern.base.ControlServer;
import postern.base.Listener;
import postern.base.LogLine;
import postern.base.Peer;
import postern.base.World;
import postern.mail.QueueId;

/**
 * Answers the operator on the queue's control socket: docs/protocols/control.md. A listing is made
 * page by page, each a short question to the schedule's owner, so that neither a long queue nor a
 * slow reader costs memory or holds up mail.
 */
public final class QueueControl {
    private static final Duration WRITE_LIMIT = Duration.ofSeconds(60);
    private static final int PAGE = 64;

    private final World world;
    private final QueueManager queue;
    private final Set<String> operators;

    /**
     * @param operators names and uids, as {@link Peer#user} says them, of those who may change the
     *     queue; whoever can connect may look at it
     */
    public QueueControl(World world, QueueManager queue, Set<String> operators) {
        this.world = world;
        this.queue = queue;
        this.operators = Set.copyOf(operators);
    }

    /** Serves until the listener is closed. */
    public void serve(Listener listener) {
        new ControlServer(world, "qmgr", this::session).serve(listener);
    }

    private void session(String request, Peer peer) throws IOException {
        var page = new Page(peer);
        page.add(answer(request, peer, page));
        page.end();
    }

    private ControlLine answer(String request, Peer peer, Page page) throws IOException {
        String[] words = request.strip().split(" +", 3);
        String argument = words.length > 1 ? words[1] : "";
        if (words.length > 2) {
            return ControlLine.error("usage", "one argument at most: " + request);
        }
        return switch (words[0]) {
            case "list" -> list(page);
            case "show" -> show(argument, page);
            case "flush", "delete", "hold", "release" -> change(words[0], argument, peer);
            default -> ControlLine.error("usage", "no such request: " + words[0]);
        };
    }

    private ControlLine list(Page page) throws IOException {
        long[] ids =
                queue.ask(
                        (schedule, _) ->
                                schedule.entries().stream()
                                        .mapToLong(entry -> entry.envelope.id().value())
                                        .toArray());
        Arrays.sort(ids);
        int count = 0;
        int from = 0;
        while (from < ids.length) {
            int start = from;
            Step step = queue.ask((schedule, now) -> page(ids, start, schedule, now, page));
            from = step.next();
            count += step.listed();
            page.flush();
        }
        return ControlLine.ok().with("count", count);
    }

    /** Where the next page begins, and how many messages are on this one. */
    private record Step(int next, int listed) {}

    private static Step page(long[] ids, int from, Schedule schedule, Now now, Page page) {
        var listing = new Listing(schedule, now, page::add);
        int at = from;
        int listed = 0;
        while (at < ids.length && listed < PAGE && !page.full()) {
            Optional<Entry> entry = schedule.entry(new QueueId(ids[at++]));
            entry.ifPresent(listing::list);
            listed += entry.isPresent() ? 1 : 0;
        }
        return new Step(at, listed);
    }

    private ControlLine show(String id, Page page) {
        return about(
                id,
                (schedule, now) ->
                        known ->
                                schedule.entry(known)
                                        .map(
                                                entry -> {
                                                    new Listing(schedule, now, page::add)
                                                            .show(entry);
                                                    return true;
                                                })
                                        .orElse(false));
    }

    private ControlLine change(String verb, String argument, Peer peer) throws IOException {
        String who = peer.user().orElse("");
        if (!operators.contains(who)) {
            return ControlLine.error("noperm", verb + " is for root and the queue's own user");
        }
        world.log()
                .info(
                        LogLine.about("qmgr")
                                .with("operator", who)
                                .with("request", verb + " " + argument));
        return switch (verb) {
            case "flush" -> flush(argument);
            case "delete" -> about(argument, (schedule, now) -> id -> schedule.delete(id, now));
            case "hold" -> about(argument, (schedule, now) -> id -> schedule.hold(id, now));
            default -> about(argument, (schedule, now) -> id -> schedule.release(id, now));
        };
    }

    private ControlLine flush(String argument) {
        if (argument.isEmpty()) {
            return ControlLine.ok()
                    .with("count", queue.ask((schedule, now) -> schedule.flush(now)));
        }
        Optional<QueueId> id = QueueId.parse(argument);
        boolean one = id.isPresent() && queue.ask((schedule, now) -> schedule.flush(id.get(), now));
        int count = one ? 1 : queue.ask((schedule, now) -> schedule.flush(argument, now));
        return ControlLine.ok().with("count", count);
    }

    private interface Deed {
        boolean done(QueueId id);
    }

    private ControlLine about(String id, BiFunction<Schedule, Now, Deed> deed) {
        Optional<QueueId> parsed = QueueId.parse(id);
        boolean done =
                parsed.isPresent()
                        && queue.ask(
                                (schedule, now) -> deed.apply(schedule, now).done(parsed.get()));
        return done
                ? ControlLine.ok().with("count", 1)
                : ControlLine.error("unknown", "no message " + id + " in the queue");
    }

    /** Lines gathered for one write. Filled in the schedule's owner while the session waits. */
    private static final class Page {
        private static final int CHARS_MAX = 64 * 1024;

        private final Peer peer;
        private final StringBuilder lines = new StringBuilder(4096);

        Page(Peer peer) {
            this.peer = peer;
        }

        void add(ControlLine line) {
            lines.append(line.text()).append('\n');
        }

        /** A message with very many recipients may make it longer by those. */
        boolean full() {
            return lines.length() > CHARS_MAX;
        }

        void flush() throws IOException {
            ControlServer.write(peer, lines, WRITE_LIMIT);
            lines.setLength(0);
        }

        void end() throws IOException {
            lines.append(".\n");
            flush();
        }
    }
}
