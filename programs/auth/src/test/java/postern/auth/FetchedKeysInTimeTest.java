package postern.auth;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import postern.http.HttpsClient;
import postern.http.HttpsUrl;
import postern.sasl.Accounts.Verdict;
import postern.testkit.FakeResolver;
import postern.testkit.LyingDisk;
import postern.testkit.SimNetwork;
import postern.testkit.SimProcess;
import postern.testkit.SimWorld;
import postern.testkit.TestAuthority;
import postern.testkit.TokenIssuer;
import postern.testkit.WebHost;
import postern.testkit.WebServer.Answer;
import postern.tls.Authorities;

/** Keys that the issuer changes, and an issuer that goes away, on virtual time. */
class FetchedKeysInTimeTest {
    private static final String NAME = "login.example";
    private static final InetAddress HOST = InetAddress.ofLiteral("192.0.2.1");
    private static final TokenIssuer OLD = TokenIssuer.elliptic("old", "secp256r1");
    private static final TokenIssuer NEW = TokenIssuer.elliptic("new", "secp256r1");
    private static final TokenIssuer FORGER = TokenIssuer.elliptic("forger", "secp256r1");

    /** Of the year 2100: what expires is no matter of these tests. */
    private static final String CLAIMS =
            "{\"iss\":\"i\",\"aud\":\"mail\",\"exp\":4102444800,\"email\":\"ann\"}";

    @TempDir static Path keys;

    @SuppressWarnings("NullAway.Init") // before all
    private static TestAuthority authority;

    private final SimWorld sim = new SimWorld(1);
    private final WebHost host = new WebHost(sim, HOST, authority.server("good"));
    private final List<Verdict> verdicts = new ArrayList<>();

    @SuppressWarnings("NullAway.Init") // before each
    private SimProcess auth;

    @SuppressWarnings("NullAway.Init") // before each
    private SignedTokens tokens;

    @BeforeAll
    static void issue() {
        authority = TestAuthority.create().issue("good", NAME);
    }

    @BeforeEach
    void start() {
        publish(OLD);
        host.start();
        auth = sim.process("auth", "postern", new LyingDisk());
        Authorities trusted = Authorities.of(authority.pem());
        var resolver = new FakeResolver().host(NAME, "192.0.2.1");
        var source =
                new FetchedKeys(
                        auth.world(),
                        new HttpsClient(auth.world(), resolver, () -> trusted),
                        HttpsUrl.of(NAME, "/jwks"),
                        Duration.ofHours(1),
                        Duration.ofSeconds(10));
        var rules = new TokenRules("i", List.of("mail"), List.of(), "email", Duration.ZERO);
        tokens = new SignedTokens(source, rules, auth.world().clock());
    }

    @AfterEach
    void close() {
        assertThat(sim.panics()).isEmpty();
        sim.close();
    }

    private void publish(TokenIssuer... all) {
        host.answer(new Answer(200, "application/json", TokenIssuer.jwks(all)));
    }

    private Class<?> verdict(TokenIssuer issuer) {
        int before = verdicts.size();
        String token = issuer.token("ES256", CLAIMS);
        auth.start("token", () -> verdicts.add(tokens.token("", token)));
        sim.run(Duration.ofMinutes(1), () -> verdicts.size() > before);
        return verdicts.getLast().getClass();
    }

    /** Time does not pass by itself where nobody waits for it. */
    private void pass(Duration time) {
        auth.start("wait", () -> auth.world().clock().sleep(time));
        sim.run(time.plusSeconds(1));
    }

    @Test
    void aNewKeyIsAskedForOnceAMinuteWhoeverWantsIt() {
        assertThat(verdict(OLD)).isEqualTo(Verdict.Granted.class);
        publish(OLD, NEW);
        assertThat(verdict(NEW)).isEqualTo(Verdict.Denied.class);
        assertThat(host.requests()).hasSize(1);
        pass(Duration.ofSeconds(61));
        assertThat(verdict(NEW)).isEqualTo(Verdict.Granted.class);
        for (int i = 0; i < 5; i++) {
            assertThat(verdict(FORGER)).isEqualTo(Verdict.Denied.class);
        }
        assertThat(host.requests()).hasSize(2);
    }

    @Test
    void aKeyThatIsWithdrawnEndsWithinItsHour() {
        assertThat(verdict(OLD)).isEqualTo(Verdict.Granted.class);
        publish(NEW);
        pass(Duration.ofMinutes(59));
        assertThat(verdict(OLD)).isEqualTo(Verdict.Granted.class);
        pass(Duration.ofMinutes(2));
        assertThat(verdict(OLD)).isEqualTo(Verdict.Denied.class);
    }

    @Test
    void whereTheIssuerIsAwayKnownKeysServeForADay() {
        assertThat(verdict(OLD)).isEqualTo(Verdict.Granted.class);
        sim.network().reach(HOST, SimNetwork.Reach.SILENT);
        pass(Duration.ofHours(24));
        assertThat(verdict(OLD)).isEqualTo(Verdict.Granted.class);
        assertThat(verdict(NEW)).isEqualTo(Verdict.Unavailable.class); // it may be a new key
        pass(Duration.ofHours(2));
        assertThat(verdict(OLD)).isEqualTo(Verdict.Unavailable.class);
    }

    @Test
    void whatFailedIsTriedAgainSoon() {
        host.answer(new Answer(500, "text/html", "oops"));
        assertThat(verdict(OLD)).isEqualTo(Verdict.Unavailable.class);
        publish(OLD);
        assertThat(verdict(OLD)).isEqualTo(Verdict.Unavailable.class);
        assertThat(host.requests()).hasSize(1);
        pass(Duration.ofSeconds(11));
        assertThat(verdict(OLD)).isEqualTo(Verdict.Granted.class);
    }
}
