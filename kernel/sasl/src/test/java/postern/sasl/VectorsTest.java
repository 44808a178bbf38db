package postern.sasl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import postern.sasl.ServerExchange.Channel;
import postern.sasl.ServerExchange.Step;

/** The exchanges that the RFCs print. */
class VectorsTest {
    private static final String SHA_256_NONCE = "rOprNGfwEbeRWgbNEkqO";
    private static final String SHA_256_OURS = "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
    private static final String SHA_1_NONCE = "fyko+d2lbbFgONRv9qkxdawL";
    private static final String SHA_1_OURS = "3rfcNHYJY1ZVvWVs7j";

    private record Vector(
            Mechanism mechanism,
            ScramHash hash,
            String clientNonce,
            String serverNonce,
            String salt,
            String clientFinal,
            String serverFinal) {}

    static Stream<Vector> vectors() {
        return Stream.of(
                new Vector( // RFC 5802 §5
                        Mechanism.SCRAM_SHA_1,
                        ScramHash.SHA_1,
                        SHA_1_NONCE,
                        SHA_1_OURS,
                        "QSXCR+Q6sek8bf92",
                        "c=biws,r=" + SHA_1_NONCE + SHA_1_OURS + ",p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=",
                        "v=rmF9pqV8S7suAoZWja4dJRkFsKQ="),
                new Vector( // RFC 7677 §3
                        Mechanism.SCRAM_SHA_256,
                        ScramHash.SHA_256,
                        SHA_256_NONCE,
                        SHA_256_OURS,
                        "W22ZaJ0SNY7soEsUEjb6gQ==",
                        "c=biws,r="
                                + SHA_256_NONCE
                                + SHA_256_OURS
                                + ",p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
                        "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="));
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void scram(Vector vector) {
        var accounts = new FakeAccounts(Base64.getDecoder().decode(vector.salt()));
        var server = new ScramServer(vector.hash(), null, false, accounts, vector.serverNonce());
        var client =
                new ScramClient(
                        vector.mechanism(), "user", "pencil", Channel.NONE, vector.clientNonce());

        byte[] clientFirst = client.initial().orElseThrow();
        assertThat(clientFirst).asString().isEqualTo("n,,n=user,r=" + vector.clientNonce());
        byte[] serverFirst = challenge(server.step(clientFirst));
        assertThat(serverFirst)
                .asString()
                .isEqualTo(
                        "r="
                                + vector.clientNonce()
                                + vector.serverNonce()
                                + ",s="
                                + vector.salt()
                                + ",i=4096");
        byte[] clientFinal = response(client.step(serverFirst));
        assertThat(clientFinal).asString().isEqualTo(vector.clientFinal());
        byte[] serverFinal = challenge(server.step(clientFinal));
        assertThat(serverFinal).asString().isEqualTo(vector.serverFinal());
        assertThat(client.satisfied()).isFalse();
        assertThat(response(client.step(serverFinal))).isEmpty();
        assertThat(client.satisfied()).isTrue();
        assertThat(server.step(new byte[0])).isEqualTo(new Step.Granted("user"));
    }

    private static byte[] challenge(Step step) {
        assertThat(step).isInstanceOf(Step.Challenge.class);
        return ((Step.Challenge) step).octets();
    }

    private static byte[] response(ClientExchange.Step step) {
        assertThat(step).isInstanceOf(ClientExchange.Step.Response.class);
        return ((ClientExchange.Step.Response) step).octets();
    }

    /** RFC 4616 §4. */
    @Test
    void plain() {
        ClientExchange client =
                ClientExchange.of(
                        Mechanism.PLAIN,
                        "tim",
                        "tanstaaftanstaaf",
                        ServerExchange.Channel.NONE,
                        new Random(1));
        assertThat(client.initial().orElseThrow()).asString().isEqualTo("\0tim\0tanstaaftanstaaf");
    }

    /** RFC 7628 §4.1, without the host and port that SMTP's server name stands for. */
    @Test
    void bearer() {
        var client =
                new BearerClient(
                        Mechanism.OAUTHBEARER,
                        "user@example.com",
                        "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==");
        assertThat(client.initial().orElseThrow())
                .asString()
                .isEqualTo(
                        "n,a=user@example.com,\u0001auth=Bearer"
                                + " vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==\u0001\u0001");
    }

    static Stream<Arguments> prepared() {
        return Stream.of( // RFC 4013 §3
                arguments("I\u00adX", "IX"),
                arguments("user", "user"),
                arguments("USER", "USER"),
                arguments("\u00aa", "a"),
                arguments("\u2168", "IX"),
                arguments("\u0007", null),
                arguments("\u0627\u0031", null),
                arguments("\u0627\u0031\u0628", "\u0627\u0031\u0628"),
                arguments("a\u00a0b", "a b"),
                arguments("p\u00e4ss", "p\u00e4ss"),
                arguments("pa\u0308ss", "p\u00e4ss"),
                arguments("", null),
                arguments("a\u202eb", null),
                arguments("x".repeat(Bounds.NAME_CHARS_MAX + 1), null));
    }

    @ParameterizedTest
    @MethodSource("prepared")
    void namesAndPasswordsArePrepared(String text, String form) {
        assertThat(Prepared.of(text).orElse(null)).isEqualTo(form);
    }

    @Test
    void whatIsLongIsNotTaken() {
        byte[] message = new byte[Bounds.MESSAGE_OCTETS_MAX];
        java.util.Arrays.fill(message, (byte) 'x');
        message[0] = 0;
        message[message.length / 2] = 0;
        assertThat(new PlainServer(new FakeAccounts(new byte[1])).step(message))
                .isInstanceOf(Step.Denied.class);
        assertThat(new String(message, StandardCharsets.US_ASCII)).hasSize(9216);
    }
}
