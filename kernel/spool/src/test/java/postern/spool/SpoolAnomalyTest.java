package postern.spool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import postern.testkit.LyingDisk.Fault;

/**
 * The queue stopped or hindered at every single operation of its disk: nothing promised is lost,
 * nothing finished comes back, nothing is invented.
 */
final class SpoolAnomalyTest {
    /** A start with a torn end makes fewer; the rest strikes in what comes right behind it. */
    private static final int STARTING_OPERATIONS = 16;

    @Test
    void withoutTroubleTheScriptDoesWhatIsToBeTried() throws IOException {
        Trial trial = new Trial(1);
        trial.live();
        trial.disk.kill();
        trial.check();
        assertThat(trial.wrong).isEmpty();
        assertThat(trial.panics()).isEmpty();
        List<String> segments = trial.disk.list(Trial.DIRECTORY.resolve("log"));
        assertThat(segments.getFirst())
                .as("segments were released")
                .isGreaterThan("0000000000000008");
    }

    @Test
    void powerLostAtEveryOperation() {
        long operations = operations();
        for (long at = 1; at <= operations; at++) {
            Trial trial = new Trial(at);
            trial.disk.crashAt(at);
            trial.live();
            trial.disk.crash(at);
            trial.check();
            assertThat(trial.wrong).as("power lost at operation %d", at).isEmpty();
        }
    }

    @Test
    void powerLostAgainAndAgain() {
        for (long seed = 1; seed <= 60; seed++) {
            Trial trial = new Trial(seed);
            for (int life = 1; life <= 4; life++) {
                trial.disk.crashAt(trial.disk.operations() + 1 + seed * 7 * life % 90);
                trial.live();
                trial.disk.crash(seed + life);
            }
            trial.check();
            assertThat(trial.wrong).as("seed %d", seed).isEmpty();
        }
    }

    @Test
    void killedThenPowerLost() {
        long operations = operations();
        for (long at = 1; at <= operations; at++) {
            Trial trial = new Trial(at);
            trial.disk.crashAt(at);
            trial.live();
            trial.disk.kill();
            trial.disk.crashAt(trial.disk.operations() + 1 + at * 13 % operations);
            trial.live();
            trial.disk.crash(at);
            trial.check();
            assertThat(trial.wrong).as("killed at operation %d", at).isEmpty();
        }
    }

    /** A start repairs: whatever it was about to do, the next one does. */
    @Test
    void startUpCutShortAtEveryOperation() {
        long operations = operations();
        for (long at = 3; at <= operations; at += 23) {
            for (int step = 1; step <= STARTING_OPERATIONS; step++) {
                Trial trial = new Trial(at);
                trial.disk.crashAt(at);
                trial.live();
                trial.disk.crash(at);
                trial.disk.crashAt(trial.disk.operations() + step);
                trial.live();
                trial.disk.crash(at + step);
                trial.check();
                assertThat(trial.wrong)
                        .as("power lost at operation %d, and %d of the start", at, step)
                        .isEmpty();
            }
        }
    }

    @Test
    void everyOperationFailsOnceForWantOfSpace() {
        failing(Fault.NO_SPACE);
    }

    @Test
    void everyOperationFailsOnceByTheDevice() {
        failing(Fault.IO_ERROR);
    }

    private static void failing(Fault fault) {
        long operations = operations();
        for (long at = 1; at <= operations; at++) {
            Trial trial = new Trial(at);
            trial.disk.failAt(at, fault);
            trial.live();
            trial.disk.kill();
            trial.live(); // works on with what it finds, which is not all on the platter
            trial.disk.crash(at);
            trial.check();
            assertThat(trial.wrong).as("%s at operation %d", fault, at).isEmpty();
        }
    }

    private static long operations() {
        Trial trial = new Trial(1);
        trial.live();
        return trial.disk.operations();
    }
}
