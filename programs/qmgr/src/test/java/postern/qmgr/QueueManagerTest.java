package postern.qmgr;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import postern.mail.Content;
import postern.mail.Delivery;
import postern.mail.DeliveryRequest;
import postern.mail.Envelope;
import postern.mail.MailOptions;
import postern.mail.Notices;
import postern.mail.QueueId;
import postern.mail.Recipient;
import postern.mail.ReversePath;
import postern.mail.Terms;
import postern.testkit.LyingDisk;
import postern.testkit.SimProcess;
import postern.testkit.SimWorld;

/** The queue manager whole, on virtual time, with a queue in memory and agents made up. */
final class QueueManagerTest {
    private static final Duration LONG = Duration.ofDays(8);
    private static final ReversePath ANN = ReversePath.of(Stage.recipient("ann@s.test").mailbox());

    private final SimWorld sim = new SimWorld(1);
    private final SimProcess process = sim.process("queue", "postern", new LyingDisk());
    private final MemorySpool spool = new MemorySpool();
    private final List<DeliveryRequest> requests = new ArrayList<>();

    /** Tells the sender of a failure, and nobody of a failed notice. */
    private static class PlainNotices implements Notices {
        @Override
        public Optional<Notice> compose(
                Kind kind,
                Envelope original,
                Content content,
                List<Report> reports,
                java.time.Instant now) {
            return switch (original.sender()) {
                case ReversePath.Nobody _ -> Optional.empty();
                case ReversePath.Sender sender ->
                        Optional.of(
                                new Notice(
                                        ReversePath.NOBODY,
                                        MailOptions.NONE,
                                        List.of(Recipient.of(sender.mailbox())),
                                        new byte[0]));
            };
        }
    }

    /** And the postmaster too. */
    private static final class Copies extends PlainNotices {
        @Override
        public Optional<Notice> copy(
                Kind kind,
                Envelope original,
                Content content,
                List<Report> reports,
                java.time.Instant now) {
            return original.sender().equals(ReversePath.NOBODY)
                    ? Optional.empty()
                    : Optional.of(
                            new Notice(
                                    ReversePath.NOBODY,
                                    MailOptions.NONE,
                                    List.of(Stage.recipient("owner@s.test")),
                                    new byte[reports.size()]));
        }
    }

    private QueueManager started(Agents agents) {
        return started(QmgrConfig.DEFAULT, agents);
    }

    private QueueManager started(QmgrConfig config, Agents agents) {
        return started(config, new PlainNotices(), agents);
    }

    private QueueManager started(QmgrConfig config, Notices notices, Agents agents) {
        var queue =
                new QueueManager(
                        config, process.world(), spool, new Stage.ByDomain(), notices, agents);
        process.start(
                "start",
                () -> {
                    try {
                        queue.start();
                    } catch (IOException failed) {
                        throw new AssertionError(failed);
                    }
                });
        return queue;
    }

    private Agents always(Delivery delivery) {
        return (_, request) -> {
            requests.add(request);
            return Collections.nCopies(request.recipients().size(), delivery);
        };
    }

    private void run(Duration most) {
        sim.run(most);
        assertThat(sim.panics()).isEmpty();
    }

    private List<String> logged(QueueId id) {
        return sim.log().stream()
                .filter(line -> line.contains(" " + id + ": "))
                .map(line -> line.substring(line.indexOf(id.text())))
                .toList();
    }

    @Test
    void drainedItFinishesWhatRunsAndBeginsNothing() {
        spool.put(sim.now(), ANN, "bob@a.test");
        Agents slow =
                (_, request) -> {
                    requests.add(request);
                    process.world().clock().sleep(Duration.ofMinutes(3));
                    return Collections.nCopies(request.recipients().size(), Stage.SENT);
                };
        QueueManager queue = started(slow);
        run(Duration.ofMinutes(1));
        List<Duration> ended = new ArrayList<>();
        process.start("drain", () -> queue.drain(() -> ended.add(sim.elapsed())));
        run(Duration.ofMinutes(1));
        assertThat(ended).isEmpty();
        spool.put(sim.now(), ANN, "eve@b.test");
        run(LONG);
        assertThat(requests).hasSize(1);
        assertThat(ended).hasSize(1);
        assertThat(ended.getFirst()).isBetween(Duration.ofMinutes(3), Duration.ofMinutes(4));
    }

    private static QmgrConfig active(int messages) {
        QmgrConfig usual = QmgrConfig.DEFAULT;
        return new QmgrConfig(usual.general(), Map.of(), Map.of(), messages, usual.inFlowDelay());
    }

