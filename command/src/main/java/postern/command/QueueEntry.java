package postern.command;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import postern.base.ControlLine;

/** One message of a queue listing, with its recipients. */
record QueueEntry(ControlLine message, List<ControlLine> recipients) {
    QueueEntry {
        recipients = List.copyOf(recipients);
    }

    Map<String, Object> json() {
        Map<String, Object> json = object(message);
        List<Object> list = new ArrayList<>();
        recipients.forEach(recipient -> list.add(object(recipient)));
        json.put("recipients", list);
        return json;
    }

    static Map<String, Object> object(ControlLine line) {
        Map<String, Object> object = new LinkedHashMap<>();
        line.fields().forEach((name, value) -> object.put(name, value(line, name, value)));
        return object;
    }

    /** Times as RFC 3339 has them, counts as numbers. */
    private static Object value(ControlLine line, String name, String value) {
        long number = line.number(name);
        return switch (name) {
            case "arrived", "next", "time" -> number < 0 ? value : Instant.ofEpochSecond(number);
            case "size",
                    "attempts",
                    "total",
                    "oldest",
                    "active",
                    "window",
                    "destinations",
                    "count" ->
                    number < 0 ? value : number;
            case "ages" -> Arrays.stream(value.split(",", -1)).map(Long::valueOf).toList();
            default -> value;
        };
    }
}
