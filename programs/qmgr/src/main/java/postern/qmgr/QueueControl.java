package postern.qmgr;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import postern.base.ControlLine;
import postern.base.ControlServer;
import postern.base.Listener;
import postern.base.LogLine;
import postern.base.Peer;
import postern.base.World;
import postern.mail.Content;
import postern.mail.Envelope;
import postern.mail.Outcome;
import postern.mail.QueueId;
import postern.mail.Router;
import postern.spool.Past;
import postern.spool.Progress;
import postern.spool.QueuedMessage;
import postern.spool.Spool;

/**
 * Answers the operator on the queue's control socket: docs/protocols/control.md. What is asked is
 * worked off page by page, each a short question to the schedule's owner, and envelopes are read
 * outside of it, so that neither a long queue nor a slow reader costs memory or holds up mail.
 */
public final class QueueControl {
    /** Messages in one question to the schedule's owner. */
    private static final int PAGE = 64;

    /** Ids known at once: 8 MiB. */
    private static final int IDS = 1 << 20;

    /** Content in one line of an answer, in octets; encoded it stays below a value's bound. */
    private static final int CONTENT_OCTETS = 240;

    private final World world;
    private final QueueManager queue;
    private final Spool spool;
    private final Router router;
    private final RouteRules rules;
    private final Authority authority;
    private final AtomicInteger surveys = new AtomicInteger();

    /**
     * @param router says where a message would go
     */
    public QueueControl(
            World world,
            QueueManager queue,
            Spool spool,
            Router router,
            RouteRules rules,
            Authority authority) {
        this.world = world;
        this.queue = queue;
        this.spool = spool;
        this.router = router;
        this.rules = rules;
        this.authority = authority;
    }

    /** Serves until the listener is closed. */
    public void serve(Listener listener) {
        new ControlServer(world, "qmgr", this::session).serve(listener);
    }

    private void session(String request, Peer peer) throws IOException {
        var page = new Page(peer);
        int tab = request.indexOf('\t');
        String verb = tab < 0 ? request : request.substring(0, tab);
        Optional<ControlLine> fields =
                tab < 0
                        ? Optional.of(ControlLine.of("request", verb))
                        : ControlLine.parse(request.substring(tab + 1));
        if (fields.isEmpty()) {
            page.end(ControlLine.error("usage", "malformed request"));
            return;
        }
        String user = peer.user().orElse("");
        page.end(
                switch (Selection.parse(fields.get())) {
                    case Selection.Parsed.Bad(String why) -> ControlLine.error("usage", why);
                    case Selection.Parsed.Good(Selection selection) ->
                            new Request(verb, fields.get(), selection, user, page).answer();
                });
    }

    /** Takes messages one by one. */
    private interface Visitor {
        void visit(QueuedMessage message, Standing standing) throws IOException;
    }

    /** One request, being answered in a task of its own. */
    private final class Request {
        private static final String FLUSH_DESTINATION = "flush-destination";
        private static final Set<String> OPTIONS = Set.of("request", "dryrun", "limit");

        private final String verb;
        private final ControlLine asked;
        private final Selection selection;
        private final String user;
        private final Page page;
        private final boolean operator;
        private final boolean reader;

        Request(String verb, ControlLine asked, Selection selection, String user, Page page) {
            this.verb = verb;
            this.asked = asked;
            this.selection = selection;
            this.user = user;
            this.page = page;
            this.operator = authority.operators().contains(user);
            this.reader = operator || authority.readers().test(user);
        }

        ControlLine answer() throws IOException {
            for (String name : asked.fields().keySet()) {
                if (!Selection.NAMES.contains(name) && !OPTIONS.contains(name)) {
                    return ControlLine.error("usage", "no such field: " + name);
                }
            }
            return switch (verb) {
                case "list" -> list(false);
                case "show" -> list(true);
                case "history" -> history();
                case "cat" -> cat();
                case "summary" -> summary();
                case "top" -> top();
                case FLUSH_DESTINATION -> flushDestination();
                case "hold", "release", "requeue", "expire", "delete", "flush" -> order();
                default -> ControlLine.error("usage", "no such request: " + verb);
            };
        }

        private boolean mayRead(Envelope envelope) {
            boolean flushes = verb.equals(FLUSH_DESTINATION); // and is told no more than a number
            return reader || flushes || Authority.own(envelope, user);
        }

