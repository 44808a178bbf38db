package postern.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Arrows go down only, and no program sees another: ADR-0002. */
class DependencyTest {
    private static final Pattern REQUIRES =
            Pattern.compile("\\brequires\\s+(?:static\\s+|transitive\\s+)*([\\w.]+)\\s*;");
    private static final Pattern DEPENDENCY =
            Pattern.compile("<dependency>(.*?)</dependency>", Pattern.DOTALL);

    /** Where a module stands; programs and tests stand together on their own levels. */
    private static final Map<String, Integer> LEVELS =
            Map.ofEntries(
                    Map.entry("base", 0),
                    Map.entry("mail", 1),
                    Map.entry("config", 1),
                    Map.entry("os", 1),
                    Map.entry("wire", 2),
                    Map.entry("dns", 3),
                    Map.entry("table", 3),
                    Map.entry("mailbox", 4),
                    Map.entry("sasl", 4),
                    Map.entry("tls", 4),
                    Map.entry("http", 5),
                    Map.entry("ipc", 5),
                    Map.entry("spool", 5),
                    Map.entry("testkit", 6),
                    Map.entry("command", 8),
                    Map.entry("dist", 9));

    private static final int PROGRAMS = 7;
    private static final int TESTS = 10;

    private static int level(Tree.Module module) {
        Integer own = LEVELS.get(module.name());
        if (own != null) {
            return own;
        }
        if (module.isProgram()) {
            return PROGRAMS;
        }
        if (module.path().startsWith("tests/")) {
            return TESTS;
        }
        throw new AssertionError("give " + module.path() + " a level, here and in ADR-0002");
    }

    @Test
    void dependenciesGoDown() {
        List<Tree.Module> modules = Tree.modules();
        List<String> wrong = new ArrayList<>();
        for (Tree.Module from : modules) {
            for (String to : required(from)) {
                Tree.Module target =
                        modules.stream()
                                .filter(module -> module.name().equals(to))
                                .findAny()
                                .orElseThrow(() -> new AssertionError("no module " + to));
                if (level(target) >= level(from)) {
                    wrong.add(from.path() + " -> " + target.path());
                }
            }
        }
        assertThat(wrong).as("dependencies that go up or sideways").isEmpty();
    }

    @Test
    void everyModuleWithSourcesHasANullMarkedDescriptor() {
        List<String> wrong = new ArrayList<>();
        for (Tree.Module module : Tree.modules()) {
            if (module.mainSources().isEmpty()) {
                continue;
            }
            Path descriptor = module.folder().resolve("src/main/java/module-info.java");
            if (!Files.exists(descriptor)) {
                wrong.add(module.path() + " has no module-info.java");
                continue;
            }
            String text = Tree.text(descriptor);
            if (!text.contains("@org.jspecify.annotations.NullMarked")
                    && !text.contains("@NullMarked")) {
                wrong.add(module.path() + " is not @NullMarked");
            }
            if (!text.contains("module postern." + module.name() + " {")) {
                wrong.add(module.path() + " is not named postern." + module.name());
            }
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void theWritingHalfOfTheQueueIsExportedByNameOnly() {
        String descriptor =
                Tree.text(Tree.root().resolve("kernel/spool/src/main/java/module-info.java"));

        assertThat(descriptor).containsPattern("exports postern\\.spool to");
        assertThat(descriptor).doesNotContainPattern("exports postern\\.spool;");
        assertThat(descriptor).doesNotContain("postern.smtpd").doesNotContain("postern.smtp,");
    }

    /** What a module's descriptor requires, and what its pom names beyond tests. */
    private static List<String> required(Tree.Module module) {
        List<String> names = new ArrayList<>();
        Path descriptor = module.folder().resolve("src/main/java/module-info.java");
        if (Files.exists(descriptor)) {
            Matcher requires = REQUIRES.matcher(Tree.text(descriptor));
            while (requires.find()) {
                if (requires.group(1).startsWith("postern.")) {
                    names.add(requires.group(1).substring("postern.".length()));
                }
            }
        }
        Matcher dependency = DEPENDENCY.matcher(Tree.text(module.folder().resolve("pom.xml")));
        while (dependency.find()) {
            String body = dependency.group(1);
            if (body.contains("<groupId>postern</groupId>")
                    && !body.contains("<scope>test</scope>")) {
                names.add(body.replaceAll("(?s).*<artifactId>([^<]+)</artifactId>.*", "$1"));
            }
        }
        return names.stream().distinct().toList();
    }
}
