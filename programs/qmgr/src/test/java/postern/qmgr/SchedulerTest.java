package postern.qmgr;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import postern.mail.MailOptions;
import postern.mail.Mailbox;
import postern.mail.Notices;
import postern.mail.QueueId;
import postern.mail.Recipient;
import postern.mail.ReversePath;
import postern.mail.Terms;
import postern.spool.Progress;

/** What docs/scheduler.md says beside concurrency and waiting, row by row, on virtual time. */
final class SchedulerTest {
    private static final QmgrConfig.Slots SLOTS = new QmgrConfig.Slots(5, 50, 3, 3);

    private static QmgrConfig.Limits limits(
            int initial, int most, int concurrent, int recipients, long gapMillis) {
        return new QmgrConfig.Limits(
                initial,
                most,
                concurrent,
                0,
                recipients,
                Duration.ofMillis(gapMillis),
                Duration.ZERO,
                SLOTS);
    }

    private static ReversePath from(String name) {
        return ReversePath.of(Mailbox.of(name, "sender.test"));
    }

    private static List<Recipient> many(int count, String domain) {
        return IntStream.range(0, count)
                .mapToObj(i -> Stage.recipient("u" + i + "@" + domain.replace("#", "" + i)))
                .toList();
    }

    /** How many deliveries end before one of that message begins. */
    private static int deliveriesBefore(Stage stage, QueueId id) {
        for (int ended = 0; ended < 1000; ended++) {
            if (stage.running.stream().anyMatch(it -> it.stub.id == id.value())) {
                return ended;
            }
            stage.end(Stage.SENT);
        }
        throw new AssertionError("it is never tried");
    }

    @Test
    void aNewsletterDelaysAnotherSendersMessageByAFewDeliveriesToTheSameDestination() {
        Stage stage = new Stage(Stage.with(limits(5, 5, 100, 50, 0)));
        for (int i = 0; i < 5000; i++) {
            stage.queue(from("news"), "u" + i + "@a.test");
        }
        QueueId single = stage.queue(from("ann"), "bob@a.test");
        assertThat(deliveriesBefore(stage, single)).isLessThanOrEqualTo(2);
    }

    @Test
    void aNewsletterToManyDestinationsDelaysAnotherSendersByAFewDeliveriesOfTheTransport() {
        Stage stage = new Stage(Stage.with(limits(5, 20, 10, 50, 0)));
        for (int i = 0; i < 5000; i++) {
            stage.queue(from("news"), "u@d" + i + ".test");
        }
        QueueId single = stage.queue(from("ann"), "bob@z.test");
        assertThat(deliveriesBefore(stage, single)).isLessThanOrEqualTo(3);
    }

    @Test
    void oneMessageOfVeryManyRecipientsDelaysNobodyEither() {
        Stage stage = new Stage(Stage.with(limits(2, 2, 100, 50, 0)));
        stage.queue(from("news"), many(10_000, "a.test"), MailOptions.NONE);
        QueueId single = stage.queue(from("ann"), "bob@a.test");
        assertThat(deliveriesBefore(stage, single)).isLessThanOrEqualTo(2);
    }

