package postern.smtpd;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import postern.base.Clock;
import postern.base.Peer;
import postern.config.Settings;
import postern.testkit.PeerStage;
import postern.wire.CommandLength;

final class SmtpdTest {

    @Test
    void anIdleSessionIsToldThatItEnds() {
        Stand stand = new Stand(Map.of());
        List<String> events = new ArrayList<>();
        Runnable drained =
                () -> events.add("drained after " + stand.sim().elapsed().toSeconds() + " s");
        stand.later(Duration.ofSeconds(5), () -> stand.smtpd().drain(drained));

        stand.connect(
                peer -> {
                    PeerStage stage = stage(stand, peer);
                    assertThat(stage.line())
                            .hasValueSatisfying(line -> assertThat(line).startsWith("220 "));
                    assertThat(stage.line())
                            .contains("421 4.3.2 mx.example.org Service shutting down");
                    assertThat(stage.line()).isEmpty();
                });

        assertThat(events).containsExactly("drained after 5 s");
    }

    @Test
    void aTransactionIsFinishedBeforeTheSessionEnds() {
        Stand stand = new Stand(Map.of());
        List<String> events = new ArrayList<>();
        stand.later(Duration.ofSeconds(5), () -> stand.smtpd().drain(() -> events.add("drained")));

        stand.connect(
                peer -> {
                    PeerStage stage = stage(stand, peer);
                    send(stage, "EHLO x.example\r\n", 11);
                    send(stage, "MAIL FROM:<>\r\nRCPT TO:<bob@example.org>\r\n", 2);
                    peer.expireAfter(Duration.ZERO);
                    stage.tick(Duration.ofSeconds(30));
                    assertThat(events).isEmpty();
                    send(stage, "DATA\r\n", 1);
                    send(stage, "x\r\n.\r\n", 1);
                    assertThat(stage.line())
                            .contains("421 4.3.2 mx.example.org Service shutting down");
                    assertThat(stage.line()).isEmpty();
                });

        assertThat(events).containsExactly("drained");
        assertThat(stand.queue()).hasSize(1);
    }

    @Test
    void aRetiredServerLetsItsSessionsGoOnAndADrainEndsThem() {
        Stand stand = new Stand(Map.of());
        List<String> events = new ArrayList<>();
        Runnable ended = () -> events.add("ended");
        stand.later(Duration.ofSeconds(5), () -> stand.smtpd().retire(ended));
        stand.later(Duration.ofSeconds(60), () -> stand.smtpd().drain(ended));

        stand.connect(
                peer -> {
                    PeerStage stage = stage(stand, peer);
                    send(stage, "EHLO x.example\r\n", 11);
                    peer.expireAfter(Duration.ZERO);
                    stage.tick(Duration.ofSeconds(30));
                    send(stage, "MAIL FROM:<>\r\nRCPT TO:<bob@example.org>\r\nDATA\r\n", 3);
                    send(stage, "x\r\n.\r\n", 1);
                    assertThat(events).isEmpty();
                    assertThat(stage.line())
                            .contains("421 4.3.2 mx.example.org Service shutting down");
                });

        assertThat(events).containsExactly("ended");
        assertThat(stand.queue()).hasSize(1);
    }

    @Test
    void sessionsAreBoundedInAllAndForEachClient() {
        for (String bound : List.of("sessions", "sessions_per_client")) {
            Stand stand = new Stand(Map.of(bound, "1"));
            List<Optional<String>> second = new ArrayList<>();
            stand.connect(
                    first -> {
                        Optional<String> greeting = stage(stand, first).line();
                        assertThat(greeting.orElse("")).startsWith("220 ");
                        try (Peer other = stand.another()) {
                            second.add(stage(stand, other).line());
                        }
                        first.close();
                        stand.clock().sleep(Duration.ofSeconds(1));
                        try (Peer other = stand.another()) {
                            second.add(stage(stand, other).line());
                        }
                    });
            assertThat(second.get(0).orElse("")).startsWith("421 4.");
            assertThat(second.get(1).orElse("")).startsWith("220 ");
        }
    }

