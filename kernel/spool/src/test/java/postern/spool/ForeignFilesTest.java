package postern.spool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import postern.base.DiskFile;
import postern.base.World;
import postern.mail.MailOptions;
import postern.mail.Origin;
import postern.mail.QueueId;
import postern.testkit.LyingDisk;
import postern.testkit.SimProcess;
import postern.testkit.SimWorld;

/** Whole files in the log that are none of its segments, and places that the disk cannot read. */
final class ForeignFilesTest {
    private static final Path LOG = Trial.DIRECTORY.resolve("log");
    private static final Path ASIDE = Trial.DIRECTORY.resolve("damaged");
    private static final SpoolLimits LIMITS = new SpoolLimits(0, 32 << 10, 1 << 20);

    private final LyingDisk disk = new LyingDisk();
    private final List<QueueId> sent = new ArrayList<>();
    private final List<QueueId> found = new ArrayList<>();
    private List<String> log = List.of();

    @Test
    void aSegmentOfANewerVersionIsNotPassedOver() throws IOException {
        run(this::send);
        byte[] newer = disk.contents(segment(1));
        for (int copy = 0; copy < SegmentHeader.OCTETS; copy += SegmentHeader.COPY_OCTETS) {
            ByteBuffer header = ByteBuffer.wrap(newer, copy, SegmentHeader.COPY_OCTETS).slice();
            header.putInt(8, SegmentHeader.VERSION + 1);
            CRC32C crc = new CRC32C();
            crc.update(newer, copy, SegmentHeader.COPY_OCTETS - 4);
            header.putInt(SegmentHeader.COPY_OCTETS - 4, (int) crc.getValue());
        }
        put(segment(0xf0), newer);
        SimWorld sim = new SimWorld(1);
        SimProcess process = sim.process("queue", "postern", disk);
        List<Throwable> refused = new ArrayList<>();
        process.start(
                "test",
                () -> {
                    try {
                        new LogSpool(process.world(), Trial.DIRECTORY, LIMITS).recover(_ -> {});
                    } catch (IOException failed) {
                        refused.add(failed);
                    }
                });
        sim.run(Duration.ofHours(1));
        process.kill();
        assertThat(refused)
                .singleElement()
                .isInstanceOf(Spool.NewerFormat.class)
                .extracting(Throwable::getMessage)
                .asString()
                .contains("00000000000000f0.seg", "version 3", "remedy");
        assertThat(disk.contents(segment(0xf0))).isEqualTo(newer);
        disk.kill();
        disk.delete(segment(0xf0));
        run(this::send);
        run(_ -> {});
        assertThat(found).isEqualTo(sent);
    }

    @Test
    void theVersionOfTheFormatCoversThatOfEveryPayload() {
        assertThat(SegmentHeader.VERSION)
                .isGreaterThanOrEqualTo(EnvelopeRecord.VERSION)
                .isGreaterThanOrEqualTo(ProgressRecord.VERSION);
    }

    @Test
    void whatWentAsideIsReportedWithItsNewPlace() throws IOException {
        run(this::send);
        disk.createDirectories(segment(0x20));
        run(_ -> {});
        assertThat(found).isEqualTo(sent);
        assertThat(log)
                .anyMatch(
                        line ->
                                line.contains("0000000000000020.seg")
                                        && line.contains("a directory"));
    }

    @Test
    void aNumberAtTheEndOfAllNumbersLeavesRoomForTheNext() throws IOException {
        run(this::send);
        put(segment(Long.MAX_VALUE), new byte[300]);
        run(this::send);
        run(this::send);
        run(_ -> {});
        assertThat(found).isEqualTo(sent);
        assertThat(disk.list(ASIDE)).containsExactly("7fffffffffffffff.seg");
    }

    @Test
    void whatWasSetAsideBeforeIsNotOverwritten() throws IOException {
        for (int n = 1; n <= 2; n++) {
            put(segment(Long.MAX_VALUE), new byte[n]);
            run(_ -> {});
        }
        assertThat(disk.list(ASIDE))
                .containsExactly("7fffffffffffffff.seg", "7fffffffffffffff.seg.1");
    }

    @Test
    void aPlaceThatTheDiskCannotReadCostsWhatLiesThere() throws IOException {
        run(
                spool -> {
                    for (int n = 0; n < 10; n++) {
                        send(spool);
                    }
                });
        disk.spoil(segment(1), disk.contents(segment(1)).length / 2);
        run(this::send);
        run(_ -> {});
        assertThat(found).isSubsetOf(sent).hasSizeGreaterThanOrEqualTo(6).hasSizeLessThan(11);
        assertThat(log).anyMatch(line -> line.contains("damaged") && line.contains("copy=none"));
        assertThat(disk.list(LOG)).as("the only copy is kept").contains("0000000000000001.seg");
    }

    private static Path segment(long number) {
        return LOG.resolve(Segments.name(number) + Segments.SUFFIX);
    }

    private void put(Path path, byte[] octets) throws IOException {
        disk.createDirectories(LOG);
        try (DiskFile file = disk.create(path)) {
            file.write(0, ByteBuffer.wrap(octets));
            file.sync();
        }
        disk.syncDirectory(LOG);
    }

    private void send(LogSpool spool) {
        byte[] content = new byte[1_500];
        try (var reception = spool.receive(content.length)) {
            reception.write(content, 0, content.length);
            var committed =
                    reception.commit(
                            Letters.SENDER,
                            MailOptions.NONE,
                            Origin.OURSELVES,
                            Letters.recipients(1));
            sent.add(world.tasks().await(committed).id());
        } catch (IOException | ExecutionException failed) {
            throw new AssertionError(failed);
        }
    }

    private World world = new SimWorld(1).process("none", "postern", disk).world();

    /** One life of a process: recovers, does something, is killed. */
    private void run(Consumer<LogSpool> then) {
        SimWorld sim = new SimWorld(1);
        SimProcess process = sim.process("queue", "postern", disk);
        world = process.world();
        LogSpool spool = new LogSpool(world, Trial.DIRECTORY, LIMITS);
        boolean[] done = new boolean[1];
        found.clear();
        process.start(
                "test",
                () -> {
                    try {
                        spool.recover(message -> found.add(message.envelope().id()));
                    } catch (IOException failed) {
                        throw new UncheckedIOException(failed);
                    }
                    then.accept(spool);
                    done[0] = true;
                });
        sim.run(Duration.ofHours(1));
        process.kill();
        disk.kill();
        assertThat(sim.panics()).isEmpty();
        assertThat(done[0]).as("came to its end").isTrue();
        log = sim.log();
    }
}
