package postern.sim;

import java.util.List;

/**
 * Runs many seeds, or one again: {@code --seeds N [--from S] | --replay SEED [--log]}. Exit code 1
 * when a promise was broken.
 */
public final class Hunt {
    private static final int USAGE = 64;

    private Hunt() {}

    public static void main(String[] args) {
        System.exit(run(List.of(args)));
    }

    private static int run(List<String> args) {
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
        if (seeds < 0) {
            System.err.println("usage: hunt --seeds N [--from S] | --replay SEED [--log]");
            return USAGE;
        }
        return hunt(number(args, "--from", 0), seeds, args.contains("--verbose"));
    }

    private static int hunt(long from, long seeds, boolean verbose) {
        long broken = 0;
        for (long seed = from; seed < from + seeds; seed++) {
            Result result = Simulation.run(seed);
            if (!result.sound()) {
                broken++;
                System.out.println(result.report());
            } else if (verbose) {
                System.out.println(result.summary());
            }
        }
        System.out.printf("%d seeds from %d: %d broken%n", seeds, from, broken);
        return broken == 0 ? 0 : 1;
    }

    private static long number(List<String> args, String option, long otherwise) {
        int at = args.indexOf(option);
        return at < 0 || at + 1 >= args.size() ? otherwise : Long.parseLong(args.get(at + 1));
    }
}
