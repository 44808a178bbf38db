package postern.master;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import postern.os.Processes;

/** A master as a process: what its death does, and who may start another. */
class MasterProcessTest {
    @TempDir Path state;
    final List<Process> started = new ArrayList<>();

    @AfterEach
    void endAll() throws InterruptedException {
        for (Process process : started) {
            process.destroyForcibly().waitFor();
        }
    }

    @Test
    void childrenOfAKilledMasterEndAndAnotherStartsAtOnce() throws Exception {
        Process first = start();
        assertThat(firstWords(first)).isEqualTo("serving");
        int child = Tiny.pid(Tiny.ask(Tiny.socket(state, "front")));
        Process second = start();
        assertThat(firstWords(second)).startsWith("refused: another postern (pid " + first.pid());
        assertThat(second.waitFor()).isEqualTo(69);
        first.destroyForcibly();
        // a dead process may stay on the list until init looks at it; it has no memory any more
        await().atMost(Duration.ofSeconds(2)).until(() -> Processes.memory(child).isEmpty());
        Process third = start();
        assertThat(firstWords(third)).isEqualTo("serving");
        assertThat(Tiny.pid(Tiny.ask(Tiny.socket(state, "front")))).isNotEqualTo(child);
    }

    @Test
    void sigtermStopsEverything() throws Exception {
        Process master = start();
        assertThat(firstWords(master)).isEqualTo("serving");
        int child = Tiny.pid(Tiny.ask(Tiny.socket(state, "front")));
        master.destroy();
        assertThat(master.waitFor(12, TimeUnit.SECONDS)).isTrue();
        assertThat(master.exitValue()).isZero();
        assertThat(Processes.memory(child)).isEmpty();
        assertThat(Plan.control(state)).doesNotExist();
    }

    private Process start() throws IOException {
        List<String> command = new ArrayList<>(Tiny.command(MasterMain.class));
        command.add(state.toString());
        Process process =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        started.add(process);
        return process;
    }

    private static String firstWords(Process process) throws IOException {
        BufferedReader reader = process.inputReader(StandardCharsets.UTF_8);
        return String.valueOf(reader.readLine());
    }
}
