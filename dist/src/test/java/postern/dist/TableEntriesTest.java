package postern.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import postern.config.Configuration;
import postern.config.Problem;

/** What tables of TLS policies and of credentials answer is looked at before anything starts. */
class TableEntriesTest {
    private static final String OAUTH =
            """
            [oauth.mail]
            token_endpoint = "https://login.example/token"
            client_id = "postern"
            refresh_token_file = "@refresh"
            """;

    @TempDir Path folder;

    @BeforeEach
    void write() throws IOException {
        Files.writeString(folder.resolve("refresh"), "a token\n");
        Files.writeString(folder.resolve("two"), "a\nb\n");
    }

    static Stream<Arguments> tables() {
        return Stream.of(
                tls(
                        "file",
                        "a.example secure\n# more\nb.example encript\n",
                        "@table:3:1",
                        "\"b.example\""),
                tls("file", "a.example secure match=nexthop\n.b.example dane-only\n", "", ""),
                tls("file", "a.example verify match=\n", "@table:1:1", "is no attribute"),
                tls("regexp", "/^a/ may\nif /b$/\n/x/ secured\nendif\n", "@table:3:1", "\"x\""),
                tls("regexp", "/^(.*)$/ $1\n", "", ""),
                credentials("[h.example]:587 ann:{oauth}mail\nx:1 bob:secret\n", "", ""),
                credentials(
                        "[h.example]:587 ann:{oauth}nail\n",
                        "@table:1:1",
                        "[oauth.nail], which is not there"),
                arguments(
                        "secret that is not there",
                        OAUTH.replace("@refresh", "@missing"),
                        "",
                        "@postern.toml:5:",
                        "missing: there is no such file"),
                arguments(
                        "secret of two lines",
                        OAUTH.replace("@refresh", "@two"),
                        "",
                        "@postern.toml:5:",
                        "two holds no secret"),
                arguments(
                        "client without its secret",
                        OAUTH.replace(
                                "refresh_token_file = \"@refresh\"",
                                "grant = \"client-credentials\""),
                        "",
                        "@postern.toml:",
                        "needs \"client_secret_file\""));
    }

    private static Arguments tls(String kind, String text, String place, String words) {
        return arguments(
                "TLS policy, " + kind,
                "[smtp]\ntls_policy = [\"t\"]\n[table.t]\nkind = \""
                        + kind
                        + "\"\npath = \"@table\"\n",
                text,
                place,
                words);
    }

    private static Arguments credentials(String text, String place, String words) {
        return arguments(
                "credentials",
                "[smtp]\nsasl_credentials = [\"t\"]\n[table.t]\nkind = \"file\"\npath = \"@table\"\n"
                        + OAUTH,
                text,
                place,
                words);
    }

    /** Reading happens at `postern check`, at the start and at a reload alike. */
    @ParameterizedTest(name = "{0}: {4}")
    @MethodSource("tables")
    void aWrongAnswerIsNamed(String what, String toml, String table, String place, String words)
            throws IOException {
        Files.writeString(folder.resolve("table"), table);
        String file = folder.resolve("postern.toml").toString();
        String text = "hostname = \"mx.example.org\"\n" + toml.replace("@", folder + "/");
        List<Problem> problems =
                Configuration.parse(file, text, Sections.ALL, Sections.CHECKS)
                                instanceof Configuration.Result.Broken(List<Problem> found)
                        ? found
                        : List.of();
        if (place.isEmpty()) {
            assertThat(problems).as(what).isEmpty();
            return;
        }
        assertThat(problems).as(what).hasSize(1);
        assertThat(problems.getFirst().toString())
                .startsWith(place.replace("@", folder + "/"))
                .contains(words)
                .doesNotContain("bob:secret");
    }
}
