package postern.smtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import postern.mail.ContentStore;
import postern.mail.Outcome;
import postern.sasl.Mechanism;
import postern.smtp.tls.TlsLevel;
import postern.smtp.tls.TlsMeans;
import postern.table.Table;
import postern.testkit.FakeMx;

/** Hosts that want to know who we are: RFC 4954. */
class AuthOutTest {
    private static final String PLAIN = "AUTH PLAIN " + base64("\0ann\0secret:x");
    private static final List<Mechanism> USUAL =
            List.of(Mechanism.SCRAM_SHA_256, Mechanism.PLAIN, Mechanism.LOGIN);

    private final Path folder;
    @AutoClose private final Rig rig;

    AuthOutTest(@TempDir Path folder) {
        this.folder = folder;
        rig = new Rig(folder);
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static Table table(Map<String, String> entries) {
        return key -> {
            assertThat(key).isEqualTo(key.toLowerCase(Locale.ROOT));
            if (key.equals("broken")) {
                return new Table.Answer.TemporaryFailure("away");
            }
            String value = entries.get(key);
            return value == null ? Table.Answer.ABSENT : new Table.Answer.Found(value, "t:1");
        };
    }

    private SmtpTransport transport(SaslMeans sasl) {
        return new SmtpTransport(
                rig.world,
                Rig.config(Duration.ofSeconds(20), Rig.REUSE, TlsLevel.NONE),
                rig.names,
                new ContentStore(rig.world.disk(), folder),
                TlsMeans.NONE,
                sasl);
    }

    private Outcome deliver(String hop, SaslMeans sasl) {
        try (var transport = transport(sasl)) {
            return transport.deliver(rig.request(hop, "bob")).getFirst().outcome();
        }
    }

    private static SaslMeans means(Map<String, String> entries, boolean bySender, boolean clear) {
        return new SaslMeans(
                List.of(table(entries)), bySender, USUAL, clear, new Random(1), BearerTokens.NONE);
    }

    private static SaslMeans means(String hop) {
        return means(Map.of(hop.substring(0, hop.indexOf(':')), "ann:secret:x"), false, true);
    }

    private FakeMx host(String... offers) {
        return new FakeMx(rig.world).offering(offers);
    }

    @Test
    void plainGoesWithTheCommand() throws IOException {
        FakeMx mx = host("AUTH PLAIN LOGIN").replying("AUTH", "235 2.7.0 ok");
        String hop = rig.start(mx);

        assertThat(deliver(hop, means(hop))).isInstanceOf(Outcome.Delivered.class);
        assertThat(mx.commands()).contains(PLAIN);
        assertThat(mx.commands()) // RFC 4954 §5: who submitted it is not what we vouch for
                .anyMatch(line -> line.startsWith("MAIL FROM:") && line.endsWith(" AUTH=<>"));
        assertThat(String.join("\n", rig.log)).doesNotContain("secret").doesNotContain(PLAIN);
    }

    @Test
    void loginAnswersQuestions() throws IOException {
        FakeMx mx =
                host("AUTH LOGIN")
                        .replying("AUTH LOGIN", "334 VXNlcm5hbWU6")
                        .replying(base64("ann"), "334 UGFzc3dvcmQ6")
                        .replying(base64("secret:x"), "235 2.7.0 ok");
        String hop = rig.start(mx);

        assertThat(deliver(hop, means(hop))).isInstanceOf(Outcome.Delivered.class);
    }

    @Test
    void whoHasNoCredentialsSaysNothing() throws IOException {
        FakeMx mx = host("AUTH PLAIN LOGIN");
        String hop = rig.start(mx);

        assertThat(deliver(hop, means(Map.of("other.example", "ann:secret"), false, true)))
                .isInstanceOf(Outcome.Delivered.class);
        assertThat(mx.commands()).noneMatch(line -> line.contains("AUTH"));
    }

    static Stream<Arguments> refusals() {
        return Stream.of(
                arguments("AUTH PLAIN", "535 5.7.8 wrong", "4.7.8", "said: 535 5.7.8 wrong"),
                arguments("AUTH PLAIN", "535 wrong", "4.7.0", "said: 535 wrong"),
                arguments("AUTH PLAIN", "454 4.7.0 later", "4.7.0", "said: 454 4.7.0 later"),
                arguments("AUTH PLAIN", "250 2.0.0 what?", "4", "said: 250"),
                arguments("AUTH PLAIN", "334 more", "4.7.0", "a challenge"),
                arguments("AUTH PLAIN", "421 4.3.2 bye", "4.3.2", "421"),
                arguments("SIZE 1000", "235 ok", "4.7.0", "does not offer AUTH"),
                arguments("AUTH CRAM-MD5 GSSAPI", "235 ok", "4.7.0", "no mechanism"),
                // a server of SCRAM that lets everybody in has not shown that it knows us
                arguments("AUTH SCRAM-SHA-256", "235 2.7.0 ok", "4.7.0", "did not prove"),
                arguments("AUTH SCRAM-SHA-256", "334 cj14", "4.7.0", "malformed"));
    }

    /** Mail waits: an account may be mended, a bounce not taken back. */
    @ParameterizedTest
    @MethodSource("refusals")
    void whatFailsPutsMailOff(String offer, String reply, String status, String words)
            throws IOException {
        FakeMx mx = host(offer).replying("AUTH", reply);
        String hop = rig.start(mx);

        assertThat(deliver(hop, means(hop)))
                .isInstanceOfSatisfying(
                        Outcome.Deferred.class,
                        deferred -> {
                            assertThat(deferred.status()).startsWith(status);
                            assertThat(deferred.detail()).contains(words).doesNotContain("secret");
                        });
        assertThat(mx.received()).isEmpty();
    }

    @Test
    void passwordsDoNotGoInClear() throws IOException {
        FakeMx mx = host("AUTH PLAIN LOGIN").replying("AUTH", "235 2.7.0 ok");
        String hop = rig.start(mx);
        String name = hop.substring(0, hop.indexOf(':'));

        assertThat(deliver(hop, means(Map.of(name, "ann:secret"), false, false)))
                .isInstanceOfSatisfying(
                        Outcome.Deferred.class,
                        deferred -> assertThat(deferred.detail()).contains("without TLS"));
        assertThat(mx.commands()).noneMatch(line -> line.startsWith("AUTH"));
    }

    static Stream<Arguments> owners() {
        return Stream.of(
                arguments("ann@a.example", true, true),
                arguments("@a.example", true, true),
                arguments("ann@a.example", false, false),
                arguments("bob@a.example", true, false));
    }

    @ParameterizedTest
    @MethodSource("owners")
    void credentialsMayBeTheSenders(String key, boolean bySender, boolean used) throws IOException {
        FakeMx mx = host("AUTH PLAIN").replying("AUTH", "235 2.7.0 ok");
        String hop = rig.start(mx);

        assertThat(deliver(hop, means(Map.of(key, "ann:secret:x"), bySender, true)))
                .isInstanceOf(Outcome.Delivered.class);
        assertThat(mx.commands().contains(PLAIN)).isEqualTo(used);
    }

    @Test
    void aTableThatIsAwayPutsMailOff() throws IOException {
        FakeMx mx = host("AUTH PLAIN");
        rig.start(mx);

        assertThat(deliver("broken", means(Map.of(), false, true)))
                .isInstanceOfSatisfying(
                        Outcome.Deferred.class,
                        deferred -> assertThat(deferred.status()).isEqualTo("4.3.0"));
        assertThat(mx.commands()).isEmpty();
    }

    @Test
    void aTokenGoesWhereItIsWanted() throws IOException {
        FakeMx mx = host("AUTH PLAIN XOAUTH2").replying("AUTH", "235 2.7.0 ok");
        String hop = rig.start(mx);
        String name = hop.substring(0, hop.indexOf(':'));
        SaslMeans sasl =
                new SaslMeans(
                        List.of(table(Map.of(name, "ann@a.example:ya29.token"))),
                        false,
                        List.of(Mechanism.XOAUTH2),
                        true,
                        new Random(1),
                        BearerTokens.NONE);

        assertThat(deliver(hop, sasl)).isInstanceOf(Outcome.Delivered.class);
        assertThat(mx.commands())
                .contains(
                        "AUTH XOAUTH2 "
                                + base64(
                                        "user=ann@a.example\u0001auth=Bearer"
                                                + " ya29.token\u0001\u0001"));
    }

    /** RFC 4422 appendix A: an empty name leaves it to the certificate. */
    @ParameterizedTest
    @ValueSource(strings = {":", "", "ann", "ann:"})
    void theCertificateMaySayWhoWeAre(String entry) throws IOException {
        FakeMx mx = host("AUTH EXTERNAL PLAIN").replying("AUTH EXTERNAL", "235 2.7.0 ok");
        String hop = rig.start(mx);
        String name = hop.substring(0, hop.indexOf(':'));
        SaslMeans sasl =
                new SaslMeans(
                        List.of(table(Map.of(name, entry))),
                        false,
                        List.of(Mechanism.EXTERNAL, Mechanism.PLAIN),
                        true,
                        new Random(1),
                        BearerTokens.NONE);

        assertThat(deliver(hop, sasl)).isInstanceOf(Outcome.Delivered.class);
        assertThat(mx.commands())
                .contains("AUTH EXTERNAL " + (entry.startsWith("ann") ? base64("ann") : "="));
    }

    /** An entry without a name is no leave to go without one. */
    @Test
    void anEmptyEntryWithoutACertificatePutsMailOff() throws IOException {
        FakeMx mx = host("AUTH PLAIN").replying("MAIL", "530 5.7.0 authenticate first");
        String hop = rig.start(mx);
        String name = hop.substring(0, hop.indexOf(':'));

        assertThat(deliver(hop, means(Map.of(name, ":"), false, true)))
                .isInstanceOf(Outcome.Deferred.class);
        assertThat(mx.commands()).noneMatch(line -> line.startsWith("MAIL"));
    }

    private static SaslMeans fetching(String hop, BearerTokens tokens) {
        String name = hop.substring(0, hop.indexOf(':'));
        return new SaslMeans(
                List.of(table(Map.of(name, "ann@a.example:{oauth}mail"))),
                false,
                USUAL,
                true,
                new Random(1),
                tokens);
    }

    private static BearerTokens tokens(Map<String, String> after) {
        return (source, refused) -> {
            assertThat(source).isEqualTo("mail");
            String token = after.get(refused);
            return token == null
                    ? new BearerTokens.Given.Unavailable("invalid_grant")
                    : new BearerTokens.Given.Token(token);
        };
    }

    private static String bearer(String token) {
        return base64("n,a=ann@a.example,\u0001auth=Bearer " + token + "\u0001\u0001");
    }

    /** What the host says to tokens, which of them there are, and how often it was asked. */
    static Stream<Arguments> fetchedTokens() {
        return Stream.of(
                arguments(Map.of("", "good"), "", 1),
                arguments(Map.of("", "old", "old", "good"), "", 2),
                arguments(
                        Map.of("", "old", "old", "other"),
                        "4.7.8 SASL authentication failed; server HOST said: 535 5.7.8 no",
                        2),
                arguments(
                        Map.of("", "old"),
                        "4.7.8 SASL authentication failed; server HOST said: 535 5.7.8 no",
                        1),
                arguments(
                        Map.of(),
                        "4.7.0 SASL authentication failed: no access token of [oauth.mail]:"
                                + " invalid_grant",
                        0));
    }

    /** RFC 7628: a token that is refused is replaced once; without one mail waits. */
    @ParameterizedTest
    @MethodSource("fetchedTokens")
    void tokensAreFetched(Map<String, String> given, String deferral, int asked)
            throws IOException {
        FakeMx mx =
                host("AUTH PLAIN OAUTHBEARER XOAUTH2")
                        .replying("AUTH OAUTHBEARER " + bearer("good"), "235 2.7.0 ok")
                        .replying("AUTH", "334 " + base64("{\"status\":\"invalid_token\"}"))
                        .replying("AQ==", "535 5.7.8 no");
        String hop = rig.start(mx);

        Outcome outcome = deliver(hop, fetching(hop, tokens(given)));

        if (deferral.isEmpty()) {
            assertThat(outcome).isInstanceOf(Outcome.Delivered.class);
        } else {
            assertThat(outcome)
                    .isInstanceOfSatisfying(
                            Outcome.Deferred.class,
                            later ->
                                    assertThat(
                                                    later.status()
                                                            + " "
                                                            + later.detail()
                                                                    .replaceAll(
                                                                            "server \\S+",
                                                                            "server HOST"))
                                            .isEqualTo(deferral));
        }
        assertThat(mx.commands().stream().filter(line -> line.startsWith("AUTH"))).hasSize(asked);
        assertThat(mx.commands()).noneMatch(line -> line.startsWith("AUTH PLAIN"));
        assertThat(String.join("\n", rig.log)).doesNotContain("Bearer");
    }

    /** A connection of one login is not another's. */
    @Test
    void connectionsAreReusedByTheSameLoginOnly() throws IOException {
        FakeMx mx = host("AUTH PLAIN").replying("AUTH", "235 2.7.0 ok");
        String hop = rig.start(mx);
        var entries = new java.util.concurrent.ConcurrentHashMap<String, String>();
        entries.put("ann@a.example", "ann:one");
        SaslMeans sasl =
                new SaslMeans(
                        List.of(table(entries)),
                        true,
                        USUAL,
                        true,
                        new Random(1),
                        BearerTokens.NONE);
        try (var transport = transport(sasl)) {
            for (String credentials : Arrays.asList("ann:one", "ann:one", "ann:two")) {
                entries.put("ann@a.example", credentials);
                assertThat(transport.deliver(rig.request(hop, "bob")).getFirst().outcome())
                        .isInstanceOf(Outcome.Delivered.class);
            }
        }
        assertThat(mx.commands().stream().filter(line -> line.startsWith("AUTH"))).hasSize(2);
        assertThat(mx.commands().stream().filter(line -> line.equals("CONNECT"))).hasSize(2);
    }
}
