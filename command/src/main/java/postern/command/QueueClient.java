package postern.command;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import postern.base.ControlLine;
import postern.base.Json;

/** Asks the queue, and shows what it says. */
public final class QueueClient {
    static final String SOCKET = "run/queue-control";

    /** A queue of a million messages is listed without a pause so long. */
    static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final int OUT_OCTETS = 16 * 1024;

    /** After so many lines it is looked whether anybody still reads what is written. */
    private static final int LINES_PER_LOOK = 1024;

    private final Terminal terminal;
    private final PrintStream out;
    private final ControlClient control;

    public QueueClient(Terminal terminal, StateFolder state) {
        this.terminal = terminal;
        this.out = // there may be millions of lines, and each would be a call of its own
                new PrintStream(
                        new BufferedOutputStream(terminal.out(), OUT_OCTETS),
                        false,
                        terminal.out().charset());
        this.control = new ControlClient(terminal.world().network(), state);
    }

    /** The queue in the look that postmasters know. */
    public ExitStatus mailq() {
        return list(ControlLine.of("request", "1"), false);
    }

    /** As JSON it is one object a line, one for each message. */
    ExitStatus list(ControlLine which, boolean json) {
        if (json) {
            return ask("list", which, _ -> {}, new Gathering(this::printJson));
        }
        String none =
                QueueOptions.everything(which)
                        ? "Mail queue is empty"
                        : "No message in the queue fits";
        MailqPrinter printer = new MailqPrinter(out, ZoneId.systemDefault());
        return ask("list", which, _ -> printer.finish(none), new Gathering(printer::print));
    }

    ExitStatus show(ControlLine which, boolean json) {
        MailqPrinter printer = new MailqPrinter(out, ZoneId.systemDefault());
        return ask(
                "show", which, _ -> {}, new Gathering(json ? this::printJson : printer::printAll));
    }

    ExitStatus history(ControlLine which, boolean json) {
        HistoryPrinter printer = new HistoryPrinter(out, ZoneId.systemDefault());
        return each("history", which, json, printer::print);
    }

    ExitStatus summary(ControlLine which, boolean json) {
        QshapePrinter printer = new QshapePrinter(out);
        return shape("summary", which, json, printer::summary);
    }

    ExitStatus top(ControlLine which, boolean json) {
        QshapePrinter printer = new QshapePrinter(out);
        return shape("top", which, json, printer::top);
    }

    /** Destinations, the largest first; of those that are left out the number is told. */
    private ExitStatus shape(
            String verb, ControlLine which, boolean json, Consumer<ControlLine> printer) {
        long limit = which.number("limit");
        return ask(
                verb,
                which,
                result -> {
                    long more = limit > 0 ? result.number("count") - limit : 0;
                    if (more > 0 && !json) {
                        out.println(more + " more destinations: --limit 0 shows all");
                    }
                },
                printed(json, printer));
    }

    /** Octets as they are; as JSON in pieces, one character an octet. */
    ExitStatus cat(ControlLine which, boolean json) {
        return each(
                "cat",
                which,
                json,
                line ->
                        out.writeBytes(
                                line.field("content").getBytes(StandardCharsets.ISO_8859_1)));
    }

    public ExitStatus flush() {
        return ask("flush", ControlLine.of("request", "1"), _ -> {}, new Gathering(_ -> {}));
    }

    private ExitStatus each(
            String verb, ControlLine which, boolean json, Consumer<ControlLine> printer) {
        return ask(verb, which, _ -> {}, printed(json, printer));
    }

    private Consumer<ControlLine> printed(boolean json, Consumer<ControlLine> printer) {
        return json ? line -> out.println(Json.of(QueueEntry.object(line))) : printer;
    }

    private void printJson(QueueEntry entry) {
        out.println(Json.of(entry.json()));
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

    private ExitStatus ask(
            String verb,
            ControlLine which,
            Consumer<ControlLine> done,
            Consumer<ControlLine> sink) {
        try {
            ControlLine result = answer(verb, which, sink);
            if (!result.field("result").equals("ok")) {
                return Answers.refused(terminal, result);
            }
            done.accept(result);
            out.flush();
            return ExitStatus.OK;
        } catch (IOException failed) {
            return Answers.failed(terminal, failed);
        } catch (NobodyReads enough) {
            return ExitStatus.IO_ERROR;
        }
    }

    private ControlLine answer(String verb, ControlLine which, Consumer<ControlLine> sink)
            throws IOException {
        int[] lines = new int[1];
        Consumer<ControlLine> watched =
                line -> {
                    sink.accept(line);
                    if (++lines[0] % LINES_PER_LOOK == 0) {
                        out.flush();
                        if (terminal.out().checkError()) {
                            throw new NobodyReads();
                        }
                    }
                };
        try {
            ControlLine result = control.ask(SOCKET, verb + "\t" + which.text(), PATIENCE, watched);
            if (sink instanceof Gathering gathering) {
                gathering.finish();
            }
            return result;
        } finally {
            out.flush();
        }
    }

    /** As after {@code | head}: the rest of a long answer is not waited for. */
    private static final class NobodyReads extends RuntimeException {
        private static final long serialVersionUID = 1;

        NobodyReads() {
            super("nobody reads", null, false, false);
        }
    }
}
