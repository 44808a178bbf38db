package postern.mail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import postern.base.Disk;
import postern.base.DiskFile;
import postern.base.system.SystemWorld;

final class ContentBufferTest {
    @TempDir Path directory;

    private ContentStore store(int each, long total) {
        return new ContentStore(SystemWorld.create("test").disk(), directory, each, total);
    }

    @Test
    void octetsComeBackWhateverTheirNumberAndPieces() throws IOException {
        Random random = new Random(7);
        for (int round = 0; round < 200; round++) {
            byte[] message = new byte[random.nextInt(300_000)];
            random.nextBytes(message);
            ContentStore store = store(100_000, 120_000);
            long expected = random.nextBoolean() ? 0 : random.nextInt(400_000);
            try (ContentBuffer buffer = store.buffer(expected)) {
                for (int at = 0; at < message.length; ) {
                    int n = Math.min(1 + random.nextInt(90_000), message.length - at);
                    buffer.append(message, at, n);
                    at += n;
                }
                try (Content content = buffer.finish()) {
                    assertThat(content.octets()).isEqualTo(message.length);
                    assertThat(readAll(content, 1 + random.nextInt(10_000))).isEqualTo(message);
                    if (!content.resident().isEmpty()) {
                        assertThat(joined(content.resident())).isEqualTo(message);
                    }
                }
            }
            assertThat(store.residentOctetsLeft()).isEqualTo(120_000);
        }
    }

    @Test
    void smallMessagesStayInMemoryAndLargeOnesLeaveIt() throws IOException {
        ContentStore store = store(10_000, 1_000_000);
        try (ContentBuffer small = store.buffer(0);
                ContentBuffer large = store.buffer(0)) {
            small.append(new byte[5_000], 0, 5_000);
            large.append(new byte[20_000], 0, 20_000);
            try (Content inMemory = small.finish();
                    Content onDisk = large.finish()) {
                assertThat(inMemory.resident()).isNotEmpty();
                assertThat(onDisk.resident()).isEmpty();
                assertThat(onDisk.octets()).isEqualTo(20_000);
            }
        }
    }

    @Test
    void memoryOfAllMessagesTogetherIsBounded() throws IOException {
        ContentStore store = store(10_000, 10_000);
        try (ContentBuffer first = store.buffer(8_000);
                ContentBuffer second = store.buffer(8_000)) {
            first.append(new byte[8_000], 0, 8_000);
            second.append(new byte[8_000], 0, 8_000);
            try (Content one = first.finish();
                    Content two = second.finish()) {
                assertThat(one.resident()).isNotEmpty();
                assertThat(two.resident()).isEmpty();
            }
        }
        assertThat(store.residentOctetsLeft()).isEqualTo(10_000);
    }

    /** Blocks are used again, but never by two at once. */
    @Test
    void noMessageSeesTheOctetsOfAnother() throws IOException {
        ContentStore store = store(1 << 20, 4 << 20);
        byte[] ones = filled(300_000, 1);
        byte[] twos = filled(300_000, 2);
        try (ContentBuffer dropped = store.buffer(0)) {
            dropped.append(ones, 0, ones.length);
        }
        ContentBuffer first = store.buffer(300_000);
        first.append(ones, 0, ones.length);
        Content one = first.finish();
        first.close(); // too late to drop anything
        try (ContentBuffer second = store.buffer(0)) {
            second.append(twos, 0, twos.length);
            try (Content two = second.finish()) {
                assertThat(readAll(one, 7_000)).isEqualTo(ones);
                assertThat(readAll(two, 7_000)).isEqualTo(twos);
                one.close();
                one.close();
                try (ContentBuffer third = store.buffer(0)) {
                    third.append(ones, 0, ones.length);
                    assertThat(readAll(two, 7_000)).isEqualTo(twos);
                }
            }
        }
        assertThat(store.residentOctetsLeft()).isEqualTo(4 << 20);
    }

    /** The n-th operation of the scratch file's disk fails: the memory goes back, and once. */
    @Test
    void noTwoMessagesShareTheMemoryOfOneThatFailed() throws IOException {
        byte[] dropped = random(300_000, 3);
        byte[] ones = random(190_000, 1);
        byte[] twos = random(190_000, 2);
        boolean failed = true;
        int operation = 1;
        for (; failed; operation++) {
            Disk disk = failingAt(operation);
            ContentStore store = new ContentStore(disk, directory, 200_000, 1 << 20);
            try (ContentBuffer buffer = store.buffer(0)) {
                buffer.append(dropped, 0, dropped.length);
                buffer.finish().close();
                failed = false;
            } catch (IOException expected) {
                assertThat(expected).hasMessage("Input/output error");
            }
            assertThat(store.residentOctetsLeft()).isEqualTo(1 << 20);
            try (ContentBuffer first = store.buffer(ones.length);
                    ContentBuffer second = store.buffer(twos.length)) {
                first.append(ones, 0, ones.length);
                second.append(twos, 0, twos.length);
                try (Content one = first.finish();
                        Content two = second.finish()) {
                    assertThat(one.resident()).isNotEmpty();
                    assertThat(two.resident()).isNotEmpty();
                    assertThat(readAll(one, 7_000)).as("operation %d", operation).isEqualTo(ones);
                    assertThat(readAll(two, 7_000)).as("operation %d", operation).isEqualTo(twos);
                }
            }
        }
        assertThat(operation).as("made, spilled, written, ended").isGreaterThan(5);
    }

