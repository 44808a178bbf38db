package postern.dist;

import java.io.IOException;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import postern.anvil.Anvil;
import postern.base.ControlLine;
import postern.base.ControlServer;
import postern.base.Listener;
import postern.base.Peer;
import postern.base.World;
import postern.smtpd.triage.KnownClients;

/** Answers the operator about the front domain: docs/protocols/control.md. Changes nothing. */
final class FrontControl {
    /** Networks, and logins, told at most; the rest did less. */
    private static final int LINES_MAX = 50;

    private static final Duration WRITE_LIMIT = Duration.ofSeconds(10);

    private final ControlServer server;
    private final Supplier<String> sessions;
    private final BooleanSupplier stress;
    private final AnvilMeter meter;
    private final KnownClients known;

    /**
     * @param sessions open now, and most of them: {@code 3/1000}
     * @param stress whether strangers have less time
     */
    FrontControl(
            World world,
            Supplier<String> sessions,
            BooleanSupplier stress,
            AnvilMeter meter,
            KnownClients known) {
        this.server = new ControlServer(world, "smtpd", this::answer);
        this.sessions = sessions;
        this.stress = stress;
        this.meter = meter;
        this.known = known;
    }

    void serve(Listener listener) {
        server.serve(listener);
    }

    private void answer(String request, Peer peer) throws IOException {
        StringBuilder text = new StringBuilder(4096);
        if (request.equals("limits")) {
            for (Anvil.Line line : meter.busiest(LINES_MAX)) {
                text.append(
                                ControlLine.of("client", line.client())
                                        .with("sessions", line.sessions())
                                        .with("connections", line.connections())
                                        .with("messages", line.messages())
                                        .with("recipients", line.recipients())
                                        .with("failures", line.authFailures())
                                        .with("handshakes", line.tlsHandshakes())
                                        .with("refused", line.refused())
                                        .text())
                        .append('\n');
            }
            text.append(
                            ControlLine.ok()
                                    .with("sessions", sessions.get())
                                    .with("stress", stress.getAsBoolean() ? "yes" : "no")
                                    .with("known", known.size())
                                    .text())
                    .append('\n');
        } else {
            text.append(ControlLine.error("usage", "no such request: " + request).text())
                    .append('\n');
        }
        ControlServer.write(peer, text.append(".\n"), WRITE_LIMIT);
    }
}
