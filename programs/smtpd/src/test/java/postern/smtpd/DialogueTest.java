package postern.smtpd;

import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import postern.testkit.Dialogue;

/** Plays every script, and again with its octets cut otherwise. */
final class DialogueTest {
    static final Path SCRIPTS = Path.of("src/test/dialogues");
    private static final int[] CUTS = {0, 1, 7};

    @TestFactory
    List<DynamicTest> dialogues() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        try (Stream<Path> scripts = Files.list(SCRIPTS)) {
            for (Path script : scripts.filter(DialogueTest::script).sorted().toList()) {
                Dialogue dialogue = Dialogue.read(script);
                for (int cut : CUTS) {
                    if (cut == 0 || !dialogue.given().getOrDefault("cut", "any").equals("never")) {
                        tests.add(
                                dynamicTest(
                                        dialogue.name() + " cut " + cut,
                                        () -> new Stand(dialogue.given()).play(dialogue, cut)));
                    }
                }
            }
        }
        return tests;
    }

    private static boolean script(Path file) {
        return file.toString().endsWith(".smtp");
    }
}
