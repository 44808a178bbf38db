package postern.spool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import postern.base.system.SystemWorld;
import postern.mail.Content;
import postern.mail.Domain;
import postern.mail.Envelope;
import postern.mail.MailOptions;
import postern.mail.Mailbox;
import postern.mail.Origin;
import postern.mail.QueueId;
import postern.mail.Recipient;
import postern.mail.ReversePath;
import postern.mail.Terms;

/** What goes into the queue comes out of it, now and after a restart, until it is finished. */
final class LogSpoolTest {
    @TempDir Path directory;

    private Letters open() throws Exception {
        return Letters.open(directory);
    }

    @Test
    void aMessageComesOutAsItWentIn() throws Exception {
        byte[] text = Letters.text("Subject: x\r\n\r\n.dot\r\n");
        Envelope sent;
        try (Letters letters = open()) {
            sent = letters.send(text, 2);
            assertThat(letters.queued).hasSize(1);
            QueuedMessage queued = letters.queued.getFirst();
            assertThat(queued.envelope()).isEqualTo(sent);
            assertThat(queued.dotLines()).isTrue();
            assertThat(queued.octets()).isEqualTo(text.length);
            assertThat(letters.content(sent.id())).isEqualTo(text);
        }
        try (Letters letters = open()) {
            assertThat(letters.queued).hasSize(1);
            assertThat(letters.queued.getFirst().envelope()).isEqualTo(sent);
            assertThat(letters.content(sent.id())).isEqualTo(text);
            assertThat(letters.log).isEmpty();
        }
    }

    /** Else a segment could be released before the index knows of a message that lies in it. */
    @Test
    void whatIsCommittedIsToldOnTheLogsOwnThreadHoweverSlowTheCaller() throws Exception {
        List<String> tellers = new CopyOnWriteArrayList<>();
        var world = SystemWorld.create((_, _) -> {});
        var log = new LocalLog(world, directory, Letters.SMALL.segmentOctets());
        QueueLog slow =
                (QueueLog)
                        Proxy.newProxyInstance(
                                QueueLog.class.getClassLoader(),
                                new Class<?>[] {QueueLog.class},
                                (_, method, arguments) -> {
                                    Object result = method.invoke(log, arguments);
                                    if (result instanceof CompletionStage<?> stage) {
                                        Object _ = world.tasks().await(stage); // durable
                                    }
                                    return result;
                                });
        try (var spool = new LogSpool(world, slow, directory, Letters.SMALL)) {
            spool.open(_ -> tellers.add(Thread.currentThread().getName()));
            var _ = world.tasks().await(Letters.sent(spool, new byte[0], 1));
        }
        assertThat(tellers).containsExactly("queue-log");
    }

    @Test
    void mailIsTakenBeforeTheQueueIsRead() throws Exception {
        Envelope before;
        try (Letters letters = open()) {
            before = letters.send(Letters.text("before"), 1);
        }
        List<QueuedMessage> taken = new CopyOnWriteArrayList<>();
        List<QueuedMessage> found = new ArrayList<>();
        var world = SystemWorld.create((_, _) -> {});
        try (var spool = new LogSpool(world, directory, Letters.SMALL)) {
            spool.open(taken::add);
            var sent = world.tasks().await(Letters.sent(spool, new byte[0], 1));
            assertThat(sent.id()).isGreaterThan(before.id());
            Awaitility.await() // told behind the 250
                    .untilAsserted(
                            () ->
                                    assertThat(taken)
                                            .extracting(QueuedMessage::envelope)
                                            .containsExactly(sent));
            assertThat(spool.load(sent.id()).envelope()).isEqualTo(sent);
            spool.replay(found::add);
            assertThat(found).extracting(QueuedMessage::envelope).containsExactly(before);
            assertThat(taken).hasSize(1);
        }
    }

    @Test
    void everyFieldOfAnEnvelopeSurvives() throws Exception {
        Envelope sent;
        try (Letters letters = open();
                var reception = letters.spool.receive(0)) {
            var notify = new Recipient.Notify(true, true, false, true);
            sent =
                    letters.world
                            .tasks()
                            .await(
                                    reception.commit(
                                            ReversePath.of(
                                                    new Mailbox(
                                                            "jörg x", new Domain("[192.0.2.1]"))),
                                            new MailOptions(
                                                    MailOptions.Body.BINARY_MIME,
                                                    true,
                                                    MailOptions.Return.HEADERS,
                                                    "QQ+3D",
                                                    new Terms(
                                                            new Terms.Release(
                                                                    Instant.ofEpochSecond(9, 8),
                                                                    "for;9"),
                                                            new Terms.Deadline.By(
                                                                    Instant.ofEpochSecond(-7),
                                                                    Terms.Deadline.Mode.RETURN,
                                                                    true),
                                                            -9,
                                                            Terms.Protection.REQUIRED,
                                                            "-=")),
                                            new Origin("a", "b", "c", "d", "e", "f", true, "g"),
                                            List.of(
                                                    new Recipient(
                                                            Mailbox.of("x", "example.org"),
                                                            notify,
                                                            "rfc822;x"),
                                                    Recipient.of(Mailbox.of("y", "example.org")))));
        }
        try (Letters letters = open()) {
            assertThat(letters.queued.getFirst().envelope()).isEqualTo(sent);
            assertThat(letters.queued.getFirst().octets()).isZero();
            assertThat(letters.queued.getFirst().dotLines()).isFalse();
        }
    }