    @Test
    void trustedClientsMayHaveMoreSessions() {
        Stand stand = new Stand(Map.of("sessions_per_client", "1", "client", "127.0.0.1"));
        stand.connect(
                first -> {
                    try (Peer other = stand.another()) {
                        assertThat(stage(stand, other).line().orElse("")).startsWith("220 ");
                    }
                });
    }

    @Test
    void answersAboutRecipientsAreRememberedForSomeSeconds() {
        Stand stand = new Stand(Map.of("client", "127.0.0.1"));
        stand.connect(
                peer -> {
                    PeerStage stage = stage(stand, peer);
                    send(stage, "EHLO x.example\r\n", 11);
                    send(stage, "MAIL FROM:<>\r\n", 1);
                    for (int i = 0; i < 3; i++) {
                        send(stage, "RCPT TO:<bob@example.org>\r\n", 1);
                        send(stage, "RCPT TO:<r" + i + "@elsewhere.example>\r\n", 1);
                        send(stage, "RCPT TO:<nobody@example.org>\r\n", 1);
                    }
                    assertThat(stand.asked())
                            .containsExactly(
                                    "bob@example.org",
                                    "r0@elsewhere.example",
                                    "nobody@example.org");
                    stand.clock().sleep(Duration.ofSeconds(6));
                    send(stage, "RCPT TO:<bob@example.org>\r\n", 1);
                    assertThat(stand.asked()).hasSize(4);
                });
    }

    @Test
    void recordedDefaults() {
        SmtpdConfig config = SmtpdConfig.read(Settings.defaults(), "mx.example.org");

        assertThat(config.trusted()).hasToString("[127.0.0.0/8, ::1/128]");
        assertThat(config.strictEnvelope()).isFalse();
        assertThat(config.listeners()).isEmpty();
        assertThat(config.bounds())
                .isEqualTo(
                        new SmtpdConfig.Bounds(
                                10_240_000,
                                102_400,
                                100,
                                1000,
                                1000,
                                50,
                                10,
                                20,
                                100,
                                Duration.ofSeconds(300),
                                Duration.ofHours(2)));
    }

    @Test
    void recordedLimits() {
        assertThat(Limits.read(Settings.defaults()))
                .isEqualTo(
                        new Limits(
                                102_400,
                                500,
                                100_000,
                                new CommandLength(512),
                                100,
                                2 << 20,
                                32 << 20,
                                new Limits.Stress(80, Duration.ofSeconds(10), 1, 1),
                                Limits.BareNewline.REJECT));
    }

    /** With two sessions at most it is stress from the second on: strangers make room. */
    @Test
    void underPressureStrangersMakeRoomAndKnownClientsGoFirst() {
        Stand stand =
                new Stand(
                        Map.of(
                                "sessions", "2",
                                "sessions_per_client", "10",
                                "smtpd.limits.stress_timeout", "\"10s\""));
        stand.connect(
                first -> {
                    assertThat(greeting(stand, first)).startsWith("220");
                    assertThat(stand.smtpd().stressed()).isFalse();
                    try (Peer second = stand.another()) {
                        assertThat(greeting(stand, second)).startsWith("220");
                        assertThat(stand.smtpd().stressed()).isTrue();
                        assertThat(stand.sim().log())
                                .anyMatch(line -> line.contains("smtpd: stress: sessions=2/2"));
                        try (Peer third = stand.another()) {
                            assertThat(greeting(stand, third))
                                    .startsWith("421 4.3.2 mx.example.org Too many sessions");
                        }
                        stand.clock().sleep(Duration.ofSeconds(12));
                        assertThat(nextLine(stand, second))
                                .as("a stranger has 10 s under pressure, not 300")
                                .startsWith("421");
                    }
                });
    }

