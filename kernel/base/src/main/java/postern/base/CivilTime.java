package postern.base;

import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.TimeZone;

/** The time of day somewhere. */
public final class CivilTime {
    private CivilTime() {}

    /**
     * The date and time of that zone. Not by the rules of java.time: the first use of those looks
     * for more of them in every jar, which each process would do at its first line of log
     * (docs/adr/0007).
     */
    public static OffsetDateTime of(Instant at, TimeZone zone) {
        Duration offset = Duration.ofMillis(zone.getOffset(at.toEpochMilli()));
        return at.atOffset(ZoneOffset.ofTotalSeconds((int) offset.toSeconds()));
    }
}
