package postern.sasl.dovecot;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import postern.base.Clock;
import postern.base.Endpoint;
import postern.base.Network;
import postern.sasl.Mechanism;

/**
 * The mail server's side: one exchange at a time on a connection, and connections kept for the
 * next. Any thread.
 */
public final class AuthClient {
    /** The version that is spoken; the first number must be the other side's too. */
    static final String VERSION = "1";

    static final String MINOR = "2";

    /** For a word of the service; it delays what it denies. */
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(60);

    /** For the connection and its greeting; our own service starts with its first work. */
    private static final Duration GREETING_LIMIT = Duration.ofSeconds(10);

    /** What is offered may change, and so may whether anybody is there. */
    private static final Duration ASK_AGAIN = Duration.ofSeconds(60);

    private static final Duration ASK_AGAIN_SOON = Duration.ofSeconds(5);

    private static final int IDLE_MAX = 8;
    private static final int GREETING_LINES_MAX = 64;

    private final Network network;
    private final Clock clock;
    private final Endpoint at;
    private final long pid;
    private final Duration denials;
    private final AtomicInteger requests = new AtomicInteger();
    private final Object lock = new Object(); // guards what follows; never held over I/O
    private final Deque<Lines> idle = new ArrayDeque<>();
    private Set<Mechanism> offered = Set.of();
    private long askAgain;
    private boolean asked;

    /**
     * @param pid tells mail servers apart
     * @param denials what is denied is told after a multiple of it, so that the time it took to
     *     find out tells nothing; zero where the service sees to that itself
     */
    public AuthClient(Network network, Clock clock, Endpoint at, long pid, Duration denials) {
        this.network = network;
        this.clock = clock;
        this.at = at;
        this.pid = pid;
        this.denials = denials;
    }

    /**
     * The mechanisms that the service knows, as it said within the last minute; those that it knew
     * before where it cannot be reached. Channel binding is left to our own service.
     */
    public Set<Mechanism> mechanisms() {
        long now = clock.nanoTime();
        synchronized (lock) {
            if (asked && now - askAgain < 0) {
                return offered;
            }
            asked = true;
            askAgain = now + ASK_AGAIN_SOON.toNanos(); // others need not ask meanwhile
        }
        try {
            release(connect());
        } catch (IOException unreachable) {
            // whoever tries to authenticate is told; the attempt is logged there
        }
        synchronized (lock) {
            return offered;
        }
    }

    private Lines connect() throws IOException {
        Lines lines = new Lines(network.connect(at, GREETING_LIMIT));
        try {
            lines.peer().expireAfter(GREETING_LIMIT);
            lines.write(
                    Fields.line("VERSION", VERSION, MINOR)
                            + Fields.line("CPID", Long.toString(pid)));
            Set<Mechanism> known = greeting(lines);
            synchronized (lock) {
                offered = known;
                asked = true;
                askAgain = clock.nanoTime() + ASK_AGAIN.toNanos();
            }
            return lines;
        } catch (IOException failed) {
            lines.close();
            throw failed;
        }
    }

    private static Set<Mechanism> greeting(Lines lines) throws IOException {
        Set<Mechanism> known = new LinkedHashSet<>();
        for (int i = 0; i < GREETING_LINES_MAX; i++) {
            Fields fields =
                    Fields.of(
                            lines.next()
                                    .orElseThrow(
                                            () ->
                                                    new IOException(
                                                            "the authentication service hung up")));
            switch (fields.name()) {
                case "VERSION" -> {
                    if (!fields.at(1).equals(VERSION)) {
                        throw new IOException(
                                "the authentication service speaks version " + fields.at(1));
                    }
                }
                case "MECH" ->
                        Mechanism.of(fields.at(1))
                                .filter(each -> usable(each, fields))
                                .ifPresent(known::add);
                case "DONE" -> {
                    return Set.copyOf(known);
                }
                default -> {} // SPID, CUID, COOKIE: for others
            }
        }
        throw new IOException("the authentication service greets without end");
    }

    /** EXTERNAL is a matter of our own; PLUS is ours alone. */
    private static boolean usable(Mechanism mechanism, Fields fields) {
        return switch (mechanism) {
            case EXTERNAL -> false;
            case SCRAM_SHA_256_PLUS -> fields.has(AuthServer.BINDING);
            case SCRAM_SHA_256, SCRAM_SHA_1, OAUTHBEARER, XOAUTH2, PLAIN, LOGIN -> true;
        };
    }

    private @Nullable Lines fromIdle() {
        synchronized (lock) {
            return idle.pollFirst();
        }
    }