    @Test
    void aHeldMessageIsHeldFromItsFirstInstantAndAfterARestart() throws Exception {
        try (Letters letters = open();
                var reception = letters.spool.receive(0)) {
            Envelope sent =
                    letters.world
                            .tasks()
                            .await(
                                    reception.commit(
                                            ReversePath.NOBODY,
                                            MailOptions.NONE,
                                            Origin.OURSELVES,
                                            Letters.recipients(2),
                                            "rule suspects"));
            assertHeld(letters.heard(sent.id()));
        }
        try (Letters letters = open()) {
            assertHeld(letters.queued.getFirst());
        }
    }

    private static void assertHeld(QueuedMessage message) {
        assertThat(message.progress())
                .hasSize(2)
                .allMatch(each -> each.state() == Progress.State.HELD)
                .allMatch(each -> each.detail().equals("rule suspects"));
    }

    @Test
    void contentOfAnySizeInPiecesOfAnySize() throws Exception {
        Random random = new Random(1);
        List<byte[]> contents = new ArrayList<>();
        List<QueueId> ids = new ArrayList<>();
        try (Letters letters = new Letters(directory, new SpoolLimits(0, 4 << 20, 2 << 20))) {
            for (int length : new int[] {1, 4095, 65_536, 1 << 20, (1 << 20) + 1, 7_654_321}) {
                byte[] content = Letters.octets(length, length);
                contents.add(content);
                try (var reception = letters.spool.receive(random.nextInt(length + 1))) {
                    int at = 0;
                    while (at < length) {
                        int count = Math.min(length - at, 1 + random.nextInt(100_000));
                        reception.write(content, at, count);
                        at += count;
                    }
                    letters.world
                            .tasks()
                            .await(
                                    reception.commit(
                                            ReversePath.NOBODY,
                                            MailOptions.NONE,
                                            Origin.OURSELVES,
                                            Letters.recipients(1)));
                    ids.add(reception.id());
                }
            }
        }
        try (Letters letters = new Letters(directory, new SpoolLimits(0, 4 << 20, 2 << 20))) {
            assertThat(letters.queued).hasSize(contents.size());
            for (int i = 0; i < contents.size(); i++) {
                assertThat(letters.content(ids.get(i))).isEqualTo(contents.get(i));
            }
        }
    }

    @Test
    void progressSurvivesAndAFinishedMessageLeaves() throws Exception {
        Envelope first;
        Envelope second;
        Progress waiting = Letters.state(1, Progress.State.WAITING);
        try (Letters letters = open()) {
            first = letters.send(Letters.octets(100, 1), 3);
            second = letters.send(Letters.octets(100, 2), 1);
            letters.deliver(first.id(), 0);
            letters.record(first.id(), waiting);
            letters.deliver(second.id(), 0);
            assertThat(letters.spool.usage().messages()).isEqualTo(1);
            assertThatThrownBy(() -> letters.spool.content(second.id()))
                    .isInstanceOf(IOException.class);
        }
        try (Letters letters = open()) {
            assertThat(letters.queued).hasSize(1);
            QueuedMessage queued = letters.queued.getFirst();
            assertThat(queued.envelope()).isEqualTo(first);
            assertThat(queued.progress())
                    .containsExactly(
                            Letters.state(0, Progress.State.DELIVERED),
                            waiting,
                            Progress.fresh(2, first.arrived()));
        }
    }

