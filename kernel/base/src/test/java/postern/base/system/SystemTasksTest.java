package postern.base.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
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
}