    @Test
    void aKnownClientTakesTheRoomOfAnIdleStranger() {
        Stand stand =
                new Stand(
                        Map.of(
                                "sessions", "1",
                                "sessions_per_client", "10",
                                "smtpd.limits.stress_at", "100"));
        stand.connect(
                stranger -> {
                    assertThat(greeting(stand, stranger)).startsWith("220");
                    stand.befriend("198.51.100.7");
                    try (Peer friend = stand.another()) {
                        assertThat(greeting(stand, friend)).startsWith("220");
                    }
                    assertThat(nextLine(stand, stranger))
                            .startsWith("421 4.3.2 mx.example.org Too busy");
                });
    }

    /** Whoever is only looked at holds no room that a known client could have. */
    @Test
    void aKnownClientTakesTheRoomOfAStrangerWhoIsNotGreetedYet() {
        Stand stand =
                new Stand(
                        Map.of(
                                "sessions", "1",
                                "sessions_per_client", "10",
                                "triage.greet_wait", "\"6s\"",
                                "smtpd.limits.stress_at", "100"));
        stand.connect(
                stranger -> {
                    stand.clock().sleep(Duration.ofSeconds(1));
                    stand.befriend("198.51.100.7");
                    try (Peer friend = stand.another()) {
                        assertThat(greeting(stand, friend)).startsWith("220");
                        assertThat(nextLine(stand, stranger))
                                .startsWith("421 4.3.2 mx.example.org Too busy");
                        stand.clock().sleep(Duration.ofSeconds(10));
                        assertThat(stand.sim().log())
                                .noneMatch(line -> line.contains("lost="))
                                .noneMatch(line -> line.contains("did not wait"));
                    }
                });
    }

    @Test // RFC 3207 §4: 454; the log tells the operator why
    void handshakesBeyondTheLimitAreRefusedAndLogged() {
        Stand stand = new Stand(Map.of("certificate", "yes", "anvil.tls_handshakes", "1"));
        stand.connect(
                first -> {
                    assertThat(startTls(stand, first)).startsWith("220 2.0.0");
                    try (Peer second = stand.another()) {
                        assertThat(startTls(stand, second))
                                .isEqualTo(
                                        "454 4.7.0 Error: too many TLS handshakes from your"
                                                + " network, more than 1 in a minute");
                        assertThat(stand.sim().log())
                                .anyMatch(line -> line.contains("reject: STARTTLS from unknown["));
                    }
                });
    }

    private static String startTls(Stand stand, Peer peer) throws IOException {
        assertThat(greeting(stand, peer)).startsWith("220");
        PeerStage stage = stage(stand, peer);
        stage.send("EHLO x\r\n".getBytes(StandardCharsets.US_ASCII));
        while (!stage.line().orElseThrow().startsWith("250 ")) {}
        stage.send("STARTTLS\r\n".getBytes(StandardCharsets.US_ASCII));
        return stage.line().orElseThrow();
    }

    private static String greeting(Stand stand, Peer peer) throws IOException {
        return nextLine(stand, peer);
    }

    private static String nextLine(Stand stand, Peer peer) throws IOException {
        return new PeerStage(peer, stand.clock(), 0, List::of, List::of).line().orElse("");
    }

    /** Sends, and reads so many lines; returns the last. */
    private static String send(PeerStage stage, String text, int lines) throws IOException {
        stage.send(text.getBytes(StandardCharsets.US_ASCII));
        String last = "";
        for (int i = 0; i < lines; i++) {
            last = stage.line().orElseThrow();
            if (last.startsWith("220 ")) {
                last = stage.line().orElseThrow();
            }
        }
        return last;
    }

    private static PeerStage stage(Stand stand, Peer peer) {
        Clock clock = stand.clock();
        return new PeerStage(peer, clock, 0, List::of, List::of);
    }
}
