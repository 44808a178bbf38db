package postern.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import postern.base.Endpoint;

class ConfigurationTest {

    @Test
    void valuesComeTypedWithTheirLine() {
        Settings settings =
                Samples.loaded(
                        """
                        hostname = "mx.example.net"

                        [smtpd]
                        timeout = "5m"
                        trusted = ["192.0.2.0/24"]
                        message_size_max = 2048
                        """);
        assertThat(settings.get(Samples.TOP, Samples.HOSTNAME)).isEqualTo("mx.example.net");
        assertThat(settings.get(Samples.SMTPD, Samples.TIMEOUT)).isEqualTo(Duration.ofMinutes(5));
        assertThat(settings.origin(Samples.SMTPD, Samples.TIMEOUT)).isEqualTo("postern.toml:4");
        assertThat(settings.get(Samples.SMTPD, Samples.SIZE)).isEqualTo(2048L);
        assertThat(settings.get(Samples.SMTPD, Samples.TRUSTED))
                .containsExactly(Cidr.parse("192.0.2.0/24").orElseThrow());
    }

    @Test
    void whatIsNotStatedIsTheDefault() {
        Settings settings = Samples.loaded("hostname = \"a\"");
        assertThat(settings.get(Samples.SMTPD, Samples.TIMEOUT)).isEqualTo(Duration.ofMinutes(5));
        assertThat(settings.get(Samples.SMTPD, Samples.SESSIONS)).isEqualTo(1000);
        assertThat(settings.get(Samples.SMTP, Samples.RELAY)).isEmpty();
        assertThat(settings.get(Samples.SMTP, Samples.ROUTES)).isEmpty();
        assertThat(settings.origin(Samples.SMTPD, Samples.TIMEOUT)).isEqualTo("default");
    }

    @Test
    void pathsStartInTheFolderOfTheFile() {
        Settings byDefault = Samples.loaded("hostname = \"a\"");
        assertThat(byDefault.get(Samples.TOP, Samples.STATE))
                .isEqualTo(Path.of("/etc/postern/var"));
        assertThat(byDefault.origin(Samples.TOP, Samples.STATE)).isEqualTo("default");
        Settings stated = Samples.loaded("hostname = \"a\"\nstate = \"../../srv\"");
        assertThat(stated.get(Samples.TOP, Samples.STATE)).isEqualTo(Path.of("/srv"));
        assertThat(stated.origin(Samples.TOP, Samples.STATE)).isEqualTo("postern.toml:2");
    }

    @Test
    void repeatedSectionsAreGroupsInTheOrderOfTheFile() throws Exception {
        Settings settings =
                Samples.loaded(
                        """
                        hostname = "a"
                        [[listener]]
                        name = "smtp"
                        at = ":25"
                        [[listener]]
                        name = "submission"
                        at = "[::1]:587"
                        kind = "submission"
                        """);
        List<Settings.Group> listeners = settings.each(Samples.LISTENER);
        assertThat(listeners)
                .extracting(each -> each.get(Samples.NAME))
                .containsExactly("smtp", "submission");
        assertThat(listeners.getLast().get(Samples.AT))
                .isEqualTo(new Endpoint.Tcp(InetAddress.getByName("::1"), 587));
        assertThat(listeners.getLast().get(Samples.KIND)).isEqualTo(Samples.Kind.SUBMISSION);
        assertThat(listeners.getLast().origin(Samples.AT)).isEqualTo("postern.toml:7");
        assertThat(listeners.getLast().origin()).isEqualTo("postern.toml:5");
    }

    @Test
    void tablesAreWrittenEitherWay() {
        Map<String, String> wanted = Map.of("example.org", "relay:25", "b", "c");
        String inline =
                "hostname = \"a\"\n[smtp]\nroutes = { \"example.org\" = \"relay:25\", b = \"c\" }";
        String headed =
                "hostname = \"a\"\n[smtp.routes]\n\"example.org\" = \"relay:25\"\nb = \"c\"";
        assertThat(Samples.loaded(inline).get(Samples.SMTP, Samples.ROUTES)).isEqualTo(wanted);
        assertThat(Samples.loaded(headed).get(Samples.SMTP, Samples.ROUTES)).isEqualTo(wanted);
    }

