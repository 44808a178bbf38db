package postern.sim;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import postern.spool.SpoolLimits;
import postern.testkit.Weather;

/**
 * What a run is made of, drawn from its seed. Each kind of trouble is there in some runs and absent
 * in others, so that none hides another.
 *
 * @param storm how long there is trouble; clients begin within it
 * @param rudeOneIn one in so many conversations is a rude client's; 0 = none
 * @param moods what next hops may do on a connection
 * @param kills how often one process is killed
 * @param powerCuts how often the machine stops at once
 * @param reloads how often one domain is started anew, its former process told to finish
 * @param flushes how often the operator has everything tried at once
 * @param diskErrors how often an operation of the disk fails
 * @param diskFull how often the disk has no room for a while
 * @param outages how often a host, or the name service, is out of reach for a while
 * @param clockJumps how often the wall clock is set, forward or back
 * @param large whether there are letters larger than a record of the queue
 * @param gone whether there is a domain whose host never answers, until its mail expires
 * @param limits of the queue: small segments, so that it is cleaned often
 */
record Plan(
        Duration storm,
        int clients,
        int messages,
        int hosts,
        int rudeOneIn,
        Weather weather,
        List<Mood> moods,
        int kills,
        int powerCuts,
        int reloads,
        int flushes,
        int diskErrors,
        int diskFull,
        int outages,
        int clockJumps,
        boolean large,
        boolean gone,
        SpoolLimits limits) {
    private static final int MOODS_MAX = 4;
    private static final long FREE_OCTETS = 100_000;
    private static final long SEGMENT_OCTETS_MIN = 16 * 1024;
    private static final long BUFFERED_OCTETS = 1 << 20;

    Plan {
        moods = List.copyOf(moods);
    }

    static Plan draw(SplittableRandom random) {
        return new Plan(
                Duration.ofMinutes(15 + random.nextInt(100)),
                1 + random.nextInt(4),
                1 + random.nextInt(25),
                1 + random.nextInt(5),
                some(random, 2, 3),
                random.nextInt(3) == 0 ? Weather.STORM : Weather.FAIR,
                moods(random),
                some(random, 2, 6),
                some(random, 2, 4),
                some(random, 3, 3),
                some(random, 3, 3),
                some(random, 4, 2),
                some(random, 4, 2),
                some(random, 3, 4),
                some(random, 4, 3),
                random.nextInt(8) == 0,
                random.nextInt(6) == 0,
                new SpoolLimits(
                        FREE_OCTETS,
                        SEGMENT_OCTETS_MIN << random.nextInt(8),
                        random.nextInt(2) * BUFFERED_OCTETS));
    }

    /** One of so many runs has it, up to so many times. */
    private static int some(SplittableRandom random, int runOneIn, int most) {
        return random.nextInt(runOneIn) == 0 ? 1 + random.nextInt(most) : 0;
    }

    private static List<Mood> moods(SplittableRandom random) {
        List<Mood> moods = new ArrayList<>();
        moods.add(Mood.NONE);
        Mood[] all = Mood.values();
        int count = random.nextInt(MOODS_MAX + 1);
        for (int i = 0; i < count; i++) {
            moods.add(all[random.nextInt(all.length)]);
        }
        return moods;
    }

    /** No trouble at all: then nothing may arrive twice. */
    Plan calm() {
        return new Plan(
                storm,
                clients,
                messages,
                hosts,
                0,
                Weather.FAIR,
                List.of(Mood.NONE),
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                large,
                false,
                limits);
    }

    /** This, with next hops that do such things. */
    Plan withMoods(List<Mood> other) {
        return new Plan(
                storm,
                clients,
                messages,
                hosts,
                rudeOneIn,
                weather,
                other,
                kills,
                powerCuts,
                reloads,
                flushes,
                diskErrors,
                diskFull,
                outages,
                clockJumps,
                large,
                gone,
                limits);
    }

    /** This, with so many sudden stops of the machine. */
    Plan withPowerCuts(int count) {
        return new Plan(
                storm,
                clients,
                messages,
                hosts,
                rudeOneIn,
                weather,
                moods,
                kills,
                count,
                reloads,
                flushes,
                diskErrors,
                diskFull,
                outages,
                clockJumps,
                large,
                gone,
                limits);
    }
}
