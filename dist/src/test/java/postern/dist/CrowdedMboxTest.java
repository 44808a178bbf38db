package postern.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import postern.base.World;
import postern.base.system.SystemWorld;
import postern.mail.Content;
import postern.mail.ContentStore;
import postern.mail.Mailbox;
import postern.mail.ReversePath;
import postern.mailbox.Mbox;

/** Everybody writes into one mbox. */
class CrowdedMboxTest {
    private static final int MESSAGES = 10_000;
    private static final int AT_ONCE = 48;

    @TempDir Path folder;
    private final World world = SystemWorld.create((_, _) -> {});

    private static String text(int number) {
        return "Subject: number "
                + number
                + "\r\n\r\nFrom here\r\n"
                + "x".repeat(number % 700)
                + "\r\n";
    }

    @Test
    void tenThousandMessagesIntoOneMboxAreAllThereAndNoneIsTorn() throws Exception {
        Path shared = Path.of("/dev/shm"); // each is synced: memory makes the crowd denser
        Path place =
                Files.isWritable(shared) ? Files.createTempDirectory(shared, "postern") : folder;
        Path mailbox = place.resolve("ann");
        try {
            var mbox = new Mbox(world, 0);
            var next = new AtomicInteger();
            var failed = new ConcurrentLinkedQueue<Exception>();
            List<Thread> writers = new ArrayList<>();
            for (int i = 0; i < AT_ONCE; i++) {
                writers.add(Thread.ofVirtual().start(() -> write(mbox, mailbox, next, failed)));
            }
            for (Thread writer : writers) {
                writer.join();
            }
            assertThat(failed).isEmpty();
            assertThat(place.resolve("ann.lock")).doesNotExist();
            assertAllAreThere(Files.readString(mailbox));
        } finally {
            Files.deleteIfExists(mailbox);
            if (!place.equals(folder)) {
                Files.delete(place);
            }
        }
    }

    private void write(
            Mbox mbox, Path mailbox, AtomicInteger next, ConcurrentLinkedQueue<Exception> failed) {
        var sender = ReversePath.of(Mailbox.of("eve", "example.net"));
        for (int n = next.getAndIncrement(); n < MESSAGES; n = next.getAndIncrement()) {
            byte[] octets = text(n).getBytes(StandardCharsets.US_ASCII);
            try {
                var buffer = new ContentStore(world.disk(), folder).buffer(octets.length);
                buffer.append(octets, 0, octets.length);
                try (Content content = buffer.finish()) {
                    mbox.deliver(mailbox, sender, new byte[0], content);
                }
            } catch (IOException | RuntimeException unexpected) {
                failed.add(unexpected);
            }
        }
    }

    private static void assertAllAreThere(String all) {
        var seen = new BitSet(MESSAGES);
        int count = 0;
        for (String message : all.split("(?m)^From eve@example\\.net ", -1)) {
            if (message.isEmpty()) {
                continue; // before the first
            }
            int header = message.indexOf('\n') + 1;
            int number =
                    Integer.parseInt(
                            message.substring(
                                    header + "Subject: number ".length(),
                                    message.indexOf('\n', header)));
            assertThat(message.substring(header))
                    .isEqualTo(
                            text(number).replace("\r\n", "\n").replace("\nFrom ", "\n>From ")
                                    + "\n");
            seen.set(number);
            count++;
        }
        assertThat(count).isEqualTo(MESSAGES);
        assertThat(seen.cardinality()).isEqualTo(MESSAGES);
    }
}
