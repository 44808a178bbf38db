package postern.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the flags are chosen for must hold on the JDK that runs the domains: docs/adr/0007. */
final class JvmTest {
    /** Of the collection, its size in KiB before and after. */
    private static final Pattern YOUNG =
            Pattern.compile("DefNew: \\d+K\\((\\d+)K\\)->\\d+K\\((\\d+)K\\)");

    @ParameterizedTest
    @ValueSource(strings = {"front", "queue", "out"})
    void theYoungGenerationIsSmallAtStartAndGrowsWithTheFirstFullCollection(String kind)
            throws Exception {
        Path java = Path.of(System.getProperty("java.home"));
        List<String> command =
                new ArrayList<>(new Jvm(java, Path.of("/nonexistent")).command(kind, List.of()));
        int classPath = command.indexOf("-cp");
        Path classes =
                Path.of(Young.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        command.set(classPath + 1, classes.toString());
        command.set(classPath + 2, Young.class.getName());
        command.add(1, "-Xlog:gc+heap=info");

        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said =
                new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);

        assertThat(process.waitFor()).as(said).isZero();
        Matcher young = YOUNG.matcher(said);
        assertThat(young.find()).as(said).isTrue();
        assertThat(Integer.parseInt(young.group(1))).isLessThan(4 * 1024);
        assertThat(Integer.parseInt(young.group(2))).isGreaterThan(14 * 1024);
    }
}
