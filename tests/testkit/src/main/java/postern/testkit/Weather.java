package postern.testkit;

import java.time.Duration;
import java.util.SplittableRandom;

/**
 * How a network behaves.
 *
 * @param latencyMax octets take up to so long
 * @param resetOneIn one in so many calls on a connection finds it broken, and what was on its way
 *     lost; 0 = never
 * @param stallOneIn one in so many calls on a connection is the last whose octets arrive, without a
 *     sign to either end; 0 = never
 * @param pipeBitsMin a connection holds at least 2 to the power of this in octets
 * @param pipeBitsMax and at most so much
 */
public record Weather(
        Duration latencyMax, int resetOneIn, int stallOneIn, int pipeBitsMin, int pipeBitsMax) {

    /** Within a machine: nothing is lost. */
    public static final Weather INDOORS = new Weather(Duration.ofNanos(50_000), 0, 0, 12, 17);

    public static final Weather FAIR = new Weather(Duration.ofMillis(60), 0, 0, 10, 16);

    public static final Weather STORM = new Weather(Duration.ofMillis(900), 150, 400, 9, 14);

    long latency(SplittableRandom random) {
        return random.nextLong(latencyMax.toNanos() + 1);
    }

    static boolean happens(SplittableRandom random, int oneIn) {
        return oneIn > 0 && random.nextInt(oneIn) == 0;
    }
}
