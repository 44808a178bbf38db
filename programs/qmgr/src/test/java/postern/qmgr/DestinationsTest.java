package postern.qmgr;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;
import postern.mail.QueueId;

/** How concurrency follows what destinations show, and how they share a transport. */
@ParameterizedClass
@ValueSource(booleans = {false, true})
final class DestinationsTest {
    private final boolean waits;
    private final Stage stage;

    DestinationsTest(boolean waits) {
        this.waits = waits;
        this.stage = new Stage(QmgrConfig.DEFAULT, waits);
    }

    private void queue(int messages, String recipient) {
        for (int i = 0; i < messages; i++) {
            stage.queue(recipient);
        }
    }

    private long runningTo(String hop) {
        return stage.hops().stream().filter(hop::equals).count();
    }

    @Test
    void concurrencyRisesFromFiveToTwenty() {
        queue(1000, "bob@a.test");
        assertThat(stage.running).hasSize(5);
        for (int i = 0; i < 4; i++) {
            stage.end(Stage.SENT);
        }
        assertThat(stage.running).hasSize(5);
        stage.end(Stage.SENT); // a round of five successes
        assertThat(stage.running).hasSize(6);
        for (int i = 0; i < 400; i++) {
            stage.end(Stage.SENT);
        }
        assertThat(stage.running).hasSize(20);
    }

    @Test
    void failuresAmongSuccessesLowerIt() {
        queue(1000, "bob@a.test");
        for (int i = 0; i < 400; i++) {
            stage.end(Stage.SENT);
        }
        assertThat(stage.running).hasSize(20);
        stage.end(Stage.DOWN);
        assertThat(stage.running).hasSize(19);
        for (int i = 0; i < 400; i++) {
            stage.end(i % 2 == 0 ? Stage.DOWN : Stage.SENT);
        }
        assertThat(stage.running.size()).isBetween(1, 15);
        assertThat(stage.messages()).isPositive();
    }

    @Test
    void aRefusedRecipientIsNoFailureOfTheDestination() {
        queue(1000, "bob@a.test");
        for (int i = 0; i < 400; i++) {
            stage.end(i % 2 == 0 ? Stage.REFUSED : Stage.BUSY);
        }
        assertThat(stage.running).hasSize(20);
    }

    @Test
    void aRoundOfFailuresIsDeathThenOneProbeThenSlowStart() {
        queue(100, "bob@a.test");
        queue(10, "bob@b.test");
        int failures = 0;
        while (runningTo("a.test") > 0) {
            endOne("a.test", Stage.DOWN);
            failures++;
        }
        assertThat(failures).isBetween(5, 9); // a round, and those that were under way
        assertThat(runningTo("b.test")).isEqualTo(5);
        int records = stage.records;
        stage.pass(Duration.ofSeconds(59));
        assertThat(runningTo("a.test")).isZero();
        assertThat(stage.records).isEqualTo(records); // waiting costs the log nothing
        stage.pass(Duration.ofSeconds(7)); // and a tenth at random
        assertThat(runningTo("a.test")).isEqualTo(1);
        endOne("a.test", Stage.DOWN);
        stage.pass(Duration.ofSeconds(119));
        assertThat(runningTo("a.test")).isZero();
        stage.pass(Duration.ofSeconds(13));
        endOne("a.test", Stage.SENT);
        assertThat(runningTo("a.test")).isEqualTo(2);
        endOne("a.test", Stage.SENT);
        endOne("a.test", Stage.SENT);
        assertThat(runningTo("a.test")).isEqualTo(3);
    }

    private void endOne(String hop, postern.mail.Delivery delivery) {
        Attempt attempt =
                stage.running.stream()
                        .filter(it -> it.destination.nextHop.equals(hop))
                        .findFirst()
                        .orElseThrow();
        stage.end(attempt, delivery);
    }

