package postern.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import postern.config.Key;
import postern.config.Section;
import postern.config.Settings;

class PosternCommandTest {
    private static final Key<Path> STATE =
            Key.path("state", "var", Key.Base.FILE, "Where everything is kept.", "0.1");
    private static final Section TOP = Section.top("What all share.", List.of(STATE));
    private static final Section SMTPD =
            new Section(
                    "smtpd",
                    "Takes mail.",
                    List.of(
                            Key.duration(
                                    "timeout",
                                    "300s",
                                    Duration.ofSeconds(1),
                                    Duration.ofHours(1),
                                    "How long.",
                                    "0.1")));

    @TempDir Path folder;
    private final Console console = new Console("", Map.of());
    private List<Installation.Probed> probed = List.of();

    private int run(String... words) {
        Installation installation =
                new Installation(
                        "9.9",
                        folder.resolve("postern.toml"),
                        folder.resolve("usual"),
                        List.of(TOP, SMTPD),
                        List.of(),
                        settings -> settings.get(TOP, STATE),
                        (file, settings) -> {
                            console.terminal()
                                    .out()
                                    .println(file.getFileName() + " " + settings.get(TOP, STATE));
                            return 42;
                        },
                        _ -> probed,
                        (_, facts) ->
                                List.of(
                                        new Installation.Ruled(
                                                "rcpt",
                                                "no-strangers",
                                                "postern.toml:7",
                                                "applies",
                                                "reject to " + facts)),
                        new Told(),
                        this::walked,
                        _ -> new Installation.PasswordPlace(Optional.empty(), -1));
        return new PosternCommand(console.terminal(), installation).run(List.of(words));
    }

    private List<TlsTools.Way> walked(
            Settings settings, String domain, Optional<String> transport, boolean required) {
        if (domain.equals("gone.example")) {
            return List.of(new TlsTools.Way(domain, "", "", "5.1.2 no such host", true, List.of()));
        }
        boolean goes = !required;
        var met =
                new TlsTools.Connected(
                        "TLSv1.3",
                        "TLS_AES_128_GCM_SHA256",
                        List.of("mx.example, issued by CN=Authority"),
                        goes,
                        "proven by TLSA 3 1 1",
                        "",
                        goes,
                        !goes && domain.startsWith("never."),
                        goes ? "mail goes" : "mail waits");
        var host =
                new TlsTools.Host(
                        "mx.example[192.0.2.1]:25",
                        "MX records proven",
                        List.of("MTA-STS: none"),
                        "dane",
                        met);
        return List.of(
                new TlsTools.Way(domain, "to a relay", "validated", "", false, List.of(host)));
    }

    /** All addresses of a domain are said so; a file of that name has nothing to do with it. */
    @Test
    void anAtSignNamesNoFileOfArguments() throws IOException {
        Path named = Files.writeString(folder.resolve("example.org"), "--none-such\n");
        Files.writeString(folder.resolve("postern.toml"), "");
        assertThat(run("queue", "list", "--reason", "@" + named))
                .isEqualTo(ExitStatus.UNAVAILABLE.code());
        assertThat(console.err()).doesNotContain("none-such");
    }

    @Test
    void theWayToADomainIsTold() throws IOException {
        configure("");
        assertThat(run("tls", "check", "d.example")).isZero();
        assertThat(console.out())
                .contains(
                        "d.example: validated",
                        "  not the way of our mail: to a relay",
                        "  mx.example[192.0.2.1]:25: MX records proven",
                        "    MTA-STS: none",
                        "    TLS: TLSv1.3 TLS_AES_128_GCM_SHA256, proven by TLSA 3 1 1",
                        "      certificate: mx.example, issued by CN=Authority",
                        "    -> mail goes");
        assertThat(run("tls", "check", "--requiretls", "d.example", "--json"))
                .isEqualTo(ExitStatus.TEMPORARY.code());
        assertThat(console.out()).contains("\"goes\":false");
        assertThat(run("tls", "check", "--requiretls", "never.example"))
                .isEqualTo(ExitStatus.UNAVAILABLE.code());
        assertThat(run("tls", "check", "gone.example")).isEqualTo(ExitStatus.UNAVAILABLE.code());
    }

    private void configure(String toml) throws IOException {
        Files.writeString(folder.resolve("postern.toml"), toml);
    }

