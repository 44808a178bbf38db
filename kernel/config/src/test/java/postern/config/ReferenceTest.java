package postern.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class ReferenceTest {

    @Test
    void theSampleIsValidOnceUncommented() {
        String sample = Reference.sampleToml(Samples.ALL);
        String bare =
                Pattern.compile("^#(\\[|[a-z_]+ = )", Pattern.MULTILINE)
                        .matcher(sample)
                        .replaceAll("$1");
        assertThat(Samples.problems(bare)).isEmpty();
        assertThat(Samples.loaded(bare).each(Samples.LISTENER)).hasSize(1);
        assertThat(Samples.problems(sample))
                .containsExactly(
                        "postern.toml: \"hostname\" is missing; write hostname = \"mx.example.org\" or the like");
    }

    @Test
    void theSampleShowsTheDefault() {
        assertThat(Reference.sampleToml(Samples.ALL))
                .contains(
                        """
                        # How long a client may take for a command. RFC 5321 §4.5.3.2.7.
                        # (duration, 1s to 1h; this is the default)
                        #timeout = "300s"
                        """);
    }

    @Test
    void theReferenceNamesEveryKey() {
        String markdown = Reference.markdown(Samples.ALL);
        String man = Reference.man(Samples.ALL);
        for (Section section : Samples.ALL) {
            for (Key<?> key : section.keys()) {
                assertThat(markdown).contains("| `" + key.name() + "` | ");
                assertThat(man).contains(".BR \"" + key.name() + "\" ");
            }
        }
        assertThat(markdown).contains("`idle_timeout` was retired in 0.2: use \"timeout\".");
        assertThat(man.lines()).noneMatch(line -> line.startsWith("'"));
    }
}
