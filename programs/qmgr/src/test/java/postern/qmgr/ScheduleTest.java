package postern.qmgr;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;
import postern.mail.Delivery;
import postern.mail.MailOptions;
import postern.mail.Notices;
import postern.mail.Passage;
import postern.mail.QueueId;
import postern.mail.Recipient;
import postern.mail.ReversePath;
import postern.spool.Progress;
import postern.spool.QueuedMessage;

/** All of it holds too where routes come from another process. */
@ParameterizedClass
@ValueSource(booleans = {false, true})
final class ScheduleTest {
    private final boolean waits;
    private final Stage stage;

    ScheduleTest(boolean waits) {
        this.waits = waits;
        this.stage = new Stage(QmgrConfig.DEFAULT, waits);
    }

    @Test
    void aLoneMessageIsTriedAtOnceAndLeaves() {
        QueueId id = stage.queue("bob@a.test");
        assertThat(stage.running).hasSize(1);
        stage.end(Stage.SENT);
        assertThat(stage.recorded(id, 0).state()).isEqualTo(Progress.State.DELIVERED);
        assertThat(stage.removed).containsExactly(id.text());
        assertThat(stage.messages()).isZero();
        assertThat(stage.schedule.nextWake()).isEqualTo(Long.MAX_VALUE);
        assertThat(stage.schedule.transports().iterator().next().destinations).isEmpty();
    }

    @Test
    void recipientsOfOneDestinationGoTogetherUpToTheBound() {
        String[] many =
                IntStream.range(0, 120).mapToObj(i -> "u" + i + "@a.test").toArray(String[]::new);
        stage.queue(many);
        stage.queue("bob@b.test", "eve@c.test", "joe@b.test");
        assertThat(stage.running).extracting(Attempt::size).containsExactly(50, 50, 20, 2, 1);
        assertThat(stage.hops()).endsWith("b.test", "c.test");
        Attempt toB = stage.running.get(3);
        assertThat(List.of(toB.recipient(0), toB.recipient(1))).containsExactly(0, 2);
    }

    @Test
    void waitsDoubleUpToTheLongest() {
        QueueId id = stage.queue("bob@a.test");
        for (long seconds : new long[] {300, 600, 1200, 2400, 4000, 4000}) {
            Instant failed = stage.wall;
            stage.end(Stage.BUSY);
            Duration wait = Duration.between(failed, stage.recorded(id, 0).due());
            assertThat(wait)
                    .isBetween(Duration.ofSeconds(seconds), Duration.ofMillis(seconds * 1100));
            stage.pass(wait.minusSeconds(1));
            assertThat(stage.running).isEmpty();
            stage.pass(Duration.ofSeconds(1));
            assertThat(stage.running).hasSize(1);
        }
        assertThat(stage.recorded(id, 0).attempts()).isEqualTo(6);
        assertThat(stage.recorded(id, 0).detail()).isEqualTo("4.2.1 greylisted");
    }

    @Test
    void aDeferredRecipientDoesNotHoldTheOthers() {
        QueueId id = stage.queue("bob@a.test", "eve@a.test");
        stage.end(stage.running.getFirst(), List.of(Stage.SENT, Stage.BUSY));
        assertThat(stage.recorded(id, 0).state()).isEqualTo(Progress.State.DELIVERED);
        assertThat(stage.recorded(id, 1).state()).isEqualTo(Progress.State.WAITING);
        stage.pass(Duration.ofSeconds(330));
        assertThat(stage.running).hasSize(1);
        assertThat(stage.running.getFirst().size()).isEqualTo(1);
        assertThat(stage.running.getFirst().recipient(0)).isEqualTo(1);
    }

    @Test
    void oneNoticeForAllThatFailedWhenNothingIsTriedAnyMore() {
        QueueId id = stage.queue("bob@a.test", "eve@b.test", "joe@unknown.test");
        stage.end(Stage.REFUSED);
        assertThat(stage.settlements).isEmpty();
        assertThat(stage.records).isZero();
        stage.end(Stage.REFUSED);
        Settlement only = stage.settlements.getFirst();
        assertThat(stage.settlements).hasSize(1);
        assertThat(only.kind()).isEqualTo(Notices.Kind.FAILED);
        assertThat(only.reports()).hasSize(3);
        assertThat(only.changes()).allMatch(it -> it.state() == Progress.State.BOUNCED);
        assertThat(stage.removed).isEmpty();
        stage.settled();
        assertThat(stage.removed).containsExactly(id.text());
    }

