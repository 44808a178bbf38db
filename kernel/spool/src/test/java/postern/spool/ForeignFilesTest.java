package postern.spool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import postern.base.DiskFile;
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
        live(this::send);
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
        live(this::send);
        live(_ -> {});
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
        live(this::send);
        disk.createDirectories(segment(0x20));
        live(_ -> {});
        assertThat(found).isEqualTo(sent);
        assertThat(log)
                .anyMatch(
                        line ->
                                line.contains("0000000000000020.seg")
                                        && line.contains("a directory"));
    }

    @Test
    void aNumberAtTheEndOfAllNumbersLeavesRoomForTheNext() throws IOException {
        live(this::send);
        put(segment(Long.MAX_VALUE), new byte[300]);
        live(this::send);
        live(this::send);
        live(_ -> {});
        assertThat(found).isEqualTo(sent);
        assertThat(disk.list(ASIDE)).containsExactly("7fffffffffffffff.seg");
    }

    @Test
    void whatWasSetAsideBeforeIsNotOverwritten() throws IOException {
        for (int n = 1; n <= 2; n++) {
            put(segment(Long.MAX_VALUE), new byte[n]);
            live(_ -> {});
        }
        assertThat(disk.list(ASIDE))
                .containsExactly("7fffffffffffffff.seg", "7fffffffffffffff.seg.1");
    }

    @Test
    void aPlaceThatTheDiskCannotReadCostsWhatLiesThere() throws IOException {
        live(
                life -> {
                    for (int n = 0; n < 10; n++) {
                        send(life);
                    }
                });
        disk.spoil(segment(1), disk.contents(segment(1)).length / 2);
        live(this::send);
        live(_ -> {});
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

    private void send(Life life) throws IOException, ExecutionException {
        sent.add(life.send(new byte[1_500], 1).id());
    }

    private void live(Life.Script script) {
        found.clear();
        log = Life.live(disk, LIMITS, message -> found.add(message.envelope().id()), script);
    }
}