    @Test
    void historyTellsAttemptsAndNoticesOfAMessageAlsoOfOneThatLeft() throws Exception {
        var attempted =
                new Progress.Attempted(
                        Instant.parse("2026-02-03T04:05:06Z"), "mx[192.0.2.1]:25", "TLSv1.3");
        Progress later =
                new Progress(
                        0,
                        Progress.State.WAITING,
                        1,
                        Instant.EPOCH,
                        "4.2.0 x",
                        Optional.of(attempted));
        Progress bounced = Letters.state(0, Progress.State.BOUNCED);
        Envelope sent;
        QueueId notice;
        try (Letters letters = open()) {
            letters.send(Letters.octets(300_000, 9), 1);
            sent = letters.send(Letters.octets(100, 1), 1);
            letters.record(sent.id(), later);
            letters.send(Letters.octets(300_000, 8), 1);
            notice = letters.notice(sent.id(), false, bounced);
        }
        try (Letters letters = open()) {
            List<Past> life = new ArrayList<>();
            letters.spool.history(sent.id(), life::add);
            assertThat(life)
                    .containsExactly(
                            new Past.Taken(sent, 100),
                            new Past.Changed(List.of(later), false),
                            new Past.Told(notice, false, List.of(bounced)));
            assertThatThrownBy(() -> letters.spool.load(sent.id()))
                    .isInstanceOf(Spool.NotQueued.class);
            assertThat(letters.spool.load(notice).envelope().id()).isEqualTo(notice);
        }
    }

    /** Version 1 of the format: written by hand, as docs/protocols/queue-format.md has it. */
    @Test
    void progressOfTheFirstVersionIsRead() throws Exception {
        byte[] octets = {1, 1, 1, 5, 1, 3, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 1, 'x'};
        assertThat(ProgressRecord.decode(ByteBuffer.wrap(octets)))
                .isEqualTo(
                        new ProgressRecord(
                                true,
                                List.of(
                                        new Progress(
                                                5,
                                                Progress.State.WAITING,
                                                3,
                                                Instant.ofEpochSecond(9),
                                                "x"))));
    }

    @Test
    void aLastStateStays() throws Exception {
        try (Letters letters = open()) {
            Envelope sent = letters.send(Letters.octets(100, 1), 2);
            letters.deliver(sent.id(), 0);
            letters.record(sent.id(), Letters.state(0, Progress.State.WAITING));
        }
        try (Letters letters = open()) {
            assertThat(letters.queued.getFirst().progress().getFirst().state())
                    .isEqualTo(Progress.State.DELIVERED);
        }
    }

    @Test
    void aNoticeIsQueuedTogetherWithWhatItTellsOf() throws Exception {
        QueueId failed;
        QueueId delayed;
        try (Letters letters = open()) {
            failed = letters.send(Letters.octets(50, 1), 1).id();
            delayed = letters.send(Letters.octets(50, 2), 1).id();
            letters.notice(failed, false, Letters.state(0, Progress.State.BOUNCED));
            QueueId notice = letters.notice(delayed, true);
            assertThat(letters.spool.usage().messages()).isEqualTo(3);
            assertThat(letters.heard(notice).envelope().sender()).isEqualTo(ReversePath.NOBODY);
        }
        try (Letters letters = open()) {
            assertThat(letters.queued).hasSize(3);
            assertThat(letters.queued).noneMatch(m -> m.envelope().id().equals(failed));
            assertThat(letters.queued.getFirst().envelope().id()).isEqualTo(delayed);
            assertThat(letters.queued.getFirst().delayNoticeSent()).isTrue();
            assertThat(letters.content(letters.queued.getLast().envelope().id()))
                    .isEqualTo(Letters.text("Sorry.\r\n"));
        }
    }

    @Test
    void aReceptionClosedBeforeTheCommitLeavesNothing() throws Exception {
        try (Letters letters = new Letters(directory, SpoolLimits.DEFAULT)) {
            try (var reception = letters.spool.receive(100)) {
                byte[] much = Letters.octets(3 << 20, 1);
                reception.write(much, 0, much.length);
            }
            assertThat(letters.spool.usage().messages()).isZero();
            assertThat(letters.spool.usage().liveOctets()).isZero();
        }
        try (Letters letters = open()) {
            assertThat(letters.queued).isEmpty();
        }
    }

    @Test
    void noRoomIsSaidBeforeAnythingIsWritten() throws Exception {
        try (Letters letters =
                new Letters(directory, new SpoolLimits(1L << 60, 64 << 10, 1 << 20))) {
            assertThatThrownBy(() -> letters.spool.receive(1)).isInstanceOf(Spool.NoSpace.class);
        }
    }

    @Test
    void idsGrowAndAreNotUsedAgain() throws Exception {
        List<Long> ids = new ArrayList<>();
        for (int round = 0; round < 3; round++) {
            try (Letters letters = open()) {
                for (int i = 0; i < 50; i++) {
                    QueueId id = letters.send(Letters.octets(10, 1), 1).id();
                    ids.add(id.value());
                    letters.deliver(id, 0);
                    i += 16;
                }
            }
        }
        assertThat(ids).isSorted().doesNotHaveDuplicates();
        assertThat(ids.getFirst()).isLessThan(Instant.now().toEpochMilli() * 1000 + 1000);
    }

