package postern.command;

import java.io.IOException;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import postern.base.ControlLine;
import postern.base.Json;

/** Asks the queue, and shows what it says. */
public final class QueueClient {
    private static final String SOCKET = "run/queue-control";

    /** A queue of a million messages is listed without a pause so long. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Terminal terminal;
    private final ControlClient control;

    public QueueClient(Terminal terminal, StateFolder state) {
        this.terminal = terminal;
        this.control = new ControlClient(terminal.world().network(), state);
    }

    /** The queue in the look that postmasters know. */
    public ExitStatus mailq() {
        MailqPrinter printer = new MailqPrinter(terminal.out(), ZoneId.systemDefault());
        return ask("list", result -> printer.finish(), gathering(printer::print));
    }

    /** One JSON object a line, one for each message. */
    public ExitStatus listJson() {
        return ask("list", _ -> {}, gathering(this::printJson));
    }

    public ExitStatus show(String id, boolean json) {
        MailqPrinter printer = new MailqPrinter(terminal.out(), ZoneId.systemDefault());
        return ask(
                "show\tid=" + id, _ -> {}, gathering(json ? this::printJson : printer::printAll));
    }

    public ExitStatus flush() {
        return ask("flush", _ -> {}, new Gathering(_ -> {}));
    }

    /**
     * Changes the queue.
     *
     * @param what a queue id, a domain, or an empty text for all
     * @param done how the messages are afterwards: {@code deleted}
     */
    public ExitStatus change(String verb, String what, String done, boolean json) {
        return ask(
                what.isEmpty() ? verb : verb + "\t" + named(what),
                result -> printCount(result, done, json),
                new Gathering(_ -> {}));
    }

    /** A domain has a dot, a next hop a bracket; a queue id has neither. */
    private static String named(String what) {
        boolean id = what.indexOf('.') < 0 && what.indexOf('[') < 0;
        return (id ? "id=" : "destination=") + what;
    }

    private void printCount(ControlLine result, String what, boolean json) {
        long count = Math.max(0, result.number("count"));
        terminal.out()
                .println(
                        json
                                ? Json.of(Map.of("count", count))
                                : count + (count == 1 ? " message " : " messages ") + what);
    }

    private void printJson(QueueEntry entry) {
        terminal.out().println(Json.of(entry.json()));
    }

    private static Gathering gathering(Consumer<QueueEntry> sink) {
        return new Gathering(sink);
    }

    /** Puts the lines of one message together. */
    private static final class Gathering implements Consumer<ControlLine> {
        private final Consumer<QueueEntry> sink;
        private final List<ControlLine> lines = new ArrayList<>();

        Gathering(Consumer<QueueEntry> sink) {
            this.sink = sink;
        }

        @Override
        public void accept(ControlLine line) {
            if (line.has("id")) {
                finish();
            }
            if (line.has("id") || !lines.isEmpty()) {
                lines.add(line);
            }
        }

        void finish() {
            if (!lines.isEmpty()) {
                sink.accept(new QueueEntry(lines.getFirst(), lines.subList(1, lines.size())));
                lines.clear();
            }
        }
    }

    private ExitStatus ask(String request, Consumer<ControlLine> done, Gathering sink) {
        try {
            ControlLine result = control.ask(SOCKET, request, PATIENCE, sink);
            sink.finish();
            if (!result.field("result").equals("ok")) {
                return Answers.refused(terminal, result);
            }
            done.accept(result);
            return ExitStatus.OK;
        } catch (IOException failed) {
            return Answers.failed(terminal, failed);
        }
    }
}
