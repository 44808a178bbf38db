package postern.sts;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;

/**
 * A policy as it is kept.
 *
 * @param id of the record that led to it
 * @param fetched when the domain's host said it last: its age counts from then
 * @param used when mail went to the domain last
 */
record Kept(String id, Instant fetched, Instant used, StsPolicy policy) {
    /** First line of a file; another format has another number. */
    private static final String MARK = "postern-sts 1";

    private static final int HEAD_LINES = 4;

    /**
     * Whether it may still be applied: RFC 8461 §3.2. A clock that was set back makes none older.
     */
    boolean valid(Instant now) {
        return now.isBefore(fetched.plus(policy.maxAge()));
    }

    Kept usedAt(Instant when) {
        return new Kept(id, fetched, when, policy);
    }

    int octets() {
        int octets = 200; // what a record and its lists take
        for (String line : policy.lines()) {
            octets += 3 * line.length() + 100;
        }
        return octets;
    }

    byte[] encode() {
        StringBuilder text = new StringBuilder(256);
        text.append(MARK).append('\n');
        text.append(id).append('\n');
        text.append(fetched.getEpochSecond()).append('\n');
        text.append(used.getEpochSecond()).append('\n');
        policy.lines().forEach(line -> text.append(line).append('\n'));
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** Empty when the octets are no such file, or a damaged one. */
    static Optional<Kept> decode(byte[] octets) {
        String text = new String(octets, StandardCharsets.UTF_8);
        String[] parts = text.split("\n", HEAD_LINES + 1);
        if (parts.length <= HEAD_LINES || !parts[0].equals(MARK)) {
            return Optional.empty();
        }
        try {
            Instant fetched = Instant.ofEpochSecond(Long.parseLong(parts[2]));
            Instant used = Instant.ofEpochSecond(Long.parseLong(parts[3]));
            byte[] rest = parts[HEAD_LINES].getBytes(StandardCharsets.UTF_8);
            return StsPolicy.parse(rest) instanceof StsPolicy.Parsed.Valid(StsPolicy policy)
                    ? Optional.of(new Kept(parts[1], fetched, used, policy))
                    : Optional.empty();
        } catch (NumberFormatException | DateTimeException _) {
            return Optional.empty();
        }
    }
}
