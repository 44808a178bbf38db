package postern.spool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import postern.base.World;
import postern.mail.Envelope;
import postern.mail.QueueId;
import postern.testkit.LyingDisk;
import postern.testkit.SimProcess;
import postern.testkit.SimWorld;

/**
 * One life of the queue's process, on a disk in memory and virtual time: it recovers, does
 * something, and is killed.
 */
record Life(World world, LogSpool spool) {
    /** What happens between recovery and death. */
    interface Script {
        void play(Life life) throws IOException, ExecutionException;
    }

    /**
     * @param found is told what the recovery finds
     * @return the log's lines
     */
    static List<String> live(
            LyingDisk disk, SpoolLimits limits, Spool.Listener found, Script script) {
        try (SimWorld sim = new SimWorld(1)) {
            SimProcess process = sim.process("queue", "postern", disk);
            World world = process.world();
            LogSpool spool = new LogSpool(world, Trial.DIRECTORY, limits);
            boolean[] done = new boolean[1];
            process.start(
                    "test",
                    () -> {
                        try {
                            spool.recover(found);
                            script.play(new Life(world, spool));
                        } catch (IOException | ExecutionException failed) {
                            throw new AssertionError(failed);
                        }
                        done[0] = true;
                    });
            sim.run(Duration.ofHours(1));
            process.kill();
            disk.kill();
            assertThat(sim.panics()).isEmpty();
            assertThat(done[0]).as("came to its end").isTrue();
            return sim.log();
        }
    }

    /** Returns when the message is safe. */
    Envelope send(byte[] content, int recipients) throws IOException, ExecutionException {
        return world.tasks().await(Letters.sent(spool, content, recipients));
    }

    void deliver(QueueId id, int recipient) throws ExecutionException {
        Progress done = Letters.state(recipient, Progress.State.DELIVERED);
        world.tasks().await(spool.record(id, List.of(done)));
    }
}
