package postern.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The build can be repeated and yields the same. */
class BuildTest {
    private static final Pattern VERSION = Pattern.compile("<version>([^<]+)</version>");

    @Test
    void everyModuleHasItsFolder() {
        assertThat(Tree.modules())
                .isNotEmpty()
                .allSatisfy(module -> assertThat(module.folder().resolve("pom.xml")).exists());
    }

    @Test
    void jarsCarryAFixedTime() {
        assertThat(Tree.text(Tree.root().resolve("pom.xml")))
                .containsPattern("<project.build.outputTimestamp>\\d{4}-\\d\\d-\\d\\dT");
    }

    @Test
    void versionsArePinned() {
        List<String> wrong = new ArrayList<>();
        for (Path pom : Tree.ownFiles("pom.xml")) {
            Matcher version = VERSION.matcher(Tree.text(pom));
            while (version.find()) {
                String value = version.group(1);
                boolean requiredJdk = value.equals("[25,)");
                if (!requiredJdk && value.matches(".*[\\[\\](,].*|LATEST|RELEASE|.*-SNAPSHOT")) {
                    wrong.add(Tree.shown(pom) + ": " + value);
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void onlyTheRootNamesVersionsOfLibraries() {
        List<String> wrong = new ArrayList<>();
        Pattern dependency = Pattern.compile("<dependency>(.*?)</dependency>", Pattern.DOTALL);
        for (Tree.Module module : Tree.modules()) {
            Matcher found = dependency.matcher(Tree.text(module.folder().resolve("pom.xml")));
            while (found.find()) {
                if (found.group(1).contains("<version>")) {
                    wrong.add(module.path());
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void builtJarsDoNotTellWhenTheyWereBuilt() throws IOException {
        for (Tree.Module module : Tree.modules()) {
            for (Path jar :
                    Tree.files(module.folder().resolve("target"), module.name() + "-0.1.0.jar")) {
                try (JarFile open = new JarFile(jar.toFile())) {
                    assertThat(open.stream().map(JarEntry::getTimeLocal).distinct())
                            .as(jar.toString())
                            .hasSizeLessThanOrEqualTo(1);
                }
            }
        }
    }

    @Test
    void theCommandsAtTheRootCanBeRun() {
        for (String command :
                List.of(
                        "run",
                        "test",
                        ".ci/run",
                        "bin/jdk",
                        "bin/postern",
                        "bin/sendmail",
                        "bin/mailq")) {
            Path file = Tree.root().resolve(command);
            assertThat(Files.isExecutable(file)).as(command).isTrue();
        }
    }
}
