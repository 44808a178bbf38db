package postern.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;

/**
 * Runs many seeds, or one again: {@code --seeds N [--from S] [--jobs J] | --replay SEED [--log] |
 * --planted [--seeds N]}. Exit code 1 when a promise was broken, or a planted bug was not found.
 */
public final class Hunt {
    private static final int USAGE = 64;
    private static final int JOBS_MAX = 256;

    /** Seeds in which a planted bug is looked for. */
    private static final int PLANTED_SEEDS = 40;

    private static final long PROGRESS_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final long from;
    private final long seeds;
    private final boolean verbose;
    private final AtomicLong next;
    private final AtomicLong done = new AtomicLong();
    private final AtomicLong broken = new AtomicLong();
    private final AtomicLong said;
    private final long begun = System.nanoTime();

    private Hunt(long from, long seeds, boolean verbose) {
        this.from = from;
        this.seeds = seeds;
        this.verbose = verbose;
        this.next = new AtomicLong(from);
        this.said = new AtomicLong(begun);
    }

    public static void main(String[] args) throws InterruptedException {
        System.exit(run(List.of(args)));
    }

    private static int run(List<String> args) throws InterruptedException {
        long seeds = number(args, "--seeds", -1);
        long replay = number(args, "--replay", -1);
        if (replay >= 0) {
            Result result = Simulation.run(replay);
            if (args.contains("--log") || !result.sound()) {
                result.log().forEach(System.out::println);
            }
            System.out.print(result.report());
            return result.sound() ? 0 : 1;
        }
        if (args.contains("--planted")) {
            return planted(seeds < 0 ? PLANTED_SEEDS : seeds);
        }
        int jobs = (int) number(args, "--jobs", 1);
        if (seeds < 0 || jobs < 1 || jobs > JOBS_MAX) {
            System.err.println(
                    "usage: hunt --seeds N [--from S] [--jobs J] [--verbose] | --replay SEED [--log]"
                            + " | --planted [--seeds N]");
            return USAGE;
        }
        return new Hunt(number(args, "--from", 0), seeds, args.contains("--verbose")).run(jobs);
    }

    private int run(int jobs) throws InterruptedException {
        List<Thread> hunters = new ArrayList<>();
        for (int i = 0; i < jobs; i++) {
            hunters.add(Thread.ofPlatform().start(this::hunt));
        }
        for (Thread hunter : hunters) {
            hunter.join();
        }
        System.out.printf("%d seeds from %d: %d broken%n", done.get(), from, broken.get());
        return broken.get() == 0 && done.get() == seeds ? 0 : 1;
    }

    private void hunt() {
        long seed = next.getAndIncrement();
        while (seed < from + seeds) {
            Result result = Simulation.run(seed);
            if (!result.sound()) {
                broken.incrementAndGet();
                System.out.println(result.report());
            } else if (verbose) {
                System.out.println(result.summary());
            }
            progress(done.incrementAndGet());
            seed = next.getAndIncrement();
        }
    }

    private void progress(long seedsDone) {
        long now = System.nanoTime();
        long last = said.get();
        if (now - last >= PROGRESS_NANOS && said.compareAndSet(last, now)) {
            double seconds = (now - begun) / 1e9;
            System.err.printf(
                    "hunt: %d of %d seeds, %d broken, %.1f a second, %.0f s to go%n",
                    seedsDone,
                    seeds,
                    broken.get(),
                    seedsDone / seconds,
                    seconds / seedsDone * (seeds - seedsDone));
        }
    }

    /** Whether each planted bug shows, with power cuts in otherwise fair weather. */
    private static int planted(long seeds) {
        UnaryOperator<Plan> dark = plan -> plan.calm().withPowerCuts(4);
        int missed = 0;
        for (Planted bug : Planted.values()) {
            if (bug == Planted.NOTHING) {
                continue;
            }
            long seed = 0;
            while (seed < seeds && Simulation.run(seed, dark, bug).sound()) {
                seed++;
            }
            missed += seed < seeds ? 0 : 1;
            System.out.println(
                    seed < seeds
                            ? bug + ": found by seed " + seed
                            : bug + ": not found within " + seeds + " seeds");
            if (seed < seeds) {
                Simulation.run(seed, dark, bug)
                        .violations()
                        .forEach(wrong -> System.out.println("  " + wrong));
            }
        }
        return missed == 0 ? 0 : 1;
    }

    private static long number(List<String> args, String option, long otherwise) {
        int at = args.indexOf(option);
        return at < 0 || at + 1 >= args.size() ? otherwise : Long.parseLong(args.get(at + 1));
    }
}
