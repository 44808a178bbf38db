package postern.spool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import postern.base.World;
import postern.mail.Content;
import postern.mail.MailOptions;
import postern.mail.Origin;
import postern.mail.QueueId;
import postern.testkit.LyingDisk;
import postern.testkit.SimProcess;
import postern.testkit.SimWorld;

/** What a commit costs, when it is said, and what happens where there is no room for it. */
final class CommitTest {
    private static final SpoolLimits LIMITS = new SpoolLimits(0, 1 << 20, 1 << 20);

    private final LyingDisk platter = new LyingDisk();
    private final CountingDisk disk = new CountingDisk(platter);
    private final SimWorld sim = new SimWorld(11);
    private final SimProcess process = sim.process("queue", "postern", disk);
    private final World world = process.world();

    /** A script of a session. */
    private interface Script {
        void play(LogSpool spool) throws IOException, ExecutionException;
    }

    private void run(SpoolLimits limits, int sessions, Script script) {
        LogSpool spool = new LogSpool(world, Trial.DIRECTORY, limits);
        int[] ended = new int[1];
        process.start(
                "start",
                () -> {
                    try {
                        spool.recover(_ -> {});
                    } catch (IOException failed) {
                        throw new UncheckedIOException(failed);
                    }
                    for (int i = 0; i < sessions; i++) {
                        process.start(
                                "session",
                                () -> {
                                    try {
                                        script.play(spool);
                                    } catch (IOException | ExecutionException failed) {
                                        throw new AssertionError(failed);
                                    }
                                    ended[0]++;
                                });
                    }
                });
        sim.run(Duration.ofHours(1));
        assertThat(sim.panics()).isEmpty();
        assertThat(ended[0]).isEqualTo(sessions);
    }

    private QueueId send(LogSpool spool, byte[] content) throws IOException, ExecutionException {
        try (var reception = spool.receive(content.length)) {
            reception.write(content, 0, content.length);
            return world.tasks()
                    .await(
                            reception.commit(
                                    Letters.SENDER,
                                    MailOptions.NONE,
                                    Origin.OURSELVES,
                                    Letters.recipients(1)))
                    .id();
        }
    }

    @Test
    void aLoneCommitIsOneWriteAndOneSync() {
        run(
                LIMITS,
                1,
                spool -> {
                    for (int octets : new int[] {10, 10_240, 300_000, 1 << 20}) {
                        int writes = disk.writes;
                        int syncs = disk.syncs;
                        byte[] content = Letters.octets(octets, octets);
                        if (spool.usage().segmentOctets() + octets > LIMITS.segmentOctets()) {
                            writes++; // the header of a new segment,
                            syncs++; // safe before it is used
                        }
                        QueueId _ = send(spool, content);
                        assertThat(disk.writes - writes).as("writes").isEqualTo(1);
                        assertThat(disk.syncs - syncs).as("syncs").isEqualTo(1);
                    }
                });
    }

    @Test
    void concurrentCommitsShareTheSync() {
        run(
                LIMITS,
                20,
                spool -> {
                    for (int i = 0; i < 20; i++) {
                        QueueId _ = send(spool, Letters.octets(2_000, i));
                    }
                });
        assertThat(disk.syncs).isLessThan(400 / 4);
        assertThat(disk.writes).isLessThan(400 / 4);
    }

    @Test
    void outcomesWaitForCompanyButNotLong() {
        run(
                LIMITS,
                1,
                spool -> {
                    QueueId first = send(spool, Letters.octets(10, 1));
                    QueueId second = send(spool, Letters.octets(10, 2));
                    int syncs = disk.syncs;
                    int writes = disk.writes;
                    Duration begun = sim.elapsed();
                    Progress done = Letters.state(0, Progress.State.DELIVERED);
                    var one = spool.record(first, List.of(done));
                    var two = spool.record(second, List.of(done));
                    world.tasks().await(one);
                    world.tasks().await(two);
                    Duration taken = sim.elapsed().minus(begun);
                    assertThat(disk.syncs - syncs).isEqualTo(1);
                    assertThat(disk.writes - writes).isEqualTo(1);
                    assertThat(taken).isBetween(Duration.ofMillis(90), Duration.ofMillis(150));
                });
    }