    /** How long the brake holds a message that comes now. */
    private Duration held(QueueManager queue) {
        Duration[] held = new Duration[1];
        process.start(
                "smtpd",
                () -> {
                    var intake = new InFlow(process.world(), spool, queue, QmgrConfig.DEFAULT);
                    Duration begun = sim.elapsed();
                    try {
                        intake.receive(1).close();
                    } catch (IOException failed) {
                        throw new AssertionError(failed);
                    }
                    held[0] = sim.elapsed().minus(begun);
                });
        run(Duration.ofSeconds(10));
        return held[0];
    }

    @Test
    void inputWaitsWhileMoreStandInLineThanShallBeInMemoryAndNoLonger() {
        for (int i = 0; i < 60; i++) {
            spool.put(sim.now(), ANN, "u" + i + "@a.test");
        }
        Agents slow =
                (_, request) -> {
                    requests.add(request);
                    process.world().clock().sleep(Duration.ofSeconds(30));
                    return Collections.nCopies(request.recipients().size(), Stage.SENT);
                };
        QueueManager queue = started(active(20), slow);
        run(Duration.ofSeconds(5));
        assertThat(requests).as("five at once are tried, the others stand").hasSize(5);
        assertThat(held(queue)).isBetween(Duration.ofSeconds(1), Duration.ofMillis(1_001));
        run(Duration.ofHours(1));
        assertThat(spool.live).as("deliveries go on").isEmpty();
        assertThat(held(queue)).isLessThan(Duration.ofMillis(1));
    }

    @Test
    void mailForADeadDestinationSlowsNoInput() {
        for (int i = 0; i < 60; i++) {
            spool.put(sim.now(), ANN, "u" + i + "@a.test");
        }
        QueueManager queue = started(active(20), always(Stage.DOWN));
        run(Duration.ofMinutes(1));
        assertThat(spool.live).hasSize(60);
        assertThat(held(queue)).isLessThan(Duration.ofMillis(1));
    }

    @Test
    void whatIsInTheQueueAtStartAndWhatComesLaterIsDelivered() {
        QueueId before = spool.put(sim.now(), ANN, "bob@a.test", "eve@a.test");
        started(always(Stage.SENT));
        run(Duration.ofSeconds(1));
        QueueId later = spool.put(sim.now(), ANN, "joe@b.test");
        run(Duration.ofSeconds(1));
        assertThat(spool.ledger)
                .containsExactly(
                        "bob@a.test DELIVERED", "eve@a.test DELIVERED", "joe@b.test DELIVERED");
        assertThat(spool.live).isEmpty();
        assertThat(spool.openContents).isZero();
        assertThat(requests.getFirst().recipients()).hasSize(2);
        assertThat(requests).extracting(DeliveryRequest::id).containsExactly(before, later);
        assertThat(logged(before))
                .containsExactly(
                        before
                                + ": to=<bob@a.test> relay=mx[192.0.2.1]:25 delay=0"
                                + " delays=0/0/0/0 dsn=2.0.0 status=sent (ok)",
                        before
                                + ": to=<eve@a.test> relay=mx[192.0.2.1]:25 delay=0"
                                + " delays=0/0/0/0 dsn=2.0.0 status=sent (ok)",
                        before + ": removed");
    }

    @Test
    void aFailureIsToldToItsSenderAndAFailedNoticeToNobody() {
        QueueId id = spool.put(sim.now(), ANN, "bob@a.test", "eve@unknown.test");
        started(always(Stage.REFUSED));
        run(LONG);
        assertThat(spool.ledger)
                .containsExactlyInAnyOrder(
                        "bob@a.test BOUNCED", "eve@unknown.test BOUNCED", "ann@s.test BOUNCED");
        assertThat(spool.live).isEmpty();
        assertThat(logged(id))
                .contains(
                        id
                                + ": to=<eve@unknown.test> relay=none delay=0 dsn=5.1.1"
                                + " status=bounced (nobody of that name)");
    }

