package postern.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import postern.command.TlsTools.Way;
import postern.config.Configuration;
import postern.config.Settings;

/** What {@code postern tls check} says of a domain whose mail takes another way. */
class TlsQuestionsTest {
    @TempDir Path folder;

    @ParameterizedTest
    @CsvSource({
        "'', away.example, ''",
        "'relayhost = \"[127.0.0.1]:9\"', away.example, 'goes to [127.0.0.1]:9 by transport smtp'",
        "'relayhost = \"[127.0.0.1]:9\"', [127.0.0.1]:9, ''"
    })
    void anotherWayIsTold(String domains, String asked, String told) throws IOException {
        Files.writeString(folder.resolve("aliases"), "");
        Path file = folder.resolve("postern.toml");
        String text =
                """
                        hostname = "mx.home.example"
                        state = "state"
                        [domains]
                        local = ["home.example"]
                        aliases = "aliases"
                        %s
                        [smtp]
                        dns_servers = ["127.0.0.1:1"]
                        mta_sts = false
                        """
                        .formatted(domains);
        Settings settings =
                switch (Configuration.parse(file.toString(), text, Sections.ALL, Sections.CHECKS)) {
                    case Configuration.Result.Loaded(Settings loaded) -> loaded;
                    case Configuration.Result.Broken(var problems) ->
                            throw new AssertionError(problems);
                };
        Way way = new TlsQuestions().check(settings, asked, Optional.empty(), false).getFirst();
        if (told.isEmpty()) {
            assertThat(way.elsewhere()).isEmpty();
        } else {
            assertThat(way.elsewhere()).contains(told).contains("postern.toml:");
        }
    }
}
