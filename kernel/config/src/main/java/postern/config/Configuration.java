package postern.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.tomlj.Toml;
import org.tomlj.TomlParseError;
import org.tomlj.TomlParseResult;

/** Reads postern.toml: all of it, and every problem in it at once. The only user of TOML. */
public final class Configuration {
    private Configuration() {}

    /** What the file turned out to be. */
    public sealed interface Result {
        record Loaded(Settings settings) implements Result {}

        /** In the order of the file; never empty. */
        record Broken(List<Problem> problems) implements Result {
            public Broken {
                problems = List.copyOf(problems);
            }
        }
    }

    /**
     * Looks at values together once each is right by itself. {@link Settings.Group#problem} makes
     * what it returns.
     */
    public interface Check {
        List<Problem> check(Settings settings);
    }

    /**
     * @param file its name as messages show it; relative paths of {@link Key.Base#FILE} start in
     *     its folder
     */
    public static Result parse(String file, String toml, List<Section> sections) {
        return parse(file, toml, sections, List.of());
    }

    /** As {@link #parse(String, String, List)}, then the checks, when nothing was wrong before. */
    public static Result parse(
            String file, String toml, List<Section> sections, List<Check> checks) {
        TomlParseResult parsed = Toml.parse(toml);
        TomlFile walk = new TomlFile(file, sections);
        List<Problem> problems = new ArrayList<>();
        for (TomlParseError error : parsed.errors()) {
            problems.add(syntax(file, error));
        }
        walk.read(parsed);
        if (problems.isEmpty()) {
            walk.requireAll(); // what a syntax error swallowed is not missing
        }
        problems.addAll(walk.problems());
        Settings settings = walk.settings();
        if (problems.isEmpty()) {
            checks.forEach(check -> problems.addAll(check.check(settings)));
        }
        problems.sort(Comparator.comparingInt(Problem::line).thenComparingInt(Problem::column));
        return problems.isEmpty() ? new Result.Loaded(settings) : new Result.Broken(problems);
    }

    /**
     * What is right in a file, whatever is wrong beside it, for who must find a running Postern to
     * tell it of a broken file. A required key may be missing: to ask for it is a {@link
     * postern.base.Bug}.
     */
    public static Settings salvage(String file, String toml, List<Section> sections) {
        TomlFile walk = new TomlFile(file, sections);
        walk.read(Toml.parse(toml));
        walk.settleDefaults();
        return walk.settings();
    }

    private static Problem syntax(String file, TomlParseError error) {
        String message = String.valueOf(error.getMessage());
        return new Problem(
                file,
                error.position().line(),
                error.position().column(),
                "TOML: " + message.replace('\n', ' '),
                "write key = value, texts in quotes, one a line");
    }
}
