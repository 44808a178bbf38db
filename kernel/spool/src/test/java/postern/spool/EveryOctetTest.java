package postern.spool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import postern.base.DiskFile;
import postern.mail.QueueId;
import postern.spool.LoggedMessages.Standing;
import postern.testkit.LyingDisk;

/**
 * A small log, and a bit inverted in each octet of each of its segments in turn: one message at
 * most is set aside and reported with its id, all else is recovered; and whoever reads the files
 * without the queue sees what the queue sees.
 */
final class EveryOctetTest {
    private static final Path LOG = Trial.DIRECTORY.resolve("log");
    private static final SpoolLimits LIMITS = new SpoolLimits(0, 2 << 10, 1 << 20);

    private final Map<Long, byte[]> sent = new LinkedHashMap<>();
    private long finished; // a message that has left the queue, its records still there
    private final Map<String, byte[]> segments = new TreeMap<>();

    /** What one start found. */
    private record Found(Map<Long, byte[]> messages, List<QueuedMessage> queued, List<String> log) {
        boolean reports(long id) {
            String text = new QueueId(id).text();
            return log.stream()
                    .anyMatch(
                            line ->
                                    line.contains(text)
                                            && (line.contains("set aside")
                                                    || line.contains("cut off")));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 5})
    void costsOneMessageAtMostAndTellsWhich(int bit) throws IOException {
        fill();
        for (Map.Entry<String, byte[]> segment : segments.entrySet()) {
            for (int at = 0; at < segment.getValue().length; at++) {
                String where = "bit %d of octet %d in %s".formatted(bit, at, segment.getKey());
                LyingDisk disk = disk();
                disk.flip(LOG.resolve(segment.getKey()), at, bit);
                Set<Long> offline = offline(disk);
                Found found = start(disk, where);
                check(found, where);
                assertThat(found.messages().keySet()).as("offline, " + where).isEqualTo(offline);
                if (at % 40 == 0) { // what the first start has left behind hurts no second
                    assertThat(start(disk, where).messages().keySet())
                            .as("once more, " + where)
                            .isEqualTo(found.messages().keySet());
                }
            }
        }
    }

    private void check(Found found, String where) {
        List<Long> missing =
                sent.keySet().stream().filter(id -> !found.messages().containsKey(id)).toList();
        assertThat(missing).as(where).hasSizeLessThanOrEqualTo(1);
        for (long id : missing) {
            assertThat(found.reports(id))
                    .as("%s is reported, %s: %s", id, where, found.log())
                    .isTrue();
        }
        int forgotten = missing.size();
        for (QueuedMessage message : found.queued()) {
            long id = message.envelope().id().value();
            if (id == finished) {
                forgotten++; // the record of its end is damaged: a duplicate, no loss
                continue;
            }
            assertThat(found.messages().get(id)).as(where).isEqualTo(sent.get(id));
            forgotten += message.progress().getFirst().state().last() ? 0 : 1;
        }
        assertThat(forgotten).as("what one flip can undo, " + where).isLessThanOrEqualTo(1);
    }

    /** What a reader of the files takes for queued. */
    private static Set<Long> offline(LyingDisk disk) throws IOException {
        LoggedMessages messages = new LoggedMessages();
        Map<Long, Boolean> queued = new TreeMap<>();
        try (LogReader log = new LogReader(disk, Trial.DIRECTORY)) {
            log.read(
                    new LogReader.Sink() {
                        @Override
                        public void segment(LogReader.SegmentSeen segment) {}

                        @Override
                        public void record(
                                QueueLog.Type type,
                                QueueId id,
                                QueueLog.Position position,
                                ByteBuffer payload) {
                            messages.record(type, id, position, payload);
                        }

                        @Override
                        public void unsound(LogReader.Unsound region) {}
                    });
            for (QueueId id : messages.ids()) {
                if (messages.message(id, log).standing() == Standing.QUEUED) {
                    queued.put(id.value(), true);
                }
            }
        }
        return queued.keySet();
    }

    private void fill() throws IOException {
        LyingDisk disk = new LyingDisk();
        var _ =
                Life.live(
                        disk,
                        LIMITS,
                        _ -> {},
                        life -> {
                            for (int i = 0; i < 5; i++) {
                                byte[] content = Letters.octets(1 + 150 * i, i);
                                QueueId id = life.send(content, 2).id();
                                life.deliver(id, 0);
                                sent.put(id.value(), content);
                            }
                            QueueId last = life.send(Letters.octets(40, 9), 2).id();
                            life.deliver(last, 0);
                            life.deliver(last, 1);
                            finished = last.value();
                        });
        for (String name : disk.list(LOG)) {
            segments.put(name, disk.contents(LOG.resolve(name)));
        }
        assertThat(segments).hasSizeGreaterThan(1);
    }

    /** The log on a disk of its own. */
    private LyingDisk disk() throws IOException {
        LyingDisk disk = new LyingDisk();
        disk.createDirectories(LOG);
        for (Map.Entry<String, byte[]> segment : segments.entrySet()) {
            try (DiskFile file = disk.create(LOG.resolve(segment.getKey()))) {
                file.write(0, ByteBuffer.wrap(segment.getValue()));
                file.sync();
            }
        }
        disk.syncDirectory(LOG);
        return disk;
    }

    private static Found start(LyingDisk disk, String where) {
        List<QueuedMessage> queued = new ArrayList<>();
        Map<Long, byte[]> messages = new TreeMap<>();
        List<String> log =
                Life.live(
                        disk,
                        LIMITS,
                        queued::add,
                        life -> {
                            for (QueuedMessage message : queued) {
                                QueueId id = message.envelope().id();
                                byte[] content = Letters.content(life.spool(), id);
                                assertThat(content).as(where).hasSize((int) message.octets());
                                messages.put(id.value(), content);
                            }
                        });
        return new Found(messages, queued, log);
    }
}