    @Test
    void aNoticeThatCannotBeQueuedIsTriedAgain() {
        QueueId id = stage.queue("bob@a.test");
        stage.end(Stage.REFUSED);
        stage.schedule.unsettled(stage.settlements.removeFirst(), 0, stage.now());
        assertThat(stage.settlements).isEmpty();
        stage.pass(Duration.ofSeconds(11));
        assertThat(stage.settlements).hasSize(1);
        stage.settled();
        assertThat(stage.recorded(id, 0).state()).isEqualTo(Progress.State.BOUNCED);
        assertThat(stage.removed).hasSize(1);
    }

    private QueueId queueForOneWhoAsksForSuccess() {
        Recipient asks =
                new Recipient(
                        Stage.recipient("bob@a.test").mailbox(),
                        new Recipient.Notify(true, true, false, false),
                        "");
        return stage.queue(
                ReversePath.of(Stage.recipient("ann@s.test").mailbox()),
                List.of(asks),
                MailOptions.NONE);
    }

    /** RFC 3461 §5.2.1: a host that knows of notices tells the sender itself. */
    @Test
    void successIsNotReportedWhereTheNextHopDoesThat() {
        QueueId id = queueForOneWhoAsksForSuccess();
        stage.end(Stage.SENT);
        assertThat(stage.settlements).isEmpty();
        assertThat(stage.recorded(id, 0).attempted())
                .contains(new Progress.Attempted(stage.now().wall(), Stage.SENT.relay(), ""));
        assertThat(stage.removed).hasSize(1);
    }

    /** RFC 3461 §5.2.2. */
    @Test
    void successIsReportedWhereNobodyElseWill() {
        QueueId id = queueForOneWhoAsksForSuccess();
        stage.end(new Delivery(Stage.SENT.outcome(), Stage.SENT.relay(), new Passage(0, "", true)));
        Settlement settlement = stage.settlements.getFirst();
        assertThat(settlement.kind()).isEqualTo(Notices.Kind.DELIVERED);
        assertThat(settlement.reports().getFirst().remote()).isEqualTo("mx[192.0.2.1]:25");
        stage.schedule.unsettled(stage.settlements.removeFirst(), 0, stage.now());
        assertThat(stage.recorded(id, 0).state()).isEqualTo(Progress.State.DELIVERED);
        assertThat(stage.removed).hasSize(1);
    }

    @Test
    void whatIsTooOldFailsAtItsNextDeferralAndNotBefore() {
        QueueId id = stage.queue("bob@a.test");
        QueueId notice = stage.queue(ReversePath.NOBODY, "bob@b.test");
        stage.endAll(Stage.BUSY);
        for (int hour = 0; hour < 24 * 5; hour++) {
            stage.pass(Duration.ofHours(1));
            assertThat(stage.settlements).isEmpty();
            stage.endAll(Stage.BUSY);
        }
        stage.pass(Duration.ofHours(2));
        stage.endAll(Stage.BUSY);
        assertThat(stage.settlements).hasSize(2);
        Settlement first = stage.settlements.getFirst();
        assertThat(first.kind()).isEqualTo(Notices.Kind.FAILED);
        assertThat(first.changes()).allMatch(it -> it.state() == Progress.State.EXPIRED);
        assertThat(first.reports().getFirst().outcome().status()).isEqualTo("4.2.1");
        stage.settled();
        stage.settled();
        assertThat(stage.removed).containsExactlyInAnyOrder(id.text(), notice.text());
    }

