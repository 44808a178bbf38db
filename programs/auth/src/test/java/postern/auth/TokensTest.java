package postern.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import postern.auth.TokenConfig.Source;
import postern.base.Endpoint;
import postern.base.Listener;
import postern.base.World;
import postern.base.system.SystemWorld;
import postern.http.HttpsClient;
import postern.http.HttpsUrl;
import postern.sasl.Accounts.TokenHints;
import postern.sasl.Mechanism;
import postern.sasl.dovecot.Answer;
import postern.sasl.dovecot.Asked;
import postern.sasl.dovecot.AuthClient;
import postern.testkit.FakeResolver;
import postern.testkit.TestAuthority;
import postern.testkit.TokenIssuer;
import postern.testkit.WebServer;
import postern.tls.Authorities;

/** Tokens at the service's real socket; keys in real files and at a real HTTPS server. */
class TokensTest {
    private static final String HOST = "login.example";
    private static final String CONFIGURATION = "https://login.example/configuration";
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final long NOW = Instant.now().getEpochSecond();
    private static final TokenIssuer ISSUER = TokenIssuer.rsa("one", 2048);
    private static final TokenRules RULES =
            new TokenRules(
                    "https://login.example",
                    List.of("mail", "smtp"),
                    List.of("mail.send"),
                    "email",
                    Duration.ofMinutes(1));

    @TempDir static Path certificates;

    @SuppressWarnings("NullAway.Init") // before all
    private static TestAuthority authority;

    @TempDir Path folder;

    private final List<String> log = new CopyOnWriteArrayList<>();
    private final World world = SystemWorld.create((level, line) -> log.add(level + " " + line));
    private final FakeResolver resolver = new FakeResolver().host(HOST, "127.0.0.1");
    private @Nullable Listener listener;
    private @Nullable WebServer web;

    @BeforeAll
    static void issue() {
        authority = TestAuthority.create().issue("good", HOST).selfSigned("self", HOST);
    }

    @AfterEach
    void close() {
        if (listener != null) {
            listener.close();
        }
        if (web != null) {
            web.close();
        }
    }

    private AuthClient serve(Source source) throws IOException {
        var oauth =
                new TokenConfig(
                        source,
                        RULES,
                        new TokenHints("mail.send", CONFIGURATION),
                        Duration.ofSeconds(20),
                        Optional.empty());
        return serve(oauth);
    }

    private AuthClient serve(TokenConfig oauth) throws IOException {
        var config =
                new AuthConfig(
                        Optional.empty(),
                        Optional.empty(),
                        List.of(Mechanism.values()),
                        Duration.ZERO,
                        2,
                        1 << 20,
                        Optional.of(oauth));
        Endpoint at = new Endpoint.Local(folder.resolve("auth"));
        Listener open = world.network().listen(at);
        listener = open;
        Authorities trusted = Authorities.of(authority.pem());
        var https = new HttpsClient(world, resolver, () -> trusted);
        var auth = new Auth(world, config, https, new Random(1));
        world.tasks().start("auth", () -> auth.serve(open));
        return new AuthClient(world.network(), world.clock(), at, 1, Duration.ZERO);
    }

    private WebServer web(String alias) throws IOException {
        WebServer started =
                WebServer.start(new InetSocketAddress("127.0.0.1", 0), authority.server(alias));
        web = started;
        return started;
    }

    private Source keys(String text) throws IOException {
        Path next = folder.resolve("next");
        Files.writeString(next, text);
        Path file = folder.resolve("keys");
        Files.move(next, file, StandardCopyOption.REPLACE_EXISTING);
        return new Source.KeyFile(file);
    }

    private static Source keysAt(int port) {
        return new Source.KeyUrl(new HttpsUrl(HOST, port, "/jwks"), Duration.ofHours(1));
    }

