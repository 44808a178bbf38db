package postern.qmgr;

import java.time.Instant;
import java.util.ArrayList;
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

    private final int number;
    private final long nowSeconds;
    private final Map<String, Integer> places = new HashMap<>();
    private final List<Row> rows = new ArrayList<>();

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

        private static int mostFirst(Row one, Row other) {
            int more = Integer.compare(other.total, one.total);
            return more != 0 ? more : one.destination.compareTo(other.destination);
        }

        void add(Row other) {
            total += other.total;
            oldest = Math.max(oldest, other.oldest);
            for (int i = 0; i < ages.length; i++) {
                ages[i] += other.ages[i];
            }
        }

        private void count(int recipients, long age, long order, String said) {
            int column = 0;
            while (column < MINUTES.length && age > MINUTES[column] * 60L) {
                column++;
            }
            ages[column] += recipients;
            total += recipients;
            oldest = Math.max(oldest, age);
            if (order > errorOf && !said.isEmpty()) {
                errorOf = order;
                error = said;
            }
        }

        ControlLine line() {
            return ControlLine.parse(text("destination", destination)).orElseThrow();
        }

        /** Its line, without LF: written as it is, for there may be very many. */
        String text() {
            return text("destination", destination);
        }

        private String text(String name, String value) {
            StringBuilder out = new StringBuilder(160);
            ControlLine.field(name, value, out);
            out.append("\ttotal=").append(total).append("\tages=");
            for (int i = 0; i < ages.length; i++) {
                if (i > 0) {
                    out.append(',');
                }
                out.append(ages[i]);
            }
            out.append("\toldest=").append(oldest);
            if (!error.isEmpty()) {
                out.append('\t');
                ControlLine.field("reason", Reports.said(error), out);
            }
            return out.toString();
        }
    }

    /**
     * @param number another for each survey, so that a destination knows whose row it remembers
     */
    Survey(int number, Instant now) {
        this.number = number;
        this.nowSeconds = now.getEpochSecond();
    }

    /**
     * Counts a recipient.
     *
     * @param order grows with the moment of its last attempt
     * @param error what that said; empty when there was none
     */
    void count(String destination, long arrivedSeconds, long order, String error) {
        count(rows.get(place(destination)), 1, arrivedSeconds, order, error);
    }

    /** Some recipients of one message, for a destination in memory: it keeps its row's place. */
    void count(
            Destination destination,
            int recipients,
            long arrivedSeconds,
            long order,
            String error) {
        if (destination.survey != number) {
            destination.surveyed = place(destination.nextHop);
            destination.survey = number;
        }
        count(rows.get(destination.surveyed), recipients, arrivedSeconds, order, error);
    }

    private void count(Row row, int recipients, long arrivedSeconds, long order, String error) {
        row.count(recipients, Math.max(0, nowSeconds - arrivedSeconds), order, error);
    }

    private int place(String destination) {
        Integer known = places.get(destination);
        if (known == null && rows.size() >= ROWS_MAX) {
            known = places.get(OTHERS);
        }
        if (known != null) {
            return known;
        }
        String name = rows.size() < ROWS_MAX ? destination : OTHERS;
        int place = rows.size();
        places.put(name, place);
        rows.add(new Row(name));
        return place;
    }

    /** All together. */
    String sum() {
        Row sum = new Row("");
        rows.forEach(sum::add);
        return sum.text("destinations", Integer.toString(rows.size()));
    }

    boolean counts(String destination) {
        return places.containsKey(destination);
    }

    int rows() {
        return rows.size();
    }

    /** The largest first, at most so many. Nothing is counted afterwards. */
    List<Row> largest(int most) {
        List<Row> sorted = new ArrayList<>(rows);
        sorted.sort(Row::mostFirst);
        return sorted.subList(0, Math.min(most, sorted.size()));
    }
}
