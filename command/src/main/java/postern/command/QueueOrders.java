package postern.command;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import postern.base.ControlLine;
import postern.base.Json;

/** Changes the queue: what is not named by its id is counted first, and asked about. */
final class QueueOrders {
    private final Terminal terminal;
    private final ControlClient control;

    QueueOrders(Terminal terminal, StateFolder state) {
        this.terminal = terminal;
        this.control = new ControlClient(terminal.world().network(), state);
    }

    /**
     * @param done how the messages are afterwards: {@code deleted}
     * @param dry only count
     * @param yes do not ask
     */
    ExitStatus order(
            String verb, ControlLine which, String done, boolean dry, boolean yes, boolean json) {
        try {
            if (dry || !yes && !QueueOptions.named(which)) {
                ControlLine counted = ask(verb, which.with("dryrun", 1));
                if (!good(counted)) {
                    return Answers.refused(terminal, counted);
                }
                long count = counted.number("count");
                if (dry || count == 0) {
                    tell(count, "would be " + done, true, json);
                    return ExitStatus.OK;
                }
                if (!agreed(verb, count)) {
                    return ExitStatus.USAGE;
                }
            }
            ControlLine result = ask(verb, which);
            if (!good(result)) {
                return Answers.refused(terminal, result);
            }
            tell(Math.max(0, result.number("count")), done, false, json);
            return ExitStatus.OK;
        } catch (IOException failed) {
            return Answers.failed(terminal, failed);
        }
    }

    private ControlLine ask(String verb, ControlLine which) throws IOException {
        return control.ask(
                QueueClient.SOCKET, verb + "\t" + which.text(), QueueClient.PATIENCE, _ -> {});
    }

    private static boolean good(ControlLine result) {
        return result.field("result").equals("ok");
    }

    private boolean agreed(String verb, long count) throws IOException {
        terminal.err().print(verb + " " + messages(count) + "? [y/N] ");
        terminal.err().flush();
        var in = new BufferedReader(new InputStreamReader(terminal.in(), StandardCharsets.UTF_8));
        String answer = in.readLine();
        boolean yes = answer != null && answer.strip().toLowerCase(Locale.ROOT).matches("y|yes");
        if (!yes) {
            terminal.err().println("postern: nothing done; --yes does it without asking");
        }
        return yes;
    }

    private static String messages(long count) {
        return count + (count == 1 ? " message" : " messages");
    }

    private void tell(long count, String what, boolean dry, boolean json) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("count", count);
        if (dry) {
            object.put("dry_run", true);
        }
        terminal.out().println(json ? Json.of(object) : messages(count) + " " + what);
    }
}
