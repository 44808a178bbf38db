package postern.spool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import postern.base.DiskFile;
import postern.mail.QueueId;
import postern.testkit.LyingDisk;

/** Damaged octets anywhere: what they hit is set aside and reported, all else is recovered. */
final class DamageTest {
    private static final Path LOG = Trial.DIRECTORY.resolve("log");
    private static final Path ASIDE = Trial.DIRECTORY.resolve("damaged");
    private static final SpoolLimits LIMITS = new SpoolLimits(0, 32 << 10, 1 << 20);
    private static final int MESSAGES = 40;

    private final LyingDisk disk = new LyingDisk();
    private final Map<Long, byte[]> sent = new LinkedHashMap<>();
    private final Map<Long, byte[]> found = new LinkedHashMap<>();
    private List<String> log = List.of();

    @Test
    void oneBitAnywhereCostsAtMostOneMessage() throws IOException {
        for (long seed = 1; seed <= 120; seed++) {
            DamageTest test = new DamageTest();
            Random chance = new Random(seed);
            test.fill(chance);
            Path segment = test.segment(chance);
            int at = chance.nextInt(test.disk.contents(segment).length);
            test.disk.flip(segment, at, chance.nextInt(8));
            test.recover();
            String where = "bit flipped in " + segment + " at " + at + ", seed " + seed;
            List<Long> missing = test.missing(where);
            assertThat(missing).as(where).hasSizeLessThanOrEqualTo(1);
            if (!missing.isEmpty()) {
                assertThat(test.log)
                        .as(where)
                        .anyMatch(line -> line.contains("set aside") || line.contains("cut off"));
                assertThat(test.disk.list(ASIDE)).as(where).isNotEmpty();
            }
        }
    }

    @Test
    void garbageOfAnySizeNeitherCrashesNorInvents() throws IOException {
        for (long seed = 1; seed <= 90; seed++) {
            DamageTest test = new DamageTest();
            Random chance = new Random(seed);
            test.fill(chance);
            for (int i = 0; i < 4; i++) {
                test.spoil(test.segment(chance), chance);
            }
            test.recover();
            assertThat(test.missing("seed " + seed).size()).isLessThan(MESSAGES);
            test.recover(); // and once more, over what was left behind
            test.missing("again, seed " + seed);
        }
    }

    @Test
    void aDamagedHeaderIsReadFromItsCopyOrTheFirstRecord() throws IOException {
        for (int[] flips : new int[][] {{20}, {84}, {20, 84}}) {
            DamageTest test = new DamageTest();
            test.fill(new Random(5));
            for (String name : test.disk.list(LOG)) {
                for (int at : flips) {
                    test.disk.flip(LOG.resolve(name), at, 3);
                }
            }
            test.recover();
            assertThat(test.missing("flips at " + Arrays.toString(flips))).isEmpty();
        }
    }

    @Test
    void whatADamagedMessageConsistsOfIsSetAside() throws IOException {
        fill(new Random(5));
        long first = sent.keySet().iterator().next();
        Path segment = LOG.resolve(disk.list(LOG).getFirst());
        disk.flip(segment, SegmentHeader.OCTETS + RecordHeader.OCTETS, 0); // first octet of a body
        recover();
        String id = new QueueId(first).text();
        assertThat(missing("body")).containsExactly(first);
        assertThat(disk.list(ASIDE))
                .containsExactly("0000000000000001-0000000000000080", id + ".envelope");
        assertThat(log).anyMatch(line -> line.contains(id) && line.contains("set aside"));
    }

    @Test
    void recordsThatASenderPutIntoAMessageNeverCount() throws IOException {
        live(life -> send(life, Letters.octets(100, 1)));
        byte[] first = disk.contents(LOG.resolve("0000000000000001.seg"));
        byte[] forged = Arrays.copyOfRange(first, SegmentHeader.OCTETS, first.length);
        live(
                life -> {
                    long victim = sent.keySet().iterator().next();
                    life.deliver(new QueueId(victim), 1);
                    sent.remove(victim);
                    send(life, forged);
                    sent.clear();
                });
        // the header of the body is damaged, so the search for the next record reads the content
        byte[] second = disk.contents(LOG.resolve("0000000000000002.seg"));
        int at =
                new String(second, StandardCharsets.ISO_8859_1)
                        .indexOf(new String(forged, StandardCharsets.ISO_8859_1));
        disk.flip(LOG.resolve("0000000000000002.seg"), at - 1, 0);
        recover();
        assertThat(found).isEmpty();
        assertThat(log).anyMatch(line -> line.contains("set aside"));
    }

    @Test
    void filesOfOthersAreLeftAlone() throws IOException {
        fill(new Random(5));
        for (String name :
                List.of("README", "zzzzzzzzzzzzzzzz.seg", "ffffffffffffffff.seg", ".seg")) {
            disk.create(LOG.resolve(name)).close();
        }
        recover();
        assertThat(missing("other files")).isEmpty();
        assertThat(disk.list(LOG)).contains("README", "ffffffffffffffff.seg");
    }

    private void fill(Random chance) {
        live(
                life -> {
                    for (int i = 0; i < MESSAGES; i++) {
                        int most = i % 10 == 0 ? 20_000 : 2_000;
                        byte[] content = new byte[1 + chance.nextInt(most)];
                        chance.nextBytes(content);
                        send(life, content);
                    }
                });
    }

    private void send(Life life, byte[] content) throws IOException, ExecutionException {
        QueueId id = life.send(content, 2).id();
        sent.put(id.value(), content);
        life.deliver(id, 0);
    }

    private void recover() {
        found.clear();
        live(_ -> {});
    }

    /** One life of a process, which looks at everything first. */
    private void live(Life.Script then) {
        List<QueuedMessage> messages = new ArrayList<>();
        log =
                Life.live(
                        disk,
                        LIMITS,
                        messages::add,
                        life -> {
                            for (QueuedMessage message : messages) {
                                QueueId id = message.envelope().id();
                                byte[] content = Letters.content(life.spool(), id);
                                assertThat(content).hasSize((int) message.octets());
                                found.put(id.value(), content);
                            }
                            then.play(life);
                        });
    }

    private List<Long> missing(String where) {
        found.forEach(
                (id, octets) -> {
                    assertThat(sent).as("invented, " + where).containsKey(id);
                    assertThat(octets).as(where).isEqualTo(sent.get(id));
                });
        return sent.keySet().stream().filter(id -> !found.containsKey(id)).toList();
    }

    private Path segment(Random chance) throws IOException {
        List<String> names = disk.list(LOG);
        return LOG.resolve(names.get(chance.nextInt(names.size())));
    }

    private void spoil(Path segment, Random chance) throws IOException {
        try (DiskFile file = disk.open(segment)) {
            int size = (int) file.size();
            if (size < 2) {
                return;
            }
            int at = chance.nextInt(size - 1);
            int length = 1 + chance.nextInt(Math.min(5_000, size - at));
            byte[] octets = new byte[length];
            switch (chance.nextInt(4)) {
                case 0 -> chance.nextBytes(octets);
                case 1 -> file.truncate(at);
                case 2 -> { // a piece of the segment, somewhere else in it
                    int from = chance.nextInt(size - 1);
                    ByteBuffer piece = ByteBuffer.wrap(octets);
                    assertThat(file.read(piece, from)).isPositive();
                }
                default -> Arrays.fill(octets, (byte) 0);
            }
            file.write(at, ByteBuffer.wrap(octets));
            file.sync();
        }
    }
}
