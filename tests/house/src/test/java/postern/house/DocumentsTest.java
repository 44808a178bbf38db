package postern.house;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What is written about the code is there and is true where a test can tell. */
class DocumentsTest {
    private static final List<String> HEADINGS =
            List.of("Name", "Does", "Trusts", "Powers", "Limits", "Diagnostics");
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#\\s]+)(?:#[^)\\s]*)?\\)");
    private static final Pattern CITATION =
            Pattern.compile("RFC (\\d+)\\s+§([A-Z](?:\\.\\d+)*|\\d+(?:\\.\\d+)*)");

    @Test
    void everyPackageIsDescribed() {
        List<String> wrong = new ArrayList<>();
        for (Tree.Module module : Tree.modules()) {
            for (Path source : module.mainSources()) {
                Path folder = source.getParent();
                boolean descriptor = source.getFileName().toString().equals("module-info.java");
                if (!descriptor
                        && folder != null
                        && !Files.exists(folder.resolve("package-info.java"))) {
                    wrong.add(Tree.shown(folder));
                }
            }
        }
        assertThat(wrong.stream().distinct()).as("packages without package-info.java").isEmpty();
    }

    @Test
    void everyProgramHasItsManPage() {
        List<String> wrong = new ArrayList<>();
        for (Tree.Module module : Tree.modules()) {
            if (!module.isProgram()) {
                continue;
            }
            Path page =
                    module.folder()
                            .resolve(
                                    "src/main/java/postern/"
                                            + module.name()
                                            + "/package-info.java");
            if (!Files.exists(page)) {
                wrong.add(module.path() + ": no package-info.java");
                continue;
            }
            String text = Tree.text(page);
            int from = 0;
            for (String heading : HEADINGS) {
                Matcher found = Pattern.compile("\\b" + heading + "\\b").matcher(text);
                if (found.find(from)) {
                    from = found.end();
                } else {
                    wrong.add(
                            module.path() + ": heading " + heading + " is missing or out of order");
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void linksResolve() {
        List<String> wrong = new ArrayList<>();
        for (Path page : Tree.ownFiles(".md")) {
            Matcher link = LINK.matcher(Tree.text(page));
            while (link.find()) {
                String target = link.group(1);
                Path folder = page.getParent();
                if (!target.matches("[a-z]+:.*")
                        && folder != null
                        && !Files.exists(folder.resolve(target))) {
                    wrong.add(Tree.shown(page) + " -> " + target);
                }
            }
        }
        assertThat(wrong).as("links that lead nowhere").isEmpty();
    }

    /** What stands in the second column of a table there, {@code section.key}. */
    @Test
    void theHowToForPostfixNamesKeysThatAreThere() {
        Set<String> keys = new HashSet<>();
        String section = "";
        for (String line :
                Tree.text(Tree.root().resolve("docs/configuration.md")).lines().toList()) {
            if (line.startsWith("## ")) {
                section = line.replaceAll("[# \\[\\]]|\\.NAME", "");
            } else if (line.startsWith("| `")) {
                keys.add(section + "." + line.split("`", 3)[1]);
            }
        }
        Pattern row = Pattern.compile("(?m)^\\| `[a-z_A-Z].*?` \\| `([a-z_]+(?:\\.[a-z_]+)+)` \\|");
        List<String> named =
                row.matcher(Tree.text(Tree.root().resolve("docs/howto/postfix.md")))
                        .results()
                        .map(found -> found.group(1))
                        .toList();
        assertThat(named).hasSizeGreaterThan(50);
        assertThat(keys).containsAll(named);
    }

    @Test
    void decisionsAreNumberedOnceAndInOneForm() {
        List<Path> records = Tree.files(Tree.root().resolve("docs/adr"), ".md");
        Map<String, Path> byNumber = new HashMap<>();
        List<String> wrong = new ArrayList<>();
        for (Path record : records) {
            String name = record.getFileName().toString();
            if (!name.matches("\\d{4}-[a-z0-9-]+\\.md")) {
                wrong.add(name + " is not named NNNN-words.md");
                continue;
            }
            if (byNumber.put(name.substring(0, 4), record) != null) {
                wrong.add(name + " has a number that another has");
            }
        }
        assertThat(wrong).isEmpty();
        assertThat(records).isNotEmpty();
    }

    @Test
    void citedDecisionsExist() {
        Pattern cited = Pattern.compile("ADR-(\\d{4})");
        List<String> wrong = new ArrayList<>();
        List<String> numbers =
                Tree.files(Tree.root().resolve("docs/adr"), ".md").stream()
                        .map(file -> file.getFileName().toString().substring(0, 4))
                        .toList();
        for (String suffix : List.of(".java", ".md")) {
            for (Path file : Tree.ownFiles(suffix)) {
                Matcher found = cited.matcher(Tree.text(file));
                while (found.find()) {
                    if (!numbers.contains(found.group(1))) {
                        wrong.add(Tree.shown(file) + " cites " + found.group());
                    }
                }
            }
        }
        assertThat(wrong.stream().distinct()).isEmpty();
    }

    /** Runs where the texts of the RFCs lie beside the project. */
    @Test
    void citedSectionsExist() {
        Path library = Tree.root().resolveSibling("shared").resolve("rfc");
        assumeTrue(Files.isDirectory(library), "no texts of the RFCs in " + library);
        Map<String, String> texts = new HashMap<>();
        List<String> wrong = new ArrayList<>();
        for (Path file : Tree.ownFiles(".java")) {
            Matcher citation = CITATION.matcher(Tree.text(file));
            while (citation.find()) {
                Path rfc = library.resolve("rfc" + citation.group(1) + ".txt");
                if (!Files.exists(rfc)) {
                    continue; // not in this library: cannot be checked
                }
                String text = texts.computeIfAbsent(citation.group(1), _ -> Tree.text(rfc));
                if (!hasSection(text, citation.group(2))) {
                    wrong.add(Tree.shown(file) + " cites " + citation.group());
                }
            }
        }
        assertThat(wrong.stream().distinct()).as("sections that do not exist").isEmpty();
    }

    /**
     * A heading is the number at the line's begin, or after "Appendix"; the contents' lines count
     * too.
     */
    private static boolean hasSection(String text, String section) {
        return Pattern.compile(
                        "^\\s*(?:Appendix )?" + Pattern.quote(section) + "[.:]?(?:\\s+\\S|$)",
                        Pattern.MULTILINE)
                .matcher(text)
                .find();
    }
}
