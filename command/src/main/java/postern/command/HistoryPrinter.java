package postern.command;

import java.io.PrintStream;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import postern.base.ControlLine;

/** The life of a message, one event a line, what was said below it. */
final class HistoryPrinter {
    private static final String INDENT = " ".repeat(21);

    private final PrintStream out;
    private final DateTimeFormatter time;
    private boolean ruled;
    private final Map<String, Long> attempts = new HashMap<>(); // told of so far, by address

    HistoryPrinter(PrintStream out, ZoneId zone) {
        this.out = out;
        this.time = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT).withZone(zone);
    }

    void print(ControlLine line) {
        switch (line.field("event")) {
            case "taken" -> taken(line);
            case "recipient" -> say("for " + address(line) + original(line));
            case "attempt" -> attempt(line);
            case "change" -> change(line);
            case "notice" ->
                    at(
                            line.number("time"),
                            "sender told of "
                                    + line.field("about")
                                    + ": notice "
                                    + line.field("notice"));
            case "delaytold" -> say("sender told of the delay");
            case "copied" -> say("copied forward in the queue log");
            case "rule" -> rule(line);
            case "now" -> out.println(pad("now") + line.field("state"));
            case "left" -> out.println(pad("now") + "not in the queue any more");
            default -> standing(line);
        }
    }

    private void taken(ControlLine line) {
        String sender = line.field("sender");
        at(
                line.number("time"),
                shown(line, "id")
                        + " taken from <"
                        + MailqPrinter.printable(sender)
                        + ">, "
                        + line.field("size")
                        + " octets");
        List<String> origin = new ArrayList<>();
        for (String name : List.of("client", "helo", "protocol", "login", "listener")) {
            if (line.has(name)) {
                origin.add(name + " " + shown(line, name));
            }
        }
        say(origin.isEmpty() ? "made by this system" : String.join(", ", origin));
    }

    private void attempt(ControlLine line) {
        long number = line.number("attempts");
        earlier(line, number - 1);
        String how = line.has("tls") ? " (" + shown(line, "tls") + ")" : "";
        at(
                line.number("time"),
                "attempt "
                        + number
                        + " for "
                        + address(line)
                        + " at "
                        + shown(line, "relay")
                        + how
                        + ": "
                        + outcome(line));
        said(line);
        next(line, line.number("time"));
    }

    /** Attempts that the log does not tell of any more. */
    private void earlier(ControlLine line, long before) {
        long known = attempts.getOrDefault(line.field("address"), 0L);
        if (before > known) {
            say("attempts " + (known + 1) + " to " + before + " are not on record any more");
        }
        attempts.put(line.field("address"), Math.max(0, line.number("attempts")));
    }

    private static String outcome(ControlLine line) {
        return line.field("state").equals("waiting") ? "deferred" : line.field("state");
    }

    private void change(ControlLine line) {
        long number = line.number("attempts");
        if (number > 0) {
            earlier(line, number);
        } else {
            attempts.remove(line.field("address"));
        }
        String what = address(line) + ": " + line.field("state");
        if (line.has("time")) {
            at(line.number("time"), what);
        } else {
            say(what);
        }
        said(line);
        next(line, -1);
    }

    private void standing(ControlLine line) {
        if (!line.has("address")) {
            return;
        }
        String way =
                line.has("nexthop")
                        ? " by " + shown(line, "transport") + " to " + shown(line, "nexthop")
                        : "";
        say(address(line) + ": " + line.field("state") + way);
        said(line);
        next(line, -1);
    }

    /** The log does not keep them: they are those of today. */
    private void rule(ControlLine line) {
        String value = line.has("value") ? " -> " + shown(line, "value") : "";
        String rule = shown(line, "rule") + value + "  [" + shown(line, "origin") + "]";
        out.println(pad(ruled ? "" : "rules, as of now") + address(line) + ": " + rule);
        ruled = true;
    }

    private void said(ControlLine line) {
        if (line.has("reason")) {
            say("  (" + shown(line, "reason") + ")");
        }
    }

    private void next(ControlLine line, long since) {
        long next = line.number("next");
        if (next >= 0) {
            String wait =
                    since < 0 ? "" : ", " + Math.max(0, next - since) + " s later by the back-off";
            say("  next try " + time.format(Instant.ofEpochSecond(next)) + wait);
        }
    }

    private static String address(ControlLine line) {
        return "<" + shown(line, "address") + ">";
    }

    private static String original(ControlLine line) {
        return line.has("original") ? " (asked for as " + shown(line, "original") + ")" : "";
    }

    private static String shown(ControlLine line, String name) {
        return MailqPrinter.printable(line.field(name));
    }

    private void at(long seconds, String text) {
        out.println(pad(seconds < 0 ? "" : time.format(Instant.ofEpochSecond(seconds))) + text);
    }

    private void say(String text) {
        out.println(INDENT + text);
    }

    private static String pad(String text) {
        return text + " ".repeat(Math.max(0, INDENT.length() - text.length()));
    }
}
