package postern.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import postern.base.User;
import postern.config.Configuration;
import postern.config.Key;
import postern.config.Problem;
import postern.config.Section;
import postern.config.Settings;

final class TablesTest {
    private static final Key<List<String>> MAPS =
            TableConfig.references("maps", "Tables that are asked.");
    private static final Section USER = new Section("user", "Asks tables.", List.of(MAPS));

    @TempDir Path folder;
    private final Bench bench = new Bench();

    private Configuration.Result parse(String toml) {
        return Configuration.parse(
                folder.resolve("postern.toml").toString(),
                toml,
                List.of(USER, TableConfig.SECTION),
                List.of(TableCheck.of(List.of(TableConfig.Use.of(USER, MAPS)), bench.world::disk)));
    }

    private Tables tables(String toml) {
        return new Tables(bench.world, loaded(toml), name -> user(name), Map.of("PLACE", "here"));
    }

    private Settings loaded(String toml) {
        return switch (parse(toml)) {
            case Configuration.Result.Loaded(Settings settings) -> settings;
            case Configuration.Result.Broken(List<Problem> problems) ->
                    throw new AssertionError(problems.toString());
        };
    }

    private static Optional<User> user(String name) throws IOException {
        return switch (name) {
            case "ann" -> Optional.of(new User("ann", 1001, 100, Path.of("/home/ann")));
            case "later" -> throw new IOException("directory is down");
            default -> Optional.empty();
        };
    }

    private static String said(Table table, String key) {
        return Bench.said(table.lookup(key));
    }

    @Test
    void everyKindAnswers() throws IOException {
        Bench.write(folder, "text", "k file\n");
        Bench.write(folder, "rules", "/k/ regexp\n");
        Bench.write(folder, "networks", "192.0.2.0/24 cidr\n");
        Tables tables =
                tables(
                        """
                        [table.inline]
                        kind = "inline"
                        entries = { K = "inline" }
                        [table.file]
                        kind = "file"
                        path = "text"
                        [table.rules]
                        kind = "regexp"
                        path = "rules"
                        [table.networks]
                        kind = "cidr"
                        path = "networks"
                        [table.static]
                        kind = "static"
                        value = "OK"
                        [table.users]
                        kind = "users"
                        [table.environment]
                        kind = "environment"
                        variables = ["PLACE", "UNSET"]
                        [table.both]
                        kind = "union"
                        tables = ["inline", "file", "inline"]
                        [table.first]
                        kind = "first"
                        tables = ["networks", "file", "inline"]
                        [table.piped]
                        kind = "pipemap"
                        tables = ["translate", "inline"]
                        [table.translate]
                        kind = "inline"
                        entries = { a = "k", b = "nowhere" }
                        """);
        assertThat(said(tables.get("inline"), "k")).isEqualTo("inline");
        assertThat(said(tables.get("file"), "k")).isEqualTo("file");
        assertThat(said(tables.get("rules"), "k")).isEqualTo("regexp");
        assertThat(said(tables.get("networks"), "192.0.2.9")).isEqualTo("cidr");
        assertThat(said(tables.get("static"), "anything")).isEqualTo("OK");
        assertThat(said(tables.get("users"), "ann")).isEqualTo("ann:x:1001:100::/home/ann:");
        assertThat(said(tables.get("users"), "bob")).isEqualTo("(absent)");
        assertThat(said(tables.get("users"), "later")).startsWith("(later)");
        assertThat(said(tables.get("environment"), "PLACE")).isEqualTo("here");
        assertThat(said(tables.get("environment"), "HOME")).isEqualTo("(absent)");
        assertThat(said(tables.get("both"), "k")).isEqualTo("inline,file");
        assertThat(said(tables.get("first"), "k")).isEqualTo("file");
        assertThat(said(tables.get("piped"), "a")).isEqualTo("inline");
        assertThat(said(tables.get("piped"), "b")).isEqualTo("(absent)");
    }

