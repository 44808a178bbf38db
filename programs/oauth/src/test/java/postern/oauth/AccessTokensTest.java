package postern.oauth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import postern.base.Disk;
import postern.base.DiskFile;
import postern.http.HttpsClient;
import postern.http.HttpsUrl;
import postern.oauth.AccessTokens.Given;
import postern.testkit.FakeResolver;
import postern.testkit.LyingDisk;
import postern.testkit.SimProcess;
import postern.testkit.SimWorld;
import postern.testkit.TestAuthority;
import postern.testkit.WebHost;
import postern.testkit.WebServer.Answer;
import postern.testkit.WebServer.Request;
import postern.tls.Authorities;

/** Tokens from an endpoint, on virtual time: RFC 6749 §4.4, §5, §6. */
class AccessTokensTest {
    private static final InetAddress HOST = InetAddress.ofLiteral("192.0.2.1");
    private static final Path ETC = Path.of("/etc");
    private static final Path FIRST = ETC.resolve("refresh");
    private static final Path SECRET = ETC.resolve("secret");
    private static final Path FOLDER = Path.of("/out/oauth");

    @TempDir static Path keys;

    @SuppressWarnings("NullAway.Init") // before all
    private static TestAuthority authority;

    private final SimWorld sim = new SimWorld(1);
    private final LyingDisk disk = new LyingDisk();
    private final WebHost host = new WebHost(sim, HOST, authority.server("good"));
    private final List<Given> given = Collections.synchronizedList(new ArrayList<>());
    private OAuthConfig config = config(OAuthConfig.Grant.REFRESH_TOKEN);

    @SuppressWarnings("NullAway.Init") // by start
    private SimProcess out;

    @SuppressWarnings("NullAway.Init") // by start
    private AccessTokens tokens;

    @BeforeAll
    static void issue() {
        authority = TestAuthority.create().issue("good", "login.example");
    }

    @BeforeEach
    void serve() {
        host.start();
        start();
        out.start("etc", this::makeEtc);
        write(FIRST, "first-refresh\n");
        write(SECRET, "s3cret+\n");
    }

    private void makeEtc() {
        try {
            out.world().disk().createDirectories(ETC);
        } catch (IOException failed) {
            throw new AssertionError(failed);
        }
    }

    @AfterEach
    void close() {
        assertThat(sim.panics()).isEmpty();
        assertThat(String.join("\n", sim.log()))
                .doesNotContain("refresh-")
                .doesNotContain("first-refresh")
                .doesNotContain("s3cret")
                .doesNotContain("access-");
        sim.close();
    }

    private static OAuthConfig config(OAuthConfig.Grant grant) {
        boolean refresh = grant == OAuthConfig.Grant.REFRESH_TOKEN;
        return new OAuthConfig(
                "mail",
                HttpsUrl.of("login.example", "/token"),
                grant,
                "client 1",
                Optional.of(SECRET),
                OAuthConfig.Authentication.BASIC,
                refresh ? Optional.of(FIRST) : Optional.empty(),
                "https://mail.example/send");
    }

    private void start() {
        out = sim.process("out", "postern-out", disk);
        out.start(
                "start",
                () -> {
                    Authorities trusted = Authorities.of(authority.pem());
                    var resolver = new FakeResolver().host("login.example", "192.0.2.1");
                    var client = new HttpsClient(out.world(), resolver, () -> trusted);
                    tokens = new AccessTokens(out.world(), client, List.of(config), FOLDER);
                });
        sim.run(Duration.ofSeconds(1));
    }

