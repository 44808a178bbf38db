package postern.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import postern.command.sendmail.SendmailManual;

/**
 * The manual pages in docs/man are what the code says. Run with {@code -Dpostern.write=true} in
 * {@code test.jvm} to write them anew.
 */
class ManualTest {

    @Test
    void thePagesAreUpToDate() throws IOException {
        Path folder = Path.of(System.getProperty("postern.root", "..")).resolve("docs/man");
        Map<String, String> pages =
                Map.of(
                        "postern.1", PosternManual.postern(),
                        "mailq.1", PosternManual.mailq(),
                        "sendmail.1", SendmailManual.text());
        for (Map.Entry<String, String> page : pages.entrySet()) {
            Path file = folder.resolve(page.getKey());
            if (Boolean.getBoolean("postern.write")) {
                Files.writeString(file, page.getValue());
            }
            assertThat(file).as("written from the code").hasContent(page.getValue());
        }
    }
}
