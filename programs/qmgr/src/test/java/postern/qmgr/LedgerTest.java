package postern.qmgr;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import postern.mail.Delivery;
import postern.mail.MailOptions;
import postern.mail.QueueId;
import postern.mail.Recipient;
import postern.mail.ReversePath;
import postern.spool.Progress;

/** Whatever happens, in whatever order: every recipient ends, and ends once. */
final class LedgerTest {
    private static final int MESSAGES = 150;

    private final Map<Long, Integer> recipients = new HashMap<>();
    private final Map<Long, Map<Integer, Integer>> delivered = new HashMap<>();

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16})
    void everyRecipientEndsOnce(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Stage stage = new Stage(QmgrConfig.DEFAULT, seed % 2 == 0);
        int queued = 0;
        int steps = 0;
        while (queued < MESSAGES || stage.messages() > 0) {
            if (queued < MESSAGES && random.nextInt(3) == 0) {
                queue(stage, random);
                queued++;
            }
            act(stage, random, queued == MESSAGES);
            assertThat(++steps).as("the queue empties in the end").isLessThan(50_000);
        }
        assertThat(stage.running).isEmpty();
        assertThat(stage.settlements).isEmpty();
        assertThat(stage.schedule.running()).isZero();
        assertThat(stage.schedule.nextWake()).isEqualTo(Long.MAX_VALUE);
        assertThat(stage.removed).hasSize(MESSAGES).doesNotHaveDuplicates();
        for (Transport transport : stage.schedule.transports()) {
            assertThat(transport.running()).isZero();
            assertThat(transport.destinations).isEmpty();
        }
        recipients.forEach((id, count) -> settledOnce(stage, new QueueId(id), count));
    }

    private void settledOnce(Stage stage, QueueId id, int count) {
        for (int i = 0; i < count; i++) {
            Progress.State state = stage.recorded(id, i).state();
            assertThat(state.last()).isTrue();
            int times = delivered.getOrDefault(id.value(), Map.of()).getOrDefault(i, 0);
            assertThat(times).isEqualTo(state == Progress.State.DELIVERED ? 1 : 0);
        }
    }

    private void queue(Stage stage, SplittableRandom random) {
        List<Recipient> to = new ArrayList<>();
        int count = 1 + random.nextInt(random.nextInt(8) == 0 ? 130 : 3);
        for (int i = 0; i < count; i++) {
            String domain =
                    switch (random.nextInt(12)) {
                        case 0 -> "unknown.test";
                        case 1 -> "unanswered.test";
                        case 2, 3 -> "local.test";
                        default -> "d" + random.nextInt(6) + ".test";
                    };
            Recipient plain = Stage.recipient("u" + i + "@" + domain);
            boolean asks = random.nextInt(5) == 0;
            var wanted = new Recipient.Notify(asks, asks, true, true);
            to.add(new Recipient(plain.mailbox(), wanted, ""));
        }
        ReversePath sender =
                random.nextInt(5) == 0
                        ? ReversePath.NOBODY
                        : ReversePath.of(Stage.recipient("ann@s.test").mailbox());
        QueueId id = stage.queue(sender, to, MailOptions.NONE);
        recipients.put(id.value(), count);
    }

    private void act(Stage stage, SplittableRandom random, boolean all) {
        switch (random.nextInt(all ? 12 : 30)) {
            case 0 -> stage.pass(Duration.ofMillis(random.nextInt(all ? 40_000_000 : 400_000)));
            case 1 -> notice(stage, random);
            case 2 -> operate(stage, random);
            case 3 -> clockJumps(stage, random);
            case 4 -> lose(stage, random);
            default -> end(stage, random);
        }
    }

    private void end(Stage stage, SplittableRandom random) {
        if (stage.running.isEmpty()) {
            return;
        }
        Attempt attempt = stage.running.get(random.nextInt(stage.running.size()));
        boolean sick = attempt.destination.nextHop.compareTo("d3") > 0 && random.nextInt(4) > 0;
        List<Delivery> deliveries = new ArrayList<>();
        for (int i = 0; i < attempt.size(); i++) {
            Delivery delivery =
                    sick
                            ? Stage.DOWN
                            : switch (random.nextInt(6)) {
                                case 0 -> Stage.REFUSED;
                                case 1 -> Stage.BUSY;
                                default -> Stage.SENT;
                            };
            if (delivery.equals(Stage.SENT)) {
                delivered
                        .computeIfAbsent(
                                attempt.entry().envelope.id().value(), _ -> new HashMap<>())
                        .merge(attempt.recipient(i), 1, Integer::sum);
            }
            deliveries.add(delivery);
        }
        stage.end(attempt, deliveries);
    }

    private static void lose(Stage stage, SplittableRandom random) {
        if (!stage.running.isEmpty()) {
            Attempt attempt = stage.running.remove(random.nextInt(stage.running.size()));
            stage.schedule.agentsLost(attempt, random.nextBoolean(), "gone", stage.now());
            stage.settleUp();
        }
    }

    private static void notice(Stage stage, SplittableRandom random) {
        if (stage.settlements.isEmpty()) {
            return;
        }
        if (random.nextInt(4) == 0) {
            stage.schedule.unsettled(stage.settlements.removeFirst(), 0, stage.now());
            stage.settleUp();
        } else {
            stage.settled();
        }
    }

    private static void operate(Stage stage, SplittableRandom random) {
        long[] ids = stage.schedule.roster().ids();
        if (ids.length == 0) {
            return;
        }
        QueueId id = new QueueId(ids[random.nextInt(ids.length)]);
        switch (random.nextInt(400)) {
            case 0 -> stage.delete(id);
            case 1, 2 -> stage.hold(id);
            case 3, 4 -> stage.flush(id);
            case 5 -> stage.flush("d4.test");
            case 6 -> stage.flush();
            default -> stage.release(id);
        }
    }

    private static void clockJumps(Stage stage, SplittableRandom random) {
        stage.wall = stage.wall.plusSeconds(random.nextInt(200_000) - 100_000);
    }
}
