package postern.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import postern.base.Disk;
import postern.base.system.SystemWorld;
import postern.config.Configuration;
import postern.config.Problem;
import postern.config.Settings;
import postern.smtpd.SmtpdConfig;

/** Certificates that transports show come by master, each domain gets its own alone. */
class OutwardCertificatesTest {
    private static final Path PEMS =
            Path.of("../programs/smtp/src/test/resources/postern/smtp/tls");

    @TempDir Path folder;
    private final Disk disk = SystemWorld.create((_, _) -> {}).disk();

    @BeforeEach
    void copy() throws IOException {
        for (String name : List.of("good.pem", "other.pem", "ca.pem")) {
            Files.copy(PEMS.resolve(name), folder.resolve(name));
        }
        Files.writeString(folder.resolve("nonsense.pem"), "nonsense");
    }

    private Certificates certificates(String more) {
        String toml = "hostname = \"mx.example.org\"\n" + more.replace("@", folder + "/");
        String file = folder.resolve("postern.toml").toString();
        return switch (Configuration.parse(file, toml, Sections.ALL, Sections.CHECKS)) {
            case Configuration.Result.Loaded(Settings settings) -> new Certificates(disk, settings);
            case Configuration.Result.Broken(var problems) -> throw new AssertionError(problems);
        };
    }

    @Test
    void eachDomainIsHandedWhatItShowsItself() throws IOException {
        String all =
                certificates(
                                """
                                [[certificate]]
                                file = "@other.pem"
                                [smtp]
                                tls_certificate = "@good.pem"
                                [transport.relay]
                                port = 587
                                [transport.partner]
                                tls_certificate = "@other.pem"
                                """)
                        .secretText();
        String front = Certificates.part(all, Powers.FRONT);
        String out = Certificates.part(all, Powers.OUT);
        assertThat(Certificates.part(all, Powers.QUEUE)).isEmpty();
        assertThat(front).doesNotContain("%outward");
        assertThat(Certificates.tls(front, SmtpdConfig.defaults("mx", List.of()).tls()))
                .isNotNull();
        var shown = Certificates.outward(out);
        assertThat(shown).containsOnlyKeys("smtp", "relay", "partner");
        assertThat(shown.get("smtp")).isEqualTo(shown.get("relay"));
        assertThat(shown.get("partner")).isNotEqualTo(shown.get("smtp"));
        assertThat(Certificates.outward("")).isEmpty();
    }

    @Test
    void whatMakesNoSenseOfTlsIsToldBeforeAnythingStarts() {
        String toml =
                """
                hostname = "mx.example.org"
                [smtp]
                tls_policy = ["tls"]
                [transport.relay]
                srv = ["_submissions._tcp"]
                [transport.wrapped]
                tls_wrapper = true
                tls = "none"
                [transport.known]
                tls = "fingerprint"
                [table.tls]
                kind = "inline"
                entries = { "a.example" = "secure match=.a.example", "b.example" = "sure" }
                """;
        var result = Configuration.parse("postern.toml", toml, Sections.ALL, Sections.CHECKS);
        assertThat(result).isInstanceOf(Configuration.Result.Broken.class);
        assertThat(((Configuration.Result.Broken) result).problems())
                .extracting(Problem::toString)
                .anyMatch(text -> text.contains(":5:") && text.contains("tls_wrapper = true"))
                .anyMatch(text -> text.contains(":7:") && text.contains("forbids"))
                .anyMatch(text -> text.contains(":10:") && text.contains("tls_fingerprints"))
                .anyMatch(text -> text.contains(":13:") && text.contains("\"sure\" is no level"))
                .noneMatch(text -> text.contains("a.example"));
    }

    @Test
    void whatCannotBeReadIsToldWithItsPlace() {
        List<Problem> problems =
                certificates(
                                """
                                [smtp]
                                tls_certificate = "@gone.pem"
                                tls_ca_files = ["@ca.pem", "@nonsense.pem", "@none.pem"]
                                """)
                        .problems();
        assertThat(problems)
                .extracting(Problem::toString)
                .hasSize(3)
                .anyMatch(text -> text.contains(":3:") && text.contains("gone.pem: there is no"))
                .anyMatch(text -> text.contains("nonsense.pem: there is no CERTIFICATE"))
                .anyMatch(text -> text.contains("none.pem: there is no such file"));
    }
}
