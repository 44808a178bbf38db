package postern.qmgr;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import postern.base.ControlLine;

/**
 * Counts the recipients that wait, by destination and age, as qshape does. One thread only.
 *
 * <p>A million recipients wait for fifty thousand destinations, scattered over memory. So a row is
 * one line of the processor's cache, and what is to be counted is gathered first: then the
 * processor fetches many rows at a time and not each when it comes to it. Nor are there objects for
 * rows before they are shown: each summary would push them into the old generation.
 */
final class Survey {
    /** Upper ends of the columns, in minutes; one more column takes all that is older. */
    static final int[] MINUTES = {5, 10, 20, 40, 80, 160, 320, 640, 1280};

    /** Destinations counted apart; the others share a row. */
    private static final int ROWS_MAX = 100_000;

    private static final String OTHERS = "(others)";

    /** Numbers in a row: the ages, then what follows. */
    private static final int ROW = 16;

    private static final int OLDEST = MINUTES.length + 1;
    private static final int ORDER = OLDEST + 1; // and the next: the halves of a long

    /** Rows that are allocated together. */
    private static final int BLOCK = 1024;

    private static final int GATHERED_MAX = 256;

    private final int number;
    private final long nowSeconds;
    private final Map<String, Integer> places = new HashMap<>();
    private final List<String> names = new ArrayList<>();
    private final List<String> errors = new ArrayList<>();
    private final List<int[]> blocks = new ArrayList<>();

    private final @Nullable Destination[] whole = new @Nullable Destination[GATHERED_MAX];
    private final int[] recipients = new int[GATHERED_MAX];
    private final long[] arrived = new long[GATHERED_MAX];
    private final long[] orders = new long[GATHERED_MAX];
    private int gathered;

    /** One destination. */
    final class Row {
        private final int place;
        private final int total;

        private Row(int place) {
            this.place = place;
            this.total = total(place);
        }

        String destination() {
            return names.get(place);
        }

        private static int mostFirst(Row one, Row other) {
            int more = Integer.compare(other.total, one.total);
            return more != 0 ? more : one.destination().compareTo(other.destination());
        }

        ControlLine line() {
            StringBuilder out = new StringBuilder();
            write(out);
            return ControlLine.parse(out.toString()).orElseThrow();
        }

        /** Its line, without LF. */
        void write(StringBuilder out) {
            int[] block = blocks.get(place / BLOCK);
            text(out, "destination", destination(), block, place % BLOCK * ROW, errors.get(place));
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
        int place = place(destination);
        if (count(place, 1, arrivedSeconds, order)) {
            said(place, order, error);
        }
    }

    /** Some recipients of one message, all for that destination: counted by {@link #settle}. */
    void count(Destination destination, int recipients, long arrivedSeconds, long order) {
        if (gathered == GATHERED_MAX) {
            settle();
        }
        int at = gathered++;
        whole[at] = destination;
        this.recipients[at] = recipients;
        arrived[at] = arrivedSeconds;
        orders[at] = order;
    }

    /** Counts what was gathered: before anything of it may have changed. */
    void settle() {
        for (int i = 0; i < gathered; i++) {
            Destination destination = whole[i];
            if (destination != null && destination.survey != number) {
                destination.surveyed = place(destination.nextHop);
                destination.survey = number;
            }
        }
        for (int i = 0; i < gathered; i++) {
            Destination destination = whole[i];
            if (destination != null) {
                int place = destination.surveyed;
                if (count(place, recipients[i], arrived[i], orders[i])) {
                    said(place, orders[i], destination.said());
                }
                whole[i] = null;
            }
        }
        gathered = 0;
    }

    /** Whether nobody of the row was tried later, as far as was counted. */
    private boolean count(int place, int recipients, long arrivedSeconds, long order) {
        long age = Math.clamp(nowSeconds - arrivedSeconds, 0, Integer.MAX_VALUE);
        int column = 0;
        while (column < MINUTES.length && age > MINUTES[column] * 60L) {
            column++;
        }
        int[] block = blocks.get(place / BLOCK);
        int row = place % BLOCK * ROW;
        block[row + column] += recipients;
        block[row + OLDEST] = Math.max(block[row + OLDEST], (int) age);
        return order > ((long) block[row + ORDER] << 32 | block[row + ORDER + 1] & 0xffff_ffffL);
    }

    private void said(int place, long order, String error) {
        if (!error.isEmpty()) {
            int[] block = blocks.get(place / BLOCK);
            int row = place % BLOCK * ROW;
            block[row + ORDER] = (int) (order >> 32);
            block[row + ORDER + 1] = (int) order;
            errors.set(place, error);
        }
    }

    private int place(String destination) {
        Integer known = places.get(destination);
        if (known == null && names.size() >= ROWS_MAX) {
            known = places.get(OTHERS);
        }
        if (known != null) {
            return known;
        }
        String name = names.size() < ROWS_MAX ? destination : OTHERS;
        int place = names.size();
        places.put(name, place);
        names.add(name);
        errors.add("");
        if (place % BLOCK == 0) {
            blocks.add(new int[BLOCK * ROW]);
        }
        blocks.getLast()[place % BLOCK * ROW + ORDER] = Integer.MIN_VALUE;
        return place;
    }

    private int total(int place) {
        int[] block = blocks.get(place / BLOCK);
        int total = 0;
        for (int i = 0; i <= MINUTES.length; i++) {
            total += block[place % BLOCK * ROW + i];
        }
        return total;
    }

    /** All together. */
    String sum() {
        int[] sum = new int[ROW];
        for (int place = 0; place < names.size(); place++) {
            int[] block = blocks.get(place / BLOCK);
            int row = place % BLOCK * ROW;
            for (int i = 0; i <= MINUTES.length; i++) {
                sum[i] += block[row + i];
            }
            sum[OLDEST] = Math.max(sum[OLDEST], block[row + OLDEST]);
        }
        StringBuilder out = new StringBuilder();
        text(out, "destinations", Integer.toString(names.size()), sum, 0, "");
        return out.toString();
    }

    private static void text(
            StringBuilder out, String name, String value, int[] numbers, int row, String error) {
        int total = 0;
        for (int i = 0; i <= MINUTES.length; i++) {
            total += numbers[row + i];
        }
        ControlLine.field(name, value, out);
        out.append("\ttotal=").append(total).append("\tages=");
        for (int i = 0; i <= MINUTES.length; i++) {
            if (i > 0) {
                out.append(',');
            }
            out.append(numbers[row + i]);
        }
        out.append("\toldest=").append(numbers[row + OLDEST]);
        if (!error.isEmpty()) {
            out.append('\t');
            ControlLine.field("reason", Reports.said(error), out);
        }
    }

    boolean counts(String destination) {
        return places.containsKey(destination);
    }

    int rows() {
        return names.size();
    }

    /** The largest first, at most so many. Nothing is counted afterwards. */
    List<Row> largest(int most) {
        List<Row> sorted = new ArrayList<>(names.size());
        for (int place = 0; place < names.size(); place++) {
            sorted.add(new Row(place));
        }
        sorted.sort(Row::mostFirst);
        return sorted.subList(0, Math.min(most, sorted.size()));
    }
}