    @Test
    void everyProblemIsToldAtOnce() {
        assertThat(
                        Samples.problems(
                                """
                                hostname = 5
                                tiemout = "3s"
                                colour = "red"
                                [smtpd]
                                timout = "3s"
                                timeout = 300
                                sessions_max = 0
                                idle_timeout = "3s"
                                pipelining = "yes"
                                trusted = ["10.0.0.1/8"]
                                message_size_max = "10MB"
                                relay_host = "x"
                                [smptd]
                                a = 1
                                [[listener]]
                                at = "localhost:25"
                                kind = "imap"
                                """))
                .containsExactly(
                        "postern.toml:1:1: hostname = 5 is a number; write a text in quotes",
                        "postern.toml:2:1: unknown key \"tiemout\" at the top of the file; did you mean \"timeout\" in [smtpd]?",
                        "postern.toml:3:1: unknown key \"colour\" at the top of the file; keys here are hostname, state",
                        "postern.toml:5:1: unknown key \"timout\" in [smtpd]; did you mean \"timeout\"?",
                        "postern.toml:6:1: timeout = 300 is no duration; write a number and ms, s, m, h or d, in quotes: \"300s\", \"5d\"",
                        "postern.toml:7:1: sessions_max = 0 is too small; write 1 or more",
                        "postern.toml:8:1: unknown key \"idle_timeout\" in [smtpd]; it was retired in 0.2: use \"timeout\"",
                        "postern.toml:9:1: pipelining = \"yes\" is a text; write true or false, without quotes",
                        "postern.toml:10:1: trusted = [\"10.0.0.1/8\"] has \"10.0.0.1/8\", which is no network; write an address and the length of its prefix, without host bits: \"192.0.2.0/24\", \"2001:db8::/32\"",
                        "postern.toml:11:1: message_size_max = \"10MB\" is no size; write octets as a number, or a number and KiB, MiB or GiB in quotes: \"10MiB\"",
                        "postern.toml:12:1: unknown key \"relay_host\" in [smtpd]; it belongs in [smtp]",
                        "postern.toml:13:1: unknown section [smptd]; did you mean [smtpd]?",
                        "postern.toml:15:1: \"name\" is missing in [[listener]]; write name = \"smtp\" or the like",
                        "postern.toml:16:1: at = \"localhost:25\" is no endpoint; write \"127.0.0.1:25\", \"[::1]:25\", \":25\" (every address) or \"unix:PATH\"; names are not looked up here",
                        "postern.toml:17:1: kind = \"imap\" is not one of smtp, submission; write one of smtp, submission");
    }