        private ControlLine noPermission() {
            return ControlLine.error("noperm", verb + " is for root and the queue's own user");
        }

        private ControlLine unknown() {
            return ControlLine.error(
                    "unknown", "no message " + asked.field("id") + " in the queue");
        }

        private boolean dry() {
            return asked.field("dryrun").equals("1");
        }

        // Looking.

        private ControlLine list(boolean all) throws IOException {
            var listing = new Listing(router, page);
            int count =
                    scan(
                            (message, standing) -> {
                                if (all) {
                                    listing.show(message, standing);
                                } else if (!dry()) {
                                    listing.list(message, standing);
                                }
                                page.flushFull();
                            });
            return count == 0 && selection.named()
                    ? unknown()
                    : ControlLine.ok().with("count", count);
        }

        /** Visits what is selected and may be seen, oldest first; returns how many. */
        private int scan(Visitor visitor) throws IOException {
            int count = 0;
            long after = 0;
            while (true) {
                long[] ids = ids(after);
                for (int from = 0; from < ids.length; from += PAGE) {
                    int to = Math.min(ids.length, from + PAGE);
                    count += page(ids, from, to, visitor);
                }
                if (selection.named() || ids.length < IDS) {
                    return count;
                }
                after = ids[ids.length - 1];
            }
        }

        private long[] ids(long after) {
            if (selection.named()) {
                return selection.ids().stream()
                        .mapToLong(QueueId::value)
                        .sorted()
                        .distinct()
                        .toArray();
            }
            Optional<String> flushed =
                    verb.startsWith("flush") ? selection.destination() : Optional.empty();
            return queue.ask(
                    (schedule, _) ->
                            flushed.isPresent()
                                    ? schedule.operator().idsLeadingTo(flushed.get(), after, IDS)
                                    : schedule.operator().idsAfter(after, IDS));
        }

        private int page(long[] ids, int from, int to, Visitor visitor) throws IOException {
            List<Optional<Standing>> standings =
                    queue.ask(
                            (schedule, now) -> {
                                List<Optional<Standing>> found = new ArrayList<>(to - from);
                                for (int i = from; i < to; i++) {
                                    found.add(
                                            schedule.operator().standing(new QueueId(ids[i]), now));
                                }
                                return found;
                            });
            int count = 0;
            for (int i = from; i < to; i++) {
                Optional<Standing> standing = standings.get(i - from);
                if (standing.isEmpty()) {
                    continue;
                }
                QueuedMessage message;
                try {
                    message = spool.load(new QueueId(ids[i]));
                } catch (Spool.NotQueued gone) {
                    continue;
                }
                if (mayRead(message.envelope())
                        && selection.fits(message, standing.get(), router, world.clock().now())) {
                    visitor.visit(message, standing.get());
                    count++;
                }
            }
            return count;
        }

        private ControlLine history() throws IOException {
            if (selection.ids().size() != 1) {
                return ControlLine.error("usage", "history is of one message: id=ID");
            }
            QueueId id = selection.ids().getFirst();
            if (!reader) { // whose it was is known by the log alone, once it has left
                Optional<Envelope> envelope = envelope(id);
                if (envelope.isEmpty() || !mayRead(envelope.get())) {
                    return unknown();
                }
            }
            var story = new Story(page);
            spool.history(id, story::tell);
            if (reader && story.envelope().isPresent()) { // rules are the operators' own words
                story.routed(story.envelope().get(), rules);
            }
            int waiting = 0;
            Optional<Standing> standing =
                    queue.ask((schedule, now) -> schedule.operator().standing(id, now));
            if (standing.isPresent()) {
                try {
                    QueuedMessage message = spool.load(id);
                    var now = ControlLine.of("event", "now").with("state", standing.get().state());
                    page.add(now);
                    new Listing(router, page).list(message, standing.get());
                    waiting = 1;
                } catch (Spool.NotQueued left) {
                    page.add(ControlLine.of("event", "left"));
                }
            } else if (story.events() > 0) {
                page.add(ControlLine.of("event", "left"));
            }
            return story.events() + waiting == 0
                    ? ControlLine.error(
                            "unknown",
                            "the queue log knows nothing (any more) of " + asked.field("id"))
                    : ControlLine.ok().with("count", story.events());
        }

