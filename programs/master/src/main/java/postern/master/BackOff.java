package postern.master;

import java.time.Duration;

/** How long a domain waits before it is started again. */
final class BackOff {
    /** Who has served so long did not die of its start. */
    static final Duration LONG_LIFE = Duration.ofSeconds(10);

    static final Duration FIRST = Duration.ofMillis(100);
    static final Duration MOST = Duration.ofSeconds(60);

    private Duration next = FIRST;

    /** The pause after a process that lived so long. */
    Duration after(Duration lived) {
        if (lived.compareTo(LONG_LIFE) >= 0) {
            next = FIRST;
            return Duration.ZERO;
        }
        Duration pause = next;
        Duration twice = next.multipliedBy(2);
        next = twice.compareTo(MOST) > 0 ? MOST : twice;
        return pause;
    }
}
