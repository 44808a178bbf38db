package postern.sasl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import postern.sasl.ServerExchange.Channel;
import postern.sasl.ServerExchange.Step;

/** Our two sides against each other, and each against what should not be. */
class ExchangesTest {
    private static final Accounts ACCOUNTS = new FakeAccounts(new byte[] {1, 2, 3, 4});
    private static final Channel BOUND =
            new Channel(Optional.of(new ChannelBinding(new byte[] {9, 8, 7})), true);

    private final Random random = new Random(1);

    /** The messages go to and fro until there is an end. */
    private static Step converse(ServerExchange server, ClientExchange client) {
        Optional<byte[]> message = client.initial();
        byte[] toServer = message.orElse(new byte[0]);
        for (int i = 0; i < Bounds.STEPS_MAX; i++) {
            Step step = server.step(toServer);
            if (!(step instanceof Step.Challenge(byte[] octets))) {
                return step;
            }
            switch (client.step(octets)) {
                case ClientExchange.Step.Response(byte[] response) -> toServer = response;
                case ClientExchange.Step.Cancel(String why) -> throw new AssertionError(why);
            }
        }
        throw new AssertionError("no end");
    }

    private ServerExchange server(Mechanism mechanism) {
        return ServerExchange.of(mechanism, ACCOUNTS, BOUND, random);
    }

    private ClientExchange client(Mechanism mechanism, String user, String secret) {
        return ClientExchange.of(mechanism, user, secret, BOUND, random);
    }