        private Optional<Envelope> envelope(QueueId id) throws IOException {
            List<Envelope> found = new ArrayList<>(1);
            spool.history(
                    id,
                    event -> {
                        if (event instanceof Past.Taken taken) {
                            found.add(taken.envelope());
                        }
                    });
            return found.stream().findFirst();
        }

        /** Content is nobody's to read but the operators' and the one's who wrote it. */
        private ControlLine cat() throws IOException {
            if (selection.ids().size() != 1) {
                return ControlLine.error("usage", "cat is of one message: id=ID");
            }
            QueueId id = selection.ids().getFirst();
            try {
                Envelope envelope = spool.load(id).envelope();
                if (!operator && !Authority.own(envelope, user)) {
                    return reader ? noPermission() : unknown();
                }
                try (Content content = spool.content(id)) {
                    cat(content);
                    return ControlLine.ok().with("count", content.octets());
                }
            } catch (Spool.NotQueued gone) {
                return unknown();
            }
        }

        private void cat(Content content) throws IOException {
            byte[] octets = new byte[CONTENT_OCTETS];
            long at = 0;
            int n = content.read(at, octets, 0, octets.length);
            while (n > 0) {
                // one character an octet: what it means is not for the protocol to say
                String text = new String(octets, 0, n, StandardCharsets.ISO_8859_1);
                page.add(ControlLine.of("content", text));
                page.flushFull();
                at += n;
                n = at < content.octets() ? content.read(at, octets, 0, octets.length) : -1;
            }
        }

        private ControlLine summary() throws IOException {
            Survey survey = survey();
            page.add(survey.sum());
            for (Survey.Row row : survey.largest(limit())) {
                page.add(row.text());
                page.flushFull();
            }
            return ControlLine.ok().with("count", survey.rows());
        }

        private Survey survey() throws IOException {
            var census = new Census(queue, spool, router);
            if (reader && selection.all()) { // nearly all there is to count is in memory
                return census.taken(this::blank);
            }
            Survey counted = blank();
            int _ =
                    scan(
                            (message, standing) ->
                                    census.count(
                                            message,
                                            standing,
                                            progress -> fits(message, standing, progress),
                                            counted));
            return counted;
        }

        private boolean fits(QueuedMessage message, Standing standing, Progress progress) {
            return selection.fits(message, standing, progress, router);
        }

        private Survey blank() {
            return new Survey(surveys.incrementAndGet(), world.clock().now());
        }

        private int limit() {
            long limit = asked.number("limit");
            return limit > 0 ? (int) Math.min(limit, Integer.MAX_VALUE) : Integer.MAX_VALUE;
        }

        /** The longest waits, with what is known of the destinations just now. */
        private ControlLine top() throws IOException {
            if (!reader) {
                return ControlLine.error("noperm", "top is for root, the queue's user and readers");
            }
            Survey survey = survey();
            page.add(survey.sum());
            List<ControlLine> idle = // next hops before which nobody waits just now
                    queue.ask((schedule, _) -> live(schedule, to -> !survey.counts(to)));
            int most = limit();
            for (ControlLine line : idle.subList(0, Math.min(most, idle.size()))) {
                page.add(line);
                page.flushFull();
            }
            List<Survey.Row> rows = survey.largest(most - Math.min(most, idle.size()));
            for (int from = 0; from < rows.size(); from += PAGE) {
                top(rows.subList(from, Math.min(rows.size(), from + PAGE)));
            }
            return ControlLine.ok().with("count", idle.size() + survey.rows());
        }

        private void top(List<Survey.Row> rows) throws IOException {
            Map<String, ControlLine> live = new HashMap<>();
            queue.ask(
                            (schedule, _) -> {
                                List<ControlLine> lines = new ArrayList<>();
                                for (Survey.Row row : rows) {
                                    lines.addAll(live(schedule, row.destination()));
                                }
                                return lines;
                            })
                    .forEach(line -> live.put(line.field("destination"), line));
            for (Survey.Row row : rows) {
                page.add(joined(row.line(), live.get(row.destination())));
                page.flushFull();
            }
        }

        private static ControlLine joined(ControlLine row, @Nullable ControlLine live) {
            if (live == null) {
                return row;
            }
            Map<String, Object> all = new LinkedHashMap<>(row.fields());
            all.putAll(live.fields());
            return ControlLine.of(all);
        }