    /** Postfix's VERP_README: each recipient, and what is told of each, has a path of its own. */
    @Test
    void byXverpEachRecipientHasAReversePathOfItsOwn() {
        MailOptions verp = MailOptions.NONE.with(Terms.NONE.withVerp("+="));
        spool.put(
                sim.now(),
                ANN,
                List.of(
                        Stage.recipient("bob@a.test"),
                        Stage.recipient("carl@a.test"),
                        Stage.recipient("eve@a.test")),
                verp);
        started(
                (_, request) -> {
                    requests.add(request);
                    if (requests.size() == 2) {
                        throw new IOException("gone"); // bob has it, the others come again
                    }
                    return List.of(requests.size() == 1 ? Stage.SENT : Stage.REFUSED);
                });
        run(LONG);
        assertThat(requests)
                .allMatch(request -> request.options().terms().verp().isEmpty())
                .extracting(request -> request.sender() + " " + request.recipients().size())
                .containsExactly(
                        "ann+bob=a.test@s.test 1",
                        "ann+carl=a.test@s.test 1",
                        "ann+carl=a.test@s.test 1",
                        "ann+eve=a.test@s.test 1",
                        " 1", // the notices, from nobody
                        " 1");
        assertThat(spool.ledger)
                .contains(
                        "bob@a.test DELIVERED",
                        "carl@a.test BOUNCED",
                        "eve@a.test BOUNCED",
                        "ann+carl=a.test@s.test BOUNCED",
                        "ann+eve=a.test@s.test BOUNCED");
        assertThat(spool.live).isEmpty();
    }

    @Test
    void byXverpWhoWasToldIsNotToldAgainWhereTheNextNoticeFails() {
        MailOptions verp = MailOptions.NONE.with(Terms.NONE.withVerp("+="));
        List<Recipient> to = new ArrayList<>();
        for (String name : List.of("bob", "carl", "eve")) {
            to.add(Stage.recipient(name + "@a.test"));
        }
        spool.put(sim.now(), ANN, to, verp);
        spool.soundInjects = 1;
        spool.failInjects = 2;
        started(
                (_, request) ->
                        List.of(
                                request.sender().equals(ReversePath.NOBODY)
                                        ? Stage.SENT
                                        : Stage.REFUSED));
        run(LONG);
        assertThat(spool.ledger)
                .containsExactlyInAnyOrder(
                        "bob@a.test BOUNCED",
                        "carl@a.test BOUNCED",
                        "eve@a.test BOUNCED",
                        "ann+bob=a.test@s.test DELIVERED",
                        "ann+carl=a.test@s.test DELIVERED",
                        "ann+eve=a.test@s.test DELIVERED");
        assertThat(spool.live).isEmpty();
    }

    @Test
    void aNoticeToAnAliasGoesToThoseItStandsFor() {
        ReversePath owner = ReversePath.of(Stage.recipient("owner@s.test").mailbox());
        spool.put(sim.now(), owner, "bob@unknown.test");
        started(always(Stage.SENT));
        run(LONG);
        assertThat(spool.ledger)
                .containsExactly(
                        "bob@unknown.test BOUNCED", "ann@s.test DELIVERED", "bob@s.test DELIVERED");
    }