    @Test
    void whatPartsFailTheWholeFailsToo() {
        Table later = new SmallTables.Unavailable("down");
        Table here = MapTable.inline("here", Map.of("k", "v"));
        for (Combined.Way way : Combined.Way.values()) {
            Table combined = new Combined(way, List.of(later, here));
            assertThat(combined.lookup("k")).isEqualTo(new Table.Answer.TemporaryFailure("down"));
        }
        assertThat(new Combined(Combined.Way.FIRST, List.of(here, later)).lookup("k"))
                .isEqualTo(new Table.Answer.Found("v", "here"));
        assertThat(new Combined(Combined.Way.UNION, List.of(here, later)).lookup("k"))
                .isEqualTo(new Table.Answer.TemporaryFailure("down"));
    }

    @Test
    void whatIsWrongIsToldBeforeAnythingStarts() throws IOException {
        Bench.write(folder, "text", "good line\nbad\n");
        assertThat(problems("[user]\nmaps = [\"nosuch\"]\n"))
                .containsExactly(
                        "postern.toml:2:1: \"maps\" names the table \"nosuch\", which is not there;"
                                + " write a [table.nosuch], or name one that is there");
        assertThat(problems("[user]\nmaps = { \"a.example\" = \"smtp:b\" }\n"))
                .containsExactly(
                        "postern.toml:2:1: maps = {\"a.example\" = \"smtp:b\"} is a table; write a list"
                                + " of names of tables; write \"NAME\" for a [table.NAME]; of kind"
                                + " \"inline\" it has its entries right there");
        assertThat(problems("[table.a]\nkind = \"file\"\nvalue = \"x\"\n"))
                .containsExactly(
                        "postern.toml:2:1: a table of kind file needs \"path\"; write it below",
                        "postern.toml:3:1: \"value\" means nothing to a table of kind file; remove"
                                + " it, or choose another kind");
        assertThat(
                        problems(
                                """
                                [table.a]
                                kind = "union"
                                tables = ["b"]
                                [table.b]
                                kind = "first"
                                tables = ["a"]
                                """))
                .allMatch(problem -> problem.contains("is made of itself"))
                .hasSize(2);
        assertThat(problems("[table.a]\nkind = \"file\"\npath = \"text\"\n"))
                .containsExactly(
                        "text:2:1: \"bad\" has no value; mend it: the table a is taken as a whole or"
                                + " not");
        assertThat(problems("[table.a]\nkind = \"compiled\"\npath = \"text\"\n"))
                .singleElement()
                .asString()
                .contains("text.ptable: there is no such file");
    }

    private List<String> problems(String toml) {
        return switch (parse(toml)) {
            case Configuration.Result.Loaded _ -> List.of();
            case Configuration.Result.Broken(List<Problem> problems) ->
                    problems.stream()
                            .map(problem -> problem.toString().replace(folder + "/", ""))
                            .toList();
        };
    }

    @Test
    void filesAreThoseOfTheTablesAskedAndTheirParts() {
        Settings settings =
                Configuration.salvage(
                        folder.resolve("postern.toml").toString(),
                        """
                        [user]
                        maps = ["all"]
                        [table.all]
                        kind = "first"
                        tables = ["one", "env"]
                        [table.one]
                        kind = "compiled"
                        path = "one"
                        [table.env]
                        kind = "environment"
                        variables = ["PLACE"]
                        [table.other]
                        kind = "file"
                        path = "other"
                        """,
                        List.of(USER, TableConfig.SECTION));
        Set<String> used = Tables.used(settings, List.of(TableConfig.Use.of(USER, MAPS)));
        assertThat(used).containsExactly("all", "one", "env");
        assertThat(Tables.files(settings, used)).containsExactly(folder.resolve("one.ptable"));
        assertThat(Tables.variables(settings, used)).containsExactly("PLACE");
    }
}
