package postern.spool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import postern.mail.QueueId;
import postern.testkit.LyingDisk;
import postern.testkit.SimProcess;
import postern.testkit.SimWorld;

/**
 * The disk holds at most twice what is live and two segments, whatever mixture of mail comes and
 * leaves: on virtual time, over days, looked at all the while. Only where much leaves at once, here
 * a message nearly as long as a segment, is it more for a moment.
 */
final class SpaceTest {
    private static final int SEGMENT = 128 << 10;
    private static final SpoolLimits LIMITS = new SpoolLimits(0, SEGMENT, 1 << 20);
    private static final Duration MOMENT = Duration.ofSeconds(2);
    private static final Duration LONG = Duration.ofDays(5);

    private final LyingDisk disk = new LyingDisk();
    private final SimWorld sim = new SimWorld(5);
    private final SimProcess process = sim.process("queue", "postern", disk);
    private final LogSpool spool = new LogSpool(process.world(), Trial.DIRECTORY, LIMITS);

    /**
     * What comes.
     *
     * @param everyMillis a message comes, on the average
     * @param lastingPercent of them stay for five days, the others for seconds
     * @param octetsMax of a message
     * @param deferrals recorded for a lasting one before its end
     * @param abandonedPercent of messages are never committed
     */
    private record Mix(
            int seed,
            int everyMillis,
            int lastingPercent,
            int octetsMax,
            int deferrals,
            int abandonedPercent,
            int messages) {}

    /** Something due to happen to a message; lasting ones have several turns. */
    private record Turn(long at, QueueId id, int left) implements Comparable<Turn> {
        @Override
        public int compareTo(Turn other) {
            return Long.compare(at, other.at);
        }
    }

    static Stream<Mix> mixes() {
        List<Mix> mixes = new ArrayList<>();
        mixes.add(new Mix(1, 500, 0, 4_000, 0, 0, 2_000)); // all quick
        mixes.add(new Mix(2, 500, 100, 4_000, 3, 0, 1_000)); // all lasting
        mixes.add(new Mix(3, 500, 1, 4_000, 60, 0, 2_000)); // one in a hundred pins the rest
        mixes.add(new Mix(4, 60_000, 30, 300, 200, 0, 300)); // hardly anything but outcomes
        mixes.add(new Mix(5, 300, 10, 90_000, 5, 50, 1_500)); // half of it abandoned
        SplittableRandom random = new SplittableRandom(77);
        for (int seed = 6; seed < 26; seed++) {
            mixes.add(
                    new Mix(
                            seed,
                            50 << random.nextInt(8),
                            random.nextInt(101),
                            200 << random.nextInt(9),
                            random.nextInt(40),
                            random.nextInt(3) * 10,
                            600));
        }
        return mixes.stream();
    }

    @ParameterizedTest
    @MethodSource("mixes")
    void neverMoreThanTwiceWhatIsLiveAndTwoSegments(Mix mix) {
        List<String> wrong = new ArrayList<>();
        run(() -> live(mix, wrong));
        assertThat(wrong).as(mix.toString()).isEmpty();
        assertThat(spool.usage().messages()).isZero();
        assertThat(spool.usage().segmentOctets()).as("in the end").isLessThanOrEqualTo(2 * SEGMENT);
    }

    private void live(Mix mix, List<String> wrong) {
        SplittableRandom random = new SplittableRandom(mix.seed());
        PriorityQueue<Turn> turns = new PriorityQueue<>();
        long next = 0;
        int come = 0;
        while (come < mix.messages() || !turns.isEmpty()) {
            Turn due = turns.peek();
            boolean arrives = come < mix.messages() && (due == null || next <= due.at());
            sleepUntil(arrives || due == null ? next : due.at());
            if (arrives) {
                next += random.nextLong(2L * mix.everyMillis() + 1);
                come++;
                arrive(mix, random, turns);
            } else if (due != null) {
                turn(turns.remove(), turns);
            }
            look(wrong);
        }
        process.world().clock().sleep(Duration.ofMinutes(5));
    }

