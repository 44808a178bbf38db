package postern.mail;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/**
 * The name of a message in the queue, never used again. Its value is the microsecond of its birth,
 * moved on where two are born in one; the text is that number in base 32, lower case, without the
 * letters i, l, o, u.
 *
 * @param value positive
 */
public record QueueId(long value) implements Comparable<QueueId> {
    private static final String DIGITS = "0123456789abcdefghjkmnpqrstvwxyz";
    private static final int TEXT_CHARS_MAX = 13;

    /** The name of what is born now, if nothing else is. */
    public static QueueId bornAt(Instant now) {
        return new QueueId(ChronoUnit.MICROS.between(Instant.EPOCH, now));
    }

    public String text() {
        char[] text = new char[TEXT_CHARS_MAX];
        int at = TEXT_CHARS_MAX;
        long rest = value;
        do {
            text[--at] = DIGITS.charAt((int) (rest & 31));
            rest >>>= 5;
        } while (rest != 0);
        return new String(text, at, TEXT_CHARS_MAX - at);
    }

    public static Optional<QueueId> parse(String text) {
        if (text.isEmpty() || text.length() > TEXT_CHARS_MAX) {
            return Optional.empty();
        }
        long value = 0;
        for (int i = 0; i < text.length(); i++) {
            int digit = DIGITS.indexOf(text.charAt(i));
            if (digit < 0) {
                return Optional.empty();
            }
            value = value << 5 | digit;
        }
        return value > 0 ? Optional.of(new QueueId(value)) : Optional.empty();
    }

    @Override
    public int compareTo(QueueId other) {
        return Long.compare(value, other.value);
    }

    @Override
    public String toString() {
        return text();
    }
}
