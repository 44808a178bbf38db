package postern.table;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
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