    @Test
    void whatStandsBeforeADeadDestinationExpiresThere() {
        queue(5, "bob@a.test");
        QueueId never = stage.queue("eve@a.test");
        stage.endAll(Stage.DOWN);
        for (int hour = 0; hour < 24 * 5 + 2; hour++) {
            stage.pass(Duration.ofHours(1));
            stage.endAll(Stage.DOWN);
        }
        assertThat(stage.settlements)
                .anyMatch(it -> it.entry().envelope.id().equals(never))
                .hasSize(6);
        while (!stage.settlements.isEmpty()) {
            stage.settled();
        }
        assertThat(stage.messages()).isZero();
    }

    @Test
    void flushTriesADeadDestinationAtOnce() {
        queue(20, "bob@a.test");
        while (!stage.running.isEmpty()) {
            stage.end(Stage.DOWN);
        }
        stage.flush();
        assertThat(stage.running).hasSize(1);
        stage.end(Stage.SENT);
        assertThat(stage.running).hasSize(2);
    }

    @Test
    void destinationsTakeTurns() {
        Stage narrow =
                new Stage(
                        Stage.with(
                                new QmgrConfig.Limits(
                                        2,
                                        20,
                                        2,
                                        0,
                                        50,
                                        Duration.ZERO,
                                        Duration.ZERO,
                                        new QmgrConfig.Slots(5, 50, 3, 3))),
                        waits);
        for (int i = 0; i < 50; i++) {
            narrow.queue("bob@a.test");
        }
        narrow.queue("bob@b.test");
        narrow.queue("bob@c.test");
        narrow.queue("bob@b.test");
        assertThat(narrow.hops()).containsExactly("a.test", "a.test");
        AtomicInteger fromB = new AtomicInteger();
        for (int i = 0; i < 8; i++) {
            narrow.end(Stage.SENT);
            fromB.addAndGet(narrow.hops().getLast().equals("b.test") ? 1 : 0);
        }
        assertThat(fromB).hasValue(2);
        assertThat(narrow.messages()).isEqualTo(53 - 8);
    }

    /** Just after a start nobody has answered yet: a first attempt goes before all second ones. */
    @Test
    void whoWasNotTriedYetDoesNotWaitForSecondAttempts() {
        for (int i = 0; i < 2 * 75; i++) {
            stage.queue("bob@hole" + i % 75 + ".test");
        }
        assertThat(stage.running).hasSize(75);
        stage.queue("bob@living.test");
        assertThat(runningTo("living.test")).isZero();
        stage.pass(Duration.ofSeconds(6)); // 75 hang apart by now
        assertThat(runningTo("living.test")).isOne();
    }

    @Test
    void blackHolesTakeNoPlaceFromTheLiving() {
        for (int hole = 0; hole < 100; hole++) {
            for (int i = 0; i < 5; i++) {
                stage.queue("bob@hole" + hole + ".test");
            }
        }
        assertThat(stage.running).hasSize(75); // the rest is for those that answer
        QueueId living = stage.queue("bob@living.test");
        assertThat(runningTo("living.test")).isZero();
        stage.pass(Duration.ofSeconds(30)); // 500 hang apart by now
        assertThat(stage.running).hasSize(501);
        endOne("living.test", Stage.SENT);
        assertThat(stage.removed).containsExactly(living.text());
        stage.endAll(Stage.DOWN);
        List<Transport> transports = List.copyOf(stage.schedule.transports());
        assertThat(transports.getFirst().running()).isEqualTo(stage.running.size());
    }

    /** Just after a start every destination is one that has not answered. */
    @Test
    void whoIsNewWaitsNoLongerThanASecondForThoseThatNeverAnswer() {
        for (int hole = 0; hole < 75; hole++) {
            queue(5, "bob@hole" + hole + ".test");
        }
        stage.pass(Duration.ofMillis(100));
        queue(1, "bob@living.test");
        assertThat(runningTo("living.test")).isZero();
        stage.pass(Duration.ofMillis(900));
        assertThat(runningTo("living.test")).isOne();
    }
}