    @Test
    void checkTellsEveryProblem() throws IOException {
        configure("[smtpd]\ntimout = \"3s\"\ntimeout = 3\n");
        assertThat(run("check")).isEqualTo(78);
        String file = folder.resolve("postern.toml").toString();
        assertThat(console.err())
                .contains(
                        file
                                + ":2:1: unknown key \"timout\" in [smtpd]; did you mean \"timeout\"?\n")
                .contains(file + ":3:1: timeout = 3 is no duration; ")
                .endsWith("postern: 2 problems\n");
        assertThat(console.out()).isEmpty();
    }

    @Test
    void checkInJson() throws IOException {
        configure("[smtpd]\ntimout = \"3s\"\n");
        assertThat(run("--json", "check")).isEqualTo(78);
        assertThat(console.out())
                .contains("\"ok\":false")
                .contains(
                        "\"line\":2,\"column\":1,\"what\":\"unknown key \\\"timout\\\" in [smtpd]\"");
        configure("");
        assertThat(run("check", "--json")).isZero();
        assertThat(console.out()).contains("\"ok\":true");
    }

    @Test
    void aMissingFileIsAProblemOfConfiguration() {
        assertThat(run("-c", folder.resolve("none.toml").toString(), "check")).isEqualTo(78);
        assertThat(console.err()).contains("none.toml: there is no such file; name one with -c");
    }

    @Test
    void startHandsTheSettingsToMaster() throws IOException {
        configure("state = \"here\"\n");
        assertThat(run("start")).isEqualTo(42);
        assertThat(console.out()).isEqualTo("postern.toml " + folder.resolve("here") + "\n");
        configure("stat = 1\n");
        assertThat(run("start")).isEqualTo(78);
        assertThat(console.err())
                .contains("did you mean \"state\"?")
                .contains("not started: 1 problem");
    }

