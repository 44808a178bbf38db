package postern.fuzz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Every target with what is kept for it, and with small changes of that; without Jazzer. */
final class CorpusTest {
    private static final Path CORPORA = Path.of("corpus");
    private static final int CHANGES = 300;

    @TestFactory
    List<DynamicTest> kept() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        for (String name : new java.util.TreeSet<>(Target.ALL.keySet())) {
            Target target = Target.ALL.get(name);
            for (Path file : files(CORPORA.resolve(name))) {
                tests.add(
                        dynamicTest(
                                name + " " + file.getFileName(),
                                () -> play(target, Files.readAllBytes(file))));
            }
        }
        return tests;
    }

    private static void play(Target target, byte[] seed) throws Exception {
        target.take(seed);
        Random random = new Random(seed.length);
        for (int i = 0; i < CHANGES; i++) {
            byte[] input = changed(seed, random);
            try {
                target.take(input);
            } catch (Exception | AssertionError found) {
                fail("found with " + Arrays.toString(input), found);
            }
        }
    }

    private static byte[] changed(byte[] seed, Random random) {
        byte[] input = seed.clone();
        for (int n = 1 + random.nextInt(4); n > 0 && input.length > 0; n--) {
            int at = random.nextInt(input.length);
            switch (random.nextInt(3)) {
                case 0 -> input[at] = (byte) random.nextInt(256);
                case 1 -> { // one octet less
                    System.arraycopy(input, at + 1, input, at, input.length - at - 1);
                    input = Arrays.copyOf(input, input.length - 1);
                }
                default -> { // one of those that mean something
                    byte[] longer = new byte[input.length + 1];
                    System.arraycopy(input, 0, longer, 0, at);
                    longer[at] = (byte) "\r\n\0. <>@:\"\\=[]\u00ff".charAt(random.nextInt(15));
                    System.arraycopy(input, at, longer, at + 1, input.length - at);
                    input = longer;
                }
            }
        }
        return input;
    }

    @Test
    void everyTargetHasACorpusAndEveryCorpusATarget() throws IOException {
        Set<String> folders =
                files(CORPORA).stream()
                        .map(folder -> folder.getFileName().toString())
                        .collect(Collectors.toSet());
        assertThat(folders).isEqualTo(Target.ALL.keySet());
        for (String name : folders) {
            assertThat(files(CORPORA.resolve(name))).isNotEmpty();
        }
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        }
    }
}
