package postern.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Clients that send without end, or go away: memory stays flat and others are served. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HostileClientsTest {
    private static final int SENT_OCTETS = 200 << 20;
    private static final long GROWTH_KIB_MAX = 64 << 10; // a third of what one of them sends

    private Postern postern;
    private RecordingSink sink;
    private long before;

    @BeforeAll
    void start(@TempDir(factory = OpenFolder.class) Path folder) throws IOException {
        sink = new RecordingSink();
        postern = Postern.start(folder, sink.nextHop(), "");
    }

    @AfterAll
    void stop() throws IOException {
        postern.close();
        sink.close();
    }

    @BeforeEach
    void remember() throws IOException {
        for (int n = 0; n < 20; n++) {
            othersAreServed(); // what the first messages cost is not growth
        }
        before = postern.residentKib();
    }

    @Test
    void anEndlessCommandLine() throws IOException {
        String reply = flood("", "x".repeat(1 << 16));

        assertThat(reply)
                .satisfiesAnyOf(
                        r -> assertThat(r).startsWith("5"),
                        r -> assertThat(r).isEmpty(),
                        r -> assertThat(r).startsWith("421"));
        memoryIsFlatAndOthersAreServed();
    }

    @Test
    void anEndlessHeaderLine() throws IOException {
        String reply =
                flood(
                        "MAIL FROM:<a@example.net>\r\nRCPT TO:<b@far.test>\r\nDATA\r\nX-Long: ",
                        "x".repeat(1 << 16));

        assertThat(reply).doesNotContain("queued");
        memoryIsFlatAndOthersAreServed();
    }

    @Test
    void anEndlessHeader() throws IOException {
        String reply =
                flood(
                        "MAIL FROM:<a@example.net>\r\nRCPT TO:<b@far.test>\r\nDATA\r\n",
                        ("X-Field: " + "y".repeat(60) + "\r\n").repeat(1000));

        assertThat(reply).doesNotContain("queued");
        memoryIsFlatAndOthersAreServed();
    }

    @Test
    void endlessRecipients() throws IOException {
        String reply =
                flood("MAIL FROM:<a@example.net>\r\n", "RCPT TO:<b@far.test>\r\n".repeat(1000));

        assertThat(reply).doesNotContain("queued");
        memoryIsFlatAndOthersAreServed();
    }

    @Test
    void endlessAuthentication() throws IOException {
        String reply = flood("", "AUTH PLAIN AGJvYgB3cm9uZw==\r\n".repeat(1000));

        assertThat(reply).doesNotContain("235");
        memoryIsFlatAndOthersAreServed();
    }

    @Test
    void endlessChunks() throws IOException {
        String reply =
                flood(
                        "MAIL FROM:<a@example.net>\r\nRCPT TO:<b@far.test>\r\n",
                        "BDAT 60000\r\n" + "z".repeat(60_000));

        assertThat(reply).doesNotContain("queued");
        memoryIsFlatAndOthersAreServed();
    }

    @Test
    void clientsThatVanishInTheirData() throws IOException {
        int received = sink.received().size();
        for (int n = 0; n < 200; n++) {
            try (Client client = Client.greeted(postern.smtp())) {
                client.say("MAIL FROM:<a@example.net>");
                client.say("RCPT TO:<vanished@far.test>");
                client.say("DATA");
                client.raw("Subject: never\r\n\r\n" + "half a line ".repeat(1000));
            }
        }

        memoryIsFlatAndOthersAreServed();
        assertThat(sink.received().subList(received, sink.received().size()))
                .noneMatch(mail -> mail.recipients().contains("vanished@far.test"));
    }

    @Test
    void manyIdleConnections() throws IOException {
        List<Client> idle = new ArrayList<>();
        try {
            for (int n = 0; n < 40; n++) {
                idle.add(Client.greeted(postern.smtp()));
            }
            memoryIsFlatAndOthersAreServed();
        } finally {
            for (Client client : idle) {
                client.close();
            }
        }
    }

    /**
     * Sends a beginning, then a piece again and again; what the server said last, or nothing when
     * it hung up.
     */
    private String flood(String beginning, String piece) throws IOException {
        try (Client client = Client.greeted(postern.smtp())) {
            for (String line : beginning.split("\r\n", -1)) {
                if (line.startsWith("X-") || line.isEmpty()) {
                    client.raw(line);
                } else {
                    client.say(line);
                }
            }
            try {
                for (long sent = 0; sent < SENT_OCTETS; sent += piece.length()) {
                    client.raw(piece);
                }
                return client.say("\r\n.");
            } catch (IOException hungUp) {
                return "";
            }
        }
    }

    private void memoryIsFlatAndOthersAreServed() throws IOException {
        othersAreServed();
        await("resident memory near what it was, " + before + " KiB")
                .atMost(Duration.ofSeconds(10))
                .untilAsserted(
                        () ->
                                assertThat(postern.residentKib() - before)
                                        .isLessThan(GROWTH_KIB_MAX));
    }

    private void othersAreServed() throws IOException {
        try (Client client = Client.greeted(postern.smtp())) {
            assertThat(
                            client.send(
                                    "ann@example.net",
                                    "bob@far.test",
                                    "Subject: served\r\n\r\nbody"))
                    .startsWith("250");
        }
    }
}