    /** SCHEDULER_README: a large job earns a slot per five deliveries, for smaller ones to pass. */
    @Test
    void aSmallMessageOfTheSameSenderPassesALargeOne() {
        Stage stage = new Stage(Stage.with(limits(1, 1, 100, 1, 0)));
        QueueId large = stage.queue(from("ann"), many(400, "a.test"), MailOptions.NONE);
        List<QueueId> small = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            small.add(stage.queue(from("ann"), "bob@a.test"));
        }
        int ofLarge = 0;
        int ofSmall = 0;
        while (ofSmall < small.size()) {
            Attempt next = stage.running.getFirst();
            if (next.stub.id == large.value()) {
                ofLarge++;
            } else {
                assertThat(next.stub.id).as("in order").isEqualTo(small.get(ofSmall++).value());
            }
            stage.end(Stage.SENT);
        }
        // one in six: the large one takes at most 5/4 of the time it would take alone
        assertThat(ofLarge).isBetween(20 * 5 - 10, 20 * 5 + 10);
    }

    @Test
    void aMessageThatCannotEarnThreeSlotsIsNotPassed() {
        Stage stage = new Stage(Stage.with(limits(1, 1, 100, 1, 0)));
        stage.queue(from("ann"), many(14, "a.test"), MailOptions.NONE);
        QueueId small = stage.queue(from("ann"), "bob@a.test");
        assertThat(deliveriesBefore(stage, small)).isEqualTo(14);
    }

    /** SCHEDULER_README: a job is passed whichever of its destinations the smaller one goes to. */
    @ParameterizedTest
    @ValueSource(strings = {"d40.test", "d4000.test", "z.test"})
    void aSmallMessagePassesEvenWhereItsDestinationStandsFarBehind(String domain) {
        Stage stage = new Stage(Stage.with(limits(5, 20, 10, 50, 0)));
        stage.queue(from("ann"), many(5_000, "d#.test"), MailOptions.NONE);
        QueueId small = stage.queue(from("ann"), "bob@" + domain);
        assertThat(deliveriesBefore(stage, small)).isLessThanOrEqualTo(3);
    }

    /** Half of twenty slots, less the loan of three: after 35 deliveries, and then at a stretch. */
    @Test
    void aLargeMessagePassesAMuchLargerOne() {
        Stage stage = new Stage(Stage.with(limits(1, 1, 100, 1, 0)));
        stage.queue(from("ann"), many(2_000, "a.test"), MailOptions.NONE);
        QueueId smaller = stage.queue(from("ann"), many(20, "a.test"), MailOptions.NONE);
        assertThat(deliveriesBefore(stage, smaller)).isBetween(34, 36);
        for (int i = 0; i < 10; i++) {
            assertThat(stage.running.getFirst().stub.id).isEqualTo(smaller.value());
            stage.end(Stage.SENT);
        }
        QueueId small = stage.queue(from("ann"), "bob@a.test");
        assertThat(deliveriesBefore(stage, small)).as("passes the passer").isLessThan(4);
        int left = 0;
        while (!stage.removed.contains(smaller.text())) {
            stage.end(Stage.SENT);
            left++;
        }
        assertThat(left).as("goes on where it was").isLessThanOrEqualTo(12);
    }

    @Test
    void aLargeMessagePassesWhereItsDestinationsStandFarBehind() {
        Stage stage = new Stage(Stage.with(limits(5, 20, 10, 1, 0)));
        stage.queue(from("ann"), many(5_000, "d#.test"), MailOptions.NONE);
        List<Recipient> twenty = many(5_000, "d#.test").subList(4_000, 4_020);
        QueueId smaller = stage.queue(from("ann"), twenty, MailOptions.NONE);
        assertThat(deliveriesBefore(stage, smaller)).isLessThanOrEqualTo(36);
        int ended = 0;
        while (!stage.removed.contains(smaller.text())) {
            stage.end(Stage.SENT);
            ended++;
        }
        assertThat(ended).isLessThanOrEqualTo(20 + 10 + 2); // and those that ran beside it
    }

    /** A job of many passed by others of some size takes no more than 5/4 of its own time. */
    @Test
    void whoIsPassedIsNotHeldUpWithoutEnd() {
        Stage stage = new Stage(Stage.with(limits(1, 1, 100, 1, 0)));
        QueueId large = stage.queue(from("ann"), many(2_000, "a.test"), MailOptions.NONE);
        for (int i = 0; i < 100; i++) {
            stage.queue(
                    from("ann"),
                    many(i % 3 == 0 ? 20 : i % 3 == 1 ? 4 : 1, "a.test"),
                    MailOptions.NONE);
        }
        int ended = 0;
        while (!stage.removed.contains(large.text())) {
            stage.end(Stage.SENT);
            ended++;
        }
        assertThat(ended).isBetween(2_000 + 300, 2_500 + 20);
    }

    @Test
    void ratesHoldBelowASecond() {
        Stage stage = new Stage(Stage.with(limits(20, 20, 100, 50, 250)));
        for (int i = 0; i < 40; i++) {
            stage.queue("u" + i + "@a.test");
            stage.queue("u" + i + "@b.test");
        }
        assertThat(stage.hops()).containsExactly("a.test", "b.test");
        for (int i = 0; i < 20; i++) {
            stage.endAll(Stage.SENT);
            assertThat(stage.running).isEmpty();
            stage.pass(Duration.ofMillis(249));
            assertThat(stage.running).isEmpty();
            stage.pass(Duration.ofMillis(1));
            assertThat(stage.hops()).containsExactlyInAnyOrder("a.test", "b.test");
        }
    }

    @Test
    void aTransportHasARateOfItsOwn() {
        Stage stage =
                new Stage(
                        Stage.with(
                                new QmgrConfig.Limits(
                                        5,
                                        20,
                                        100,
                                        0,
                                        50,
                                        Duration.ZERO,
                                        Duration.ofMillis(100),
                                        SLOTS)));
        for (int i = 0; i < 30; i++) {
            stage.queue("bob@d" + i + ".test");
        }
        assertThat(stage.running).hasSize(1);
        stage.pass(Duration.ofSeconds(2));
        assertThat(stage.running).hasSize(21);
    }

    @Test
    void thePlacesOfThoseThatAnswerAreNotTakenByThoseThatHang() {
        Stage stage = new Stage(QmgrConfig.DEFAULT);
        stage.queue("bob@living.test");
        stage.end(Stage.SENT);
        for (int i = 0; i < 3000; i++) {
            stage.queue("bob@hole" + i + ".test");
        }
        for (int i = 0; i < 50; i++) {
            stage.pass(Duration.ofSeconds(1));
            QueueId live = stage.queue(from("ann" + i), "eve@living.test");
            Attempt begun =
                    stage.running.stream()
                            .filter(it -> it.stub.id == live.value())
                            .findFirst()
                            .orElseThrow(() -> new AssertionError("it waits"));
            stage.end(begun, Stage.SENT);
        }
    }

    @Test
    void theMoreUrgentGoFirstAndThePatientDoNotStarve() {
        Stage stage = new Stage(Stage.with(limits(1, 1, 1, 50, 0)));
        stage.queue("bob@first.test");
        QueueId patient = priority(stage, -3, "p@d.test");
        for (int i = 0; i < 30; i++) {
            stage.queue("o@d" + i + ".test");
        }
        QueueId urgent = priority(stage, 4, "u@e.test");
        assertThat(deliveriesBefore(stage, urgent)).isLessThanOrEqualTo(2);
        assertThat(deliveriesBefore(stage, patient)).isBetween(1, 9);
    }

    private static QueueId priority(Stage stage, int priority, String recipient) {
        return stage.queue(
                from("ann"),
                List.of(Stage.recipient(recipient)),
                MailOptions.NONE.with(Terms.NONE.withPriority(priority)));
    }

    /** RFC 4865: not before its release. */
    @Test
    void aMessageWaitsForItsRelease() {
        Stage stage = new Stage(QmgrConfig.DEFAULT);
        Instant at = stage.wall.plus(Duration.ofHours(3));
        stage.queue(
                from("ann"),
                List.of(Stage.recipient("bob@a.test")),
                MailOptions.NONE.with(
                        new Terms(
                                new Terms.Release(at, "for;10800"),
                                Terms.Deadline.NONE,
                                0,
                                Terms.Protection.UNSTATED)));
        stage.pass(Duration.ofHours(3).minusSeconds(2));
        assertThat(stage.running).isEmpty();
        assertThat(stage.schedule.roster().active()).as("nothing of it in memory").isZero();
        stage.pass(Duration.ofSeconds(4));
        assertThat(stage.running).hasSize(1);
    }

    /** RFC 2852 §4.1: by mode R it goes back, by mode N its sender is told and it is tried on. */
    @Test
    void aDeadlineReturnsOrTells() {
        for (Terms.Deadline.Mode mode : Terms.Deadline.Mode.values()) {
            Stage stage = new Stage(QmgrConfig.DEFAULT);
            Instant at = stage.wall.plus(Duration.ofMinutes(2));
            QueueId id =
                    stage.queue(
                            from("ann"),
                            List.of(Stage.recipient("bob@a.test")),
                            MailOptions.NONE.with(
                                    new Terms(
                                            Terms.Release.AT_ONCE,
                                            new Terms.Deadline.By(at, mode, false),
                                            0,
                                            Terms.Protection.UNSTATED)));
            stage.end(Stage.BUSY);
            stage.pass(Duration.ofSeconds(119));
            assertThat(stage.settlements).isEmpty();
            stage.pass(Duration.ofSeconds(2));
            assertThat(stage.settlements).hasSize(1);
            Settlement told = stage.settlements.getFirst();
            switch (mode) {
                case RETURN -> {
                    assertThat(told.kind()).isEqualTo(Notices.Kind.FAILED);
                    assertThat(told.reports().getFirst().outcome().status()).isEqualTo("5.4.7");
                    stage.settled();
                    assertThat(stage.recorded(id, 0).state()).isEqualTo(Progress.State.EXPIRED);
                    assertThat(stage.messages()).isZero();
                }
                case NOTIFY -> {
                    assertThat(told.kind()).isEqualTo(Notices.Kind.DELAYED);
                    assertThat(told.reports().getFirst().outcome().status()).isEqualTo("4.4.7");
                    assertThat(told.reports().getFirst().outcome().detail()).isNotEmpty();
                    stage.settled();
                    stage.pass(Duration.ofSeconds(330));
                    assertThat(stage.running).hasSize(1);
                }
            }
        }
    }

    /** It stands in line, or its host was never reached: that it is late is all there is to say. */
    @Test
    void aDeadlineThatPassesBeforeTheFirstAttemptIsToldWithItsReason() {
        Stage stage = new Stage(Stage.with(limits(1, 1, 100, 1, 0)));
        stage.queue("eve@a.test");
        Instant at = stage.wall.plus(Duration.ofMinutes(2));
        var notify = new Terms.Deadline.By(at, Terms.Deadline.Mode.NOTIFY, false);
        stage.queue(
                from("ann"),
                List.of(Stage.recipient("bob@a.test")),
                MailOptions.NONE.with(
                        new Terms(Terms.Release.AT_ONCE, notify, 0, Terms.Protection.UNSTATED)));
        stage.pass(Duration.ofSeconds(121));
        assertThat(stage.settlements).hasSize(1);
        Notices.Report told = stage.settlements.getFirst().reports().getFirst();
        assertThat(told.outcome().status()).isEqualTo("4.4.7");
        assertThat(told.outcome().detail())
                .isEqualTo("not delivered by the time its sender asked for");
    }

    @Test
    void whatWaitsHasNoEnvelopeInMemoryAndIsReadWhenItsTurnComes() {
        Stage stage = new Stage(QmgrConfig.DEFAULT);
        for (int i = 0; i < 200; i++) {
            stage.queue("u" + i + "@a.test");
        }
        while (!stage.running.isEmpty()) {
            stage.endAll(Stage.DOWN);
        }
        assertThat(stage.schedule.roster().active()).isLessThan(200);
        stage.pass(Duration.ofHours(2));
        stage.endAll(Stage.BUSY);
        assertThat(stage.loads).isPositive();
        for (int hour = 0; hour < 100 && stage.messages() > 0; hour++) {
            stage.endAll(Stage.SENT);
            stage.pass(Duration.ofHours(1));
        }
        assertThat(stage.messages()).isZero();
        assertThat(stage.removed).hasSize(200).doesNotHaveDuplicates();
        assertThat(stage.schedule.roster().active()).isZero();
    }
}
