package postern.sts;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import postern.base.World;
import postern.base.system.SystemWorld;
import postern.dns.Resolver;
import postern.http.HttpsClient;
import postern.sts.Found.Trouble;
import postern.sts.Found.Trouble.Kind;
import postern.testkit.FakeResolver;
import postern.testkit.TestAuthority;
import postern.testkit.WebServer;
import postern.tls.Authorities;

/** RFC 8461 §3.3, §5.1 against an HTTPS server of the JDK's. */
class PoliciesTest {
    private static final String DOMAIN = "sts.example";
    private static final String POLICY =
            "version: STSv1\r\nmode: enforce\r\nmx: mx.sts.example\r\nmax_age: 86400\r\n";

    @TempDir static Path keys;

    @SuppressWarnings("NullAway.Init") // before all
    private static TestAuthority authority;

    @TempDir Path folder;

    private final List<String> log = new CopyOnWriteArrayList<>();
    private final World world = SystemWorld.create((level, line) -> log.add(level + " " + line));
    private final FakeResolver resolver =
            new FakeResolver()
                    .host("mta-sts." + DOMAIN, "127.0.0.1")
                    .texts("_mta-sts." + DOMAIN, "v=STSv1; id=1;");
    private @org.jspecify.annotations.Nullable WebServer server;
    private int status = 200;
    private String type = "text/plain";
    private String body = POLICY;

    @BeforeAll
    static void issue() {
        authority =
                TestAuthority.create()
                        .issue("good", "mta-sts." + DOMAIN)
                        .issue("domain", DOMAIN, "*." + "mta-sts." + DOMAIN)
                        .selfSigned("self", "mta-sts." + DOMAIN);
    }

    @AfterEach
    void close() {
        if (server != null) {
            server.close();
        }
    }

    private int serve(String alias) throws IOException {
        server =
                WebServer.start(new InetSocketAddress("127.0.0.1", 0), authority.server(alias))
                        .answer(new WebServer.Answer(status, type, body));
        return server.port();
    }

    private List<String> asked() {
        return server == null
                ? List.of()
                : server.requests().stream()
                        .map(each -> each.method() + " " + each.target())
                        .toList();
    }

    private void answer(int code, String text) {
        if (server != null) {
            server.answer(new WebServer.Answer(code, type, text));
        }
    }

    private Policies policies(int port) {
        Authorities trusted = Authorities.of(authority.pem());
        var client = new HttpsClient(world, resolver, () -> trusted);
        return new Policies(world, resolver, client, port, folder.resolve("sts"));
    }

    private static Kind kind(Found found) {
        return switch (found) {
            case Found.Nothing(Optional<Trouble> trouble) -> trouble.orElseThrow().kind();
            case Found.Promised(StsPolicy _, Optional<Trouble> trouble) ->
                    trouble.orElseThrow().kind();
        };
    }

    @Test
    void aPolicyIsFetchedOnceAndKeptOverRestarts() throws IOException {
        int port = serve("good");
        Policies policies = policies(port);
        for (int i = 0; i < 3; i++) {
            assertThat(policies.find("STS.Example."))
                    .isInstanceOfSatisfying(
                            Found.Promised.class,
                            found -> {
                                assertThat(found.policy().mx()).containsExactly("mx.sts.example");
                                assertThat(found.trouble()).isEmpty();
                            });
        }
        assertThat(asked()).containsExactly("GET /.well-known/mta-sts.txt");
        assertThat(policies(port).find(DOMAIN)).isInstanceOf(Found.Promised.class);
        assertThat(asked()).hasSize(1);
        assertThat(folder.resolve("sts").resolve(DOMAIN)).content().contains("mode: enforce");
    }

    @Test
    void anotherIdFetchesAnew() throws IOException {
        int port = serve("good");
        Policies policies = policies(port);
        assertThat(policies.find(DOMAIN)).isInstanceOf(Found.Promised.class);
        answer(200, POLICY.replace("enforce", "none"));
        resolver.texts("_mta-sts." + DOMAIN, "v=STSv1; id=2;");
        assertThat(policies.find(DOMAIN))
                .isInstanceOfSatisfying(
                        Found.Promised.class,
                        found -> assertThat(found.policy().mode()).isEqualTo(StsPolicy.Mode.NONE));
        assertThat(asked()).hasSize(2);
    }

