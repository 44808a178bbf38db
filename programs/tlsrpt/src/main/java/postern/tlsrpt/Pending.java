package postern.tlsrpt;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import postern.tlsrpt.ReportAddresses.Address;

/**
 * A report on its way: RFC 8460 §5.5.
 *
 * @param left addresses that have not taken it yet; none where they are not known yet
 * @param first when it was tried first
 * @param next when it is tried next
 */
record Pending(Report report, List<Address> left, Instant first, Instant next, int tries) {
    /** RFC 8460 §5.5. */
    private static final Duration GIVEN_UP_AFTER = Duration.ofHours(24);

    private static final Duration PAUSE_MIN = Duration.ofMinutes(5);
    private static final int DOUBLINGS_MAX = 5; // two hours and forty minutes

    private static final int HEAD = 5;

    Pending {
        left = List.copyOf(left);
    }

    /** After an attempt. */
    Pending after(List<Address> still, Instant now) {
        Duration pause = PAUSE_MIN.multipliedBy(1L << Math.min(tries, DOUBLINGS_MAX));
        return new Pending(report, still, first, now.plus(pause), tries + 1);
    }

    boolean givenUp(Instant now) {
        return !now.isBefore(first.plus(GIVEN_UP_AFTER));
    }

    List<String> encode() {
        List<String> lines = new ArrayList<>();
        lines.add(Fields.line(List.of(report.day().toString(), report.domain())));
        lines.add(Long.toString(first.getEpochSecond()));
        lines.add(Long.toString(next.getEpochSecond()));
        lines.add(Integer.toString(tries));
        lines.add(Fields.line(left.stream().map(Address::text).toList()));
        lines.add(Fields.line(List.of(report.json())));
        return lines;
    }

    /**
     * @throws IllegalArgumentException these are no such lines
     */
    static Pending decode(List<String> lines) {
        if (lines.size() != HEAD + 1 || Fields.of(lines.getFirst()).size() != 2) {
            throw new IllegalArgumentException("no report on its way");
        }
        List<String> about = Fields.of(lines.getFirst());
        List<Address> left = new ArrayList<>();
        for (String uri : lines.get(4).isEmpty() ? List.<String>of() : Fields.of(lines.get(4))) {
            left.add(
                    ReportAddresses.address(uri)
                            .orElseThrow(() -> new IllegalArgumentException("no address")));
        }
        return new Pending(
                new Report(
                        LocalDate.parse(about.get(0)),
                        about.get(1),
                        Fields.of(lines.get(HEAD)).getFirst()),
                left,
                Instant.ofEpochSecond(Long.parseLong(lines.get(1))),
                Instant.ofEpochSecond(Long.parseLong(lines.get(2))),
                Integer.parseInt(lines.get(3)));
    }
}
