package postern.sim;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import postern.base.Disk;
import postern.base.DiskFile;
import postern.base.Endpoint;
import postern.base.Listener;
import postern.base.World;
import postern.dist.Running;
import postern.testkit.LayeredDisk;
import postern.testkit.LyingDisk;
import postern.testkit.SimProcess;
import postern.testkit.SimWorld;

/**
 * The host that Postern runs on: its disk, its domains as processes, and what starts them again
 * when they die. It plays master.
 */
final class Machine {
    private static final Duration RESTART_AFTER = Duration.ofSeconds(1);
    private static final Duration DRAIN_TAKES = Duration.ofSeconds(30);
    private static final Duration RETIREMENT_TAKES = Duration.ofMinutes(20);
    private static final Duration BOOT_TAKES = Duration.ofSeconds(20);

    /** A fuse burns within so many calls of the world: soon, and in the middle of something. */
    private static final int FUSE_CALLS_MAX = 250;

    private static final int SYNCS_MAX = 6;

    private final SimWorld sim;
    private final InetAddress address;
    private final LyingDisk platter;
    private final Disk disk;
    private final Ledger ledger;
    private final SplittableRandom random;
    private final List<Slot> slots = new ArrayList<>();
    private final List<Life> lives = new ArrayList<>();
    private boolean off;
    private int syncsLeft; // until power fails in the midst of one; 0: it does not

    /** How a domain is started in its process. */
    interface Domain {
        Running start(World world, Sockets sockets) throws IOException;
    }

    /** What a process inherits: master's sockets. */
    interface Sockets {
        Listener at(Endpoint endpoint) throws IOException;
    }

    /** Whether two processes of a domain may be there at once. */
    enum Succession {
        /** The former ends before the next begins: it owns something. */
        AFTER,
        /** The former goes on with its conversations. */
        BESIDE
    }

    /** One process of a domain. */
    private final class Life {
        private final Slot slot;
        private final SimProcess process;
        private @Nullable Running running;
        private boolean told;
        private boolean obeyed;

        Life(Slot slot) {
            this.slot = slot;
            this.process = sim.process(slot.name, "postern-" + slot.name, address, disk);
            process.onDeath(this::died);
        }

        void begin() {
            process.start(
                    "main",
                    () -> {
                        try {
                            running =
                                    slot.domain.start(
                                            process.world(),
                                            at -> sim.network().inherit(process, at));
                        } catch (IOException | UncheckedIOException failed) {
                            process.kill(); // it is started again, as master would
                        }
                    });
        }

        /** Is told to finish; master waits so long and no longer. */
        void finish(Duration within) {
            Running mine = running;
            if (mine == null || told) {
                return;
            }
            told = true;
            Runnable ended =
                    () -> {
                        obeyed = process.alive();
                        process.kill();
                    };
            Runnable way =
                    slot.succession == Succession.BESIDE
                            ? () -> mine.retire(ended)
                            : () -> mine.drain(ended);
            process.start("finish", way);
            sim.after(within, process::kill);
        }

        private void died() {
            if (!obeyed) { // who finished as told has no excuse
                ledger.died(sim.elapsed());
            }
            lives.remove(this);
            if (equals(slot.life)) {
                slot.life = null;
                if (!off) {
                    sim.after(RESTART_AFTER, slot::launch);
                }
            }
        }
    }

    /** A domain's place: the process that serves it now. */
    private final class Slot {
        private final String name;
        private final Succession succession;
        private final List<Endpoint> sockets;
        private final Domain domain;
        private @Nullable Life life;

        Slot(String name, Succession succession, List<Endpoint> sockets, Domain domain) {
            this.name = name;
            this.succession = succession;
            this.sockets = List.copyOf(sockets);
            this.domain = domain;
        }

        void launch() {
            if (!off) {
                Life fresh = new Life(this);
                lives.add(fresh);
                life = fresh;
                fresh.begin();
            }
        }
    }

    /**
     * @param platter what survives
     * @param disk what the programs see of it
     */
    Machine(SimWorld sim, InetAddress address, LyingDisk platter, Disk disk, Ledger ledger) {
        this.sim = sim;
        this.address = address;
        this.platter = platter;
        this.disk = new LayeredDisk(disk, new Trap());
        this.ledger = ledger;
        this.random = sim.fork();
    }

    /**
     * @param sockets that master binds for it
     */
    void domain(String name, Succession succession, List<Endpoint> sockets, Domain domain) {
        slots.add(new Slot(name, succession, sockets, domain));
    }

    void boot() {
        off = false;
        for (Slot slot : slots) {
            slot.sockets.forEach(at -> sim.network().bind(at, "root"));
        }
        slots.forEach(Slot::launch);
    }

    /** One process is killed, soon: after so many of its calls. */
    void killOne() {
        Life victim = any();
        if (victim != null) {
            SimProcess process = victim.process;
            process.fuse(1 + random.nextInt(FUSE_CALLS_MAX), process::kill);
        }
    }

    /** One domain is started anew, as when the configuration changes. */
    void reloadOne() {
        Slot slot = slots.get(random.nextInt(slots.size()));
        Life former = slot.life;
        if (former != null) {
            switch (slot.succession) {
                case AFTER -> former.finish(DRAIN_TAKES);
                case BESIDE -> {
                    slot.launch();
                    former.finish(RETIREMENT_TAKES);
                }
            }
        }
    }

    /** Whoever syncs a file may see the power fail before it is safe. */
    private final class Trap implements LayeredDisk.Layer {
        @Override
        public void sync(DiskFile file) throws IOException {
            if (syncsLeft > 0) {
                syncsLeft--;
                if (syncsLeft == 0) {
                    powerIsCut();
                }
            }
            file.sync();
        }
    }

    /**
     * Power fails soon, in the middle of what some process does or of a sync, when most is unsafe;
     * the machine boots again later.
     */
    void cutPower() {
        if (random.nextBoolean()) {
            syncsLeft = 1 + random.nextInt(SYNCS_MAX);
            return;
        }
        Life trigger = any();
        if (trigger == null) {
            powerIsCut();
        } else {
            trigger.process.fuse(1 + random.nextInt(FUSE_CALLS_MAX), this::powerIsCut);
        }
    }

    private @Nullable Life any() {
        return lives.isEmpty() ? null : lives.get(random.nextInt(lives.size()));
    }

    /** What was lit and has not burnt is put out. */
    void defuse() {
        lives.forEach(life -> life.process.fuse(0, () -> {}));
        syncsLeft = 0;
    }

    private void powerIsCut() {
        if (off) {
            return;
        }
        off = true;
        for (Life life : List.copyOf(lives)) {
            life.process.kill();
        }
        for (Slot slot : slots) {
            slot.sockets.forEach(sim.network()::unbind);
        }
        platter.crash(random.nextLong());
        sim.after(BOOT_TAKES, this::boot);
    }
}
