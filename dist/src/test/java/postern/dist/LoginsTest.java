package postern.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import postern.config.Configuration;
import postern.config.Problem;

/** {@code [smtpd.auth]}: certificates are asked for where they are to be logins. */
class LoginsTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "certificate_names = [\"email\"]||2:1: no authority vouches|client_authorities",
                "certificate_names = [\"dns\"]|client_certificates = true|2:1: no authority|client_authorities",
                "certificate_names = [\"mail\"]||\"mail\"|email, dns",
                "certificates = { \"CN=a\" = \"a\" }||2:1: no client is asked|client_certificates = true",
            })
    void whatCannotBeIsTold(String logins, String smtpd, String what, String remedy) {
        assertThat(problems(logins, smtpd == null ? "" : smtpd))
                .singleElement()
                .satisfies(line -> assertThat(line).contains(what, remedy));
    }

    @ParameterizedTest
    @CsvSource({"certificate_names", "sender_logins"})
    void nothingIsWrongWhereNothingIsSaid(String key) {
        assertThat(problems(key + " = []", "")).isEmpty();
    }

    private static List<String> problems(String logins, String smtpd) {
        String toml = "[smtpd.auth]\n%s\n[smtpd]\n%s\n".formatted(logins, smtpd);
        return switch (Configuration.parse("postern.toml", toml, Sections.ALL, Sections.CHECKS)) {
            case Configuration.Result.Loaded _ -> List.of();
            case Configuration.Result.Broken(List<Problem> found) ->
                    found.stream().map(Problem::toString).toList();
        };
    }
}