    @Test
    void theSenderIsToldOfADelayOnce() {
        QmgrConfig.Patience patience = QmgrConfig.DEFAULT.general().patience();
        Stage warned =
                new Stage(
                        Stage.with(
                                new QmgrConfig.Figures(
                                        new QmgrConfig.Patience(
                                                patience.backoffMin(),
                                                patience.backoffMax(),
                                                patience.destinationRetry(),
                                                patience.lifetime(),
                                                patience.bounceLifetime(),
                                                Duration.ofHours(4)),
                                        QmgrConfig.DEFAULT.general().limits())),
                        waits);
        warned.queue("bob@a.test");
        for (int hour = 0; hour < 10; hour++) {
            warned.endAll(Stage.BUSY);
            assertThat(warned.settlements).hasSize(hour < 4 ? 0 : 1);
            warned.pass(Duration.ofHours(1));
        }
        Settlement told = warned.settlements.getFirst();
        assertThat(told.kind()).isEqualTo(Notices.Kind.DELAYED);
        assertThat(told.changes()).isEmpty();
        assertThat(told.reports().getFirst().remote()).isEqualTo("mx[192.0.2.1]:25");
        assertThat(Duration.between(told.reports().getFirst().until(), warned.wall).toDays())
                .isEqualTo(-4);
    }

    @Test
    void aRouterWithoutAnAnswerDefers() {
        QueueId id = stage.queue("bob@unanswered.test");
        assertThat(stage.recorded(id, 0).state()).isEqualTo(Progress.State.WAITING);
        assertThat(stage.recorded(id, 0).attempts()).isEqualTo(1);
        assertThat(stage.schedule.nextWake()).isBetween(seconds(300), seconds(331));
    }

    @Test
    void aRouteMayBeTheOutcome() {
        QueueId id = stage.queue("a@retry.test", "b@discard.test", "c@refused.test");
        assertThat(stage.running).isEmpty();
        assertThat(stage.recorded(id, 0).state()).isEqualTo(Progress.State.WAITING);
        assertThat(stage.recorded(id, 0).detail()).isEqualTo("4.7.1 later");
        assertThat(stage.recorded(id, 1).state()).isEqualTo(Progress.State.DELIVERED);
        assertThat(stage.recorded(id, 1).detail()).isEqualTo("2.0.0 gone");
        Settlement only = stage.settlements.getFirst();
        assertThat(only.reports()).hasSize(1);
        assertThat(only.reports().getFirst().outcome().status()).isEqualTo("5.7.1");
        stage.settled();
        assertThat(stage.removed).isEmpty();
    }

    @Test
    void aRouteThatHoldsHoldsTheMessageOnce() {
        QueueId id = stage.queue("a@a.test", "b@hold.test");
        assertThat(stage.running).isEmpty();
        assertThat(stage.recorded(id, 0).state()).isEqualTo(Progress.State.HELD);
        assertThat(stage.recorded(id, 1).detail()).isEqualTo("4.7.0 held: look at it");
        stage.pass(Duration.ofDays(30));
        assertThat(stage.running).isEmpty();
        assertThat(stage.release(id)).isTrue();
        assertThat(stage.hops()).containsExactlyInAnyOrder("a.test", "hold.test");
    }

    @Test
    void whatTheLogSaysIsTakenUpWhereItStood() {
        Instant now = stage.wall;
        stage.take(recovered(1, now, Progress.State.WAITING, now.plusSeconds(100)), false);
        stage.take(recovered(2, now, Progress.State.HELD, now.minusSeconds(5)), false);
        stage.take(recovered(3, now, Progress.State.WAITING, now.minusSeconds(5)), false);
        // a stamp from a clock that was ahead by a year holds nothing up for longer than a wait
        Instant ahead = now.plus(Duration.ofDays(365));
        stage.take(recovered(4, ahead, Progress.State.WAITING, ahead), false);
        assertThat(stage.running).hasSize(1);
        stage.pass(Duration.ofSeconds(101));
        assertThat(stage.running).hasSize(2);
        stage.pass(Duration.ofSeconds(4400));
        assertThat(stage.running).hasSize(3);
    }

    private static QueuedMessage recovered(
            long id, Instant arrived, Progress.State state, Instant due) {
        QueuedMessage fresh =
                Stage.fresh(
                        new QueueId(1_000_000 + id),
                        arrived,
                        ReversePath.NOBODY,
                        List.of(Stage.recipient("bob@a.test")),
                        MailOptions.NONE);
        return new QueuedMessage(
                fresh.envelope(),
                fresh.octets(),
                false,
                false,
                List.of(new Progress(0, state, 2, due, "4.0.0 before")));
    }

