package postern.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Real processes killed again and again under load: what was answered 250 arrives, and what arrives
 * twice does so because a process that knew of it died. {@code tests/interop/crashloop} runs it for
 * as long as one likes.
 */
class CrashLoopTest {
    private static final Duration LASTS = Duration.ofSeconds(Long.getLong("crashloop.seconds", 8));
    private static final long SEED = Long.getLong("crashloop.seed", 1);
    private static final Duration DRAINED_WITHIN = Duration.ofMinutes(3);
    private static final int CLIENTS = 4;
    private static final int PAUSE_MILLIS_MAX = 700;

    /** One in so many times everything is killed, master with it, and started anew. */
    private static final int ALL_ONE_IN = 10;

    /** Kills after which it is left alone until it greets, so that there is a load at all. */
    private static final int KILLS_IN_A_ROW = 4;

    private static final Duration BACK_WITHIN = Duration.ofMinutes(2);

    /**
     * Copies that one killed process may have left behind: the attempts under way to one
     * destination, and what was being recorded.
     */
    private static final int TWICE_PER_KILL = 200;

    private static final String HASTY =
            """

            [qmgr]
            backoff_min = "1s"
            backoff_max = "2s"
            destination_retry = "1s"
            """;

    @Test
    void whatWasAcknowledgedArrives(@TempDir(factory = OpenFolder.class) Path folder)
            throws IOException, InterruptedException {
        SplittableRandom random = new SplittableRandom(SEED);
        try (RecordingSink sink = new RecordingSink();
                Postern postern = Postern.start(folder, sink.nextHop(), HASTY)) {
            List<Load> loads = new ArrayList<>();
            List<Thread> clients = new ArrayList<>();
            for (int n = 0; n < CLIENTS; n++) {
                Load load = new Load("client" + n, postern.smtp(), List.of("bob@far.test"));
                loads.add(load);
                clients.add(Thread.ofVirtual().start(load));
            }
            int[] kills = kill(postern, random);
            await("service without an operator")
                    .atMost(BACK_WITHIN)
                    .until(() -> loads.stream().noneMatch(load -> load.accepted().isEmpty()));
            loads.forEach(Load::stop);
            for (Thread client : clients) {
                client.join();
            }
            Set<String> accepted = new HashSet<>();
            loads.forEach(load -> accepted.addAll(load.accepted()));
            await().atMost(DRAINED_WITHIN)
                    .pollInterval(Duration.ofMillis(500))
                    .until(() -> sink.subjects().keySet().containsAll(accepted));

            Map<String, Integer> arrived = sink.subjects();
            long twice = arrived.values().stream().mapToInt(copies -> copies - 1).sum();
            long unasked = arrived.keySet().stream().filter(s -> !accepted.contains(s)).count();
            System.out.printf(
                    "crash loop, seed %d: %d processes and %d times all killed; %d acknowledged, 0"
                            + " lost; %d copies more than one; %d arrived though their answer was"
                            + " lost%n",
                    SEED, kills[0], kills[1], accepted.size(), twice, unasked);
            assertThat(accepted).isNotEmpty();
            assertThat(kills[0]).isPositive();
            assertThat(twice)
                    .as("copies more than one, of what was under way at a kill")
                    .isLessThanOrEqualTo((long) TWICE_PER_KILL * (kills[0] + kills[1]));
        }
    }

    /** Kills shall strike at any moment of the work. */
    private static void pause(SplittableRandom random) {
        Duration pause = Duration.ofMillis(random.nextInt(PAUSE_MILLIS_MAX));
        await().pollDelay(pause).until(() -> true);
    }

    /** Returns how many single processes, and how often all. */
    private static int[] kill(Postern postern, SplittableRandom random) throws IOException {
        int[] kills = new int[2];
        long end = System.nanoTime() + LASTS.toNanos();
        while (System.nanoTime() - end < 0) {
            pause(random);
            if (random.nextInt(ALL_ONE_IN) == 0) {
                postern.killAll();
                postern.start();
                kills[1]++;
                continue;
            }
            if ((kills[0] + kills[1]) % KILLS_IN_A_ROW == KILLS_IN_A_ROW - 1) {
                await().atMost(BACK_WITHIN).until(postern::greets);
                pause(random); // and in the midst of work
            }
            List<ProcessHandle> children = postern.children();
            if (!children.isEmpty()) {
                boolean killed = children.get(random.nextInt(children.size())).destroyForcibly();
                kills[0] += killed ? 1 : 0;
            }
        }
        return kills;
    }
}
