package postern.sasl.dovecot;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import postern.base.Connections;
import postern.base.Listener;
import postern.base.Peer;
import postern.base.World;
import postern.sasl.Bounds;
import postern.sasl.ChannelBinding;
import postern.sasl.Mechanism;
import postern.sasl.ServerExchange;
import postern.sasl.ServerExchange.Channel;
import postern.sasl.ServerExchange.Step;

/** The service's side. A connection is served by one task, one message after the other. */
public final class AuthServer {
    /** Our own field: what the exporter of the TLS connection gave, RFC 9266. */
    static final String BINDING = "tls-exporter";

    /** Connections at once: the front keeps few, and has as many as exchanges are under way. */
    private static final int CONNECTIONS_MAX = 500;

    private static final int EXCHANGES_MAX = 100; // of one connection

    private static final Duration IDLE_LIMIT = Duration.ofHours(1);
    private static final Duration WRITE_LIMIT = Duration.ofSeconds(10);

    private final World world;
    private final Service service;
    private final RandomGenerator secrets;
    private final Connections connections;

    /** What is behind the protocol. Any thread. */
    public interface Service {
        /** What is offered now. */
        Iterable<Mechanism> mechanisms();

        /** Begins an exchange. */
        ServerExchange begin(Mechanism mechanism, Channel channel);

        /** What is denied is denied no sooner. */
        Duration denialDelay();
    }

    public AuthServer(World world, Service service, RandomGenerator secrets) {
        this.world = world;
        this.service = service;
        this.secrets = secrets;
        this.connections = new Connections(world, "auth", CONNECTIONS_MAX);
    }

    /** Serves until the listener is closed. */
    public void serve(Listener listener) {
        connections.serve(listener, this::converse);
    }

    private void converse(Peer peer) {
        Lines lines = new Lines(peer);
        try {
            peer.expireAfter(WRITE_LIMIT);
            lines.write(greeting());
            new Connection(lines).serve();
        } catch (IOException gone) {
            // the mail server ended, or keeps fewer connections: nothing was promised
        }
    }

    private String greeting() {
        StringBuilder text = new StringBuilder(512);
        text.append(Fields.line("VERSION", AuthClient.VERSION, AuthClient.MINOR));
        for (Mechanism each : service.mechanisms()) {
            text.append(
                    each == Mechanism.SCRAM_SHA_256_PLUS
                            ? Fields.line("MECH", each.text(), BINDING)
                            : each.secretOnTheWire()
                                    ? Fields.line("MECH", each.text(), "plaintext")
                                    : Fields.line("MECH", each.text()));
        }
        byte[] cookie = new byte[16];
        secrets.nextBytes(cookie);
        return text.append(Fields.line("SPID", "1"))
                .append(Fields.line("CUID", "1"))
                .append(Fields.line("COOKIE", HexFormat.of().formatHex(cookie)))
                .append(Fields.line("DONE"))
                .toString();
    }

    /** One connection. One thread only. */
    private final class Connection {
        private final Lines lines;
        private final Map<String, ServerExchange> open = new HashMap<>();

        Connection(Lines lines) {
            this.lines = lines;
        }

        void serve() throws IOException {
            while (true) {
                lines.peer().expireAfter(IDLE_LIMIT);
                Optional<String> line = lines.next();
                if (line.isEmpty()) {
                    return;
                }
                Fields fields = Fields.of(line.get());
                switch (fields.name()) {
                    case "VERSION" -> {
                        if (!fields.at(1).equals(AuthClient.VERSION)) {
                            return;
                        }
                    }
                    case "AUTH" -> begin(fields);
                    case "CONT" -> go(fields);
                    case "CANCEL" -> open.remove(fields.at(1));
                    default -> {} // CPID, and what later versions say
                }
            }
        }

