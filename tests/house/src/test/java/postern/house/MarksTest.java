package postern.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Marks that must not stay in the tree. */
class MarksTest {
    /** Written apart, so that this file does not find itself. */
    private static final Pattern UNFINISHED =
            Pattern.compile("\\b(TO" + "DO|FIX" + "ME|XX" + "X)\\b");

    private static final Pattern SLEEP = Pattern.compile("Thread\\s*\\.\\s*sle" + "ep\\(");
    private static final Pattern DISABLED = Pattern.compile("@Dis" + "abled\\b");
    private static final Pattern WILDCARD = Pattern.compile("^import .*\\*;", Pattern.MULTILINE);

    @Test
    void nothingIsLeftUnfinished() {
        List<String> wrong = new ArrayList<>();
        for (String suffix : List.of(".java", ".xml", ".toml", ".md", ".smtp")) {
            for (Path file : Tree.ownFiles(suffix)) {
                if (UNFINISHED.matcher(Tree.text(file)).find()) {
                    wrong.add(Tree.shown(file));
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void testsWaitForThingsNotForTime() {
        List<String> tests =
                sourcesWith(SLEEP).stream().filter(file -> file.contains("src/test/")).toList();
        assertThat(tests).as("Thread.sle" + "ep: use Awaitility or a fake clock").isEmpty();
    }

    @Test
    void noTestIsSwitchedOff() {
        assertThat(sourcesWith(DISABLED)).isEmpty();
    }

    @Test
    void importsAreNamed() {
        assertThat(sourcesWith(WILDCARD)).isEmpty();
    }

    private static List<String> sourcesWith(Pattern pattern) {
        return Tree.ownFiles(".java").stream()
                .filter(file -> pattern.matcher(Tree.text(file)).find())
                .map(Tree::shown)
                .toList();
    }
}
