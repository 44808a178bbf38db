package postern.qmgr;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
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

    private static final class Row {
        private final String destination;
        private final int[] ages = new int[MINUTES.length + 1];
        private int total;
        private long oldest;
        private long errorOf = Long.MIN_VALUE; // whose error it is: the later due, the later tried
        private String error = "";

        Row(String destination) {
            this.destination = destination;
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

        ControlLine line(String name, Object value) {
            StringBuilder columns = new StringBuilder();
            for (int age : ages) {
                columns.append(columns.isEmpty() ? "" : ",").append(age);
            }
            ControlLine line =
                    ControlLine.of(name, value)
                            .with("total", total)
                            .with("ages", columns)
                            .with("oldest", oldest);
            return Listing.stated(line, "reason", error);
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

    /** The largest first. */
    List<ControlLine> lines() {
        List<Row> sorted = new ArrayList<>(rows.values());
        sorted.sort(
                Comparator.comparingInt(Row::total)
                        .reversed()
                        .thenComparing(row -> row.destination));
        return sorted.stream().map(row -> row.line("destination", row.destination)).toList();
    }
}
