package postern.qmgr;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import postern.base.ControlLine;

/** Counts the recipients that wait, by destination and age, as qshape does. One thread only. */
final class Survey {
    /** Upper ends of the columns, in minutes; one more column takes all that is older. */
    static final int[] MINUTES = {5, 10, 20, 40, 80, 160, 320, 640, 1280};

    /** Destinations counted apart; the others share a row. */
    private static final int ROWS_MAX = 100_000;

    private static final String OTHERS = "(others)";

    private final long nowSeconds;
    private final Map<String, Row> rows = new HashMap<>();

    /** One destination. A million recipients are counted in fifty thousand of these. */
    static final class Row {
        private final String destination;
        private final int[] ages = new int[MINUTES.length + 1];
        private int total;
        private long oldest;
        private long errorOf = Long.MIN_VALUE; // whose error it is: the later due, the later tried
        private String error = "";

        Row(String destination) {
            this.destination = destination;
        }

        String destination() {
            return destination;
        }

        int total() {
            return total;
        }

        void add(Row other) {
            total += other.total;
            oldest = Math.max(oldest, other.oldest);
            for (int i = 0; i < ages.length; i++) {
                ages[i] += other.ages[i];
            }
        }

        ControlLine line() {
            return line("destination", destination);
        }

        ControlLine line(String name, Object value) {
            StringBuilder columns = new StringBuilder();
            for (int age : ages) {
                columns.append(columns.isEmpty() ? "" : ",").append(age);
            }
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put(name, value);
            fields.put("total", total);
            fields.put("ages", columns);
            fields.put("oldest", oldest);
            if (!error.isEmpty()) {
                fields.put("reason", error);
            }
            return ControlLine.of(fields);
        }
    }

    Survey(Instant now) {
        this.nowSeconds = now.getEpochSecond();
    }

    /**
     * Counts a recipient.
     *
     * @param order grows with the moment of its last attempt
     * @param error what that said; empty when there was none
     */
    void count(String destination, long arrivedSeconds, long order, String error) {
        Row row = rows.get(destination);
        if (row == null) {
            String name = rows.size() < ROWS_MAX ? destination : OTHERS;
            row = rows.computeIfAbsent(name, Row::new);
        }
        long age = Math.max(0, nowSeconds - arrivedSeconds);
        int column = 0;
        while (column < MINUTES.length && age > MINUTES[column] * 60L) {
            column++;
        }
        row.ages[column]++;
        row.total++;
        row.oldest = Math.max(row.oldest, age);
        if (!error.isEmpty() && order > row.errorOf) {
            row.errorOf = order;
            row.error = error;
        }
    }

    /** All together. */
    ControlLine sum() {
        Row sum = new Row("");
        rows.values().forEach(sum::add);
        return sum.line("destinations", rows.size());
    }

    boolean counts(String destination) {
        return rows.containsKey(destination);
    }

    int rows() {
        return rows.size();
    }

    /** The largest first, at most so many. */
    List<Row> largest(int most) {
        List<Row> sorted = new ArrayList<>(rows.values());
        sorted.sort(Comparator.comparingInt(Row::total).reversed().thenComparing(Row::destination));
        return sorted.subList(0, Math.min(most, sorted.size()));
    }
}
