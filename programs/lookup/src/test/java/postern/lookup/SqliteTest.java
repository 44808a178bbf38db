package postern.lookup;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import postern.base.World;
import postern.base.system.SystemWorld;
import postern.config.Configuration;
import postern.config.Problem;
import postern.table.Table;
import postern.table.Table.Answer;
import postern.table.TableConfig;

/** A table in a file of SQLite's, by its configuration. */
final class SqliteTest {
    @TempDir Path folder;
    private final World world = SystemWorld.create((_, _) -> {});

    @BeforeEach
    void fill() throws Exception {
        try (Connection connection =
                        DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("mail.db"));
                Statement statement = connection.createStatement()) {
            statement.executeUpdate("CREATE TABLE people (address TEXT, target TEXT, other TEXT)");
            statement.executeUpdate(
                    "INSERT INTO people VALUES ('ann@a.test', 'ann', NULL), ('all@a.test', 'one', 'two'),"
                            + " ('all@a.test', '', 'three@b.test'), ('o''hara@a.test', 'x', NULL)");
        }
    }

    private List<Problem> problems(String more) {
        return switch (parse(more)) {
            case Configuration.Result.Loaded _ -> List.of();
            case Configuration.Result.Broken(List<Problem> problems) -> problems;
        };
    }

    private Configuration.Result parse(String more) {
        return Configuration.parse(
                folder.resolve("postern.toml").toString(),
                "[table.people]\nkind = \"sqlite\"\npath = \"mail.db\"\n" + more,
                List.of(TableConfig.SECTION, LookupConfig.SECTION),
                List.of(LookupConfig::check));
    }

    private Table table(String more) {
        return switch (parse(more)) {
            case Configuration.Result.Loaded(var settings) ->
                    new Sources(world, Passwords.files(world.disk()), List.of())
                            .open(TableConfig.all(settings).getFirst());
            case Configuration.Result.Broken(List<Problem> problems) ->
                    throw new AssertionError(problems.toString());
        };
    }

    private static String said(Answer answer) {
        return switch (answer) {
            case Answer.Found found -> found.value();
            case Answer.Absent _ -> "(absent)";
            case Answer.TemporaryFailure(String reason) -> "(later) " + reason;
        };
    }

    private static final String QUERY =
            "query = \"SELECT target, other FROM people WHERE address = '%s'\"\n";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    ann@a.test                 | ann
                    eve@a.test                 | (absent)
                    all@a.test                 | one,two,three@b.test
                    o'hara@a.test              | x
                    x' OR 'a'='a               | (absent)
                    x'; DROP TABLE people; --  | (absent)
                    ann@a.test' --             | (absent)
                    %                          | (absent)
                    """)
    void keysAreBound(String key, String expected) {
        Table table = table(QUERY);
        assertThat(said(table.lookup(key))).isEqualTo(expected);
        assertThat(said(table.lookup("ann@a.test"))).isEqualTo("ann");
    }

    @Test
    void valuesAreFormattedAndBounded() {
        assertThat(said(table(QUERY + "result_format = \"%u@%D\"").lookup("all@a.test")))
                .isEqualTo("one@a.test,two@a.test,three@a.test");
        assertThat(said(table(QUERY + "result_format = \"%d\"").lookup("all@a.test")))
                .isEqualTo("b.test");
        assertThat(said(table(QUERY + "expansion_limit = 2").lookup("all@a.test")))
                .isEqualTo("(later) more than 2 values for one key");
        assertThat(said(table(QUERY + "domains = [\"b.test\"]").lookup("ann@a.test")))
                .isEqualTo("(absent)");
    }

    @Test
    void whatFailsIsNotAbsent() throws Exception {
        assertThat(
                        said(
                                table("query = \"SELECT nothing FROM people WHERE x = '%s'\"\n")
                                        .lookup("ann@a.test")))
                .startsWith("(later) ");
        Files.writeString(folder.resolve("mail.db"), "no database, but long enough ".repeat(50));
        assertThat(said(table(QUERY).lookup("ann@a.test"))).startsWith("(later) ");
        Files.delete(folder.resolve("mail.db"));
        assertThat(said(table(QUERY).lookup("ann@a.test"))).startsWith("(later) ");
        assertThat(folder.resolve("mail.db")).doesNotExist(); // nobody writes to it
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "query = \"SELECT 1\"",
                "query = \"SELECT a FROM \\\"%s\\\"\"",
                "query = \"SELECT '%s\"",
                "query = \"SELECT '%s'\"\nresult_format = \"%q\""
            })
    void whatIsWrongIsToldWithItsLine(String more) {
        assertThat(problems(more))
                .singleElement()
                .satisfies(problem -> assertThat(problem.line()).isGreaterThanOrEqualTo(4));
    }

    @Test
    void manyQuestionsAtOnceAreAllAnswered() throws Exception {
        Table table = table(QUERY + "connections = 3");
        List<Thread> threads = new ArrayList<>();
        List<String> answers = Collections.synchronizedList(new ArrayList<>());
        for (int i = 0; i < 200; i++) {
            threads.add(
                    Thread.ofVirtual().start(() -> answers.add(said(table.lookup("ann@a.test")))));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(answers).hasSize(200).containsOnly("ann");
    }
}
