package postern.qmgr;

import java.time.Duration;
import java.time.Instant;

/**
 * The moment at which the schedule is asked. It counts in monotone nanoseconds, so that a wall
 * clock that jumps moves nothing; the wall clock is for stamps that outlive the process.
 */
record Now(long nanos, Instant wall) {

    /** The stamp of a moment on the monotone clock. */
    Instant wallAt(long then) {
        return wall.plusNanos(then - nanos);
    }

    /**
     * The moment of a stamp on the monotone clock, at most {@code most} away: a stamp made before
     * the wall clock jumped must neither hurry nor hold up anything for longer.
     */
    long nanosAt(Instant then, Duration most) {
        Duration away = Duration.between(wall, then);
        if (away.compareTo(most) > 0) {
            return nanos + most.toNanos();
        }
        return away.isNegative() ? nanos : nanos + away.toNanos();
    }

    /** How long ago a stamp was, not negative, at most {@code most}. */
    long ageNanos(Instant then, Duration most) {
        Duration age = Duration.between(then, wall);
        if (age.isNegative()) {
            return 0;
        }
        return age.compareTo(most) > 0 ? most.toNanos() : age.toNanos();
    }
}