    private static byte[] random(int octets, long seed) {
        byte[] all = new byte[octets];
        new Random(seed).nextBytes(all);
        return all;
    }

    /** The real disk, one of whose scratch files' operations fails. */
    private static Disk failingAt(int operation) {
        var left = new AtomicInteger(operation);
        return failing(Disk.class, SystemWorld.create("test").disk(), left);
    }

    private static <T> T failing(Class<T> type, T real, AtomicInteger left) {
        return type.cast(
                Proxy.newProxyInstance(
                        type.getClassLoader(),
                        new Class<?>[] {type},
                        (_, method, arguments) -> {
                            boolean counts = Set.of("scratch", "write").contains(method.getName());
                            if (counts && left.decrementAndGet() == 0) {
                                throw new IOException("Input/output error");
                            }
                            Object result = method.invoke(real, arguments);
                            return result instanceof DiskFile file
                                    ? failing(DiskFile.class, file, left)
                                    : result;
                        }));
    }

    private static byte[] filled(int octets, int with) {
        byte[] all = new byte[octets];
        Arrays.fill(all, (byte) with);
        return all;
    }

    @Test
    void linesThatBeginWithADotAreSeenAcrossPieces() throws IOException {
        assertThat(dotLines("a\r\n", ".b\r\n")).isTrue();
        assertThat(dotLines(".")).isTrue();
        assertThat(dotLines("a.\r\nb.c\r", "\n", "d")).isFalse();
        assertThat(dotLines("a\r\n", "", ".")).isTrue();
    }

    /** In memory, and by way of a scratch file. */
    @ParameterizedTest
    @ValueSource(ints = {1 << 20, 100_000})
    void roomIsFilledAsIfItHadBeenAppended(int resident) throws IOException {
        var random = new SplittableRandom(1);
        ContentStore store = store(resident, 4 << 20);
        byte[] octets = new byte[300_000];
        random.nextBytes(octets);
        try (ContentBuffer buffer = store.buffer(0)) {
            for (int at = 0; at < octets.length; ) {
                ByteBuffer room = buffer.room(Math.min(octets.length - at, 90_000));
                assertThat(room.remaining()).isBetween(1, octets.length - at);
                int n = 1 + random.nextInt(room.remaining());
                room.put(octets, at, n);
                buffer.filled(n);
                at += n;
            }
            try (Content content = buffer.finish()) {
                assertThat(readAll(content, 7_000)).isEqualTo(octets);
                assertThat(content.octets()).isEqualTo(octets.length);
                assertThat(content.dotLines()).isEqualTo(dotted(octets));
                assertThat(content.resident().isEmpty()).isEqualTo(resident < octets.length);
            }
        }
        assertThat(store.residentOctetsLeft()).isEqualTo(4 << 20);
    }

    private static boolean dotted(byte[] octets) {
        for (int i = 1; i < octets.length; i++) {
            if (octets[i] == '.' && octets[i - 1] == '\n') {
                return true;
            }
        }
        return octets[0] == '.';
    }

    @Test
    void scratchFilesLeaveWhatTheQueueNeeds() throws IOException {
        var disk = SystemWorld.create("test").disk();
        long moreThanThereIs = disk.usableOctets(directory) * 2;
        var store = new ContentStore(disk, directory, 10_000, 100_000, moreThanThereIs);
        try (ContentBuffer small = store.buffer(0);
                ContentBuffer large = store.buffer(0)) {
            small.append(new byte[500], 0, 500);
            assertThatThrownBy(() -> large.append(new byte[70_000], 0, 70_000))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("No space left");
            small.finish().close();
        }
    }

    private boolean dotLines(String... pieces) throws IOException {
        try (ContentBuffer buffer = store(10_000, 10_000).buffer(0)) {
            for (String piece : pieces) {
                byte[] octets = piece.getBytes(StandardCharsets.US_ASCII);
                buffer.append(octets, 0, octets.length);
            }
            try (Content content = buffer.finish()) {
                return content.dotLines();
            }
        }
    }

    private static byte[] readAll(Content content, int step) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        byte[] piece = new byte[step];
        for (int n; (n = content.read(all.size(), piece, 0, step)) >= 0; ) {
            all.write(piece, 0, n);
        }
        return all.toByteArray();
    }

    private static byte[] joined(List<ByteBuffer> parts) {
        int length = parts.stream().mapToInt(ByteBuffer::remaining).sum();
        ByteBuffer all = ByteBuffer.allocate(length);
        for (ByteBuffer part : parts) {
            all.put(part);
        }
        return all.array();
    }
}