    private void write(Path path, String text) {
        out.start(
                "write",
                () -> {
                    Disk files = out.world().disk();
                    try {
                        if (files.exists(path)) {
                            files.delete(path);
                        }
                        try (DiskFile file = files.create(path)) {
                            file.write(
                                    0, ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)));
                            file.sync();
                        }
                        files.syncDirectory(ETC);
                    } catch (IOException failed) {
                        throw new AssertionError(failed);
                    }
                });
        sim.run(Duration.ofSeconds(1));
    }

    private void pass(Duration time) {
        out.start("pass", () -> out.world().clock().sleep(time));
        sim.run(time);
    }

    private Given get(String refused) {
        ask(refused);
        sim.run(Duration.ofMinutes(3), () -> !given.isEmpty());
        assertThat(given).hasSize(1);
        return given.removeFirst();
    }

    private void ask(String refused) {
        out.start(
                "ask",
                () ->
                        given.add(
                                refused.isEmpty()
                                        ? tokens.current("mail")
                                        : tokens.after("mail", new Given.Token(refused))));
    }

    private void answer(int status, String body) {
        WebHost unused = host.answer(new Answer(status, "application/json", body));
    }

    private void grant(String token, String rest) {
        answer(200, "{\"access_token\":\"%s\",\"token_type\":\"Bearer\"%s}".formatted(token, rest));
    }

    private String body(int request) {
        Request asked = host.requests().get(request);
        assertThat(asked.method()).isEqualTo("POST");
        assertThat(asked.mediaType()).isEqualTo("application/x-www-form-urlencoded");
        return new String(asked.body(), StandardCharsets.US_ASCII);
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void aTokenServesUntilShortlyBeforeItExpires() {
        grant("access-1", ",\"expires_in\":3600");
        assertThat(get("")).isEqualTo(new Given.Token("access-1"));
        assertThat(body(0))
                .isEqualTo(
                        "grant_type=refresh_token&refresh_token=first-refresh"
                                + "&scope=https%3A%2F%2Fmail.example%2Fsend");
        grant("access-2", ",\"expires_in\":3600");
        pass(Duration.ofMinutes(58));
        assertThat(get("")).isEqualTo(new Given.Token("access-1"));
        assertThat(host.requests()).hasSize(1);
        pass(Duration.ofSeconds(90));
        assertThat(get("")).isEqualTo(new Given.Token("access-2"));
    }

    /** RFC 6749 §4.4: for ourselves. */
    @Test
    void aClientAsksForItself() {
        config = config(OAuthConfig.Grant.CLIENT_CREDENTIALS);
        start();
        grant("access-1", "");
        assertThat(get("")).isEqualTo(new Given.Token("access-1"));
        assertThat(body(0))
                .isEqualTo("grant_type=client_credentials&scope=https%3A%2F%2Fmail.example%2Fsend");
        assertThat(host.requests().getFirst().authorization())
                .isEqualTo("Basic " + base64("client+1:s3cret%2B"));
    }

    /** RFC 6749 §2.3.1: for endpoints that do not read the field. */
    @Test
    void theSecretMayGoInTheBody() {
        config =
                new OAuthConfig(
                        "mail",
                        config.endpoint(),
                        config.grant(),
                        config.clientId(),
                        config.clientSecret(),
                        OAuthConfig.Authentication.BODY,
                        config.refreshToken(),
                        "");
        start();
        grant("access-1", "");
        assertThat(get("")).isInstanceOf(Given.Token.class);
        assertThat(body(0)).endsWith("&client_id=client+1&client_secret=s3cret%2B");
        assertThat(host.requests().getFirst().authorization()).isEmpty();
    }

    @Test
    void manySessionsMakeOneRequest() {
        grant("access-1", ",\"expires_in\":3600");
        for (int i = 0; i < 50; i++) {
            ask("");
        }
        sim.run(Duration.ofMinutes(1), () -> given.size() == 50);
        assertThat(given).hasSize(50).containsOnly(new Given.Token("access-1"));
        assertThat(host.requests()).hasSize(1);
    }

    /** What a host does not take is replaced, but a fresh one that is refused too is not. */
    @Test
    void aRefusedTokenIsReplacedOnce() {
        grant("access-1", ",\"expires_in\":3600");
        assertThat(get("")).isEqualTo(new Given.Token("access-1"));
        grant("access-2", ",\"expires_in\":3600");
        pass(Duration.ofMinutes(2));
        assertThat(get("access-1")).isEqualTo(new Given.Token("access-2"));
        assertThat(get("access-1")).isEqualTo(new Given.Token("access-2"));
        assertThat(get("access-2"))
                .isEqualTo(new Given.Unavailable("a token fetched just now is refused"));
        assertThat(host.requests()).hasSize(2);
    }

    /** RFC 6749 §6: the client must use the new one, and it outlives the process. */
    @Test
    void aRotatedRefreshTokenIsKept() {
        grant("access-1", ",\"expires_in\":60,\"refresh_token\":\"refresh-2\"");
        assertThat(get("")).isInstanceOf(Given.Token.class);
        out.kill();
        start();
        grant("access-2", ",\"expires_in\":60");
        assertThat(get("")).isEqualTo(new Given.Token("access-2"));
        assertThat(body(1)).contains("refresh_token=refresh-2&");
        write(FIRST, "anew"); // the user has agreed again
        pass(Duration.ofMinutes(2));
        assertThat(get("")).isInstanceOf(Given.Token.class);
        assertThat(body(2)).contains("refresh_token=anew&");
    }

    /** One that still holds serves on where its successor cannot be had. */
    @Test
    void aFailureCostsNothingWhileTheOldOneHolds() {
        grant("access-1", ",\"expires_in\":3600");
        assertThat(get("")).isInstanceOf(Given.Token.class);
        answer(503, "");
        pass(Duration.ofMinutes(59).plusSeconds(20));
        assertThat(get("")).isEqualTo(new Given.Token("access-1"));
        assertThat(host.requests()).hasSize(2);
        pass(Duration.ofMinutes(2));
        assertThat(get("")).isEqualTo(new Given.Unavailable("login.example answers 503"));
    }

    static Stream<Arguments> failures() {
        return Stream.of(
                arguments(503, "", "login.example answers 503", 1),
                arguments(302, "", "login.example answers 302", 1),
                arguments(200, "<html>", "login.example answers no JSON object", 1),
                arguments(200, "{}", "login.example answers without a usable access_token", 1),
                arguments(
                        200,
                        "{\"access_token\":\"a\\u0001b\",\"token_type\":\"bearer\"}",
                        "login.example answers without a usable access_token",
                        1),
                arguments(
                        200,
                        "{\"access_token\":\"a\",\"token_type\":\"mac\"}",
                        "login.example gives tokens that are not of type bearer",
                        5),
                arguments(
                        400,
                        "{\"error\":\"invalid_grant\",\"error_description\":\"Token has been\\nrevoked.\"}",
                        "login.example answers 400: invalid_grant (Token has been revoked.)",
                        5),
                arguments(
                        401,
                        "{\"error\":\"invalid_client\",\"error_description\":\"first-refresh is bad\"}",
                        "login.example answers 401: invalid_client",
                        5),
                arguments(
                        429,
                        "{\"error\":\"slow_down\"}",
                        "login.example answers 429: slow_down",
                        1));
    }

    /** RFC 6749 §5.2, and what is no answer at all. Nobody asks again before its time. */
    @ParameterizedTest
    @MethodSource("failures")
    void withoutATokenThereIsAReason(int status, String body, String why, int pauseMinutes) {
        answer(status, body);
        assertThat(get("")).isEqualTo(new Given.Unavailable(why));
        pass(Duration.ofMinutes(pauseMinutes).minusSeconds(10));
        assertThat(get("")).isEqualTo(new Given.Unavailable(why));
        assertThat(host.requests()).hasSize(1);
        pass(Duration.ofSeconds(20));
        grant("access-1", "");
        assertThat(get("")).isEqualTo(new Given.Token("access-1"));
    }

    @Test
    void aFileThatIsNotThereIsNamed() {
        out.start(
                "delete",
                () -> {
                    try {
                        out.world().disk().delete(FIRST);
                    } catch (IOException failed) {
                        throw new AssertionError(failed);
                    }
                });
        assertThat(get("")).isEqualTo(new Given.Unavailable("/etc/refresh: there is no such file"));
        assertThat(host.requests()).isEmpty();
    }
}
