package postern.command;

import java.io.PrintStream;
import java.util.List;
import postern.base.ControlLine;

/** The queue's shape as qshape(1) prints it: destinations by age in minutes. */
final class QshapePrinter {
    private static final List<String> COLUMNS =
            List.of("T", "5", "10", "20", "40", "80", "160", "320", "640", "1280", "1280+");
    private static final int NAME = 30;
    private static final int WIDTH = 6;

    private final PrintStream out;
    private boolean begun;

    QshapePrinter(PrintStream out) {
        this.out = out;
    }

    void summary(ControlLine line) {
        if (!begun) {
            begun = true;
            StringBuilder heading = new StringBuilder(" ".repeat(NAME));
            COLUMNS.forEach(column -> heading.append(left(column, WIDTH)));
            out.println(heading);
        }
        boolean sum = line.has("destinations");
        StringBuilder row = new StringBuilder();
        row.append(name(sum ? "TOTAL" : MailqPrinter.printable(line.field("destination"))));
        row.append(left(line.field("total"), WIDTH));
        for (String age : line.field("ages").split(",", -1)) {
            row.append(left(age, WIDTH));
        }
        out.println(row);
        reason(line);
    }

    void top(ControlLine line) {
        if (line.has("destinations")) {
            out.println(
                    name("destination")
                            + left("waiting", 9)
                            + left("oldest", 9)
                            + left("running", 9)
                            + left("window", 8)
                            + "  transport  state");
            return;
        }
        out.println(
                name(MailqPrinter.printable(line.field("destination")))
                        + left(line.field("total"), 9)
                        + left(age(line.number("oldest")), 9)
                        + left(line.field("active"), 9)
                        + left(line.field("window"), 8)
                        + "  "
                        + right(line.field("transport"), 9)
                        + "  "
                        + line.field("state"));
        reason(line);
    }

    private void reason(ControlLine line) {
        if (line.has("reason")) {
            out.println(
                    " ".repeat(NAME) + "  (" + MailqPrinter.printable(line.field("reason")) + ")");
        }
    }

    /** In one unit: 45s, 12m, 3h, 5d. */
    static String age(long seconds) {
        if (seconds < 0) {
            return "";
        }
        return seconds < 120
                ? seconds + "s"
                : seconds < 7200
                        ? seconds / 60 + "m"
                        : seconds < 172_800 ? seconds / 3600 + "h" : seconds / 86_400 + "d";
    }

    private static String name(String text) {
        return " ".repeat(Math.max(0, NAME - text.length())) + text;
    }

    /** A column that is too long for its place moves what follows, and stays a column. */
    private static String left(String text, int width) {
        return " ".repeat(Math.max(1, width - text.length())) + text;
    }

    private static String right(String text, int width) {
        return text + " ".repeat(Math.max(0, width - text.length()));
    }
}
