package postern.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class FileTablesTest {
    private static final String RULES =
            """
            # first match counts
            /^root@/                    admin@example.org
            /^(.*)-outgoing@(.*)$/      550 use ${1}@$(2), it costs $$2
            if !/@sub\\./
            /^list\\+([^@]*)@/           lists-$1@lists.example.org
            endif
            /^CASE@/i                   exact
            !/@/                        bare
            """;

    private static final String NETWORKS =
            """
            192.0.2.1            REJECT
            if 192.0.2.0/24
            !192.0.2.128/25      lower half
            192.0.2.200          two hundred
            endif
            2001:db8::/32        six
            !10.0.0.0/8          not ten
            if !2001:db8:1::/48
            ::/0                 other six
            endif
            """;

    @TempDir Path folder;
    private final Bench bench = new Bench();

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    ann@example.org          | ann
                    "ann lee"@example.org    | annlee@elsewhere.example
                    staff@example.org        | ann, bob,  carol
                    @catchall.example        | ann
                    nobody@example.org       | (absent)
                    """)
    void textOfAHashSource(String key, String said) throws IOException {
        Path file =
                Bench.write(
                        folder,
                        "virtual",
                        """
                        # comment
                        Ann@Example.ORG   ann

                        "ann lee"@example.org\tannlee@elsewhere.example
                        staff@example.org ann,
                         bob,
                        # comments do not part what belongs together

                          carol
                        @catchall.example ann
                        """);
        Table table = Bench.table(bench.read(file, MapTable::read));
        assertThat(Bench.said(table.lookup(key)).replaceAll(" +", " "))
                .isEqualTo(said.replaceAll(" +", " "));
    }

    @Test
    void anEntryTellsWhereItStands() throws IOException {
        Path file = Bench.write(folder, "virtual", "# one\na@b c\n");
        Table table = Bench.table(bench.read(file, MapTable::read));
        assertThat(table.lookup("a@b")).isEqualTo(new Table.Answer.Found("c", "virtual:2"));
    }

    @Test
    void everyBadLineIsTold() throws IOException {
        Path file = folder.resolve("virtual");
        java.nio.file.Files.write(
                file,
                "  begins white\nnovalue\na@b one\n\"open@b two\nA@B again\nname: x\n\u00ff z\n"
                        .getBytes(java.nio.charset.StandardCharsets.ISO_8859_1));
        assertThat(Bench.problems(bench.read(file, MapTable::read)))
                .containsExactly(
                        "virtual:1: the file begins with a line that continues nothing",
                        "virtual:2: \"novalue\" has no value",
                        "virtual:4: a quote is not closed",
                        "virtual:5: \"a@b\" is there already, in line 3",
                        "virtual:6: \"name:\" is a key of aliases(5): no colon here",
                        "virtual:7: the line is not in UTF-8");
    }

    @Test
    void problemsAreCountedBeyondABound() throws IOException {
        Path file = Bench.write(folder, "virtual", "bad\n".repeat(250));
        assertThat(Bench.problems(bench.read(file, MapTable::read)))
                .hasSize(101)
                .last()
                .isEqualTo("virtual: and 150 more lines that are wrong");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    root@example.org             | admin@example.org
                    ROOT@example.org             | admin@example.org
                    team-outgoing@example.org    | 550 use team@example.org, it costs $2
                    list+dogs@example.org        | lists-dogs@lists.example.org
                    list+dogs@sub.example.org    | (absent)
                    CASE@x                       | exact
                    case@x                       | (absent)
                    plain                        | bare
                    """)
    void regexpRules(String key, String said) throws IOException {
        Path file = Bench.write(folder, "patterns", RULES);
        Table table = Bench.table(bench.read(file, RegexpTable::read));
        assertThat(Bench.said(table.lookup(key))).isEqualTo(said);
        assertThat(table.lookupPart(key)).isEqualTo(Table.Answer.ABSENT);
    }

    @Test
    void aPatternThatIsMeantToExplodeDoesNot() throws IOException {
        Path file = Bench.write(folder, "patterns", "/^(a+)+$/ x\n");
        Table table = Bench.table(bench.read(file, RegexpTable::read));
        assertThat(table.lookup("a".repeat(4000) + "!")).isEqualTo(Table.Answer.ABSENT);
        assertThat(table.lookup("a".repeat(5000))).isEqualTo(Table.Answer.ABSENT);
    }

    @Test
    void everyBadRuleIsTold() throws IOException {
        Path file =
                Bench.write(
                        folder,
                        "patterns",
                        """
                        /(/ x
                        /a/q x
                        /a/
                        /a x
                        /(a)/ $2
                        !/(a)/ $1
                        /a/ costs $
                        endif
                        if /a/ x
                        if /b/
                        """);
        assertThat(Bench.problems(bench.read(file, RegexpTable::read)))
                .extracting(text -> text.replaceAll("none: .*", "none"))
                .containsExactly(
                        "patterns:1: the pattern is none",
                        "patterns:2: flag \"q\" is unknown: there are i, m and s",
                        "patterns:3: the pattern has no result",
                        "patterns:4: the pattern does not end with /",
                        "patterns:5: $2, but the pattern has 1 groups",
                        "patterns:6: $1 means nothing where no match counts",
                        "patterns:7: $ stands before a number, ${1}, $(1) or another $",
                        "patterns:8: \"endif\" without \"if\"",
                        "patterns:9: \"if\" takes no result: \"x\"",
                        "patterns:10: \"if\" without its \"endif\"");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    192.0.2.1        | REJECT
                    192.0.2.77       | lower half
                    192.0.2.200      | two hundred
                    192.0.2.201      | not ten
                    198.51.100.1     | not ten
                    10.1.2.3         | (absent)
                    2001:db9::1      | other six
                    2001:db8::5      | six
                    mail.example.org | (absent)
                    """)
    void networks(String key, String said) throws IOException {
        Path file = Bench.write(folder, "networks", NETWORKS);
        Table table = Bench.table(bench.read(file, CidrTable::read));
        assertThat(Bench.said(table.lookup(key))).isEqualTo(said);
    }

    @Test
    void everyBadNetworkIsTold() throws IOException {
        Path file = Bench.write(folder, "networks", "192.0.2.1/24 x\nexample.org x\n::1\n");
        assertThat(Bench.problems(bench.read(file, CidrTable::read)))
                .extracting(text -> text.replaceAll(" is no network.*", " is none"))
                .containsExactly(
                        "networks:1: \"192.0.2.1/24\" is none",
                        "networks:2: \"example.org\" is none",
                        "networks:3: the pattern has no result");
    }
}
