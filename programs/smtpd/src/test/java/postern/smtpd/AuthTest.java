package postern.smtpd;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import postern.base.Peer;
import postern.sasl.Bounds;
import postern.sasl.ChannelBinding;
import postern.sasl.ClientExchange;
import postern.sasl.Mechanism;
import postern.sasl.ServerExchange.Channel;
import postern.tls.ClientTls;
import postern.tls.TlsPeer;
import postern.wire.PeerReader;

/** Exchanges whose octets no script can know beforehand, and those that are too long. */
final class AuthTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    /** A client that keeps what it was told. */
    private static final class Talk {
        private final Peer peer;
        private final PeerReader reader;

        Talk(Peer peer) {
            this.peer = peer;
            this.reader = new PeerReader(peer, 32 * 1024);
        }

        void say(String line) throws IOException {
            peer.expireAfter(LIMIT);
            peer.write(ByteBuffer.wrap((line + "\r\n").getBytes(StandardCharsets.US_ASCII)));
        }

        String hear() throws IOException {
            while (true) {
                if (!(reader.line(4096) instanceof PeerReader.Line.Complete(byte[] octets))) {
                    return "closed";
                }
                String line = new String(octets, StandardCharsets.UTF_8);
                if (line.length() < 4 || line.charAt(3) != '-') {
                    return line;
                }
                offers.add(line.substring(4));
            }
        }

        final List<String> offers = new ArrayList<>();
    }

    private static String authenticate(Talk talk, ClientExchange client) throws IOException {
        Base64.Encoder base64 = Base64.getEncoder();
        String initial =
                client.initial().map(octets -> " " + base64.encodeToString(octets)).orElse("");
        talk.say("AUTH " + client.mechanism().text() + initial);
        String reply = talk.hear();
        while (reply.startsWith("334 ")) {
            talk.say(
                    switch (client.step(Base64.getDecoder().decode(reply.substring(4)))) {
                        case ClientExchange.Step.Response(byte[] octets) ->
                                base64.encodeToString(octets);
                        case ClientExchange.Step.Cancel _ -> "*";
                    });
            reply = talk.hear();
        }
        return reply;
    }

    private static Stand stand(String listener) {
        return new Stand(Map.of("listener", listener, "certificate", "yes", "passwords", "scram"));
    }

    private static TlsPeer sealed(Peer plain) throws IOException {
        return new ClientTls()
                .start(plain, ClientTls.Proposal.usual("mx.example.org", 465, true), LIMIT);
    }

    /** The reply to EHLO is still to be heard. */
    private static Talk introduced(Peer peer) throws IOException {
        Talk talk = new Talk(peer);
        assertThat(talk.hear()).startsWith("220 ");
        talk.say("EHLO client.example.net");
        return talk;
    }

    @ParameterizedTest
    @ValueSource(strings = {"SCRAM-SHA-256", "SCRAM-SHA-256-PLUS", "PLAIN", "LOGIN"})
    void underTls(String name) {
        Mechanism mechanism = Mechanism.of(name).orElseThrow();
        stand("SUBMISSIONS")
                .connect(
                        plain -> {
                            TlsPeer peer = sealed(plain);
                            Talk talk = introduced(peer);
                            assertThat(talk.hear())
                                    .isEqualTo(
                                            "250 AUTH SCRAM-SHA-256-PLUS SCRAM-SHA-256 PLAIN LOGIN");
                            Optional<ChannelBinding> binding =
                                    peer.channelBinding().map(ChannelBinding::new);
                            assertThat(binding).isPresent();
                            Channel channel = new Channel(binding, true);
                            ClientExchange wrong =
                                    ClientExchange.of(
                                            mechanism, "ann", "wrong", channel, new Random(3));
                            assertThat(authenticate(talk, wrong)).startsWith("535 5.7.8");
                            ClientExchange right =
                                    ClientExchange.of(
                                            mechanism, "ann", "secret", channel, new Random(4));
                            assertThat(authenticate(talk, right)).startsWith("235 2.7.0");
                            assertThat(right.satisfied()).isTrue();
                        });
    }

    /** Who has another channel to us than the one the client sees is somebody in the middle. */
    @Test
    void aProofForAnotherChannelIsNone() {
        stand("SUBMISSIONS")
                .connect(
                        plain -> {
                            TlsPeer peer = sealed(plain);
                            Talk talk = introduced(peer);
                            assertThat(talk.hear()).startsWith("250 ");
                            Channel other =
                                    new Channel(
                                            Optional.of(new ChannelBinding(new byte[32])), true);
                            ClientExchange client =
                                    ClientExchange.of(
                                            Mechanism.SCRAM_SHA_256_PLUS,
                                            "ann",
                                            "secret",
                                            other,
                                            new Random(3));
                            assertThat(authenticate(talk, client)).startsWith("535 5.7.8");
                        });
    }

    /** SCRAM shows no password; it is still kept for TLS where TLS can be had. */
    @Test
    void inClear() {
        new Stand(Map.of("listener", "SUBMISSION", "passwords", "scram"))
                .connect(
                        peer -> {
                            Talk talk = new Talk(peer);
                            assertThat(talk.hear()).startsWith("220 ");
                            talk.say("EHLO client.example.net");
                            assertThat(talk.hear()).isEqualTo("250 AUTH SCRAM-SHA-256");
                            ClientExchange client =
                                    ClientExchange.of(
                                            Mechanism.SCRAM_SHA_256,
                                            "ann",
                                            "secret",
                                            Channel.NONE,
                                            new Random(3));
                            assertThat(authenticate(talk, client)).startsWith("235 2.7.0");
                        });
    }

    /** RFC 4954 §4: 12288 octets for a line, and no more; other commands have less. */
    @Test
    void linesAreBounded() {
        Map<String, String> given = Map.of("auth", "OFFER_IN_CLEAR", "passwords", "hashed");
        new Stand(given)
                .connect(
                        peer -> {
                            Talk talk = new Talk(peer);
                            assertThat(talk.hear()).startsWith("220 ");
                            talk.say("EHLO client.example.net");
                            assertThat(talk.hear()).isEqualTo("250 AUTH PLAIN LOGIN");
                            int most = Bounds.LINE_OCTETS_MAX - 2;
                            talk.say("AUTH PLAIN " + "A".repeat((most - 11) / 4 * 4));
                            assertThat(talk.hear()).startsWith("535 5.7.8");
                            talk.say("AUTH PLAIN " + "A".repeat(most));
                            assertThat(talk.hear()).startsWith("500 5.5.6");
                            talk.say("AUTH PLAIN");
                            assertThat(talk.hear()).isEqualTo("334 ");
                            talk.say("A".repeat(most + 4));
                            assertThat(talk.hear()).startsWith("500 5.5.6");
                            talk.say("NOOP " + "x".repeat(3000));
                            assertThat(talk.hear()).startsWith("500 5.5.2");
                            talk.say("AUTH PLAIN AGFubgBzZWNyZXQ=");
                            assertThat(talk.hear()).startsWith("235 ");
                            talk.say("NOOP " + "x".repeat(3000));
                            assertThat(talk.hear()).startsWith("500 5.5.2");
                        });
    }
}