    @Test
    void deadSegmentsAreGivenBack() throws Exception {
        try (Letters letters = open()) {
            for (int i = 0; i < 60; i++) {
                QueueId id = letters.send(Letters.octets(20_000, i), 1).id();
                var _ = letters.spool.record(id, List.of(Letters.state(0, Progress.State.REMOVED)));
            }
            Awaitility.await()
                    .atMost(Duration.ofSeconds(10))
                    .until(() -> letters.spool.usage().segmentOctets() <= 3 * (64 << 10));
            assertThat(letters.log).isEmpty();
        }
    }

    @Test
    void liveMessagesAreCopiedForwardWithTheirProgress() throws Exception {
        byte[] lasting = Letters.octets(30_000, 77);
        Envelope sent;
        Progress waiting = Letters.state(1, Progress.State.WAITING);
        try (Letters letters = open()) {
            sent = letters.send(lasting, 3);
            letters.deliver(sent.id(), 2);
            letters.record(sent.id(), waiting);
            letters.notice(sent.id(), true);
            long firstSegment = firstSegment();
            try (Content content = letters.spool.content(sent.id())) {
                for (int i = 0; i < 60; i++) {
                    QueueId id = letters.send(Letters.octets(20_000, i), 1).id();
                    var _ =
                            letters.spool.record(
                                    id, List.of(Letters.state(0, Progress.State.REMOVED)));
                }
                Awaitility.await()
                        .atMost(Duration.ofSeconds(10))
                        .until(() -> firstSegment() > firstSegment);
                byte[] one = new byte[100];
                assertThat(content.read(29_900, one, 0, 100)).isEqualTo(100);
            }
            assertThat(letters.content(sent.id())).isEqualTo(lasting);
            assertThat(letters.log).isEmpty();
        }
        try (Letters letters = open()) {
            QueuedMessage queued = letters.queued.getFirst();
            assertThat(queued.envelope()).isEqualTo(sent);
            assertThat(queued.delayNoticeSent()).isTrue();
            assertThat(queued.progress())
                    .containsExactly(
                            Progress.fresh(0, sent.arrived()),
                            waiting,
                            Letters.state(2, Progress.State.DELIVERED));
            assertThat(letters.content(sent.id())).isEqualTo(lasting);
        }
    }

    @Test
    void manySessionsAtOnceWhileSegmentsAreCleaned() throws Exception {
        Map<QueueId, byte[]> lasting = new ConcurrentHashMap<>();
        List<Throwable> failures = new CopyOnWriteArrayList<>();
        int sessions = 12;
        try (Letters letters = open()) {
            var ended = letters.world.tasks().<Boolean>mailbox(sessions);
            for (int i = 0; i < sessions; i++) {
                int session = i;
                letters.world
                        .tasks()
                        .start(
                                "session",
                                () -> {
                                    try {
                                        session(letters, session, lasting);
                                    } catch (Exception | AssertionError failed) {
                                        failures.add(failed);
                                    }
                                    ended.put(true);
                                });
            }
            for (int i = 0; i < sessions; i++) {
                assertThat(ended.poll(Duration.ofSeconds(60))).isPresent();
            }
            assertThat(failures).isEmpty();
            assertThat(letters.log).isEmpty();
            assertThat(firstSegment()).isGreaterThan(5);
        }
        try (Letters letters = open()) {
            assertThat(letters.queued.stream().map(m -> m.envelope().id()))
                    .containsExactlyInAnyOrderElementsOf(lasting.keySet());
            for (Map.Entry<QueueId, byte[]> one : lasting.entrySet()) {
                assertThat(letters.content(one.getKey())).isEqualTo(one.getValue());
            }
        }
    }

    private static void session(Letters letters, int session, Map<QueueId, byte[]> lasting)
            throws Exception {
        for (int i = 0; i < 40; i++) {
            byte[] content = Letters.octets(100 + i * 300, session * 100 + i);
            QueueId id = letters.send(content, 2).id();
            var first = letters.spool.record(id, List.of(done(0)));
            if (i % 8 == 0) {
                lasting.put(id, content);
                letters.world.tasks().await(first);
            } else {
                letters.world.tasks().await(letters.spool.record(id, List.of(done(1))));
            }
            for (Map.Entry<QueueId, byte[]> one : lasting.entrySet()) {
                if (one.getKey().value() % 5 == i % 5) {
                    assertThat(letters.content(one.getKey())).isEqualTo(one.getValue());
                }
            }
        }
    }

    private static Progress done(int recipient) {
        return Letters.state(recipient, Progress.State.DELIVERED);
    }

    private long firstSegment() throws IOException {
        try (var files = Files.list(directory.resolve("log"))) {
            return files.mapToLong(
                            path ->
                                    Long.parseLong(
                                            path.getFileName().toString().substring(0, 16), 16))
                    .min()
                    .orElseThrow();
        }
    }
}
