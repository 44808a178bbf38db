package postern.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ExpanderTest {
    private static final String SITE =
            """
            [domains]
            local = ["example.org"]
            virtual_alias = ["alias.example", "all.example"]
            virtual_aliases = ["virtual"]
            [table.virtual]
            kind = "inline"
            [table.virtual.entries]
            "info@alias.example" = "ann, bob@elsewhere.example"
            "team@alias.example" = "info@alias.example, info@alias.example carol@elsewhere.example"
            "@all.example" = "@elsewhere.example"
            "own@all.example" = "own@all.example, copy@elsewhere.example"
            "quoted@alias.example" = "\\"a, b\\"@elsewhere.example"
            "ring1@alias.example" = "ring2@alias.example"
            "ring2@alias.example" = "ring3@alias.example"
            "ring3@alias.example" = "ring1@alias.example"
            "partring@alias.example" = "ring1@alias.example, ann@example.org"
            "grow@alias.example" = "grow+m@alias.example"
            "bad@alias.example" = "bad..dots"
            "bob" = "bob@elsewhere.example"
            "via@alias.example" = "staff@example.org"
            """;

    private static final String ALIASES =
            """
            staff: ann, boss, ann@example.org
            boss: Carol@elsewhere.example, staff, info@alias.example
            mixed: ann, /var/archive
            loop1: loop2
            loop2: loop1
            """;

    private final SiteUnderTest site = SiteUnderTest.of(SITE, ALIASES);

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    ann@example.org        | ann@example.org
                    info@alias.example     | ann@mx.example.org bob@elsewhere.example
                    info+x@alias.example   | ann+x@mx.example.org bob+x@elsewhere.example
                    team@alias.example     | ann@mx.example.org bob@elsewhere.example carol@elsewhere.example
                    any@all.example        | any@elsewhere.example
                    any+x@all.example      | any+x@elsewhere.example
                    own@all.example        | own@all.example copy@elsewhere.example
                    quoted@alias.example   | "a, b"@elsewhere.example
                    bob@example.org        | bob@elsewhere.example
                    bob@mx.example.org     | bob@elsewhere.example
                    bob@far.example        | bob@far.example
                    # aliases of this machine
                    staff@example.org      | ann@mx.example.org Carol@elsewhere.example bob@elsewhere.example
                    Staff+x@example.org    | ann@mx.example.org Carol@elsewhere.example bob@elsewhere.example
                    via@alias.example      | ann@mx.example.org Carol@elsewhere.example bob@elsewhere.example
                    mixed@example.org      | mixed@example.org
                    Postmaster@example.org | root@mx.example.org
                    # loops end
                    ring1@alias.example    | ring1@alias.example
                    partring@alias.example | ann@example.org
                    loop1@example.org      | loop1@example.org
                    """)
    void whoStandsForAnAddress(String recipient, String recipients) {
        assertThat(site.expanded(recipient)).isEqualTo(recipients);
    }

    @Test
    void whatIsNoAddressPutsTheMessageOff() {
        assertThat(site.expanded("bad@alias.example"))
                .isEqualTo("unanswered 4.2.4 postern.toml:7: \"bad..dots\": a dot out of place");
    }

    @Test
    void anAddressThatGrowsEnds() {
        assertThat(site.expanded("grow+x@alias.example")).startsWith("unanswered 4.2.4 ");
    }

    @Test
    void tooManyRecipientsPutTheMessageOff() {
        StringBuilder many = new StringBuilder("u0@elsewhere.example");
        for (int i = 1; i <= Expander.EXPANSION_MAX; i++) {
            many.append(", u").append(i).append("@elsewhere.example");
        }
        var huge =
                SiteUnderTest.of(
                        "[domains]\nvirtual_aliases = [\"v\"]\n[table.v]\nkind = \"inline\"\n"
                                + "entries = { \"all@x.example\" = \""
                                + many
                                + "\" }\n",
                        "everybody: " + many);
        assertThat(huge.expanded("all@x.example"))
                .isEqualTo("unanswered 4.2.4 alias expansion: more than 1000 recipients");
        // local(8) expands its own aliases in portions
        assertThat(huge.expanded("everybody@mx.example.org")).startsWith("everybody@");
    }

    @Test
    void aTableOutOfReachPutsTheMessageOff() {
        var broken =
                SiteUnderTest.of(
                        "[domains]\nvirtual_aliases = [\"v\"]\n"
                                + "[table.v]\nkind = \"file\"\npath = \"/nonexistent/v\"\n");
        assertThat(broken.expanded("x@y.example")).startsWith("unanswered 4.3.0 table v: ");
    }
}