    /** With and without the grammar. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "-c FILE start",
                "start -c FILE",
                "-c FILE --json start",
                "-c none.toml start -c FILE"
            })
    void aStartNamesItsFile(String words) throws IOException {
        configure("");
        Path named = folder.resolve("named.toml");
        Files.writeString(named, "state = \"there\"\n");
        assertThat(run(words.replace("FILE", named.toString()).split(" "))).isEqualTo(42);
        assertThat(console.out()).isEqualTo("named.toml " + folder.resolve("there") + "\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"-c start", "start now", "started"})
    void wordsThatAreNoStartAreRefused(String words) throws IOException {
        configure("");
        assertThat(run(words.split(" "))).isEqualTo(64);
        assertThat(console.err()).contains("Usage: postern");
        assertThat(console.out()).isEmpty();
    }

    @Test
    void whatIsAllowedAndMustNotBeIsAFailure() throws IOException {
        configure("state = \"here\"\n");
        probed =
                List.of(
                        new Installation.Probed("front", 61100, "trace", true, "EPERM", false),
                        new Installation.Probed("out", 61102, "connect", false, "", true));
        assertThat(run("check", "--confinement")).isZero();
        probed = List.of(new Installation.Probed("front", 61100, "connect", false, "", false));
        assertThat(run("check", "--confinement")).isEqualTo(1);
        assertThat(console.out())
                .isEqualTo(
                        """
                        domain  uid     tries to                  the kernel's answer
                        front   61100   trace                     refused (EPERM)
                        out     61102   connect                   allowed: by design
                        domain  uid     tries to                  the kernel's answer
                        front   61100   connect                   ALLOWED
                        """);
    }

    @Test
    void statusIsATable() throws IOException {
        configure("state = \"here\"\n");
        String answer =
                """
                domain=master\tstate=running\tpid=100\tuid=0\trestarts=0\tmemory=20971520\tsandbox=none
                domain=front\tstate=running\tpid=101\tuid=990\trestarts=2\tmemory=31457280\tsandbox=landlock,seccomp,nnp\tlistens=127.0.0.1:2525,127.0.0.1:2587
                result=ok

                """;
        try (UnixServer _ =
                UnixServer.start(
                        folder.resolve("here/run/master"),
                        talk -> {
                            if (talk.hear().equals("status")) {
                                talk.say(answer);
                            }
                        })) {
            assertThat(run("status")).isZero();
            assertThat(run("status", "--json")).isZero();
        }
        assertThat(console.out())
                .startsWith(
                        """
                        domain  state    pid  uid  restarts  memory  uptime  sandbox
                        master  running  100  0    0         20 MiB  -       none
                        front   running  101  990  2         30 MiB  -       landlock,seccomp,nnp
                        front listens on 127.0.0.1:2525,127.0.0.1:2587
                        """)
                .contains(
                        "{\"running\":true,\"processes\":[{\"domain\":\"master\",\"state\":\"running\",\"pid\":100,");
    }

    @ParameterizedTest
    @CsvSource({
        "summary, '', 50",
        "summary, --limit=7, 7",
        "summary, --limit=0, 0",
        "top, '', 20",
        "top, --limit=0, 0"
    })
    void soManyDestinationsAreShownAsTheManualSays(String what, String option, int asked)
            throws IOException {
        BlockingQueue<String> heard = new ArrayBlockingQueue<>(1);
        configure("state = \"here\"\n");
        try (UnixServer _ =
                UnixServer.start(
                        folder.resolve("here/run/queue-control"),
                        talk -> {
                            heard.add(talk.hear());
                            talk.say("result=ok\tcount=60\n.\n");
                        })) {
            String[] words =
                    option.isEmpty()
                            ? new String[] {"queue", what}
                            : new String[] {"queue", what, option};
            assertThat(run(words)).isZero();
        }
        assertThat(heard.remove()).startsWith(what).contains("limit=" + asked);
        if (asked > 0) {
            assertThat(console.out())
                    .endsWith(60 - asked + " more destinations: --limit 0 shows all\n");
        } else {
            assertThat(console.out()).doesNotContain("more");
        }
    }

    @Test
    void aRefusedReloadTellsTheProblems() throws IOException {
        try (UnixServer _ =
                UnixServer.start(
                        folder.resolve("usual/run/master"),
                        talk -> {
                            if (talk.hear().equals("reload")) {
                                talk.say(
                                        "problem=postern.toml:3:1: odd; mend it\nresult=error\tcode=failed\ttext=the old configuration stays\n\n");
                            }
                        })) {
            assertThat(run("reload")).isEqualTo(78);
        }
        assertThat(console.err())
                .isEqualTo(
                        "postern.toml:3:1: odd; mend it\npostern: the old configuration stays\n");
    }

    @Test
    void stopAnswersOnceAllHasStopped() throws IOException {
        try (UnixServer _ = master("result=ok\n\n")) {
            assertThat(run("stop")).isZero();
        }
        assertThat(console.out()).isEqualTo("stopped\n");
    }

    @Test
    void whatMasterDoesNotSayIsAFailure() throws IOException {
        for (String answer : List.of("what?\n\n", "domain=master\n", "domain=master\n\n")) {
            try (UnixServer _ = master(answer)) {
                assertThat(run("status")).isEqualTo(75);
            }
        }
        assertThat(console.err())
                .contains("not an answer: what?")
                .contains("the answer broke off")
                .contains("an answer without a result");
    }

    private UnixServer master(String answer) throws IOException {
        Path socket = folder.resolve("usual/run/master");
        Files.deleteIfExists(socket);
        return UnixServer.start(
                socket,
                talk -> {
                    if (!talk.hear().isEmpty()) {
                        talk.say(answer);
                    }
                });
    }

    @Test
    void whatDoesNotRunIsUnavailable() {
        assertThat(run("status")).isEqualTo(69);
        assertThat(console.err())
                .contains("cannot reach Postern")
                .contains("\"postern start\" starts it");
        assertThat(run("status", "--json")).isEqualTo(69);
        assertThat(console.out()).isEqualTo("{\"running\":false}\n");
        assertThat(run("stop")).isEqualTo(69);
        assertThat(run("queue", "list")).isEqualTo(69);
    }

    @Test
    void theCommandLineIsChecked() {
        assertThat(run()).isEqualTo(64);
        assertThat(run("queue")).isEqualTo(64);
        assertThat(run("statsu")).isEqualTo(64);
        assertThat(run("queue", "show")).isEqualTo(64);
        assertThat(run("queue", "delete", "a\nflush")).isEqualTo(64);
        assertThat(run("queue", "delete")).isEqualTo(64);
        assertThat(run("queue", "delete", "--all", "--older", "2h")).isEqualTo(64);
        assertThat(run("queue", "hold", "--older", "soon")).isEqualTo(64);
        assertThat(run("queue", "hold", "--larger", "-1")).isEqualTo(64);
        assertThat(run("queue", "list", "--older", "2h", "--larger", "5KiB")).isEqualTo(69);
        assertThat(run("--version")).isZero();
        assertThat(console.out()).isEqualTo("postern 9.9\n");
        assertThat(run("queue", "--help")).isZero();
        assertThat(console.out()).contains("flush");
    }

    @Test
    void theReferenceComesFromTheDeclarations() {
        assertThat(run("config", "defaults")).isZero();
        assertThat(console.out()).contains("#timeout = \"300s\"");
        assertThat(run("config", "reference", "--man")).isZero();
        assertThat(console.out()).contains(".TH POSTERN.TOML 5");
        assertThat(run("config", "reference", "--json")).isZero();
        assertThat(console.out())
                .contains("{\"section\":\"smtpd\",\"repeated\":false,\"key\":\"timeout\"");
    }

    @Test
    void aClientIsExplained() throws IOException {
        configure("");

        assertThat(run("explain", "client", "192.0.2.1", "--to", "bob@example.org")).isZero();
        assertThat(console.out())
                .contains("no-strangers")
                .contains("postern.toml:7")
                .contains("applies: reject to {client=192.0.2.1, to=bob@example.org}");
        assertThat(run("explain", "client", "192.0.2.1", "--json")).isZero();
        assertThat(console.out()).contains("\"rule\":\"no-strangers\"");
        assertThat(run("explain", "client")).isEqualTo(64);
    }

    /** Answers as an installation with one table would. */
    private static final class Told implements AddressTools {
        @Override
        public Explained explain(Settings settings, String address, Optional<String> sender) {
            if (address.equals("bad")) {
                throw new IllegalArgumentException("bad is no address");
            }
            String failure = address.equals("later@x") ? "4.3.0 table is down" : "";
            Step step = new Step("virtual alias", "ann@b", "virtual:3");
            return new Explained(
                    List.of(step),
                    List.of(
                            new Destination(
                                    "ann@b",
                                    "local",
                                    "delivered",
                                    "local",
                                    sender.orElse("?"),
                                    "",
                                    List.of())),
                    failure);
        }

