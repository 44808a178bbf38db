package postern.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * System calls of the queue's process fail below the JVM, by strace: what the simulation says of a
 * disk that fails holds for real processes on a real kernel. docs/durability.md.
 */
class InjectedFaultsTest {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final int CLIENTS = 3;
    private static final int MORE = 20;
    private static final Pattern QUEUE =
            Pattern.compile("\"domain\":\"queue\",\"state\":\"running\",\"pid\":\"?(\\d+)");

    private static final String HASTY =
            """

            [qmgr]
            backoff_min = "1s"
            backoff_max = "2s"
            destination_retry = "1s"
            """;

    /** What the process does about it. */
    enum Then {
        /** Stops acknowledging, at once; master starts it again. */
        HALTS,
        /** Tells the client to come later, and goes on. */
        PUTS_OFF,
        /** Goes on; of a write for several, each was tried again alone, and nobody heard of it. */
        GOES_ON
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({
        "fdatasync:error=EIO:when=1, HALTS",
        "fdatasync:error=EIO:when=12, HALTS",
        "fdatasync:error=ENOSPC:when=5, HALTS",
        "pwrite64:error=EIO:when=9, GOES_ON",
        "pwrite64:error=ENOSPC:when=4, GOES_ON",
        "pwrite64:error=ENOSPC:when=6+, PUTS_OFF", // until the tracer goes
    })
    void whatWasAcknowledgedIsNotLost(
            String fault, Then then, @TempDir(factory = OpenFolder.class) Path folder)
            throws IOException, InterruptedException {
        Path strace = strace();
        try (RecordingSink sink = new RecordingSink();
                Postern postern = Postern.start(folder, sink.nextHop(), HASTY)) {
            await().atMost(SOON).until(() -> queue(postern) > 0); // it greets a little earlier
            long queue = queue(postern);
            Path calls = folder.resolve("calls");
            Process tracer = inject(strace, queue, fault, calls, folder.resolve("strace"));
            List<Load> loads = new ArrayList<>();
            List<Thread> clients = new ArrayList<>();
            for (int n = 0; n < CLIENTS; n++) {
                Load load = new Load("client" + n, postern.smtp(), List.of("bob@far.test"));
                loads.add(load);
                clients.add(Thread.ofVirtual().start(load));
            }
            await(fault).atMost(SOON).until(() -> Files.readString(calls).contains("(INJECTED)"));
            switch (then) {
                case HALTS -> {
                    await().atMost(SOON).until(() -> queue(postern) > 0 && queue(postern) != queue);
                    assertThat(postern.log()).contains("restarts=queue");
                    nothingIsWrittenAfterTheFailure(calls);
                }
                case PUTS_OFF ->
                        await().atMost(SOON)
                                .until(() -> loads.stream().anyMatch(l -> !l.putOff().isEmpty()));
                case GOES_ON -> {}
            }
            tracer.destroy();
            assertThat(tracer.waitFor()).isNotNegative();
            int before = accepted(loads).size();
            await("service without an operator")
                    .atMost(SOON)
                    .until(() -> accepted(loads).size() >= before + MORE);
            loads.forEach(Load::stop);
            for (Thread client : clients) {
                client.join();
            }
            Set<String> accepted = accepted(loads);
            await("all that was acknowledged")
                    .atMost(SOON)
                    .until(() -> sink.subjects().keySet().containsAll(accepted));
            if (then != Then.HALTS) {
                assertThat(queue(postern)).as("it went on").isEqualTo(queue);
                assertThat(sink.subjects()).allSatisfy((_, copies) -> assertThat(copies).isOne());
            }
        }
    }

    /** The process that runs now; 0 where none does. */
    private static long queue(Postern postern) throws IOException {
        Matcher found = QUEUE.matcher(postern.command("status", "--json").output());
        return found.find() ? Long.parseLong(found.group(1)) : 0;
    }

    private static Process inject(Path strace, long pid, String fault, Path calls, Path said)
            throws IOException {
        Files.writeString(calls, "");
        ProcessBuilder builder =
                new ProcessBuilder(
                        strace.toString(),
                        "-f",
                        "-p",
                        String.valueOf(pid),
                        "-o",
                        calls.toString(),
                        "-e",
                        "trace=fdatasync,pwrite64,pwritev",
                        "-e",
                        "inject=" + fault);
        Path libraries = strace.resolve("../../lib/x86_64-linux-gnu").normalize();
        if (Files.isDirectory(libraries)) {
            builder.environment().put("LD_LIBRARY_PATH", libraries.toString());
        }
        Process tracer = builder.redirectErrorStream(true).redirectOutput(said.toFile()).start();
        await().atMost(SOON)
                .until(() -> !tracer.isAlive() || Files.readString(said).contains(" attached"));
        String words = Files.readString(said);
        assumeTrue(tracer.isAlive(), "processes cannot be traced here: " + words);
        return tracer;
    }

    /** Unpacked, or the machine's. */
    private static Path strace() {
        Path unpacked = Tool.root().resolve("tests/interop/target/peers/strace/usr/bin/strace");
        if (!Files.exists(unpacked)) {
            Tool.needs("strace");
            return Path.of("/usr/bin/strace");
        }
        return unpacked;
    }

    private static void nothingIsWrittenAfterTheFailure(Path calls) throws IOException {
        List<String> lines = Files.readAllLines(calls);
        int failed = 0;
        while (!lines.get(failed).contains("(INJECTED)")) {
            failed++;
        }
        assertThat(lines.subList(failed + 1, lines.size()))
                .as("of a process whose sync failed")
                .noneMatch(line -> line.contains("fdatasync(") || line.contains("pwrite"));
    }

    private static Set<String> accepted(List<Load> loads) {
        Set<String> accepted = new HashSet<>();
        loads.forEach(load -> accepted.addAll(load.accepted()));
        return accepted;
    }
}