    @Test
    void holdReleaseAndDelete() {
        QueueId id = stage.queue("bob@a.test");
        stage.end(Stage.BUSY);
        assertThat(stage.hold(id)).isTrue();
        assertThat(stage.recorded(id, 0).state()).isEqualTo(Progress.State.HELD);
        stage.pass(Duration.ofDays(1));
        assertThat(stage.running).isEmpty();
        assertThat(stage.release(id)).isTrue();
        assertThat(stage.running).hasSize(1);
        assertThat(stage.delete(id)).isTrue();
        assertThat(stage.removed).isEmpty();
        stage.end(Stage.BUSY);
        assertThat(stage.recorded(id, 0).state()).isEqualTo(Progress.State.REMOVED);
        assertThat(stage.removed).containsExactly(id.text());
        assertThat(stage.delete(id)).isFalse();
    }

    @Test
    void whatWasHeldInLineIsNotTriedTwiceAfterRelease() {
        for (int i = 0; i < 5; i++) {
            stage.queue("x@a.test");
        }
        QueueId sixth = stage.queue("bob@a.test");
        stage.hold(sixth);
        stage.release(sixth);
        stage.hold(sixth);
        stage.release(sixth);
        stage.endAll(Stage.SENT);
        assertThat(stage.running).hasSize(1);
        stage.endAll(Stage.SENT);
        assertThat(stage.messages()).isZero();
        assertThat(stage.running).isEmpty();
    }

    @Test
    void flushHurriesWhatWaits() {
        QueueId a = stage.queue("bob@a.test");
        stage.queue("bob@b.test");
        stage.queue("bob@c.test");
        stage.endAll(Stage.BUSY);
        stage.flush(a);
        assertThat(stage.hops()).containsExactly("a.test");
        assertThat(stage.flush("b.test")).isEqualTo(1);
        assertThat(stage.hops()).containsExactly("a.test", "b.test");
        stage.flush();
        assertThat(stage.hops()).containsExactly("a.test", "b.test", "c.test");
    }

    @Test
    void agentsOutOfReachRestTheirTransportAndCountAsNoAttempt() {
        QueueId id = stage.queue("bob@a.test");
        QueueId local = stage.queue("joe@local.test");
        for (int i = 0; i < 20; i++) {
            Attempt attempt = stage.running.getFirst();
            assertThat(stage.running).hasSize(1 + (i == 0 ? 1 : 0));
            stage.running.remove(attempt);
            stage.schedule.agentsLost(attempt, false, "connection refused", stage.now());
            if (i == 0) {
                stage.end(Stage.SENT);
                assertThat(stage.removed).containsExactly(local.text());
            }
            assertThat(stage.running).isEmpty();
            stage.pass(Duration.ofSeconds(60));
        }
        assertThat(stage.rests)
                .startsWith(Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofSeconds(4));
        assertThat(stage.rests).endsWith(Duration.ofSeconds(60));
        stage.end(Stage.SENT);
        assertThat(stage.recorded(id, 0).attempts()).isEqualTo(1);
        assertThat(stage.records).isEqualTo(2);
    }

    @Test
    void aMessageThatAgentsGoAwayWithIsPutOff() {
        QueueId id = stage.queue("bob@a.test");
        for (int i = 0; i < 5; i++) {
            Attempt attempt = stage.running.removeFirst();
            stage.schedule.agentsLost(attempt, true, "broken pipe", stage.now());
            stage.pass(Duration.ofSeconds(16));
        }
        assertThat(stage.running).isEmpty();
        assertThat(stage.recorded(id, 0).state()).isEqualTo(Progress.State.WAITING);
        stage.pass(Duration.ofSeconds(330));
        assertThat(stage.running).hasSize(1);
    }

    @Test
    void anAnswerOfTheWrongLengthIsNoAnswer() {
        QueueId id = stage.queue("bob@a.test", "eve@a.test");
        List<Delivery> tooFew = new ArrayList<>(List.of(Stage.REFUSED));
        stage.end(stage.running.getFirst(), tooFew);
        assertThat(stage.settlements).isEmpty();
        assertThat(stage.recorded(id, 1).state()).isEqualTo(Progress.State.WAITING);
    }

    private long seconds(long seconds) {
        return stage.nanos + seconds * 1_000_000_000;
    }
}
