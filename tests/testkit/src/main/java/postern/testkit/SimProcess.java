package postern.testkit;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import postern.base.Disk;
import postern.base.World;

/**
 * A process of the simulation: the tasks that live and die together. Killed, its tasks end where
 * they wait and never run on; its connections break, its locks are given up, its files stay as they
 * are.
 */
public final class SimProcess {
    private final SimWorld sim;
    private final Baton baton;
    private final String name;
    private final String user;
    private final InetAddress host;
    private final World world;
    private final SimDisk disk;
    private final Set<SimTask> tasks = new LinkedHashSet<>();
    private final Set<SimPeer> peers = new LinkedHashSet<>();
    private final Set<SimListener> listeners = new LinkedHashSet<>();
    private final List<Runnable> obituaries = new ArrayList<>();
    private boolean alive = true;
    private boolean halted;
    private long fuse;
    private Runnable whenBurnt = () -> {};

    SimProcess(
            SimWorld sim,
            Baton baton,
            SimNetwork network,
            String name,
            String user,
            InetAddress host,
            Disk disk,
            SplittableRandom random) {
        this.sim = sim;
        this.baton = baton;
        this.name = name;
        this.user = user;
        this.host = host;
        this.disk = new SimDisk(baton, disk, random.split());
        this.world =
                new World(
                        new SimClock(sim, baton),
                        this.disk,
                        new ProcessNetwork(this, network),
                        new SimTasks(sim, this, baton),
                        random,
                        (level, line) -> sim.logged(name, level + " " + line));
    }

    public World world() {
        return world;
    }

    public String name() {
        return name;
    }

    public boolean alive() {
        return alive;
    }

    /** Whether it ended by an error of its own (an owner task threw, or a Java Error). */
    public boolean halted() {
        return halted;
    }

    /** Starts a task in it. */
    public void start(String task, Runnable body) {
        world.tasks().start(task, body);
    }

    /** Called once, when it has died. */
    public void onDeath(Runnable action) {
        obituaries.add(action);
    }

    /** kill -9, now. A task that kills its own process ends at its next call of the world. */
    public void kill() {
        if (!alive) {
            return;
        }
        alive = false;
        disk.died();
        List.copyOf(listeners).forEach(SimListener::close);
        List.copyOf(peers).forEach(SimPeer::close);
        tasks.forEach(baton::makeReady);
        sim.logged(name, "DIED");
        List.copyOf(obituaries).forEach(Runnable::run);
    }

    /** Does something when the process has called its world so many times more. */
    public void fuse(long calls, Runnable action) {
        fuse = calls;
        whenBurnt = action;
    }

    void burn() {
        if (fuse > 0 && --fuse == 0) {
            whenBurnt.run();
        }
    }

    void halt() {
        halted = true;
        kill();
    }

    String user() {
        return user;
    }

    InetAddress host() {
        return host;
    }

    void adopt(SimTask task) {
        tasks.add(task);
    }

    void forget(SimTask task) {
        tasks.remove(task);
    }

    void adopt(SimPeer peer) {
        peers.add(peer);
    }

    void forget(SimPeer peer) {
        peers.remove(peer);
    }

    void adopt(SimListener listener) {
        listeners.add(listener);
    }

    void forget(SimListener listener) {
        listeners.remove(listener);
    }

    @Override
    public String toString() {
        return name;
    }
}