    /** RFC 8461 §3.3: no policy, whatever the reason, and a name for the reason. */
    @ParameterizedTest
    @CsvSource({
        "404, text/plain, POLICY, good, FETCH_ERROR",
        "301, text/plain, POLICY, good, FETCH_ERROR", // redirects are not followed
        "201, text/plain, POLICY, good, FETCH_ERROR", // 200 and nothing else
        "200, text/html, POLICY, good, INVALID",
        "200, '', POLICY, good, INVALID",
        "200, text/plain, nonsense, good, INVALID",
        "200, text/plain, LONG, good, FETCH_ERROR", // 64 KiB
        "200, text/plain, POLICY, domain, WEBPKI_INVALID",
        "200, text/plain, POLICY, self, WEBPKI_INVALID",
    })
    void whatCannotBeHadIsNoPolicy(int code, String media, String text, String alias, Kind kind)
            throws IOException {
        status = code;
        type = media;
        body =
                switch (text) {
                    case "POLICY" -> POLICY;
                    case "LONG" -> POLICY + "x: " + "y".repeat(StsPolicy.OCTETS_MAX);
                    default -> text;
                };
        Policies policies = policies(serve(alias));
        assertThat(policies.find(DOMAIN)).isInstanceOf(Found.Nothing.class);
        assertThat(kind(policies.find(DOMAIN))).isEqualTo(kind);
        assertThat(asked().size()).isLessThanOrEqualTo(1); // RFC 8461 §3.3: a pause after a failure
        assertThat(asked()).doesNotContain("GET /elsewhere");
        assertThat(log).anyMatch(line -> line.startsWith("WARNING") && line.contains(kind.word()));
    }

    @ParameterizedTest
    @CsvSource({"text/plain; charset=utf-8", "Text/Plain ;x=y", "text/plain"})
    void parametersOfTheTypeAreIgnored(String media) throws IOException {
        type = media;
        assertThat(policies(serve("good")).find(DOMAIN)).isInstanceOf(Found.Promised.class);
    }

    /** RFC 8461 §3.3: a policy that is kept holds, whatever becomes of its record and its host. */
    @ParameterizedTest
    @CsvSource({
        "gone, FETCH_ERROR",
        "silent, FETCH_ERROR",
        "twice, FETCH_ERROR",
        "new id and 500, FETCH_ERROR",
        "new id and nonsense, INVALID",
    })
    void whatIsKeptHoldsAllTheSame(String event, Kind kind) throws IOException {
        Policies policies = policies(serve("good"));
        assertThat(policies.find(DOMAIN)).isInstanceOf(Found.Promised.class);
        String name = "_mta-sts." + DOMAIN;
        switch (event) {
            case "gone" -> resolver.texts(name, new Resolver.Answer.NoSuchName<>());
            case "silent" ->
                    resolver.texts(
                            name,
                            new Resolver.Answer.Temporary<>(
                                    Resolver.Trouble.BOGUS, "DNSSEC validation failed"));
            case "twice" -> resolver.texts(name, "v=STSv1; id=1", "v=STSv1; id=2");
            default -> {
                resolver.texts(name, "v=STSv1; id=2");
                answer(event.endsWith("500") ? 500 : 200, "nonsense");
            }
        }
        Found found = policies.find(DOMAIN);
        assertThat(found)
                .isInstanceOfSatisfying(
                        Found.Promised.class,
                        promised ->
                                assertThat(promised.policy().mode())
                                        .isEqualTo(StsPolicy.Mode.ENFORCE));
        assertThat(kind(found)).isEqualTo(kind);
    }

    @ParameterizedTest
    @CsvSource({
        "no.example",
        "192.0.2.1",
        "[192.0.2.1]",
        "localhost",
        "a_b.example",
        "../x.example"
    })
    void whatAnnouncesNothingOrHasNoNameIsNotAskedFor(String domain) throws IOException {
        assertThat(policies(serve("good")).find(domain)).isEqualTo(Found.NOTHING);
        assertThat(asked()).isEmpty();
    }

    /** As postern tls check tells it. */
    @ParameterizedTest
    @CsvSource({
        "404, no.example, no TXT record at _mta-sts.no.example",
        "404, 192.0.2.1, no such name has policies",
        "404, sts.example, 'sts-policy-fetch-error: https://mta-sts.sts.example'",
        "200, sts.example, the policy says mode none",
    })
    void anAbsenceIsExplained(int code, String domain, String words) throws IOException {
        status = code;
        body = POLICY.replace("enforce", "none");
        assertThat(policies(serve("good")).absence(domain)).startsWith(words);
    }

    @Test
    void damagedFilesAreRemoved() throws IOException {
        Path sts = folder.resolve("sts");
        java.nio.file.Files.createDirectories(sts);
        java.nio.file.Files.writeString(sts.resolve("damaged.example"), "postern-sts 1\n");
        java.nio.file.Files.writeString(sts.resolve("+half.example"), "");
        assertThat(policies(1).find("damaged.example")).isEqualTo(Found.NOTHING);
        assertThat(sts).isEmptyDirectory();
        assertThat(log).anyMatch(line -> line.contains("is no policy and is removed"));
    }
}
