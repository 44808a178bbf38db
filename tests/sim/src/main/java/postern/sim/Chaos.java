package postern.sim;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import postern.testkit.LyingDisk;
import postern.testkit.SimNetwork;
import postern.testkit.SimWorld;
import postern.testkit.Weather;

/**
 * Sends the troubles of a plan, each at a time drawn from the seed, and ends them with the storm.
 */
final class Chaos {
    private static final long DISK_SLACK_OCTETS_MAX = 250_000;

    private final SimWorld sim;
    private final Plan plan;
    private final Machine machine;
    private final LyingDisk disk;
    private final Names names;
    private final List<InetAddress> hosts;
    private final SplittableRandom random;
    private final Runnable flush;

    /**
     * @param hosts out there
     * @param flush makes the queue try everything now
     */
    Chaos(
            SimWorld sim,
            Plan plan,
            Machine machine,
            LyingDisk disk,
            Names names,
            List<InetAddress> hosts,
            Runnable flush) {
        this.sim = sim;
        this.plan = plan;
        this.machine = machine;
        this.disk = disk;
        this.names = names;
        this.hosts = List.copyOf(hosts);
        this.random = sim.fork();
        this.flush = flush;
    }

    void begin() {
        sim.network().weather(plan.weather());
        times(plan.kills(), machine::killOne);
        times(plan.powerCuts(), machine::cutPower);
        times(plan.reloads(), machine::reloadOne);
        times(plan.flushes(), flush);
        times(plan.diskErrors(), this::diskError);
        times(plan.diskFull(), this::diskFull);
        times(plan.outages(), this::outage);
        times(plan.clockJumps(), this::clockJump);
    }

    private void times(int count, Runnable trouble) {
        for (int i = 0; i < count; i++) {
            sim.after(Duration.ofNanos(random.nextLong(plan.storm().toNanos())), trouble);
        }
    }

    private void diskError() {
        LyingDisk.Fault fault =
                random.nextBoolean() ? LyingDisk.Fault.IO_ERROR : LyingDisk.Fault.NO_SPACE;
        disk.failAt(disk.operations() + 1 + random.nextInt(40), fault);
    }

    private void diskFull() {
        disk.capacity(disk.used() + random.nextLong(DISK_SLACK_OCTETS_MAX));
        sim.after(a(Duration.ofMinutes(10)), () -> disk.capacity(Long.MAX_VALUE));
    }

    private void outage() {
        if (random.nextInt(4) == 0) {
            names.down(true);
            sim.after(a(Duration.ofMinutes(20)), () -> names.down(false));
            return;
        }
        InetAddress host = hosts.get(random.nextInt(hosts.size()));
        SimNetwork.Reach how =
                random.nextBoolean() ? SimNetwork.Reach.REFUSING : SimNetwork.Reach.SILENT;
        sim.network().reach(host, how);
        sim.after(a(Duration.ofMinutes(40)), () -> sim.network().reach(host, SimNetwork.Reach.UP));
    }

    private void clockJump() {
        sim.jumpWallClock(Duration.ofSeconds(random.nextInt(-7200, 7200)));
    }

    private Duration a(Duration most) {
        return Duration.ofNanos(random.nextLong(most.toNanos()));
    }

    /** From now on the outside behaves. */
    void end(List<RemoteHost> all) {
        sim.network().weather(Weather.FAIR);
        hosts.forEach(host -> sim.network().reach(host, SimNetwork.Reach.UP));
        all.forEach(RemoteHost::heal);
        names.down(false);
        machine.defuse();
        disk.failAt(-1, LyingDisk.Fault.IO_ERROR);
        disk.capacity(Long.MAX_VALUE);
    }
}
