package postern.smtpd;

import java.time.Duration;

/**
 * Whether there is hardly room for more sessions. Then strangers get less time and patience, as
 * Postfix's {@code stress} has it, until it is over. Any thread.
 */
final class Pressure {
    private volatile boolean on;

    boolean on() {
        return on;
    }

    void set(boolean now) {
        on = now;
    }

    /** The bounds of a session now. */
    SmtpdConfig.Bounds of(SmtpdConfig.Bounds bounds, Limits.Stress stress, boolean stranger) {
        if (!on || !stranger) {
            return bounds;
        }
        Duration limit = stress.commandLimit();
        return bounds.hurried(
                bounds.commandLimit().compareTo(limit) < 0 ? bounds.commandLimit() : limit,
                Math.min(bounds.hardErrors(), stress.hardErrors()),
                Math.min(bounds.junkCommands(), stress.junkCommands()));
    }
}
