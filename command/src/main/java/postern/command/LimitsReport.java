package postern.command;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import postern.base.ControlLine;
import postern.base.Json;

/** {@code postern status --limits}: who does most, and how near the limits are. */
final class LimitsReport {
    private static final String SOCKET = "run/front-control";
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final List<String> COUNTS =
            List.of(
                    "sessions",
                    "connections",
                    "messages",
                    "recipients",
                    "failures",
                    "handshakes",
                    "refused");

    private final Terminal terminal;
    private final ControlClient control;

    LimitsReport(Terminal terminal, StateFolder state) {
        this.terminal = terminal;
        this.control = new ControlClient(terminal.world().network(), state);
    }

    ExitStatus run(boolean json) {
        List<ControlLine> clients = new ArrayList<>();
        try {
            ControlLine result = control.ask(SOCKET, "limits", PATIENCE, clients::add);
            if (!result.field("result").equals("ok")) {
                return Answers.refused(terminal, result);
            }
            if (json) {
                printJson(result, clients);
            } else {
                print(result, clients);
            }
            return ExitStatus.OK;
        } catch (IOException failed) {
            return Answers.failed(terminal, failed);
        }
    }

    private void print(ControlLine result, List<ControlLine> clients) {
        boolean stressed = result.field("stress").equals("yes");
        terminal.out()
                .println("sessions " + result.field("sessions") + (stressed ? ", stress" : ""));
        terminal.out().println("known clients " + result.field("known"));
        if (clients.isEmpty()) {
            return;
        }
        terminal.out()
                .printf(
                        "%-44s %8s %11s %8s %10s %13s %14s %7s%n",
                        "client or login",
                        "sessions",
                        "connections",
                        "messages",
                        "recipients",
                        "auth failures",
                        "TLS handshakes",
                        "refused");
        for (ControlLine client : clients) {
            terminal.out()
                    .printf(
                            "%-44s %8s %11s %8s %10s %13s %14s %7s%n",
                            client.field("client"),
                            client.field("sessions"),
                            client.field("connections"),
                            client.field("messages"),
                            client.field("recipients"),
                            client.field("failures"),
                            client.field("handshakes"),
                            client.field("refused"));
        }
    }

    private void printJson(ControlLine result, List<ControlLine> clients) {
        List<Object> list = new ArrayList<>();
        for (ControlLine client : clients) {
            Map<String, Object> object = new LinkedHashMap<>();
            object.put("client", client.field("client"));
            COUNTS.forEach(name -> object.put(name, client.number(name)));
            list.add(object);
        }
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("sessions", result.field("sessions"));
        all.put("stress", result.field("stress").equals("yes"));
        all.put("known", result.number("known"));
        all.put("clients", list);
        terminal.out().println(Json.of(all));
    }
}
