package postern.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import postern.mail.Delivery;
import postern.mail.Outcome.Delivered;
import postern.testkit.FakeMx;
import postern.testkit.PeerMisbehaviour;

/** Whatever a host says at whatever step: each recipient has an outcome, and none is made up. */
class AnyReplyTest {
    private static final int SEEDS = 300;
    private static final List<String> STEPS =
            List.of(
                    "GREETING",
                    "EHLO",
                    "HELO",
                    "RSET",
                    "MAIL",
                    "RCPT TO:<a@",
                    "RCPT TO:<b@",
                    "DATA",
                    ".");
    private static final List<String> REPLIES =
            List.of(
                    "250 2.0.0 ok",
                    "250-several\r\n250 lines",
                    "220 what",
                    "354 go ahead",
                    "421 4.3.2 closing",
                    "450 4.2.0 later",
                    "451",
                    "550 5.1.1 no",
                    "552 5.2.2 full",
                    "550 2.0.0 contradiction",
                    "250 5.0.0 contradiction",
                    "250-a\r\n550 b",
                    "250 one\r\n250 two",
                    "999 what",
                    "25",
                    "hello",
                    "",
                    "\u00e9\u0000\u0007");
    private static final List<PeerMisbehaviour> HOW =
            List.of(
                    PeerMisbehaviour.NONE,
                    PeerMisbehaviour.NONE,
                    PeerMisbehaviour.NONE,
                    PeerMisbehaviour.CLOSE_AFTER_MESSAGE,
                    PeerMisbehaviour.CLOSE_AT_END,
                    PeerMisbehaviour.HANG_UP_WHEN_IDLE,
                    PeerMisbehaviour.REPLY_TOO_MANY);

    @TempDir Path folder;

    @Test
    void everyRecipientHasAnOutcomeAndNoneIsMadeUp() throws IOException {
        for (int seed = 0; seed < SEEDS; seed++) {
            try (Rig rig = new Rig(folder)) {
                play(rig, new SplittableRandom(seed), "seed " + seed);
            }
        }
    }

    private static void play(Rig rig, SplittableRandom random, String seed) throws IOException {
        FakeMx[] hosts = new FakeMx[1 + random.nextInt(2)];
        for (int i = 0; i < hosts.length; i++) {
            FakeMx mx = rig.mx().misbehaving(pick(HOW, random));
            if (random.nextBoolean()) {
                mx.offering("PIPELINING");
            }
            for (int odd = random.nextInt(3); odd > 0; odd--) {
                mx.replying(pick(STEPS, random), pick(REPLIES, random));
            }
            hosts[i] = mx;
        }
        String hop = rig.start(hosts);
        SmtpTransport transport = rig.transport();
        int claimed = 0;
        for (int message = 0; message < 3; message++) {
            List<Delivery> done = transport.deliver(rig.request(hop, "a", "b"));
            assertThat(done).as(seed).hasSize(2);
            claimed +=
                    (int) done.stream().filter(each -> each.outcome() instanceof Delivered).count();
        }
        int taken = 0;
        for (FakeMx host : hosts) {
            taken += host.received().stream().mapToInt(message -> message.to().size()).sum();
        }
        assertThat(claimed).as(seed).isLessThanOrEqualTo(taken);
    }

    private static <T> T pick(List<T> list, SplittableRandom random) {
        return list.get(random.nextInt(list.size()));
    }
}
