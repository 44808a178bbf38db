package postern.base;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.ZoneId;
import java.util.TimeZone;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CivilTimeTest {
    /** Two years with all their changes of the clock, hour by hour; and long after. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "UTC",
                "Europe/Berlin",
                "America/St_Johns",
                "Asia/Kathmandu",
                "Australia/Lord_Howe",
                "Africa/Casablanca",
                "GMT+5:30"
            })
    void itIsWhatTheRulesOfTheZoneSay(String name) {
        TimeZone zone = TimeZone.getTimeZone(name);
        ZoneId rules = zone.toZoneId();
        for (String from : new String[] {"2026-01-01T00:00:00.5Z", "2060-01-01T00:00:00Z"}) {
            Instant at = Instant.parse(from);
            for (int hour = 0; hour < 2 * 366 * 24; hour++) {
                assertThat(CivilTime.of(at, zone)).isEqualTo(at.atZone(rules).toOffsetDateTime());
                at = at.plusSeconds(3600);
            }
        }
    }
}