        private static List<ControlLine> live(Schedule schedule, Predicate<String> wanted) {
            return schedule.transports().stream()
                    .flatMap(transport -> transport.destinations.values().stream())
                    .filter(destination -> wanted.test(destination.nextHop))
                    .sorted(Comparator.comparingInt(one -> -one.running))
                    .map(Request::live)
                    .toList();
        }

        private static List<ControlLine> live(Schedule schedule, String nextHop) {
            return schedule.transports().stream()
                    .flatMap(one -> Stream.ofNullable(one.destinations.get(nextHop)))
                    .map(Request::live)
                    .toList();
        }

        private static ControlLine live(Destination destination) {
            boolean dead = destination.state == Destination.State.DEAD;
            ControlLine line =
                    ControlLine.of("destination", destination.nextHop)
                            .with("transport", destination.transport.name)
                            .with("active", destination.running)
                            .with("window", destination.window())
                            .with("state", dead ? "dead" : "alive");
            Outcome.Deferred why = destination.reason;
            return why == null ? line : line.with("reason", Reports.said(Reports.detail(why)));
        }

        // Acting.

        private ControlLine order() throws IOException {
            if (!operator) {
                return noPermission();
            }
            if (selection.all() && !verb.equals("flush")) {
                return ControlLine.error(
                        "usage", verb + " of all messages is said with a selector: older=0");
            }
            if (!dry()) {
                world.log()
                        .info(LogLine.about("qmgr").with("operator", user).with("request", text()));
            }
            try {
                int count = dry() ? scan((_, _) -> {}) : ordered();
                return count == 0 && selection.named()
                        ? unknown()
                        : ControlLine.ok().with("count", count);
            } catch (IOException failed) {
                return ControlLine.error("failed", String.valueOf(failed.getMessage()));
            }
        }

        private String text() {
            StringBuilder text = new StringBuilder(verb);
            asked.fields()
                    .forEach(
                            (name, value) -> {
                                if (!name.equals("request")) { // stands where nothing is stated
                                    text.append(' ').append(name).append('=').append(value);
                                }
                            });
            return text.toString();
        }

        private int ordered() throws IOException {
            if (verb.equals("flush") && selection.all()) {
                return queue.ask((schedule, now) -> schedule.operator().flush(now));
            }
            Optional<String> destination = selection.destinationAlone();
            if (verb.equals("flush") && destination.isPresent()) {
                return flushed(destination.get());
            }
            return ordered(Deed.valueOf(verb.toUpperCase(Locale.ROOT)));
        }

        private int ordered(Deed deed) throws IOException {
            List<QueueId> chosen = new ArrayList<>(PAGE);
            int[] done = new int[1];
            int _ =
                    scan(
                            (message, _) -> {
                                chosen.add(message.envelope().id());
                                if (chosen.size() == PAGE) {
                                    done[0] += act(deed, chosen);
                                }
                            });
            return done[0] + act(deed, chosen);
        }

        private int act(Deed deed, List<QueueId> chosen) throws IOException {
            List<QueueId> ids = List.copyOf(chosen);
            chosen.clear();
            return ids.isEmpty()
                    ? 0
                    : queue.order(
                            (schedule, now) -> {
                                int count = 0;
                                for (QueueId id : ids) {
                                    count += schedule.operator().act(deed, id, now) ? 1 : 0;
                                }
                                return count;
                            });
        }

        /** The destination first: it may be idle, and left alone for what was there before. */
        private int flushed(String destination) throws IOException {
            boolean _ =
                    queue.ask(
                            (schedule, now) -> {
                                schedule.operator().revive(destination, now);
                                return true;
                            });
            return ordered(Deed.FLUSH);
        }

        /** For front too: what ETRN asks for (RFC 1985). */
        private ControlLine flushDestination() throws IOException {
            if (!operator && !authority.flushers().test(user)) {
                return noPermission();
            }
            if (selection.belowAlone()) {
                return ControlLine.ok().with("count", ordered(Deed.FLUSH));
            }
            Optional<String> destination = selection.destinationAlone();
            return destination.isPresent()
                    ? ControlLine.ok().with("count", flushed(destination.get()))
                    : ControlLine.error("usage", FLUSH_DESTINATION + " takes destination=DOMAIN");
        }
    }
}
