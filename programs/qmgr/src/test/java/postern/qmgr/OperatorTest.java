package postern.qmgr;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import postern.mail.QueueId;
import postern.spool.Progress;

/** What the operator orders while the message is being tried. */
class OperatorTest {
    private final Stage stage = new Stage(QmgrConfig.DEFAULT);

    /** As after a crash: what the log says is all that is left. */
    private Stage next() {
        Stage next = new Stage(QmgrConfig.DEFAULT);
        stage.log.values().forEach(message -> next.take(message, false));
        return next;
    }

    private void order(Deed deed, QueueId id) {
        assertThat(stage.schedule.operator().act(deed, id, stage.now())).isTrue();
        stage.settleUp();
    }

    /** Two recipients: one is being tried, the other waits. */
    private QueueId halfTried() {
        QueueId id = stage.queue("bob@a.test", "carl@b.test");
        stage.end(stage.running.get(1), Stage.BUSY);
        assertThat(stage.hops()).containsExactly("a.test");
        return id;
    }

    @Test
    void whatWasHeldMeanwhileIsHeldAfterACrash() {
        order(Deed.HOLD, halfTried());
        Stage next = next();
        next.pass(Duration.ofDays(1));
        assertThat(next.running).isEmpty();
        assertThat(next.messages()).isOne();
    }

    @ParameterizedTest
    @EnumSource(names = {"RELEASE", "REQUEUE"})
    void whatWasLetGoMeanwhileIsTriedAfterACrash(Deed deed) {
        QueueId id = halfTried();
        order(Deed.HOLD, id);
        order(deed, id);
        Stage next = next();
        next.pass(Duration.ofMinutes(1));
        assertThat(next.hops()).containsExactlyInAnyOrder("a.test", "b.test");
    }

    @Test
    void whatWasDeletedMeanwhileIsGoneAfterACrash() {
        QueueId id = halfTried();
        order(Deed.DELETE, id);
        Stage next = next();
        next.pass(Duration.ofDays(1));
        assertThat(next.running).isEmpty();
        assertThat(next.removed).containsExactly(id.text());
        assertThat(next.settlements).isEmpty();
        assertThat(next.recorded(id, 0).state()).isEqualTo(Progress.State.REMOVED);
    }

    @Test
    void whatWasDeletedMeanwhileAndIsDeliveredIsRecordedSo() {
        QueueId id = halfTried();
        order(Deed.DELETE, id);
        stage.end(Stage.SENT);
        assertThat(stage.recorded(id, 0).state()).isEqualTo(Progress.State.DELIVERED);
        assertThat(stage.recorded(id, 1).state()).isEqualTo(Progress.State.REMOVED);
        assertThat(stage.removed).containsExactly(id.text());
    }

    @Test
    void ofWhatWasDeletedNobodyIsTold() {
        QueueId id = halfTried();
        order(Deed.DELETE, id);
        stage.end(Stage.REFUSED);
        assertThat(stage.settlements).isEmpty();
        assertThat(stage.recorded(id, 0).state()).isEqualTo(Progress.State.REMOVED);
        assertThat(stage.removed).containsExactly(id.text());
    }

    @Test
    void whatWasGivenUpMeanwhileIsToldOfAfterACrash() {
        QueueId id = halfTried();
        order(Deed.EXPIRE, id);
        assertThat(stage.recorded(id, 0).detail()).isEqualTo("given up by the operator");
        assertThat(stage.recorded(id, 1).detail())
                .isEqualTo("given up by the operator: 4.2.1 greylisted");
        Stage next = next();
        assertThat(next.running).isEmpty();
        assertThat(next.settlements).hasSize(1);
        assertThat(next.settlements.getFirst().reports())
                .extracting(report -> report.outcome().status())
                .containsExactly("4.4.7", "4.2.1");
        next.settled();
        assertThat(next.recorded(id, 0).state()).isEqualTo(Progress.State.EXPIRED);
        assertThat(next.recorded(id, 1).detail()).isEqualTo("4.2.1 greylisted");
        assertThat(next.removed).containsExactly(id.text());
    }

    @Test
    void whatWasGivenUpIsNotTriedAgainWhereItsAgentGoesAway() {
        QueueId id = halfTried();
        order(Deed.EXPIRE, id);
        stage.schedule.agentsLost(stage.running.removeFirst(), true, "away", stage.now());
        stage.settleUp();
        stage.settled();
        assertThat(stage.running).isEmpty();
        assertThat(stage.removed).containsExactly(id.text());
    }
}