    /** {@code owner} is an alias: a copy is expanded as the notice is. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3})
    void whoeverShallHaveCopiesHasOneWhenTheSenderIsTold(int failures) {
        QueueId id = spool.put(sim.now(), ANN, "eve@unknown.test");
        spool.failInjects = failures;
        started(QmgrConfig.DEFAULT, new Copies(), always(Stage.SENT));
        run(LONG);
        assertThat(spool.ledger)
                .containsExactlyInAnyOrder(
                        "eve@unknown.test BOUNCED",
                        "ann@s.test DELIVERED",
                        "ann@s.test DELIVERED",
                        "bob@s.test DELIVERED");
        assertThat(logged(id)).anyMatch(line -> line.contains("copy of a notification"));
        assertThat(spool.live).isEmpty();
        assertThat(spool.openContents).isZero();
    }

    @Test
    void whatTheLogCannotTakeIsWrittenAgain() {
        spool.put(sim.now(), ANN, "bob@a.test");
        spool.failRecords = 3;
        started(always(Stage.SENT));
        run(Duration.ofSeconds(10));
        assertThat(spool.ledger).containsExactly("bob@a.test DELIVERED");
        assertThat(requests).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(longs = {-400, -1, 1, 400})
    void aWallClockThatJumpsNeitherStallsNorHurriesNorExpires(long days) {
        spool.put(sim.now(), ANN, "bob@a.test");
        started(
                (_, request) -> {
                    requests.add(request);
                    return List.of(requests.size() < 4 ? Stage.BUSY : Stage.SENT);
                });
        run(Duration.ofMinutes(1));
        sim.jumpWallClock(Duration.ofDays(days));
        run(Duration.ofMinutes(6));
        assertThat(requests).hasSize(2);
        sim.jumpWallClock(Duration.ofDays(-days));
        run(Duration.ofHours(2));
        assertThat(requests).hasSize(4);
        assertThat(spool.ledger).containsExactly("bob@a.test DELIVERED");
    }

    @Test
    void whileOutcomesCannotBeRecordedNoMoreAreMade() {
        for (int i = 0; i < 500; i++) {
            spool.put(sim.now(), ANN, "u" + i + "@a" + i % 7 + ".test");
        }
        spool.failRecords = Integer.MAX_VALUE;
        started(always(Stage.SENT));
        run(Duration.ofHours(1));
        assertThat(requests).hasSizeBetween(1, 200);
        assertThat(spool.ledger).isEmpty();
        int made = requests.size();
        spool.failRecords = 0;
        run(Duration.ofHours(2));
        assertThat(spool.ledger).hasSize(500).allMatch(line -> line.endsWith("DELIVERED"));
        assertThat(requests).hasSize(500);
        assertThat(sim.log().stream().filter(line -> line.contains("not recorded now")))
                .as("one line for each, not one a second")
                .hasSize(made);
    }

    @Test
    void aNoticeThatCannotBeQueuedIsQueuedLater() {
        spool.put(sim.now(), ANN, "bob@unknown.test");
        spool.failInjects = 2;
        started(always(Stage.SENT));
        run(Duration.ofMinutes(1));
        assertThat(spool.ledger)
                .containsExactly("bob@unknown.test BOUNCED", "ann@s.test DELIVERED");
    }

    @Test
    void aFaultInAnAttemptIsADeferral() {
        spool.put(sim.now(), ANN, "bob@a.test");
        started(
                (_, request) -> {
                    if (requests.isEmpty()) {
                        requests.add(request);
                        throw new IllegalStateException("a fault of ours");
                    }
                    return List.of(Stage.SENT);
                });
        sim.run(Duration.ofMinutes(6));
        assertThat(process.alive()).isTrue();
        assertThat(sim.panics()).hasSize(1);
        assertThat(spool.ledger).containsExactly("bob@a.test DELIVERED");
    }

    @Test
    void absentAgentsDelayAndDoNotBounce() {
        spool.put(sim.now(), ANN, "bob@a.test");
        int[] calls = {0};
        started(
                (_, _) -> {
                    if (++calls[0] < 100) {
                        throw new Agents.Unreachable("connection refused");
                    }
                    return List.of(Stage.SENT);
                });
        run(Duration.ofHours(2));
        assertThat(calls[0]).isEqualTo(100);
        assertThat(spool.ledger).containsExactly("bob@a.test DELIVERED");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void nobodyIsLostOrServedTwice(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<String> sent = new ArrayList<>();
        started(
                (_, request) -> {
                    process.world().clock().sleep(Duration.ofMillis(random.nextInt(30_000)));
                    return answers(request, random, sent);
                });
        int recipients = 0;
        for (int i = 0; i < 60; i++) {
            String[] to = new String[1 + random.nextInt(4)];
            for (int k = 0; k < to.length; k++) {
                to[k] = "m" + i + "u" + k + "@d" + random.nextInt(5) + ".test";
            }
            recipients += to.length;
            spool.put(sim.now(), ANN, to);
            spool.failRecords += random.nextInt(2);
            spool.failInjects += random.nextInt(2);
            run(Duration.ofMillis(random.nextInt(20_000)));
        }
        run(LONG);
        assertThat(spool.live).isEmpty();
        assertThat(spool.openContents).isZero();
        List<String> first = spool.ledger.stream().filter(it -> it.startsWith("m")).toList();
        assertThat(first).hasSize(recipients).doesNotHaveDuplicates();
        assertThat(sent).doesNotHaveDuplicates();
    }

    private static List<Delivery> answers(
            DeliveryRequest request, SplittableRandom random, List<String> sent)
            throws IOException {
        if (random.nextInt(10) == 0) {
            throw random.nextBoolean()
                    ? new IOException("agent died")
                    : new Agents.Unreachable("agent is not there");
        }
        List<Delivery> answers = new ArrayList<>();
        for (Recipient recipient : request.recipients()) {
            Delivery answer =
                    switch (random.nextInt(5)) {
                        case 0 -> Stage.REFUSED;
                        case 1 -> Stage.BUSY;
                        case 2 -> Stage.DOWN;
                        default -> Stage.SENT;
                    };
            if (answer.equals(Stage.SENT)) {
                sent.add(request.id() + " " + recipient.mailbox());
            }
            answers.add(answer);
        }
        return answers;
    }
}
