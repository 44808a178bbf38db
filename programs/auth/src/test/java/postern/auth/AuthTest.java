package postern.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import postern.base.Endpoint;
import postern.base.Listener;
import postern.base.World;
import postern.base.system.SystemWorld;
import postern.http.HttpsClient;
import postern.sasl.Mechanism;
import postern.sasl.dovecot.Answer;
import postern.sasl.dovecot.AuthClient;
import postern.sasl.password.Scheme;
import postern.testkit.FakeResolver;

/** The service at a real socket, with a real file. */
class AuthTest {
    private static final World WORLD = SystemWorld.create((_, _) -> {});

    @TempDir Path folder;
    private Path passwords;
    private Listener listener;
    private AuthClient client;

    @BeforeEach
    void prepare() throws IOException {
        passwords = folder.resolve("passwords");
        Endpoint at = new Endpoint.Local(folder.resolve("auth"));
        listener = WORLD.network().listen(at);
        client = new AuthClient(WORLD.network(), WORLD.clock(), at, 1, Duration.ZERO);
    }

    @AfterEach
    void close() {
        listener.close();
    }

    private void serve(long hashOctets) {
        var config =
                new AuthConfig(
                        Optional.of(passwords),
                        Optional.empty(),
                        List.of(Mechanism.values()),
                        Duration.ZERO,
                        2,
                        hashOctets,
                        Optional.empty());
        var nobody =
                new HttpsClient(
                        WORLD,
                        new FakeResolver(),
                        () -> {
                            throw new IOException("nobody is asked");
                        });
        var auth = new Auth(WORLD, config, nobody, new Random(1));
        WORLD.tasks().start("auth", () -> auth.serve(listener));
    }

    private void write(String... lines) throws IOException {
        Path next = folder.resolve("next");
        Files.writeString(next, String.join("\n", lines) + "\n");
        Files.move(next, passwords, StandardCopyOption.REPLACE_EXISTING);
    }

    private static String line(String user, Scheme scheme, String password) {
        return user + ":" + scheme.hash(password, new Random(7));
    }

    private Answer plain(String user, String password) {
        String message = "\0" + user + "\0" + password;
        String base64 =
                Base64.getEncoder().encodeToString(message.getBytes(StandardCharsets.UTF_8));
        return begin("PLAIN", base64);
    }

    private Answer begin(String mechanism, String base64) {
        try (AuthClient.Exchange exchange = client.exchange()) {
            return exchange.begin(Questions.of(mechanism, base64));
        } catch (IOException failed) {
            return new Answer.Unavailable("", String.valueOf(failed.getMessage()));
        }
    }

    @ParameterizedTest
    @EnumSource(Scheme.class)
    void passwordsAreChecked(Scheme scheme) throws IOException {
        write(line("Ann", scheme, "secret"));
        serve(64 << 20);

        assertThat(plain("ann", "secret")).isEqualTo(new Answer.Granted("Ann"));
        assertThat(plain("ann", "Secret")).isEqualTo(new Answer.Denied("ann", "wrong password"));
        assertThat(plain("bob", "secret")).isEqualTo(new Answer.Denied("bob", "unknown user"));
    }

    @Test
    void scramIsOfferedWhereItServesEverybody() throws IOException {
        write(line("ann", Scheme.SCRAM_SHA_256, "a"), line("bob", Scheme.SCRAM_SHA_256, "b"));
        serve(64 << 20);
        assertThat(client.mechanisms())
                .containsExactlyInAnyOrder(
                        Mechanism.SCRAM_SHA_256_PLUS,
                        Mechanism.SCRAM_SHA_256,
                        Mechanism.PLAIN,
                        Mechanism.LOGIN);

        write(line("ann", Scheme.SCRAM_SHA_256, "a"), line("bob", Scheme.SHA512_CRYPT, "b"));
        AuthClient another =
                new AuthClient(WORLD.network(), WORLD.clock(), listener.local(), 2, Duration.ZERO);
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(
                        () ->
                                assertThat(
                                                new AuthClient(
                                                                WORLD.network(),
                                                                WORLD.clock(),
                                                                listener.local(),
                                                                3,
                                                                Duration.ZERO)
                                                        .mechanisms())
                                        .containsExactlyInAnyOrder(
                                                Mechanism.PLAIN, Mechanism.LOGIN));
        assertThat(another.mechanisms()).hasSize(2);
    }

