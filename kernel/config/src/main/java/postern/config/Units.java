package postern.config;

import java.time.Duration;
import java.util.Optional;

/** Durations and sizes as operators write them. */
public final class Units {
    private static final long KIB = 1024;
    private static final int DIGITS_MAX = 15; // no product below overflows

    private Units() {}

    /** {@code 500ms}, {@code 300s}, {@code 5m}, {@code 1h}, {@code 5d}. */
    public static Optional<Duration> duration(String text) {
        int digits = digits(text);
        if (digits == 0) {
            return Optional.empty();
        }
        long number = Long.parseLong(text, 0, digits, 10);
        return switch (text.substring(digits)) {
            case "ms" -> Optional.of(Duration.ofMillis(number));
            case "s" -> Optional.of(Duration.ofSeconds(number));
            case "m" -> Optional.of(Duration.ofMinutes(number));
            case "h" -> Optional.of(Duration.ofHours(number));
            case "d" -> Optional.of(Duration.ofDays(number));
            default -> Optional.empty();
        };
    }

    /** In the largest unit that leaves no rest. */
    public static String text(Duration duration) {
        long millis = duration.toMillis();
        if (millis % 1000 != 0) {
            return millis + "ms";
        }
        long seconds = millis / 1000;
        if (seconds == 0 || seconds % 60 != 0) {
            return seconds + "s";
        }
        if (seconds % 86_400 == 0) {
            return seconds / 86_400 + "d";
        }
        return seconds % 3600 == 0 ? seconds / 3600 + "h" : seconds / 60 + "m";
    }

    /** {@code 1048576}, {@code 10KiB}, {@code 10MiB}, {@code 1GiB}; in octets. */
    public static Optional<Long> octets(String text) {
        int digits = digits(text);
        if (digits == 0) {
            return Optional.empty();
        }
        long number = Long.parseLong(text, 0, digits, 10);
        long unit =
                switch (text.substring(digits)) {
                    case "" -> 1;
                    case "KiB" -> KIB;
                    case "MiB" -> KIB * KIB;
                    case "GiB" -> KIB * KIB * KIB;
                    default -> 0;
                };
        return unit == 0 || number > Long.MAX_VALUE / unit
                ? Optional.empty()
                : Optional.of(number * unit);
    }

    /** In the largest unit that leaves no rest. */
    public static String size(long octets) {
        if (octets == 0 || octets % KIB != 0) {
            return Long.toString(octets);
        }
        if (octets % (KIB * KIB) != 0) {
            return octets / KIB + "KiB";
        }
        return octets % (KIB * KIB * KIB) == 0
                ? octets / (KIB * KIB * KIB) + "GiB"
                : octets / (KIB * KIB) + "MiB";
    }

    private static int digits(String text) {
        int digits = 0;
        while (digits < text.length() && text.charAt(digits) >= '0' && text.charAt(digits) <= '9') {
            digits++;
        }
        return digits <= DIGITS_MAX ? digits : 0;
    }
}