    private void release(Lines lines) {
        synchronized (lock) {
            if (idle.size() < IDLE_MAX) {
                idle.addFirst(lines);
                return;
            }
        }
        lines.close();
    }

    /** An exchange; it must be ended by {@link #close}. One thread only. */
    public final class Exchange implements AutoCloseable {
        private final String id = Integer.toString(requests.incrementAndGet());
        private @Nullable Lines lines;
        private boolean over;

        private Exchange() {}

        /** Begins it. A kept connection that has died is replaced. */
        public Answer begin(Asked request) throws IOException {
            String line = line(request);
            Lines kept = fromIdle();
            if (kept != null) {
                lines = kept;
                try {
                    return say(kept, line);
                } catch (IOException died) {
                    kept.close();
                    lines = null;
                }
            }
            Lines fresh = connect();
            lines = fresh;
            return say(fresh, line);
        }

        private String line(Asked request) {
            List<String> fields =
                    new ArrayList<>(List.of("AUTH", id, request.mechanism(), "service=smtp"));
            if (request.secured()) {
                fields.add("secured");
            }
            fields.add("nologin"); // nobody will ask who logged in
            if (!request.local().isEmpty()) {
                fields.add("lip=" + request.local());
            }
            if (!request.remote().isEmpty()) {
                fields.add("rip=" + request.remote());
            }
            request.binding()
                    .ifPresent(
                            binding ->
                                    fields.add(
                                            AuthServer.BINDING
                                                    + "="
                                                    + Base64.getEncoder()
                                                            .encodeToString(binding.octets())));
            request.initial().ifPresent(text -> fields.add("resp=" + text)); // must be the last
            return Fields.line(fields.toArray(String[]::new));
        }

        /** The client's answer to a challenge, in base64 that was checked. */
        public Answer next(String base64) throws IOException {
            Lines open = lines;
            if (open == null) {
                throw new IOException("the exchange is over");
            }
            return say(open, Fields.line("CONT", id, base64));
        }

        private Answer say(Lines open, String line) throws IOException {
            long began = clock.nanoTime();
            open.peer().expireAfter(ANSWER_LIMIT);
            open.write(line);
            while (true) {
                Optional<String> said = open.next();
                if (said.isEmpty()) {
                    throw new IOException("the authentication service hung up");
                }
                Fields fields = Fields.of(said.get());
                if (!fields.at(1).equals(id)) {
                    continue; // of an exchange that was given up, or a new greeting
                }
                switch (fields.name()) {
                    case "CONT" -> {
                        return new Answer.Challenge(fields.at(2));
                    }
                    case "OK" -> {
                        over = true;
                        return delayed(granted(fields), began);
                    }
                    case "FAIL" -> {
                        over = true;
                        return delayed(failed(fields), began);
                    }
                    default -> {}
                }
            }
        }

        private Answer delayed(Answer answer, long began) {
            if (answer instanceof Answer.Denied && !denials.isZero()) {
                long every = denials.toNanos();
                clock.sleep(Duration.ofNanos(every - (clock.nanoTime() - began) % every));
            }
            return answer;
        }

        /**
         * Dovecot says so too of a user who may not log in though the password is right; of one
         * whom another Dovecot serves it says so besides.
         */
        private static Answer granted(Fields fields) {
            Optional<String> user = fields.value("user").filter(name -> !name.isEmpty());
            if (user.isEmpty()) {
                return new Answer.Unavailable("", "the service names no user");
            }
            if (says(fields, "nologin") && !says(fields, "proxy")) {
                return new Answer.Denied(
                        user.get(), fields.value("reason").orElse("may not log in"));
            }
            return new Answer.Granted(user.get());
        }

        private static boolean says(Fields fields, String word) {
            return fields.has(word) || fields.value(word).isPresent();
        }

        private static Answer failed(Fields fields) {
            String user = fields.value("user").orElse("");
            String why =
                    fields.value("reason")
                            .or(() -> fields.value("code"))
                            .orElse(fields.has("authz") ? "not authorized" : "denied");
            return fields.has("temp")
                    ? new Answer.Unavailable(user, why)
                    : new Answer.Denied(user, why);
        }

        /** Gives the exchange up where it is not over. */
        @Override
        public void close() {
            Lines open = lines;
            lines = null;
            if (open == null) {
                return;
            }
            if (over) {
                release(open);
            } else {
                open.close(); // which cancels what was begun
            }
        }
    }

    public Exchange exchange() {
        return new Exchange();
    }
}