    @ParameterizedTest
    @EnumSource(Mechanism.class)
    void whoIsRightIsIn(Mechanism mechanism) {
        boolean external = mechanism == Mechanism.EXTERNAL;
        String user = external ? "cert" : "user";
        ClientExchange client =
                client(mechanism, user, mechanism.bearer() ? "good-token" : "pencil");

        assertThat(converse(server(mechanism), client)).isEqualTo(new Step.Granted(user));
        assertThat(client.satisfied()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(Mechanism.class)
    void whoIsWrongIsOut(Mechanism mechanism) {
        ClientExchange client = client(mechanism, "user", "eraser");

        assertThat(converse(server(mechanism), client))
                .isInstanceOfSatisfying(
                        Step.Denied.class, denied -> assertThat(denied.user()).isEqualTo("user"));
    }

    @ParameterizedTest
    @EnumSource(
            value = Mechanism.class,
            names = {"SCRAM_SHA_1", "SCRAM_SHA_256", "SCRAM_SHA_256_PLUS", "PLAIN", "LOGIN"})
    void whoIsNotKnownIsOut(Mechanism mechanism) {
        assertThat(converse(server(mechanism), client(mechanism, "nobody", "pencil")))
                .isInstanceOf(Step.Denied.class);
    }

    @Test
    void anUnknownUserIsAskedTheSameEachTime() {
        String hello = "n,,n=nobody,r=abc";
        String one = text(server(Mechanism.SCRAM_SHA_256).step(octets(hello)));
        String two = text(server(Mechanism.SCRAM_SHA_256).step(octets(hello)));

        assertThat(one.substring(one.indexOf(",s="))).isEqualTo(two.substring(two.indexOf(",s=")));
        assertThat(one.substring(0, one.indexOf(",s=")))
                .isNotEqualTo(two.substring(0, two.indexOf(",s=")));
    }

    /** RFC 5802 §6: who sits in the middle has another channel to each side. */
    @Test
    void aProofIsBoundToItsChannel() {
        Channel other = new Channel(Optional.of(new ChannelBinding(new byte[] {1})), true);
        ClientExchange client =
                ClientExchange.of(Mechanism.SCRAM_SHA_256_PLUS, "user", "pencil", other, random);

        assertThat(converse(server(Mechanism.SCRAM_SHA_256_PLUS), client))
                .isEqualTo(new Step.Denied("user", "bound to another channel"));
    }

    /** RFC 5802 §6: the client could bind, and somebody took PLUS out of our offer. */
    @Test
    void anOfferThatWasTakenAwayIsNoticed() {
        Channel hidden = new Channel(BOUND.binding(), false);
        ClientExchange client =
                ClientExchange.of(Mechanism.SCRAM_SHA_256, "user", "pencil", hidden, random);

        assertThat(converse(server(Mechanism.SCRAM_SHA_256), client))
                .isInstanceOf(Step.Denied.class);
    }

    static Stream<Arguments> wrong() {
        return Stream.of(
                arguments(Mechanism.PLAIN, "", Step.Malformed.class),
                arguments(Mechanism.PLAIN, "user", Step.Malformed.class),
                arguments(Mechanism.PLAIN, "\0user", Step.Malformed.class),
                arguments(Mechanism.PLAIN, "\0user\0pen\0cil", Step.Malformed.class),
                arguments(Mechanism.SCRAM_SHA_256, "", Step.Malformed.class),
                arguments(Mechanism.SCRAM_SHA_256, "n,,n=user", Step.Malformed.class),
                arguments(Mechanism.SCRAM_SHA_256, "n,,n=user,r=", Step.Malformed.class),
                arguments(Mechanism.SCRAM_SHA_256, "n,,m=x,n=user,r=abc", Step.Malformed.class),
                arguments(Mechanism.SCRAM_SHA_256, "n,,n=us=er,r=abc", Step.Malformed.class),
                arguments(Mechanism.SCRAM_SHA_256, "n,b=x,n=user,r=abc", Step.Malformed.class),
                arguments(Mechanism.OAUTHBEARER, "n,a=user,\u0001\u0001", Step.Malformed.class),
                arguments(
                        Mechanism.OAUTHBEARER,
                        "user=x\u0001auth=Bearer t\u0001\u0001",
                        Step.Malformed.class),
                arguments(
                        Mechanism.XOAUTH2,
                        "n,a=user,\u0001auth=Bearer t\u0001\u0001",
                        Step.Malformed.class),
                arguments(
                        Mechanism.XOAUTH2,
                        "user=x\u0001auth=Basic t\u0001\u0001",
                        Step.Malformed.class),
                arguments(
                        Mechanism.PLAIN,
                        "other\0user\0pencil",
                        Step.Denied.class), // RFC 4616 §2: authorization
                arguments(Mechanism.PLAIN, "\0user\0", Step.Denied.class),
                arguments(Mechanism.PLAIN, "\0\0pencil", Step.Denied.class),
                arguments(Mechanism.SCRAM_SHA_256, "n,a=other,n=user,r=abc", Step.Denied.class),
                arguments(
                        Mechanism.SCRAM_SHA_256, "p=tls-exporter,,n=user,r=abc", Step.Denied.class),
                arguments(Mechanism.SCRAM_SHA_256, "x,,n=user,r=abc", Step.Denied.class),
                arguments(Mechanism.SCRAM_SHA_256_PLUS, "n,,n=user,r=abc", Step.Denied.class),
                arguments(
                        Mechanism.SCRAM_SHA_256_PLUS,
                        "p=tls-unique,,n=user,r=abc",
                        Step.Denied.class));
    }

    @ParameterizedTest
    @MethodSource("wrong")
    void whatIsNoMessageOrMayNotBeEndsTheExchange(
            Mechanism mechanism, String message, Class<? extends Step> end) {
        assertThat(server(mechanism).step(octets(message))).isInstanceOf(end);
    }

    @ParameterizedTest
    @MethodSource("malformedFinal")
    void aProofThatIsNoneIsNotTaken(String last) {
        ServerExchange server = server(Mechanism.SCRAM_SHA_256);
        String first = text(server.step(octets("n,,n=user,r=abc")));
        String nonce = first.substring(2, first.indexOf(','));

        assertThat(server.step(octets(last.replace("NONCE", nonce))))
                .isNotInstanceOf(Step.Challenge.class)
                .isNotInstanceOf(Step.Granted.class);
    }

    static List<String> malformedFinal() {
        return List.of(
                "",
                "c=biws,r=NONCE",
                "c=biws,r=NONCE,p=",
                "c=biws,r=NONCE,p=AAAA",
                "c=biws,r=abc,p=" + "A".repeat(43) + "=",
                "c=eSws,r=NONCE,p=" + "A".repeat(43) + "=",
                "r=NONCE,c=biws,p=" + "A".repeat(43) + "=",
                "c=biws,r=NONCE,p=" + "A".repeat(43) + "=");
    }

    static List<String> liars() {
        return List.of(
                "",
                "e=other-error",
                "r=NONCE,s=AAAA,i=4096",
                "r=xNONCEx,s=AAAA,i=4096",
                "r=NONCEx,s=AAAA,i=4095",
                "r=NONCEx,s=AAAA,i=99999999",
                "r=NONCEx,s=AAAA,i=many",
                "r=NONCEx,s=?,i=4096",
                "m=x,r=NONCEx,s=AAAA,i=4096");
    }

    /** A server is not trusted either. */
    @ParameterizedTest
    @MethodSource("liars")
    void aServerThatLiesGetsNoProof(String first) {
        ClientExchange client = client(Mechanism.SCRAM_SHA_256, "user", "pencil");
        String hello = new String(client.initial().orElseThrow(), StandardCharsets.UTF_8);
        String nonce = hello.substring(hello.indexOf(",r=") + 3);

        assertThat(client.step(octets(first.replace("NONCE", nonce))))
                .isInstanceOf(ClientExchange.Step.Cancel.class);
    }

    @Test
    void aServerWithoutTheKeyIsFoundOut() {
        ClientExchange client = client(Mechanism.SCRAM_SHA_256, "user", "pencil");
        ServerExchange server = server(Mechanism.SCRAM_SHA_256);
        var first = (Step.Challenge) server.step(client.initial().orElseThrow());
        assertThat(client.step(first.octets())).isInstanceOf(ClientExchange.Step.Response.class);

        assertThat(client.step(octets("v=" + "A".repeat(43) + "=")))
                .isInstanceOf(ClientExchange.Step.Cancel.class);
        assertThat(client.satisfied()).isFalse();
    }

    @Test
    void loginTakesTheUserWithTheCommand() {
        ServerExchange server = server(Mechanism.LOGIN);

        assertThat(text(server.step(octets("user")))).isEqualTo("Password:");
        assertThat(server.step(octets("pencil"))).isEqualTo(new Step.Granted("user"));
    }

    @Test
    void namesWithCommasTravel() {
        ServerExchange server = server(Mechanism.SCRAM_SHA_256);
        ClientExchange client = client(Mechanism.SCRAM_SHA_256, "a,b=c", "x");

        assertThat(converse(server, client))
                .isInstanceOfSatisfying(
                        Step.Denied.class, denied -> assertThat(denied.user()).isEqualTo("a,b=c"));
    }

    /** Whatever comes, there is an answer and no exception. */
    @ParameterizedTest
    @EnumSource(Mechanism.class)
    void noiseIsSurvived(Mechanism mechanism) {
        for (int i = 0; i < 300; i++) {
            ServerExchange server = server(mechanism);
            ClientExchange client = client(mechanism, "user", "pencil");
            byte[] right = client.initial().orElse(new byte[0]);
            for (int step = 0; step < Bounds.STEPS_MAX; step++) {
                byte[] message = noisy(right);
                if (!(server.step(message) instanceof Step.Challenge(byte[] octets))) {
                    break;
                }
                if (!(client.step(noisy(octets))
                        instanceof ClientExchange.Step.Response(byte[] response))) {
                    break;
                }
                right = response;
            }
        }
        assertThat(server(mechanism).clientFirst()).isEqualTo(mechanism != Mechanism.LOGIN);
    }

    private byte[] noisy(byte[] right) {
        byte[] out = java.util.Arrays.copyOf(right, Math.max(0, right.length - random.nextInt(3)));
        for (int k = random.nextInt(3); k > 0 && out.length > 0; k--) {
            out[random.nextInt(out.length)] = (byte) random.nextInt();
        }
        return out;
    }

    private static String text(Step step) {
        assertThat(step).isInstanceOf(Step.Challenge.class);
        return new String(((Step.Challenge) step).octets(), StandardCharsets.UTF_8);
    }

    private static byte[] octets(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
