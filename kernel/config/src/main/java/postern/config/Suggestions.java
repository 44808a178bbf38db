package postern.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.tomlj.TomlArray;
import org.tomlj.TomlTable;

/** Finds what an operator may have meant. */
final class Suggestions {
    /** A name further away than this share of its letters is no typo of it. */
    private static final int LETTERS_PER_TYPO = 3;

    private final List<Section> sections;

    Suggestions(List<Section> sections) {
        this.sections = List.copyOf(sections);
    }

    /** Whether a list is one of tables. */
    boolean table(Object value) {
        return value instanceof TomlArray array
                && !array.isEmpty()
                && array.get(0) instanceof TomlTable;
    }

    String forKey(String path, String name) {
        for (Section section : sections) {
            for (Section.Retired old : section.retired()) {
                if (section.name().equals(path) && old.name().equals(name)) {
                    return "it was retired in " + old.since() + ": " + old.replacement();
                }
            }
        }
        String dotted = path.isEmpty() ? name : path + "." + name;
        if (sections.stream().anyMatch(section -> section.name().equals(dotted))) {
            return "write it as a section, [" + dotted + "]";
        }
        Optional<String> elsewhere = sectionsOf(name);
        if (elsewhere.isPresent()) {
            return "it belongs in " + elsewhere.get();
        }
        List<String> here = keysOf(path);
        Optional<String> near = nearest(name, here);
        if (near.isPresent()) {
            return "did you mean \"" + near.get() + "\"?";
        }
        List<String> all =
                sections.stream().flatMap(section -> keysOf(section.name()).stream()).toList();
        Optional<String> far = nearest(name, all);
        if (far.isPresent()) {
            return "did you mean \""
                    + far.get()
                    + "\" in "
                    + sectionsOf(far.get()).orElse("")
                    + "?";
        }
        return here.isEmpty() ? "remove it" : "keys here are " + String.join(", ", here);
    }

    String forSection(String name) {
        List<String> names =
                sections.stream().map(Section::name).filter(each -> !each.isEmpty()).toList();
        return nearest(name, names)
                .map(near -> "did you mean " + header(near) + "?")
                .orElse(
                        "sections are "
                                + String.join(", ", names.stream().map(this::header).toList()));
    }

    private String header(String name) {
        return sections.stream()
                .filter(section -> section.name().equals(name))
                .findFirst()
                .map(Section::header)
                .orElse(name);
    }

    private Optional<String> sectionsOf(String key) {
        List<String> found =
                sections.stream()
                        .filter(section -> section.key(key).isPresent())
                        .map(Section::header)
                        .toList();
        return found.isEmpty() ? Optional.empty() : Optional.of(String.join(" or ", found));
    }

    private List<String> keysOf(String path) {
        List<String> names = new ArrayList<>();
        for (Section section : sections) {
            if (section.name().equals(path)) {
                section.keys().forEach(key -> names.add(key.name()));
            }
        }
        return names;
    }

    private static Optional<String> nearest(String name, List<String> known) {
        String plain = name.toLowerCase(Locale.ROOT).replace('-', '_');
        int limit = Math.max(1, plain.length() / LETTERS_PER_TYPO);
        Optional<String> best = Optional.empty();
        for (String each : known) {
            if (Math.abs(each.length() - plain.length()) <= limit) {
                int distance = distance(plain, each);
                if (distance <= limit) {
                    limit = distance - 1;
                    best = Optional.of(each);
                }
            }
        }
        return best;
    }

    /** Letters to insert, delete, replace or swap with a neighbour, at the least. */
    static int distance(String a, String b) {
        int[][] cost = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                cost[i][j] = i == 0 || j == 0 ? i + j : cheapest(cost, a, b, i, j);
            }
        }
        return cost[a.length()][b.length()];
    }

    private static int cheapest(int[][] cost, String a, String b, int i, int j) {
        boolean same = a.charAt(i - 1) == b.charAt(j - 1);
        int best = cost[i - 1][j - 1] + (same ? 0 : 1);
        best = Math.min(best, Math.min(cost[i - 1][j], cost[i][j - 1]) + 1);
        boolean swapped =
                i > 1
                        && j > 1
                        && a.charAt(i - 1) == b.charAt(j - 2)
                        && a.charAt(i - 2) == b.charAt(j - 1);
        return swapped ? Math.min(best, cost[i - 2][j - 2] + 1) : best;
    }
}