    private void arrive(Mix mix, SplittableRandom random, PriorityQueue<Turn> turns) {
        byte[] content = Letters.octets(1 + random.nextInt(mix.octetsMax()), random.nextInt());
        try (var reception = spool.receive(content.length)) {
            reception.write(content, 0, content.length);
            if (random.nextInt(100) < mix.abandonedPercent()) {
                return;
            }
            var _ = await(Letters.committed(reception, 1));
            boolean lasts = random.nextInt(100) < mix.lastingPercent();
            long now = sim.elapsed().toMillis();
            if (lasts) {
                long step = LONG.toMillis() / (mix.deferrals() + 1);
                turns.add(new Turn(now + step, reception.id(), mix.deferrals()));
            } else {
                turns.add(new Turn(now + random.nextInt(20_000), reception.id(), 0));
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private void turn(Turn turn, PriorityQueue<Turn> turns) {
        Progress.State state = turn.left() == 0 ? Progress.State.DELIVERED : Progress.State.WAITING;
        var _ = await(spool.record(turn.id(), List.of(Letters.state(0, state))));
        if (turn.left() > 0) {
            long step = LONG.toMillis() / (turn.left() + 1);
            turns.add(new Turn(turn.at() + step, turn.id(), turn.left() - 1));
        }
    }

    private void look(List<String> wrong) {
        List<String> just = new ArrayList<>();
        lookNow(just);
        if (!just.isEmpty()) {
            process.world().clock().sleep(MOMENT);
            lookNow(wrong);
        }
    }

    private void lookNow(List<String> wrong) {
        Spool.Usage usage = spool.usage();
        long bound = 2 * usage.liveOctets() + 2 * SEGMENT;
        if (usage.segmentOctets() > bound) {
            wrong.add(
                    "%s: %d octets for %d live"
                            .formatted(sim.elapsed(), usage.segmentOctets(), usage.liveOctets()));
        }
    }

    /** A queue of lasting mail that all leaves at once: the dead goes at once, the rest soon. */
    @Test
    void aMassDepartureIsCleanedUpAfter() {
        run(
                () -> {
                    List<QueueId> all = new ArrayList<>();
                    for (int i = 0; i < 1_500; i++) {
                        all.add(send(Letters.octets(3_000, i)));
                    }
                    for (int i = 0; i < all.size(); i++) {
                        if (i % 10 != 0) { // one in ten stays, everywhere in the log
                            var _ =
                                    spool.record(
                                            all.get(i),
                                            List.of(Letters.state(0, Progress.State.REMOVED)));
                        }
                    }
                    process.world().clock().sleep(Duration.ofSeconds(30));
                    List<String> wrong = new ArrayList<>();
                    look(wrong);
                    assertThat(wrong).isEmpty();
                    assertThat(spool.usage().messages()).isEqualTo(150);
                });
    }

    /** Where nothing leaves, nobody rings for room: outcomes alone once grew without bound. */
    @Test
    void deferralsAloneDoNotFillTheDisk() {
        run(
                () -> {
                    QueueId id = send(Letters.octets(500, 1));
                    for (int i = 0; i < 5_000; i++) {
                        Progress waiting = Letters.state(0, Progress.State.WAITING);
                        var _ = await(spool.record(id, List.of(waiting)));
                    }
                    process.world().clock().sleep(Duration.ofSeconds(30));
                    List<String> wrong = new ArrayList<>();
                    look(wrong);
                    assertThat(wrong).isEmpty();
                });
    }

    private QueueId send(byte[] content) {
        try {
            return await(Letters.sent(spool, content, 1)).id();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private void sleepUntil(long millis) {
        long now = sim.elapsed().toMillis();
        if (millis > now) {
            process.world().clock().sleep(Duration.ofMillis(millis - now));
        }
    }

    private <T> T await(CompletionStage<T> stage) {
        try {
            return process.world().tasks().await(stage);
        } catch (ExecutionException failed) {
            throw new AssertionError(failed);
        }
    }

    private void run(Runnable script) {
        boolean[] done = new boolean[1];
        process.start(
                "test",
                () -> {
                    try {
                        spool.recover(_ -> {});
                    } catch (IOException failed) {
                        throw new UncheckedIOException(failed);
                    }
                    script.run();
                    done[0] = true;
                });
        sim.run(Duration.ofDays(90));
        assertThat(sim.panics()).isEmpty();
        assertThat(done[0]).as("came to its end").isTrue();
    }
}
