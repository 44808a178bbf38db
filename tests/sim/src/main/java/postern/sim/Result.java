package postern.sim;

import java.time.Duration;
import java.util.List;

/**
 * What a run came to.
 *
 * @param violations what was wrong; empty when all promises were kept
 * @param trace differs when two runs differed anywhere
 * @param taken letters answered 250
 * @param arrivals copies that arrived
 * @param notices recipients whose failure was told
 * @param duplicates copies more than one whose window was hit
 * @param deaths of processes
 * @param settledAfter the end of the storm
 * @param log of all processes
 */
public record Result(
        long seed,
        String plan,
        List<String> violations,
        long trace,
        long taken,
        long arrivals,
        long notices,
        int duplicates,
        int deaths,
        Duration settledAfter,
        long steps,
        List<String> log) {
    public Result {
        violations = List.copyOf(violations);
        log = List.copyOf(log);
    }

    public boolean sound() {
        return violations.isEmpty();
    }

    /** One line. */
    public String summary() {
        return "seed %d: %s; %d taken, %d arrived, %d noticed, %d duplicates, %d deaths, settled %s after, %d steps, trace %016x"
                .formatted(
                        seed,
                        sound() ? "sound" : violations.size() + " VIOLATIONS",
                        taken,
                        arrivals,
                        notices,
                        duplicates,
                        deaths,
                        settledAfter,
                        steps,
                        trace);
    }

    /** With every violation, and the line that runs it again. */
    public String report() {
        StringBuilder text = new StringBuilder(summary()).append('\n').append(plan).append('\n');
        violations.forEach(wrong -> text.append("  ").append(wrong).append('\n'));
        return text.append("replay: tests/sim/hunt --replay ").append(seed).append('\n').toString();
    }
}
