package postern.base.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import postern.base.Bug;
import postern.base.Log;

class SystemTasksTest {
    @Test
    void theReportOfAFaultNamesWhatCausedIt() throws InterruptedException {
        BlockingQueue<String> lines = new LinkedBlockingQueue<>();
        Log log = (level, line) -> lines.add(line);

        new SystemTasks(log)
                .start(
                        "session",
                        () -> {
                            throw new Bug("it is sound", new IllegalStateException("it is not"));
                        });

        assertThat(lines.poll(30, TimeUnit.SECONDS))
                .contains("task=session", "it is sound", "cause=", "it is not");
    }

    @Test
    void whoIsInTimeIsWaitedForAndNotDisturbed() {
        AtomicBoolean done = new AtomicBoolean();
        boolean inTime =
                new SystemTasks((_, _) -> {})
                        .within(
                                Duration.ofSeconds(60),
                                "quick",
                                () -> done.set(!Thread.currentThread().isInterrupted()));
        assertThat(inTime).isTrue();
        assertThat(done).isTrue();
    }

    /** As a library reads that knows nothing of us; the thread that waits may be any. */
    @Test
    void whoReadsASocketForTooLongIsBrokenOff() throws Exception {
        try (ServerSocket listener = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
                Socket client =
                        new Socket(InetAddress.getLoopbackAddress(), listener.getLocalPort());
                Socket _ = listener.accept()) {
            CompletableFuture<IOException> thrown = new CompletableFuture<>();
            boolean inTime =
                    new SystemTasks((_, _) -> {})
                            .within(
                                    Duration.ofMillis(200),
                                    "reader",
                                    () -> {
                                        try {
                                            thrown.obtrudeException(
                                                    new AssertionError(
                                                            client.getInputStream().read()));
                                        } catch (IOException broken) {
                                            thrown.complete(broken);
                                        }
                                    });
            assertThat(inTime).isFalse();
            assertThat(thrown.get(60, TimeUnit.SECONDS)).isNotNull();
            assertThat(client.isClosed()).isTrue();
        }
    }
}