    /** A number that only those who exist are told would tell that they do. */
    @Test
    void whoDoesNotExistHasTheIterationsOfSomebodyWhoDoes() throws IOException {
        String bob = line("bob", Scheme.SCRAM_SHA_256, "b").replace("15000", "4096");
        write(line("ann", Scheme.SCRAM_SHA_256, "a"), bob);
        serve(64 << 20);

        assertThat(bob).contains("4096");
        Set<String> heard = new HashSet<>();
        for (int i = 0; i < 40; i++) {
            String first = "n,,n=nobody" + i + ",r=abc";
            String base64 =
                    Base64.getEncoder().encodeToString(first.getBytes(StandardCharsets.UTF_8));
            Answer answer = begin("SCRAM-SHA-256", base64);
            assertThat(begin("SCRAM-SHA-256", base64)).isInstanceOf(Answer.Challenge.class);
            String said =
                    new String(
                            Base64.getDecoder().decode(((Answer.Challenge) answer).base64()),
                            StandardCharsets.UTF_8);
            heard.add(said.substring(said.lastIndexOf(",i=")));
        }
        assertThat(heard).containsExactlyInAnyOrder(",i=15000", ",i=4096");
    }

    @Test
    void aChangedFileIsTakenUpAndABrokenOneIsNot() throws IOException {
        write(line("ann", Scheme.SHA512_CRYPT, "old"));
        serve(64 << 20);
        assertThat(plain("ann", "old")).isInstanceOf(Answer.Granted.class);

        write(line("ann", Scheme.SHA512_CRYPT, "new"), line("bob", Scheme.SHA512_CRYPT, "b"));
        await().atMost(Duration.ofSeconds(30))
                .until(() -> plain("ann", "new") instanceof Answer.Granted);
        assertThat(plain("ann", "old")).isInstanceOf(Answer.Denied.class);

        write("ann:nonsense");
        write(line("ann", Scheme.SHA512_CRYPT, "new"), "eve:nonsense");
        Files.delete(passwords);
        assertThat(plain("ann", "new")).isInstanceOf(Answer.Granted.class);
        assertThat(plain("bob", "b")).isInstanceOf(Answer.Granted.class);
    }

    @Test
    void withoutAFileNothingCanBeTold() {
        serve(64 << 20);

        assertThat(plain("ann", "secret"))
                .isEqualTo(new Answer.Unavailable("ann", "there is no password file"));
    }

    @Test
    void aHashThatNeedsTooMuchMemoryIsNotComputed() throws IOException {
        write(line("ann", Scheme.ARGON2ID, "secret"));
        serve(1 << 20);

        assertThat(plain("ann", "secret")).isInstanceOf(Answer.Unavailable.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"CRAM-MD5", "EXTERNAL", "OAUTHBEARER", "SCRAM-SHA-256-PLUS", ""})
    void whatIsNotOfferedIsNotServed(String mechanism) throws IOException {
        write(line("ann", Scheme.SCRAM_SHA_256, "secret"));
        serve(64 << 20);

        assertThat(begin(mechanism, "")).isInstanceOf(Answer.Denied.class);
        assertThat(plain("ann", "secret")).isInstanceOf(Answer.Granted.class);
    }

    /** More at once than are computed at once: all are told. */
    @Test
    void manyAreToldInTurn() throws IOException {
        write(line("ann", Scheme.SHA512_CRYPT, "secret"));
        serve(64 << 20);
        List<Answer> answers = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            WORLD.tasks()
                    .start(
                            "client",
                            () -> {
                                Answer answer = plain("ann", "secret");
                                synchronized (answers) {
                                    answers.add(answer);
                                }
                            });
        }
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(
                        () -> {
                            synchronized (answers) {
                                assertThat(answers)
                                        .hasSize(8)
                                        .allMatch(each -> each instanceof Answer.Granted);
                            }
                        });
    }

    /** What is no line of the protocol ends the connection and nothing else. */
    @Test
    void noiseIsSurvived() throws IOException {
        write(line("ann", Scheme.SHA512_CRYPT, "secret"));
        serve(64 << 20);
        for (String noise :
                List.of(
                        "x".repeat(20_000) + "\n",
                        "\n\n\n",
                        "VERSION\t9\t9\n",
                        "AUTH\n",
                        "AUTH\t1\tPLAIN\tresp=?\n",
                        "CONT\t7\tAAAA\n",
                        "\0\1\2\n")) {
            try (var peer = WORLD.network().connect(listener.local(), Duration.ofSeconds(5))) {
                peer.write(java.nio.ByteBuffer.wrap(noise.getBytes(StandardCharsets.ISO_8859_1)));
            }
        }
        assertThat(plain("ann", "secret")).isInstanceOf(Answer.Granted.class);
    }
}