    /** What was written in the place of a list, and how to write it right. */
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            textBlock =
                    """
                    "10.0.0.0/8"    ; is a text; write a list: ["10.0.0.0/8"]
                    "10.0.0.1/8"    ; is a text; write a list of network; write an address and the length
                    { "a" = "b" }   ; is a table; write a list of network; write an address and the length
                    7               ; is a number; write a list of network; write an address and the length
                    """)
    void bracketsAreTheRemedyOnlyWhereTheyHelp(String written, String expected) {
        assertThat(Samples.problems("hostname = \"a\"\n[smtpd]\ntrusted = " + written))
                .singleElement()
                .asString()
                .contains(expected);
    }

    @Test
    void syntaxErrorsComeWithTheRest() {
        List<String> problems = Samples.problems("[smtpd]\ntimout = \"3s\"\nsessions_max = = 4\n");
        assertThat(problems).hasSize(2);
        assertThat(problems.getFirst()).startsWith("postern.toml:2:1: unknown key \"timout\"");
        assertThat(problems.getLast()).startsWith("postern.toml:3:").contains("TOML: ");
    }

    @Test
    void sectionsOfTheWrongShapeAreTold() {
        assertThat(Samples.problems("hostname = \"a\"\nsmtpd = 4\n[listener]\nname = \"x\"\n"))
                .containsExactly(
                        "postern.toml:2:1: \"smtpd\" is a number; write [smtpd]",
                        "postern.toml:3:1: \"listener\" is a table; write [[listener]]");
        assertThat(Samples.problems("hostname = \"a\"\n[[smtpd]]\n"))
                .containsExactly("postern.toml:2:1: \"smtpd\" is a list; write [smtpd]");
    }

    @Test
    void anEmptyFileLacksWhatIsRequired() {
        assertThat(Samples.problems(""))
                .containsExactly(
                        "postern.toml: \"hostname\" is missing; write hostname = \"mx.example.org\" or the like");
    }

    @Test
    void checksSeeValuesTogether() {
        Configuration.Check twice =
                settings ->
                        settings.each(Samples.LISTENER).stream()
                                .skip(1)
                                .map(
                                        each ->
                                                each.problem(
                                                        Samples.NAME,
                                                        "is there twice",
                                                        "rename it"))
                                .toList();
        String listener = "[[listener]]\nname = \"a\"\nat = \":25\"\n";
        Configuration.Result result =
                Configuration.parse(
                        "p.toml",
                        "hostname = \"a\"\n" + listener + listener,
                        Samples.ALL,
                        List.of(twice));
        assertThat(result)
                .isEqualTo(
                        new Configuration.Result.Broken(
                                List.of(
                                        new Problem(
                                                "p.toml", 6, 1, "is there twice", "rename it"))));
    }

    @Test
    void whatIsRightCanBeSalvaged() {
        String broken = "state = \"here\"\ncolour = 1\n[smtpd]\ntimeout = 5\nsessions_max = = 4\n";
        Settings settings = Configuration.salvage("/etc/p.toml", broken, Samples.ALL);
        assertThat(settings.get(Samples.TOP, Samples.STATE)).isEqualTo(Path.of("/etc/here"));
        assertThat(settings.get(Samples.SMTPD, Samples.TIMEOUT)).isEqualTo(Duration.ofMinutes(5));
        assertThat(
                        Configuration.salvage("/etc/p.toml", "[[", Samples.ALL)
                                .get(Samples.TOP, Samples.STATE))
                .isEqualTo(Path.of("/etc/var"));
    }

    @Test
    void aNamedSectionIsWrittenOncePerName() {
        Settings settings =
                Settings.decode(
                        Samples.loaded(
                                        """
                                        hostname = "a.example"
                                        [pool.east-1]
                                        server = "192.0.2.1"
                                        [pool.west]
                                        server = "192.0.2.2"
                                        """)
                                .encode());
        List<Settings.Group> pools = settings.each(Samples.POOL);
        assertThat(pools).extracting(Settings.Group::name).containsExactly("east-1", "west");
        assertThat(pools.getLast().get(Samples.SERVER)).isEqualTo("192.0.2.2");
        assertThat(pools.getLast().origin()).isEqualTo("postern.toml:4");
    }

    @Test
    void whatIsWrongInANamedSectionIsToldByItsName() {
        assertThat(
                        Samples.problems(
                                """
                                hostname = "a.example"
                                [pool]
                                server = "192.0.2.1"
                                [pool.east]
                                sever = "192.0.2.1"
                                [pool.East]
                                server = "192.0.2.1"
                                """))
                .containsExactly(
                        "postern.toml:3:1: \"server\" has no section of its own; write [pool.NAME]",
                        "postern.toml:4:1: \"server\" is missing in [pool.east]; write server ="
                                + " \"10.0.0.1\" or the like",
                        "postern.toml:5:1: unknown key \"sever\" in [pool.east]; did you mean"
                                + " \"server\"?",
                        "postern.toml:6:1: \"East\" is no name for a [pool.NAME]; use lower-case"
                                + " letters, digits, hyphens and underscores, 64 at most");
    }
}
