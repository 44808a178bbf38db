package postern.command;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import postern.base.ControlLine;
import postern.base.Json;

/** Asks master. */
public final class MasterClient {
    private static final String SOCKET = "run/master";
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** Stopping waits for sessions to end. */
    private static final Duration STOP = Duration.ofMinutes(5);

    private static final Set<String> NUMBERS = Set.of("pid", "uid", "restarts", "memory");
    private static final List<String> COLUMNS =
            List.of("domain", "state", "pid", "uid", "restarts", "memory", "uptime", "sandbox");

    private final Terminal terminal;
    private final ControlClient control;

    public MasterClient(Terminal terminal, StateFolder state) {
        this.terminal = terminal;
        this.control = new ControlClient(terminal.world().network(), state);
    }

    ExitStatus status(boolean json) {
        List<ControlLine> processes = new ArrayList<>();
        try {
            ControlLine result = control.ask(SOCKET, "status", PATIENCE, processes::add);
            if (!result.field("result").equals("ok")) {
                return Answers.refused(terminal, result);
            }
        } catch (IOException failed) {
            if (json && failed instanceof ControlClient.Unreachable) {
                terminal.out().println(Json.of(Map.of("running", false)));
                return ExitStatus.UNAVAILABLE;
            }
            return Answers.failed(terminal, failed);
        }
        if (json) {
            Map<String, Object> answer = new LinkedHashMap<>();
            answer.put("running", true);
            answer.put("processes", processes.stream().map(MasterClient::object).toList());
            terminal.out().println(Json.of(answer));
        } else {
            table(processes);
        }
        return ExitStatus.OK;
    }

    private static Map<String, Object> object(ControlLine process) {
        Map<String, Object> object = new LinkedHashMap<>();
        process.fields()
                .forEach(
                        (name, value) -> {
                            long number = process.number(name);
                            if (name.equals("started") && number >= 0) {
                                object.put(name, Instant.ofEpochSecond(number));
                            } else {
                                object.put(
                                        name,
                                        NUMBERS.contains(name) && number >= 0 ? number : value);
                            }
                        });
        return object;
    }

    private void table(List<ControlLine> processes) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(COLUMNS);
        for (ControlLine process : processes) {
            rows.add(COLUMNS.stream().map(column -> cell(process, column)).toList());
        }
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < COLUMNS.size(); i++) {
                int column = i;
                int width =
                        rows.stream().mapToInt(each -> each.get(column).length()).max().orElse(0);
                line.append(row.get(i)).append(" ".repeat(width - row.get(i).length() + 2));
            }
            terminal.out().println(line.toString().stripTrailing());
        }
        for (ControlLine process : processes) {
            if (!process.field("listens").isEmpty()) {
                terminal.out()
                        .println(
                                process.field("domain")
                                        + " listens on "
                                        + process.field("listens"));
            }
        }
    }

    private String cell(ControlLine process, String column) {
        long number = process.number(column.equals("uptime") ? "started" : column);
        return switch (column) {
            case "memory" -> number < 0 ? "-" : number / (1024 * 1024) + " MiB";
            case "uptime" -> number < 0 ? "-" : uptime(number);
            default -> process.field(column).isEmpty() ? "-" : process.field(column);
        };
    }

    private String uptime(long started) {
        long seconds = Math.max(0, terminal.world().clock().now().getEpochSecond() - started);
        if (seconds < 120) {
            return seconds + "s";
        }
        if (seconds < 7200) {
            return seconds / 60 + "m";
        }
        return seconds < 2 * 86_400 ? seconds / 3600 + "h" : seconds / 86_400 + "d";
    }

    ExitStatus stop(boolean json) {
        return order("stop", "stopped", STOP, json);
    }

    /** Has the configuration, and the aliases with it, read anew. */
    public ExitStatus reload(boolean json) {
        return order("reload", "the new configuration is in force", PATIENCE, json);
    }

    private ExitStatus order(String request, String done, Duration patience, boolean json) {
        List<String> problems = new ArrayList<>();
        try {
            ControlLine result =
                    control.ask(
                            SOCKET,
                            request,
                            patience,
                            line -> {
                                if (line.has("problem")) {
                                    problems.add(line.field("problem"));
                                }
                            });
            boolean ok = result.field("result").equals("ok");
            if (json) {
                terminal.out().println(Json.of(Map.of("ok", ok, "problems", problems)));
            }
            if (ok) {
                if (!json) {
                    terminal.out().println(done);
                }
                return ExitStatus.OK;
            }
            problems.forEach(terminal.err()::println);
            ExitStatus status = Answers.refused(terminal, result);
            return problems.isEmpty() ? status : ExitStatus.CONFIGURATION;
        } catch (IOException failed) {
            return Answers.failed(terminal, failed);
        }
    }
}