    private Source askedAt(int port) throws IOException {
        Path file = Files.writeString(folder.resolve("client"), "postern:s3cr:et&\n");
        return new Source.Asked(
                new TokenConfig.Endpoint(new HttpsUrl(HOST, port, "/introspect"), file),
                Duration.ofMinutes(1));
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static Answer token(AuthClient client, String user, String token) {
        return bearer(client, "OAUTHBEARER", "n,a=" + user + ",\1auth=Bearer " + token + "\1\1");
    }

    /** After the complaint, the end: RFC 7628 §3.2.3. */
    private static Answer bearer(AuthClient client, String mechanism, String message) {
        try (AuthClient.Exchange exchange = client.exchange()) {
            Answer answer = exchange.begin(Questions.of(mechanism, base64(message)));
            return answer instanceof Answer.Challenge ? exchange.next(base64("\1")) : answer;
        } catch (IOException failed) {
            return new Answer.Unavailable("", "lost: " + failed.getMessage());
        }
    }

    /** What good ones say, with changes. */
    private static String claims(String... changes) {
        String claims =
                """
                {"iss":"https://login.example","aud":"mail","scope":"openid mail.send",
                "exp":%d,"nbf":%d,"email":"Ann@Example.org","sub":"4711"}
                """
                        .formatted(in(600), in(-600));
        for (int i = 0; i < changes.length; i += 2) {
            assertThat(claims).contains(changes[i]);
            claims = claims.replace(changes[i], changes[i + 1]);
        }
        return claims;
    }

    private static long in(long seconds) {
        return NOW + seconds;
    }

    static Stream<Arguments> good() {
        String exp = "\"exp\":" + in(600);
        return Stream.of(
                arguments("as it should be", claims()),
                arguments("of several audiences", claims("\"mail\"", "[\"web\",\"smtp\"]")),
                arguments(
                        "scopes as a list",
                        claims("\"scope\":\"openid mail.send\"", "\"scp\":[\"mail.send\"]")),
                arguments("within the skew", claims(exp, "\"exp\":" + in(-20))),
                arguments(
                        "not yet, within the skew",
                        claims("\"nbf\":" + in(-600), "\"nbf\":" + in(30))),
                arguments("a fraction", claims(exp, exp + ".5")),
                arguments("verified", claims("{", "{\"email_verified\":true,")),
                arguments("verified, in words", claims("{", "{\"email_verified\":\"true\",")));
    }

    static Stream<Arguments> bad() { // RFC 7519 §4.1
        String exp = "\"exp\":" + in(600);
        String iss = "\"iss\":\"https://login.example\"";
        String aud = "\"aud\":\"mail\"";
        String scope = "\"scope\":\"openid mail.send\"";
        String email = "\"email\":\"Ann@Example.org\"";
        return Stream.of(
                arguments("expired", claims(exp, "\"exp\":" + in(-120))),
                arguments("does not say when", claims(exp + ",", "")),
                arguments("does not say when", claims(exp, "\"exp\":\"" + in(600) + "\"")),
                arguments("does not say when", claims(exp, "\"exp\":1e999")),
                arguments("does not say when", claims(exp, "\"exp\":null")),
                arguments("expired", claims(exp, "\"exp\":-1")),
                arguments("not valid yet", claims("\"nbf\":" + in(-600), "\"nbf\":" + in(300))),
                arguments("does not say when", claims("\"nbf\":" + in(-600), "\"nbf\":{}")),
                arguments("another issuer", claims(iss, "\"iss\":\"https://evil.example\"")),
                arguments("another issuer", claims(iss, "\"iss\":\"https://login.example/\"")),
                arguments("another issuer", claims(iss, "\"iss\":[\"https://login.example\"]")),
                arguments("another issuer", claims(iss + ",", "")),
                arguments("another audience", claims(aud, "\"aud\":\"web\"")),
                arguments("another audience", claims(aud, "\"aud\":\"mail smtp\"")),
                arguments("another audience", claims(aud, "\"aud\":[]")),
                arguments("another audience", claims(aud, "\"aud\":[[\"mail\"]]")),
                arguments("another audience", claims(aud + ",", "")),
                arguments("without the scope", claims(scope, "\"scope\":\"mail.sender\"")),
                arguments("without the scope", claims(scope, "\"scope\":\"MAIL.SEND\"")),
                arguments("without the scope", claims(scope + ",", "")),
                arguments("names no user", claims(email, "\"email\":\"\"")),
                arguments("names no user", claims(email, "\"email\":[\"ann@example.org\"]")),
                arguments("names no user", claims(email, "\"email\":\"ann example.org\"")),
                arguments("names no user", claims(email, "\"email\":\"ann\\t@example.org\"")),
                arguments("names no user", claims(email, "\"name\":\"ann\"")),
                arguments("names no user", claims("Ann", "a".repeat(600))),
                arguments("has not verified", claims("{", "{\"email_verified\":false,")),
                arguments("has not verified", claims("{", "{\"email_verified\":\"yes\",")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("good")
    void whatASignedTokenSaysIsEnough(String how, String claims) throws IOException {
        AuthClient client = serve(keys(ISSUER.pem()));
        String token = ISSUER.token("PS256", claims);
        assertThat(token(client, "", token)).isEqualTo(new Answer.Granted("Ann@Example.org"));
        assertThat(token(client, "ann@example.org", token)).isInstanceOf(Answer.Granted.class);
        assertThat(bearer(client, "XOAUTH2", "user=ann@example.org\1auth=Bearer " + token + "\1\1"))
                .isInstanceOf(Answer.Granted.class);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("bad")
    void whatASignedTokenSaysIsNotEnough(String why, String claims) throws IOException {
        AuthClient client = serve(keys(ISSUER.pem()));
        assertThat(token(client, "ann@example.org", ISSUER.token("RS256", claims)))
                .isInstanceOfSatisfying(
                        Answer.Denied.class, denied -> assertThat(denied.why()).contains(why));
    }

    @Test
    void aTokenIsForItsUserAlone() throws IOException {
        AuthClient client = serve(keys(ISSUER.pem()));
        assertThat(token(client, "bob@example.org", ISSUER.token("RS256", claims())))
                .isEqualTo(new Answer.Denied("bob@example.org", "the token is for another user"));
    }

    static Stream<Arguments> forged() {
        String good = ISSUER.token("RS256", claims());
        String none = "{\"alg\":\"none\",\"kid\":\"one\"}";
        return Stream.of(
                arguments(TokenIssuer.base64(none) + "." + TokenIssuer.base64(claims()) + "."),
                arguments(ISSUER.token("HS256", claims())), // by the RSA key: RFC 8725 §2.1
                arguments(TokenIssuer.rsa("one", 2048).token("RS256", claims())),
                arguments(TokenIssuer.ed25519("one").token("EdDSA", claims())),
                arguments(good.substring(0, good.length() - 4)),
                arguments(good.substring(0, good.lastIndexOf('.'))),
                arguments(good + "." + good),
                arguments(ISSUER.token("RS256", claims("{", "{\"email\":\"eve@example.org\","))),
                arguments(ISSUER.token("RS256", "[".repeat(3000))),
                arguments("opaque"));
    }

    @ParameterizedTest
    @MethodSource("forged")
    void whatIsForgedIsDenied(String token) throws IOException {
        AuthClient client = serve(keys(TokenIssuer.jwks(ISSUER)));
        assertThat(token(client, "ann@example.org", token)).isInstanceOf(Answer.Denied.class);
        assertThat(token(client, "", ISSUER.token("RS256", claims())))
                .isInstanceOf(Answer.Granted.class);
        assertThat(log).noneMatch(line -> line.contains(token));
    }

    @Test
    void whoIsDeniedIsToldHowToDoBetter() throws IOException {
        AuthClient client = serve(keys(ISSUER.pem()));
        assertThat(client.mechanisms())
                .containsExactlyInAnyOrder(Mechanism.OAUTHBEARER, Mechanism.XOAUTH2);
        try (AuthClient.Exchange exchange = client.exchange()) {
            var asked =
                    new Asked(
                            "OAUTHBEARER",
                            true,
                            "",
                            "",
                            Optional.empty(),
                            Optional.of(base64("n,,\1auth=Bearer x\1\1")));
            String error =
                    "{\"status\":\"invalid_token\",\"scope\":\"mail.send\",\"openid-configuration\":\""
                            + CONFIGURATION
                            + "\"}";
            assertThat(exchange.begin(asked)).isEqualTo(new Answer.Challenge(base64(error)));
            assertThat(exchange.next("")).isInstanceOf(Answer.Denied.class);
        }
    }

    @Test
    void keysInAFileAreRenewedAndDamagedOnesAreNotTaken() throws IOException {
        TokenIssuer next = TokenIssuer.elliptic("two", "secp256r1");
        AuthClient client = serve(keys(ISSUER.pem()));
        String before = ISSUER.token("RS256", claims());
        String after = next.token("ES256", claims());
        assertThat(token(client, "", before)).isInstanceOf(Answer.Granted.class);
        assertThat(token(client, "", after)).isInstanceOf(Answer.Denied.class);

        Source unused = keys(TokenIssuer.jwks(next));
        await().atMost(SOON).until(() -> token(client, "", after) instanceof Answer.Granted);
        assertThat(token(client, "", before)).isInstanceOf(Answer.Denied.class);

        Source damaged = keys("-----BEGIN PUBLIC KEY-----\n");
        await().atMost(SOON)
                .until(
                        () ->
                                token(client, "", after) instanceof Answer.Granted
                                        && log.stream().anyMatch(line -> line.contains("stay")));
        assertThat(List.of(unused, damaged)).hasSize(2);
    }

    @Test
    void withoutKeysNothingCanBeTold() throws IOException {
        AuthClient client = serve(new Source.KeyFile(folder.resolve("none")));
        assertThat(token(client, "", ISSUER.token("RS256", claims())))
                .isEqualTo(new Answer.Unavailable("", "there are no keys of tokens"));
    }

    @Test
    void publishedKeysAreAskedForOnce() throws IOException {
        WebServer server = web("good");
        server.answer(answer(TokenIssuer.jwks(ISSUER)));
        AuthClient client = serve(keysAt(server.port()));
        for (int i = 0; i < 3; i++) {
            assertThat(token(client, "", ISSUER.token("RS256", claims())))
                    .isInstanceOf(Answer.Granted.class);
            assertThat(token(client, "", TokenIssuer.ed25519("x").token("EdDSA", claims())))
                    .isInstanceOf(Answer.Denied.class);
        }
        assertThat(server.requests()).hasSize(1);
    }

    /** Then nobody can say whether the token is good: 454, not 535. */
    @ParameterizedTest
    @CsvSource({
        "500, '{}', good",
        "404, '{}', good",
        "302, '{\"keys\":[]}', good",
        "200, '', good",
        "200, '<html>', good",
        "200, '{\"keys\":[]}', good",
        "200, '{\"keys\":[{\"kty\":\"oct\",\"k\":\"AAAA\"}]}', good",
        "200, LARGE, good",
        "200, KEYS, self"
    })
    void anIssuerWithoutKeysTellsNothing(int status, String body, String certificate)
            throws IOException {
        WebServer server = web(certificate);
        String keys = TokenIssuer.jwks(ISSUER);
        server.answer(
                new WebServer.Answer(
                        status,
                        "application/json",
                        body.replace("LARGE", " ".repeat(300_000) + keys).replace("KEYS", keys)));
        AuthClient client = serve(keysAt(server.port()));
        assertThat(token(client, "ann", ISSUER.token("RS256", claims())))
                .isInstanceOf(Answer.Unavailable.class);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anIssuerThatIsDeadOrSilentTellsNothing(boolean silent) throws IOException {
        try (ServerSocket socket = silent ? listening() : null) {
            int port = socket == null ? deadPort() : socket.getLocalPort();
            for (Source source : List.of(keysAt(port), askedAt(port))) {
                var oauth =
                        new TokenConfig(
                                source,
                                RULES,
                                TokenHints.NONE,
                                Duration.ofSeconds(1),
                                Optional.empty());
                AuthClient client = serve(oauth);
                assertThat(token(client, "ann", ISSUER.token("RS256", claims())))
                        .isInstanceOf(Answer.Unavailable.class);
                close();
                Files.deleteIfExists(folder.resolve("auth"));
            }
        }
    }

    private static ServerSocket listening() throws IOException {
        return new ServerSocket(0, 5, InetAddress.ofLiteral("127.0.0.1"));
    }

    private static int deadPort() throws IOException {
        try (ServerSocket socket = listening()) {
            return socket.getLocalPort();
        }
    }

    private static WebServer.Answer answer(String body) {
        return new WebServer.Answer(200, "application/json", body);
    }

    @Test
    void anIssuerThatIsAskedTells() throws IOException {
        WebServer server = web("good");
        AuthClient client = serve(askedAt(server.port()));
        server.answer(answer(claims("{", "{\"active\":true,")));
        for (int i = 0; i < 3; i++) { // one question, whoever says to be whom
            assertThat(token(client, "", "opaque+token/=")).isInstanceOf(Answer.Granted.class);
            assertThat(token(client, "bob@example.org", "opaque+token/="))
                    .isEqualTo(
                            new Answer.Denied("bob@example.org", "the token is for another user"));
        }
        assertThat(server.requests()).hasSize(1);
        WebServer.Request request = server.requests().getFirst();
        assertThat(request.method()).isEqualTo("POST");
        assertThat(request.target()).isEqualTo("/introspect");
        assertThat(request.mediaType()).isEqualTo("application/x-www-form-urlencoded");
        assertThat(request.body())
                .asString()
                .isEqualTo("token=opaque%2Btoken%2F%3D&token_type_hint=access_token");
        assertThat(request.authorization()).isEqualTo("Basic " + base64("postern:s3cr%3Aet%26"));

        server.answer(answer("{\"active\":false}"));
        assertThat(token(client, "", "another"))
                .isEqualTo(new Answer.Denied("", "the token is not active"));
        assertThat(token(client, "", "another")).isInstanceOf(Answer.Denied.class);
        assertThat(server.requests()).hasSize(3);
        assertThat(log).noneMatch(line -> line.contains("opaque") || line.contains("s3cr"));
    }

    static Stream<Arguments> answers() { // RFC 7662 §2.2
        return Stream.of(
                arguments(200, claims("{", "{\"active\":false,"), Answer.Denied.class),
                arguments(200, claims("{", "{\"active\":\"true\","), Answer.Unavailable.class),
                arguments(200, claims("{", "{\"active\":1,"), Answer.Unavailable.class),
                arguments(200, claims(), Answer.Unavailable.class),
                arguments(200, "{\"active\":true}", Answer.Denied.class),
                arguments(
                        200,
                        claims("{", "{\"active\":true,", "\"mail\"", "\"web\""),
                        Answer.Denied.class),
                arguments(
                        200,
                        claims("{", "{\"active\":true,", "\"exp\":" + in(600), "\"exp\":1"),
                        Answer.Denied.class),
                arguments(200, "", Answer.Unavailable.class),
                arguments(200, "true", Answer.Unavailable.class),
                arguments(200, "<html>", Answer.Unavailable.class),
                arguments(200, " ".repeat(70_000), Answer.Unavailable.class),
                arguments(500, claims("{", "{\"active\":true,"), Answer.Unavailable.class),
                arguments(401, "{\"error\":\"invalid_client\"}", Answer.Unavailable.class),
                arguments(302, claims("{", "{\"active\":true,"), Answer.Unavailable.class));
    }

    @ParameterizedTest
    @MethodSource("answers")
    void whatTheIssuerSaysIsNotEnough(int status, String body, Class<? extends Answer> end)
            throws IOException {
        WebServer server = web("good");
        AuthClient client = serve(askedAt(server.port()));
        server.answer(new WebServer.Answer(status, "application/json", body));
        assertThat(token(client, "ann@example.org", "opaque")).isInstanceOf(end);
    }

    @Test
    void passwordsAreNoMatterOfTokens() throws IOException {
        AuthClient client = serve(keys(ISSUER.pem()));
        assertThat(bearer(client, "PLAIN", "\0ann\0secret")).isInstanceOf(Answer.Denied.class);
    }
}
