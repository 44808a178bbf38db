package postern.command;

import java.io.PrintStream;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import postern.base.ControlLine;

/**
 * A queue as mailq(1) has shown it for decades: id, size, arrival and sender; below, each reason in
 * parentheses before the recipients that wait for it.
 */
final class MailqPrinter {
    private static final String HEADING =
            "-Queue ID-  --Size-- ----Arrival Time---- -Sender/Recipient-------";
    private static final String INDENT = " ".repeat(41);
    private static final int REASON_COLUMN = 76;

    private final PrintStream out;
    private final DateTimeFormatter time;
    private long messages;
    private long octets;

    MailqPrinter(PrintStream out, ZoneId zone) {
        this.out = out;
        this.time = DateTimeFormatter.ofPattern("EEE MMM dd HH:mm:ss", Locale.ROOT).withZone(zone);
    }

    void print(QueueEntry entry) {
        if (messages++ == 0) {
            out.println(HEADING);
        }
        head(entry.message());
        String reason = "";
        for (ControlLine recipient : entry.recipients()) {
            String why = printable(recipient.field("reason"));
            if (!why.equals(reason) && !why.isEmpty()) {
                out.println(
                        " ".repeat(Math.max(0, REASON_COLUMN - why.length())) + "(" + why + ")");
            }
            reason = why;
            out.println(INDENT + printable(recipient.field("address")));
        }
        out.println();
    }

    /** One message with all that is known of it. */
    void printAll(QueueEntry entry) {
        entry.message().fields().forEach((name, value) -> line(0, name, value));
        for (ControlLine recipient : entry.recipients()) {
            out.println();
            recipient.fields().forEach((name, value) -> line(2, name, value));
        }
    }

    private void line(int indent, String name, String value) {
        boolean moment = name.equals("arrived") || name.equals("next");
        long seconds = moment ? ControlLine.of(name, value).number(name) : -1;
        String shown = seconds < 0 ? printable(value) : Instant.ofEpochSecond(seconds).toString();
        out.println(" ".repeat(indent) + name + ": " + shown);
    }

    private void head(ControlLine message) {
        String mark =
                switch (message.field("state")) {
                    case "active" -> "*";
                    case "held" -> "!";
                    default -> "";
                };
        long size = Math.max(0, message.number("size"));
        octets += size;
        String id = message.field("id") + mark;
        String sender = message.field("sender");
        out.println(
                pad(id, 12)
                        + " ".repeat(Math.max(0, 8 - Long.toString(size).length()))
                        + size
                        + " "
                        + pad(arrival(message), 20)
                        + " "
                        + (sender.isEmpty() ? "MAILER-DAEMON" : printable(sender)));
    }

    private String arrival(ControlLine message) {
        long seconds = message.number("arrived");
        return seconds < 0 ? "" : time.format(Instant.ofEpochSecond(seconds));
    }

    private static String pad(String text, int width) {
        return text + " ".repeat(Math.max(0, width - text.length()));
    }

    /**
     * @param none what is said where there was none
     */
    void finish(String none) {
        if (messages == 0) {
            out.println(none);
            return;
        }
        out.println(
                "-- "
                        + octets / 1024
                        + " Kbytes in "
                        + messages
                        + (messages == 1 ? " Request." : " Requests."));
    }

    /** What strangers wrote does not steer the terminal. */
    static String printable(String text) {
        int plain = 0;
        while (plain < text.length() && !Character.isISOControl(text.charAt(plain))) {
            plain++;
        }
        if (plain == text.length()) {
            return text; // nearly always, and there may be very many
        }
        StringBuilder out = new StringBuilder(text.length());
        text.codePoints().forEach(c -> out.appendCodePoint(Character.isISOControl(c) ? '?' : c));
        return out.toString();
    }
}
