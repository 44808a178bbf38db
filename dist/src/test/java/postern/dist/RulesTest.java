package postern.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import postern.command.Installation.Ruled;
import postern.config.Configuration;
import postern.config.Problem;
import postern.config.Settings;

/** {@code [[rule]]}: what is wrong is told with its place, and what is right can be explained. */
class RulesTest {
    private static final String RULES =
            """
            hostname = "mx.example.org"
            [smtpd]
            trusted = ["192.0.2.0/24"]
            [[rule]]
            name = "friends"
            stage = "connect"
            client = ["192.0.2.0/24"]
            action = "permit"
            [[rule]]
            name = "all-others"
            stage = "connect"
            client = ["198.51.100.0/24"]
            action = "defer"
            [[rule]]
            name = "liars"
            stage = "helo"
            helo = ["mx.example.org"]
            action = "reject"
            [[rule]]
            name = "listed"
            score_at_least = 3
            sender = ["*@example.net"]
            action = "reject"
            """;

    private static Settings settings() {
        return switch (Configuration.parse("postern.toml", RULES, Sections.ALL, Sections.CHECKS)) {
            case Configuration.Result.Loaded(Settings settings) -> settings;
            case Configuration.Result.Broken(var problems) -> throw new AssertionError(problems);
        };
    }

    private static List<String> explained(Map<String, String> said) {
        return ClientQuestions.explain(settings(), said).stream()
                .map(Ruled::toString)
                .map(text -> text.substring("Ruled".length()))
                .toList();
    }

    @Test
    void aStrangerMeetsTheRulesInOrder() {
        assertThat(
                        explained(
                                Map.of(
                                        "client",
                                        "203.0.113.1",
                                        "helo",
                                        "other.test",
                                        "from",
                                        "a@example.net")))
                .containsExactly(
                        "[stage=connect, rule=friends, at=postern.toml:4,"
                                + " verdict=does not apply: client, action=]",
                        "[stage=connect, rule=all-others, at=postern.toml:9,"
                                + " verdict=does not apply: client, action=]",
                        "[stage=helo, rule=liars, at=postern.toml:14,"
                                + " verdict=does not apply: helo, action=]",
                        "[stage=rcpt, rule=listed, at=postern.toml:19,"
                                + " verdict=cannot be told: score_at_least, action=]",
                        "[stage=rcpt, rule=relay, at=postern.toml:3,"
                                + " verdict=may not relay, action=mail for our domains only]");
    }

    @Test
    void whatARefusalCutsOffIsNotReached() {
        assertThat(explained(Map.of("client", "198.51.100.1", "login", "ann")))
                .anyMatch(line -> line.contains("all-others") && line.contains("applies"))
                .anyMatch(line -> line.contains("defer 421 4.7.1"))
                .anyMatch(line -> line.contains("liars") && line.contains("not reached"))
                .anyMatch(line -> line.contains("verdict=may relay, action=it authenticated"));
    }

    @Test
    void whatARulePermitsIsNotRelaying() {
        assertThat(explained(Map.of("client", "192.0.2.1")))
                .anyMatch(line -> line.contains("friends") && line.contains("action=permit"))
                .anyMatch(line -> line.contains("all-others") && line.contains("not reached"))
                .anyMatch(line -> line.contains("cannot be told: helo"))
                .anyMatch(line -> line.contains("may relay, action=its address is trusted"));
    }

    @Test
    void aClientIsAnAddress() {
        assertThatThrownBy(() -> explained(Map.of("client", "example.org")))
                .hasMessageContaining("no IP address");
        assertThatThrownBy(() -> explained(Map.of("client", "192.0.2.1", "score", "x")))
                .hasMessageContaining("no score");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "acton = \"reject\"|postern.toml:3:1: unknown key \"acton\"|did you mean \"action\"?",
                "action = \"rejct\"|postern.toml:3:1: action = \"rejct\"|reject",
                "action = \"reject\"\\nreply = \"450 4.7.1 no\"|4:1: \"450 4.7.1 no\" does not begin|554",
                "action = \"reject\"\\nreply = \"no\"|4:1: \"no\" is no reply|554 5.7.1",
                "action = \"reject\"\\nreply = \"554 4.7.1 no\"|4:1: \"554 4.7.1 no\" does not|554",
                "action = \"reject\"\\nstage = \"connect\"\\nreply = \"550 5.7.1 no\"|never 550|554",
                "action = \"permit\"\\nreply = \"554 5.7.1 no\"|\"reply\" is for reject|leave it out",
                "action = \"redirect\"|\"\" is no address|write to =",
                "action = \"redirect\"\\nto = \"a b\"|\"a b\" is no address|write to =",
                "action = \"prepend\"\\nheader = \"no field\"|is no header field|Name: value",
                "action = \"hold\"\\nstage = \"helo\"|no message yet at stage helo|mail",
                "action = \"reject\"\\nstage = \"mail\"\\nrecipient = [\"*\"]|not known at stage mail|rcpt",
                "action = \"reject\"\\nstage = \"connect\"\\nhelo = [\"*\"]|not known at stage connect|helo",
                "action = \"reject\"\\nclient = [\"192.0.2.1/24\"]|is no network|host bits",
                "action = \"reject\"\\nsender = [\"\"]|is empty|1 to 512",
            })
    void whatIsWrongIsToldWithItsPlace(String keys, String what, String remedy) {
        String toml = "[[rule]]\nname = \"r\"\n" + keys.replace("\\n", "\n") + "\n";

        assertThat(problems(toml)).anySatisfy(line -> assertThat(line).contains(what, remedy));
    }

    @Test
    void namesAreUnique() {
        String rule = "[[rule]]\nname = \"r\"\naction = \"reject\"\n";

        assertThat(problems(rule + rule))
                .singleElement()
                .asString()
                .startsWith("postern.toml:5:1: another rule is called \"r\", at postern.toml:1");
    }

    @Test
    void listsAreNamedOnceAndAScoreNeedsThem() {
        String list = "[[dns_list]]\nzone = \"bl.test\"\n";

        assertThat(problems(list + list))
                .singleElement()
                .asString()
                .startsWith("postern.toml:4:1: the list \"bl.test\" is there already");
        assertThat(problems("[triage]\nreject_score = 3\n"))
                .singleElement()
                .asString()
                .startsWith("postern.toml:2:1: there is no list");
        assertThat(problems(list + "[triage]\nreject_score = 3\n")).isEmpty();
    }

    private static List<String> problems(String toml) {
        return switch (Configuration.parse("postern.toml", toml, Sections.ALL, Sections.CHECKS)) {
            case Configuration.Result.Loaded _ -> List.of();
            case Configuration.Result.Broken(List<Problem> problems) ->
                    problems.stream().map(Problem::toString).toList();
        };
    }
}