        @Override
        public Queried query(Settings settings, String table, String key) {
            return switch (key) {
                case "here" -> new Queried.Found("value", "@here", "virtual:7", 12_345);
                case "later" -> new Queried.Later("database is down", "@later", 5_000_999);
                default -> new Queried.Absent(1000);
            };
        }

        @Override
        public List<Built> build(Settings settings, List<String> names) {
            List<String> problems = names.contains("bad") ? List.of("bad:1: no value") : List.of();
            return List.of(new Built("virtual " + names, 2, 300, 4_000_000, problems));
        }
    }

    @Test
    void explainAddressShowsTheTrail() throws IOException {
        configure("");
        assertThat(run("explain", "address", "info@a", "--from", "boss@b")).isZero();
        assertThat(console.out())
                .contains("  virtual alias -> ann@b  [virtual:3]")
                .contains("  -> ann@b  (local)  delivered by local to boss@b");
        assertThat(run("explain", "address", "later@x")).isEqualTo(75);
        assertThat(run("explain", "address", "bad")).isEqualTo(64);
        assertThat(run("explain", "address")).isEqualTo(64);
        assertThat(run("explain", "address", "info@a", "--json")).isZero();
        assertThat(console.out()).contains("\"rule\":\"virtual alias\"");
    }

    @Test
    void tableQueryShowsAnswerAndKeyForm() throws IOException {
        configure("");
        assertThat(run("table", "query", "virtual", "here")).isZero();
        assertThat(console.out()).contains("value").contains("key @here, at virtual:7, 12 us");
        assertThat(run("table", "query", "virtual", "nowhere")).isEqualTo(1);
        assertThat(run("table", "query", "virtual", "later")).isEqualTo(75);
        assertThat(console.err()).contains("database is down").contains("key @later, 5000 us");
        assertThat(run("table", "query", "virtual", "later", "--json")).isEqualTo(75);
        assertThat(console.out())
                .contains("not there, 1 us")
                .contains("{\"failure\":\"database is down\",\"key\":\"@later\",\"micros\":5000}");
        assertThat(run("table", "query", "virtual", "nowhere", "--json")).isEqualTo(1);
        assertThat(console.out()).contains("{\"found\":false,\"micros\":1}");
        assertThat(run("table", "query", "virtual")).isEqualTo(64);
    }

    @Test
    void tableBuildTellsEveryBadLine() throws IOException {
        configure("");
        assertThat(run("table", "build")).isZero();
        assertThat(run("table", "build", "one", "two")).isZero();
        assertThat(console.out())
                .contains("virtual []: 2 entries, 300 octets, 4 ms")
                .contains("virtual [one, two]");
        assertThat(run("table", "build", "bad")).isEqualTo(65);
        assertThat(console.err()).contains("bad:1: no value").contains("not built");
    }
}
