package postern.testkit;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import postern.base.Bug;
import postern.base.Disk;

/**
 * A simulated world: processes on virtual time, over one network, from one seed. The same seed
 * gives the same run, step by step, as long as the tasks wait nowhere but in their {@link
 * postern.base.World}. The thread that makes it is its driver: it prepares, calls {@link #run}, and
 * looks at what came out; everything else happens in tasks of processes.
 */
public final class SimWorld implements AutoCloseable {
    /** Hand-overs after which a run is held to be endless. */
    public static final long STEPS_MAX = 20_000_000;

    /** Where virtual time begins. */
    public static final Instant EPOCH = Instant.parse("2026-01-01T00:00:00Z");

    /** Lines of the log that are kept. */
    private static final int LOG_LINES_MAX = 50_000;

    private final Baton baton;
    private final SplittableRandom random;
    private final SimNetwork network;
    private final List<SimProcess> processes = new ArrayList<>();
    private final List<String> log = new ArrayList<>();
    private final List<String> panics = new ArrayList<>();
    private Duration wallOffset = Duration.ZERO;

    /** How a run ended. */
    public enum End {
        /** What was waited for is so. */
        DONE,
        /** The time given is over. */
        TIME_IS_UP,
        /** No task can run and no timer is set: all is done, or all wait for each other. */
        QUIET,
        /** Too many steps: somebody goes in circles. */
        ENDLESS
    }

    public SimWorld(long seed) {
        this.random = new SplittableRandom(seed);
        this.baton = new Baton(random.nextLong());
        this.network = new SimNetwork(baton, random.split());
    }

    /**
     * A process on this machine.
     *
     * @param user who it runs as: what {@link postern.base.Peer#user} tells the other end
     */
    public SimProcess process(String name, String user, Disk disk) {
        return process(name, user, address("127.0.0.1"), disk);
    }

    /** A process on the host of that address: where its connections come from. */
    public SimProcess process(String name, String user, InetAddress host, Disk disk) {
        SimProcess process =
                new SimProcess(this, baton, network, name, user, host, disk, random.split());
        processes.add(process);
        process.onDeath(() -> processes.remove(process));
        return process;
    }

    /** Runs until nothing moves any more, or so much virtual time has passed. */
    public End run(Duration most) {
        return run(most, () -> false);
    }

    /**
     * Runs until {@code done} holds, asked whenever no task can run, or until so much virtual time
     * has passed.
     */
    public End run(Duration most, BooleanSupplier done) {
        return baton.run(most, STEPS_MAX, done);
    }

    public SimNetwork network() {
        return network;
    }

    /** A stream of its own for the test's decisions. */
    public SplittableRandom fork() {
        return random.split();
    }

    /** Virtual time since the beginning. */
    public Duration elapsed() {
        return Duration.ofNanos(baton.now());
    }

    public Instant now() {
        return EPOCH.plusNanos(baton.now()).plus(wallOffset);
    }

    /** The wall clock is set; {@code nanoTime} does not notice. */
    public void jumpWallClock(Duration by) {
        wallOffset = wallOffset.plus(by);
    }

    /** Does something at a virtual time, on no task: it must not wait. */
    public void after(Duration delay, Runnable action) {
        baton.at(baton.now() + delay.toNanos(), action);
    }

    /** A value that differs when two runs differed anywhere. */
    public long trace() {
        return baton.trace();
    }

    public long steps() {
        return baton.steps();
    }

    /** The log of all processes, oldest first, with virtual seconds; bounded. */
    public List<String> log() {
        return List.copyOf(log);
    }

    /** Ends every task of every process: a thread that waits for ever would keep its world. */
    @Override
    public void close() {
        List.copyOf(processes).forEach(SimProcess::kill);
        baton.run(Duration.ZERO, STEPS_MAX, () -> true);
    }

    /** What tasks threw that they should not have. */
    public List<String> panics() {
        return List.copyOf(panics);
    }

    void logged(String process, String line) {
        baton.mix(line.hashCode());
        if (log.size() < LOG_LINES_MAX) {
            long micros = baton.now() / 1_000;
            log.add(
                    "%d.%06d %s %s"
                            .formatted(micros / 1_000_000, micros % 1_000_000, process, line));
        }
    }

    void panicked(String process, String task, Throwable thrown) {
        StringBuilder text = new StringBuilder(process).append('/').append(task).append(": ");
        text.append(thrown);
        for (Throwable at = thrown; at != null; at = at.getCause()) {
            if (at != thrown) {
                text.append("\n\tcaused by ").append(at);
            }
            StackTraceElement[] frames = at.getStackTrace();
            for (int i = 0; i < Math.min(frames.length, 12); i++) {
                text.append("\n\tat ").append(frames[i]);
            }
        }
        panics.add(text.toString());
        logged(process, "PANIC " + task + ": " + thrown);
    }

    /** An address from its digits. */
    public static InetAddress address(String literal) {
        try {
            return InetAddress.ofLiteral(literal);
        } catch (IllegalArgumentException noAddress) {
            throw new Bug("not an address: " + literal, noAddress);
        }
    }
}
