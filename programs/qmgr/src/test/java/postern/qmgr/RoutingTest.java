package postern.qmgr;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import postern.mail.QueueId;
import postern.spool.Progress;

/** Routes that come back later: what happens to the message meanwhile. */
final class RoutingTest {
    private final Stage stage = new Stage(QmgrConfig.DEFAULT, true);

    @BeforeEach
    void answersAreGivenWhenTheTestSaysSo() {
        stage.holdRoutes();
    }

    @Test
    void nothingIsTriedBeforeTheAnswer() {
        QueueId id = stage.queue("bob@a.test", "eve@b.test");
        assertThat(stage.running).isEmpty();
        assertThat(stage.schedule.nextWake()).isEqualTo(Long.MAX_VALUE);
        assertThat(stage.flush(id)).isTrue();
        assertThat(stage.asked).as("asked once").isEqualTo(1);
        stage.answerRoutes();
        assertThat(stage.hops()).containsExactly("a.test", "b.test");
    }

    @Test
    void soManyAreAskedAtOnceAndTheOthersAfterThem() {
        for (int i = 0; i < Routing.AT_ONCE_MAX + 8; i++) {
            stage.queue("bob@a" + i + ".test");
        }
        assertThat(stage.asked).isEqualTo(Routing.AT_ONCE_MAX);
        stage.answerRoutes();
        assertThat(stage.asked).isEqualTo(Routing.AT_ONCE_MAX + 8);
        stage.answerRoutes();
        assertThat(stage.running).hasSize(Routing.AT_ONCE_MAX + 8);
    }

    @Test
    void whatIsDeletedOrHeldMeanwhileIsNotTried() {
        QueueId deleted = stage.queue("bob@a.test");
        QueueId held = stage.queue("bob@b.test");
        assertThat(stage.delete(deleted)).isTrue();
        assertThat(stage.hold(held)).isTrue();
        stage.answerRoutes();
        assertThat(stage.running).isEmpty();
        assertThat(stage.recorded(deleted, 0).state()).isEqualTo(Progress.State.REMOVED);
        assertThat(stage.release(held)).isTrue();
        stage.answerRoutes();
        assertThat(stage.hops()).containsExactly("b.test");
    }

    @Test
    void aTableThatCannotBeAskedPutsOff() {
        QueueId id = stage.queue("bob@unanswered.test");
        stage.answerRoutes();
        assertThat(stage.recorded(id, 0).state()).isEqualTo(Progress.State.WAITING);
        assertThat(stage.recorded(id, 0).detail()).startsWith("4.3.0");
        assertThat(stage.messages()).isEqualTo(1);
    }

    @Test
    void whatHasNoRoomInMemoryWaitsForItOnDisk() {
        int most = QmgrConfig.DEFAULT.activeMessages();
        List<QueueId> ids = new ArrayList<>();
        for (int i = 0; i < most + 100; i++) {
            ids.add(stage.queue("bob@a.test"));
        }
        assertThat(stage.schedule.roster().active()).isLessThanOrEqualTo(most);
        int rounds = 0;
        while (stage.removed.size() < ids.size()) {
            stage.answerRoutes();
            stage.endAll(Stage.SENT);
            stage.pass(Duration.ofSeconds(1));
            assertThat(++rounds).isLessThan(10_000);
        }
    }
}
