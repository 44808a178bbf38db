package postern.config;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Sections as programs declare them, for the tests here. */
final class Samples {
    private Samples() {}

    enum Kind {
        SMTP,
        SUBMISSION
    }

    static final Key<String> HOSTNAME =
            Key.text("hostname", "mx.example.org", "The name of this host.", "0.1").required();
    static final Key<java.nio.file.Path> STATE =
            Key.path("state", "var", Key.Base.FILE, "Where everything is kept.", "0.1");
    static final Section TOP = Section.top("What all programs share.", List.of(HOSTNAME, STATE));

    static final Key<Duration> TIMEOUT =
            Key.duration(
                    "timeout",
                    "300s",
                    Duration.ofSeconds(1),
                    Duration.ofHours(1),
                    "How long a client may take for a command. RFC 5321 §4.5.3.2.7.",
                    "0.1");
    static final Key<Integer> SESSIONS =
            Key.integer("sessions_max", 1000, 1, 100_000, "How many at once.", "0.1");
    static final Key<Long> SIZE =
            Key.size("message_size_max", "50MiB", 1024, 1L << 40, "The largest message.", "0.1");
    static final Key<List<Cidr>> TRUSTED =
            Key.networks("trusted", List.of("127.0.0.0/8", "::1/128"), "Who may relay.", "0.1");
    static final Key<Boolean> PIPELINING = Key.bool("pipelining", true, "RFC 2920.", "0.1");
    static final Section SMTPD =
            new Section(
                            "smtpd",
                            "Takes mail from strangers.",
                            List.of(TIMEOUT, SESSIONS, SIZE, TRUSTED, PIPELINING))
                    .withRetired(
                            List.of(new Section.Retired("idle_timeout", "use \"timeout\"", "0.2")));

    static final Key<Map<String, String>> ROUTES =
            Key.table("routes", Map.of(), "Next hops by domain.", "0.1");
    static final Key<java.util.Optional<String>> RELAY =
            Key.text("relay_host", "smarthost.example.org", "Where all mail goes.", "0.1")
                    .optional();
    static final Section SMTP = new Section("smtp", "Hands mail on.", List.of(ROUTES, RELAY));

    static final Key<String> NAME =
            Key.text("name", "smtp", "Its name in the log.", "0.1").required();
    static final Key<postern.base.Endpoint> AT =
            Key.endpoint("at", "127.0.0.1:2525", "Where it listens.", "0.1").required();
    static final Key<Kind> KIND =
            Key.choice("kind", Kind.SMTP, List.of(Kind.values()), "What it speaks.", "0.1");
    static final Section LISTENER =
            Section.repeated("listener", "A socket that is listened on.", List.of(NAME, AT, KIND));

    static final Key<String> SERVER =
            Key.text("server", "10.0.0.1", "Who is asked.", "0.1").required();
    static final Section POOL =
            Section.named("pool", "Servers that are asked in turn.", List.of(SERVER));

    static final List<Section> ALL = List.of(TOP, SMTPD, SMTP, LISTENER, POOL);

    static Settings loaded(String toml) {
        return switch (Configuration.parse("/etc/postern/postern.toml", toml, ALL)) {
            case Configuration.Result.Loaded(Settings settings) -> settings;
            case Configuration.Result.Broken(List<Problem> problems) ->
                    throw new AssertionError(problems.toString());
        };
    }

    static List<String> problems(String toml) {
        return switch (Configuration.parse("postern.toml", toml, ALL)) {
            case Configuration.Result.Loaded _ -> List.of();
            case Configuration.Result.Broken(List<Problem> problems) ->
                    problems.stream().map(Problem::toString).toList();
        };
    }
}