    @Test
    void aFullDiskRefusesAndTakesAgainWhenThereIsRoom() {
        Map<Long, byte[]> taken = new LinkedHashMap<>();
        List<QueueId> again = new ArrayList<>();
        run(
                new SpoolLimits(0, 64 << 10, 1 << 20),
                3,
                spool -> {
                    platter.capacity(300_000);
                    int refused = 0;
                    for (int i = 0; i < 40; i++) {
                        byte[] content = Letters.octets(9_000, i);
                        try {
                            taken.put(send(spool, content).value(), content);
                        } catch (Spool.NoSpace full) {
                            refused++;
                        } catch (ExecutionException full) {
                            assertThat(full).hasCauseInstanceOf(Spool.NoSpace.class);
                            refused++;
                        }
                    }
                    assertThat(refused).isPositive();
                    platter.capacity(Long.MAX_VALUE);
                    world.clock().sleep(Duration.ofSeconds(2));
                    again.add(send(spool, new byte[1]));
                });
        assertThat(again).hasSize(3);
        process.kill();
        platter.crash(1);
        List<QueuedMessage> found = recovered(taken);
        assertThat(found).hasSize(taken.size() + 3);
    }

    @Test
    void aSecondOwnerIsRefusedUntilTheFirstIsGone() {
        run(LIMITS, 1, spool -> assertThat(send(spool, new byte[5])).isNotNull());
        List<String> said = new ArrayList<>();
        owner("second", said);
        sim.run(Duration.ofHours(1));
        assertThat(said).containsExactly("queue /var/queue is in use by another process");
        owner("third", said);
        sim.after(Duration.ofSeconds(3), process::kill);
        sim.run(Duration.ofHours(1));
        assertThat(said).hasSize(2).last().isEqualTo("1 queued");
    }

    private void owner(String name, List<String> said) {
        SimProcess owner = sim.process(name, "postern", disk);
        LogSpool spool = new LogSpool(owner.world(), Trial.DIRECTORY, LIMITS);
        owner.start(
                "start",
                () -> {
                    try {
                        spool.recover(_ -> {});
                        said.add(spool.usage().messages() + " queued");
                    } catch (IOException refused) {
                        said.add(refused.getMessage());
                    }
                });
    }

    @Test
    void aFullDiskAtStartIsNoReasonNotToStart() {
        platter.capacity(10);
        List<QueueId> taken = new ArrayList<>();
        run(
                LIMITS,
                1,
                spool -> {
                    assertThatThrownBy(() -> send(spool, new byte[5]))
                            .hasCauseInstanceOf(Spool.NoSpace.class);
                    platter.capacity(Long.MAX_VALUE);
                    world.clock().sleep(Duration.ofSeconds(2));
                    taken.add(send(spool, new byte[5]));
                    platter.capacity(10);
                    spool.close();
                });
        process.kill();
        assertThat(recovered(Map.of())).hasSize(1);
        assertThat(taken).hasSize(1);
    }

    private List<QueuedMessage> recovered(Map<Long, byte[]> expected) {
        SimProcess next = sim.process("next", "postern", disk);
        LogSpool spool = new LogSpool(next.world(), Trial.DIRECTORY, LIMITS);
        List<QueuedMessage> found = new ArrayList<>();
        boolean[] same = {true};
        next.start(
                "look",
                () -> {
                    try {
                        spool.recover(found::add);
                        for (Map.Entry<Long, byte[]> one : expected.entrySet()) {
                            byte[] octets = new byte[one.getValue().length];
                            try (Content content = spool.content(new QueueId(one.getKey()))) {
                                int _ = content.read(0, octets, 0, octets.length);
                            }
                            same[0] &= Arrays.equals(octets, one.getValue());
                        }
                    } catch (IOException failed) {
                        throw new UncheckedIOException(failed);
                    }
                });
        sim.run(Duration.ofHours(1));
        assertThat(sim.panics()).isEmpty();
        assertThat(same[0]).isTrue();
        next.kill();
        return found;
    }

    @Test
    void aClockThatJumpsBackGivesNoIdTwice() {
        List<Long> ids = new ArrayList<>();
        run(
                LIMITS,
                1,
                spool -> {
                    for (int i = 0; i < 5; i++) {
                        ids.add(send(spool, new byte[10]).value());
                        sim.jumpWallClock(Duration.ofDays(-1));
                    }
                });
        process.kill();
        List<QueuedMessage> found = recovered(Map.of());
        assertThat(found.stream().map(message -> message.envelope().id().value()))
                .containsExactlyElementsOf(ids);
        assertThat(ids).isSorted().doesNotHaveDuplicates();
        SimProcess last = sim.process("last", "postern", disk);
        LogSpool spool = new LogSpool(last.world(), Trial.DIRECTORY, LIMITS);
        last.start(
                "send",
                () -> {
                    try {
                        spool.recover(_ -> {});
                        try (var reception = spool.receive(1)) {
                            ids.add(reception.id().value());
                        }
                    } catch (IOException failed) {
                        throw new UncheckedIOException(failed);
                    }
                });
        sim.run(Duration.ofHours(1));
        assertThat(sim.panics()).isEmpty();
        assertThat(ids).hasSize(6).isSorted().doesNotHaveDuplicates();
    }
}
