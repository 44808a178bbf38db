package postern.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import postern.config.Configuration;
import postern.config.Reference;

/**
 * What is written about postern.toml is what the code declares, and the samples are valid. Run with
 * {@code -Dpostern.write=true} in {@code test.jvm} to write the documents anew.
 */
class ConfigurationDocumentsTest {
    private static final Path ROOT = Path.of(System.getProperty("postern.root", ".."));

    @Test
    void theDocumentsAreUpToDate() throws IOException {
        Map<String, String> documents =
                Map.of(
                        "docs/configuration.md", Reference.markdown(Sections.ALL),
                        "docs/man/postern.toml.5", Reference.man(Sections.ALL),
                        "conf/postern.toml.sample", Reference.sampleToml(Sections.ALL));
        for (Map.Entry<String, String> document : documents.entrySet()) {
            Path file = ROOT.resolve(document.getKey());
            if (Boolean.getBoolean("postern.write")) {
                Files.writeString(file, document.getValue());
            }
            assertThat(file).as("written from the code").hasContent(document.getValue());
        }
    }

    @Test
    void theSamplesAreValidAndShort() throws IOException {
        List<Path> samples;
        try (Stream<Path> files = Files.list(ROOT.resolve("conf"))) {
            samples = files.filter(file -> file.toString().endsWith(".toml")).toList();
        }
        assertThat(samples).hasSizeGreaterThanOrEqualTo(4);
        for (Path sample : samples) {
            String text = Files.readString(sample);
            assertValid(sample, text);
            assertThat(text.lines().filter(line -> !line.isBlank() && !line.startsWith("#")))
                    .as(sample + ": ten lines or so")
                    .hasSizeLessThanOrEqualTo(15);
        }
    }

    @Test
    void everyDefaultIsValidWhenStated() throws IOException {
        String sample = Reference.sampleToml(Sections.ALL);
        String stated =
                Pattern.compile("^#(\\[|[a-z_]+ = )", Pattern.MULTILINE)
                        .matcher(sample)
                        .replaceAll("$1");
        assertThat(stated).isNotEqualTo(sample);
        assertValid(Path.of("postern.toml.sample"), stated);
    }

    private static void assertValid(Path file, String text) {
        assertThat(Configuration.parse(file.toString(), text, Sections.ALL))
                .as(file.toString())
                .isInstanceOf(Configuration.Result.Loaded.class);
    }
}
