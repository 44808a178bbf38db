package postern.spool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import postern.base.DiskFile;
import postern.base.World;
import postern.mail.MailOptions;
import postern.mail.Notices.Notice;
import postern.mail.QueueId;
import postern.mail.ReversePath;
import postern.testkit.LayeredDisk;
import postern.testkit.LyingDisk;
import postern.testkit.SimProcess;
import postern.testkit.SimWorld;

/** What a commit costs, when it is said, and what happens where there is no room for it. */
final class CommitTest {
    private static final SpoolLimits LIMITS = new SpoolLimits(0, 1 << 20, 1 << 20);

    private final LyingDisk platter = new LyingDisk();
    private final Costs cost = new Costs();
    private final LayeredDisk disk = new LayeredDisk(platter, cost);
    private final SimWorld sim = new SimWorld(11);
    private final SimProcess process = sim.process("queue", "postern", disk);
    private final World world = process.world();

    /** What segment files cost. */
    private static final class Costs implements LayeredDisk.Layer {
        int writes;
        int syncs;

        @Override
        public void write(DiskFile file, long position, ByteBuffer... buffers) throws IOException {
            writes++;
            file.write(position, buffers);
        }

        @Override
        public void sync(DiskFile file) throws IOException {
            syncs++;
            file.sync();
        }
    }

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
        return world.tasks().await(Letters.sent(spool, content, 1)).id();
    }

    @Test
    void aLoneCommitIsOneWriteAndOneSync() {
        run(
                LIMITS,
                1,
                spool -> {
                    for (int octets : new int[] {10, 10_240, 300_000, 1 << 20}) {
                        int writes = cost.writes;
                        int syncs = cost.syncs;
                        byte[] content = Letters.octets(octets, octets);
                        if (spool.usage().segmentOctets() + octets > LIMITS.segmentOctets()) {
                            writes++; // the header of a new segment,
                            syncs++; // safe before it is used
                        }
                        QueueId _ = send(spool, content);
                        assertThat(cost.writes - writes).as("writes").isEqualTo(1);
                        assertThat(cost.syncs - syncs).as("syncs").isEqualTo(1);
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
        assertThat(cost.syncs).isLessThan(400 / 4);
        assertThat(cost.writes).isLessThan(400 / 4);
    }

    @Test
    void outcomesWaitForCompanyButNotLong() {
        run(
                LIMITS,
                1,
                spool -> {
                    QueueId first = send(spool, Letters.octets(10, 1));
                    QueueId second = send(spool, Letters.octets(10, 2));
                    int syncs = cost.syncs;
                    int writes = cost.writes;
                    Duration begun = sim.elapsed();
                    Progress done = Letters.state(0, Progress.State.DELIVERED);
                    var one = spool.record(first, List.of(done));
                    var two = spool.record(second, List.of(done));
                    world.tasks().await(one);
                    world.tasks().await(two);
                    Duration taken = sim.elapsed().minus(begun);
                    assertThat(cost.syncs - syncs).isEqualTo(1);
                    assertThat(cost.writes - writes).isEqualTo(1);
                    assertThat(taken).isBetween(Duration.ofMillis(90), Duration.ofMillis(150));
                });
    }

    @Test
    void whoIsToldOfARecordMayRecordMoreThanCanWait() {
        int more = 3_000;
        run(
                LIMITS,
                1,
                spool -> {
                    QueueId id = send(spool, Letters.octets(10, 1));
                    List<Progress> change = List.of(Letters.state(0, Progress.State.WAITING));
                    CompletableFuture<Integer> all = new CompletableFuture<>();
                    int[] recorded = new int[1];
                    var _ =
                            spool.record(id, change)
                                    .thenAccept(
                                            _ -> {
                                                for (int i = 0; i < more; i++) {
                                                    var _ =
                                                            spool.record(id, change)
                                                                    .thenAccept(
                                                                            _ ->
                                                                                    count(
                                                                                            recorded,
                                                                                            more,
                                                                                            all));
                                                }
                                            });
                    assertThat(world.tasks().await(all)).isEqualTo(more);
                });
    }

    private static void count(int[] counter, int most, CompletableFuture<Integer> reached) {
        if (++counter[0] == most) {
            reached.complete(most);
        }
    }

    @Test
    void whoIsToldOfARecordAndWaitsForTheLogHaltsTheProcess() {
        process.start(
                "start",
                () -> {
                    LogSpool spool = new LogSpool(world, Trial.DIRECTORY, LIMITS);
                    try {
                        spool.recover(_ -> {});
                        QueueId id = send(spool, Letters.octets(10, 1));
                        List<Progress> change = List.of(Letters.state(0, Progress.State.WAITING));
                        var longer =
                                new Notice(
                                        ReversePath.NOBODY,
                                        MailOptions.NONE,
                                        Letters.recipients(1),
                                        Letters.octets(5 << 20, 2));
                        var _ =
                                spool.record(id, change)
                                        .thenAccept(_ -> spool.inject(longer, id, false, change));
                    } catch (IOException | ExecutionException failed) {
                        throw new AssertionError(failed);
                    }
                });
        sim.run(Duration.ofHours(1));
        assertThat(sim.panics().getFirst())
                .contains("the log's own thread does not wait for the log");
    }

    @Test
    void aFullDiskRefusesAndTakesAgainWhenThereIsRoom() {
        Map<Long, byte[]> taken = new LinkedHashMap<>();
        List<QueueId> again = new ArrayList<>();
        int[] full = new int[1]; // sessions that found it so: room comes when all have
        platter.capacity(300_000);
        run(
                new SpoolLimits(0, 64 << 10, 1 << 20),
                3,
                spool -> {
                    int refused = 0;
                    for (int i = 0; i < 40; i++) {
                        byte[] content = Letters.octets(9_000, i);
                        try {
                            taken.put(send(spool, content).value(), content);
                        } catch (Spool.NoSpace none) {
                            refused++;
                        } catch (ExecutionException none) {
                            assertThat(none).hasCauseInstanceOf(Spool.NoSpace.class);
                            refused++;
                        }
                    }
                    assertThat(refused).isPositive();
                    full[0]++;
                    while (full[0] < 3) {
                        world.clock().sleep(Duration.ofSeconds(1));
                    }
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

    /** Once the answer of the disk was believed for a second, however much came in it. */
    @ParameterizedTest
    @ValueSource(ints = {900, 30_000, 1_200_000})
    void theReserveIsNeverTouchedByMailHoweverFastItComes(int octets) {
        long reserve = 1 << 20;
        long room = 6 << 20;
        platter.capacity(reserve + room);
        long[] lowest = {Long.MAX_VALUE};
        int[] taken = new int[1];
        run(
                new SpoolLimits(reserve, 2 << 20, 1 << 20),
                3,
                spool -> {
                    boolean full = false;
                    for (int i = 0; i < 20_000 && !full; i++) {
                        try {
                            QueueId _ = send(spool, Letters.octets(octets, i));
                            taken[0]++;
                        } catch (Spool.NoSpace none) {
                            full = true;
                        } catch (ExecutionException none) {
                            assertThat(none).hasCauseInstanceOf(Spool.NoSpace.class);
                            full = true;
                        }
                        lowest[0] = Math.min(lowest[0], platter.usableOctets(Trial.DIRECTORY));
                    }
                    assertThat(full).isTrue();
                });
        assertThat(lowest[0]).isGreaterThanOrEqualTo(reserve);
        assertThat((long) taken[0] * (octets + 500)).as("most of the room").isGreaterThan(room / 2);
    }

    @Test
    void aNoticeMayUseTheReserveThatMailMayNot() {
        long reserve = 1 << 20;
        run(
                new SpoolLimits(reserve, 64 << 10, 1 << 20),
                1,
                spool -> {
                    QueueId id = send(spool, new byte[5]);
                    platter.capacity(platter.used() + reserve / 2);
                    world.clock().sleep(Duration.ofSeconds(2));
                    assertThatThrownBy(() -> send(spool, new byte[5]))
                            .isInstanceOf(Spool.NoSpace.class);
                    long written = platter.used();
                    Notice notice =
                            new Notice(
                                    ReversePath.NOBODY,
                                    MailOptions.NONE,
                                    Letters.recipients(1),
                                    Letters.octets(50_000, 1));
                    QueueId told =
                            world.tasks()
                                    .await(
                                            spool.inject(
                                                    notice,
                                                    id,
                                                    false,
                                                    List.of(
                                                            Letters.state(
                                                                    0, Progress.State.BOUNCED))));
                    assertThat(told).isNotEqualTo(id);
                    assertThat(platter.used()).isGreaterThan(written + 50_000);
                });
    }

    @Test
    void withFewInodesLeftMailIsRefusedAndOutcomesAreRecorded() {
        run(
                new SpoolLimits(0, 16 << 10, 1 << 20),
                1,
                spool -> {
                    QueueId id = send(spool, Letters.octets(9_000, 1));
                    platter.files(FreeSpace.FILES_MIN - 1);
                    world.clock().sleep(Duration.ofSeconds(2));
                    long used = platter.used();
                    assertThatThrownBy(() -> send(spool, new byte[5]))
                            .isInstanceOf(Spool.NoSpace.class)
                            .hasMessageContaining("files");
                    assertThat(platter.used()).as("written before it was refused").isEqualTo(used);
                    world.tasks()
                            .await(
                                    spool.record(
                                            id,
                                            List.of(Letters.state(0, Progress.State.DELIVERED))));
                    assertThat(spool.usage().messages()).isZero();
                    platter.files(Long.MAX_VALUE);
                    world.clock().sleep(Duration.ofSeconds(2));
                    assertThat(send(spool, new byte[5])).isNotNull();
                });
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
                            .isInstanceOf(Spool.NoSpace.class);
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
                            byte[] octets = Letters.content(spool, new QueueId(one.getKey()));
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
