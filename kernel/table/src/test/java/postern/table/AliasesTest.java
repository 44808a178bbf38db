package postern.table;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import postern.table.Aliases.Target;

final class AliasesTest {
    private static final String FILE =
            """
            # comment
            postmaster: root
            Staff: ann@example.org, bob,
              \\carol
            \t, dave

            # comment in between
            archive: "/var/mail/with, comma", "|/usr/bin/filter -a \\"b c\\""
            list: :include:/etc/mail/list
            "odd: name": ann
            """;

    private final Aliases aliases = Aliases.parse(FILE).aliases();

    @Test
    void namesDoNotDifferByCase() {
        assertThat(aliases.lookup("POSTMASTER")).containsExactly(new Target.Address("root"));
    }

    @Test
    void lineBeginningWithSpaceContinuesTheOneBefore() {
        assertThat(aliases.lookup("staff"))
                .containsExactly(
                        new Target.Address("ann@example.org"),
                        new Target.Address("bob"),
                        new Target.Exactly("carol"),
                        new Target.Address("dave"));
    }

    @Test
    void quotesHoldCommasAndCommands() {
        assertThat(aliases.lookup("archive"))
                .containsExactly(
                        new Target.File("/var/mail/with, comma"),
                        new Target.Command("/usr/bin/filter -a \"b c\""));
        assertThat(aliases.lookup("list")).containsExactly(new Target.Include("/etc/mail/list"));
        assertThat(aliases.lookup("odd: name")).containsExactly(new Target.Address("ann"));
    }

    /** Postfix's aliases(5) has the comments of RFC 822; a quoted command keeps its own. */
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            textBlock =
                    """
                    ann (the boss)                  ; [Address[text=ann]]
                    (a, b) ann, bob (x (y, \\) z)) ; [Address[text=ann], Address[text=bob]]
                    Ann (x) <ann@a.example>         ; [Address[text=ann@a.example]]
                    "|(cd /x && run)"               ; [Command[command=(cd /x && run)]]
                    ann (no end, bob (x             ; [Address[text=ann (no end], Address[text=bob (x]]
                    """)
    void commentsAreLeftOut(String list, String expected) {
        assertThat(Aliases.targets(list)).hasToString(expected);
    }

    @Test
    void unknownNameIsNoAlias() {
        assertThat(aliases.lookup("nobody")).isEmpty();
    }

    @Test
    void badLinesAreReportedByNumberAndLeftOut() {
        Aliases.Loaded loaded = Aliases.parse("a: b\nnonsense\nc:\na: d\n");
        assertThat(loaded.problems()).extracting(Aliases.Problem::line).containsExactly(2, 3, 4);
        assertThat(loaded.aliases().lookup("a")).containsExactly(new Target.Address("b"));
    }
}