        private void begin(Fields fields) throws IOException {
            String id = fields.at(1);
            Optional<Mechanism> mechanism = Mechanism.of(fields.at(2)).filter(this::offered);
            if (mechanism.isEmpty() || id.isEmpty() || open.size() >= EXCHANGES_MAX) {
                reply(Fields.line("FAIL", id, "reason=no such mechanism"));
                return;
            }
            Optional<ChannelBinding> binding =
                    fields.value(BINDING).flatMap(Connection::octets).map(ChannelBinding::new);
            boolean plus = binding.isPresent() && offered(Mechanism.SCRAM_SHA_256_PLUS);
            if (mechanism.get() == Mechanism.SCRAM_SHA_256_PLUS && !plus) {
                reply(Fields.line("FAIL", id, "reason=no channel to bind to"));
                return;
            }
            ServerExchange exchange = service.begin(mechanism.get(), new Channel(binding, plus));
            open.put(id, exchange);
            Optional<String> initial = fields.value("resp");
            if (initial.isPresent()) {
                step(id, exchange, initial.get());
            } else if (exchange.clientFirst()) {
                reply(Fields.line("CONT", id, ""));
            } else {
                step(id, exchange, "");
            }
        }

        private boolean offered(Mechanism mechanism) {
            for (Mechanism each : service.mechanisms()) {
                if (each == mechanism) {
                    return true;
                }
            }
            return false;
        }

        private void go(Fields fields) throws IOException {
            ServerExchange exchange = open.get(fields.at(1));
            if (exchange == null) {
                reply(Fields.line("FAIL", fields.at(1), "reason=no such exchange"));
            } else {
                step(fields.at(1), exchange, fields.at(2));
            }
        }

        private void step(String id, ServerExchange exchange, String base64) throws IOException {
            long began = world.clock().nanoTime();
            boolean told = exchange.failed(); // and delayed
            Optional<byte[]> message = octets(base64);
            Step step =
                    message.isEmpty() || message.get().length > Bounds.MESSAGE_OCTETS_MAX
                            ? new Step.Malformed("not base64")
                            : exchange.step(message.get());
            if (!(step instanceof Step.Challenge)) {
                open.remove(id);
            }
            switch (step) {
                case Step.Challenge(byte[] octets) -> {
                    if (exchange.failed()) { // who reads that need not wait for the end
                        delay(began);
                    }
                    reply(Fields.line("CONT", id, Base64.getEncoder().encodeToString(octets)));
                }
                case Step.Granted(String login) -> reply(Fields.line("OK", id, "user=" + login));
                case Step.Denied(String user, String why) -> {
                    if (!told) {
                        delay(began);
                    }
                    reply(fail(id, user, why, null));
                }
                case Step.Malformed(String why) -> {
                    delay(began);
                    reply(fail(id, "", why, null));
                }
                case Step.Unavailable(String user, String why) ->
                        reply(fail(id, user, why, "temp"));
            }
        }

        /**
         * Whatever was wrong, and however long it took to find out, the answer comes after the same
         * time.
         */
        private void delay(long began) {
            Duration taken = Duration.ofNanos(world.clock().nanoTime() - began);
            Duration left = service.denialDelay().minus(taken);
            if (left.isPositive()) {
                world.clock().sleep(left);
            }
        }

        private static String fail(String id, String user, String why, @Nullable String flag) {
            List<String> fields = new ArrayList<>(List.of("FAIL", id));
            if (!user.isEmpty()) {
                fields.add("user=" + user);
            }
            if (flag != null) {
                fields.add(flag);
            }
            fields.add("reason=" + why);
            return Fields.line(fields.toArray(String[]::new));
        }

        private void reply(String line) throws IOException {
            lines.peer().expireAfter(WRITE_LIMIT);
            lines.write(line);
        }

        private static Optional<byte[]> octets(String base64) {
            try {
                return Optional.of(Base64.getDecoder().decode(base64));
            } catch (IllegalArgumentException noBase64) {
                return Optional.empty();
            }
        }
    }
}
