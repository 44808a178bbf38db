package postern.smtpd.triage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import postern.base.Clock;
import postern.base.World;
import postern.base.system.SystemWorld;

/**
 * Clients that were good are remembered from one process to the next, and no longer than they may.
 */
final class KnownClientsTest {
    private static final Duration DAY = Duration.ofDays(1);
    private static final InetAddress FOUR = InetAddress.ofLiteral("192.0.2.1");
    private static final InetAddress SIX = InetAddress.ofLiteral("2001:db8::1");

    @TempDir Path folder;
    private final World real = SystemWorld.create("test");
    private Instant now = Instant.ofEpochSecond(1_800_000_000);

    @BeforeEach
    void nothingIsThereAtFirst() {
        known(2).load();
    }

    private KnownClients known(int most) {
        Clock clock =
                new Clock() {
                    @Override
                    public Instant now() {
                        return now;
                    }

                    @Override
                    public long nanoTime() {
                        return 1;
                    }

                    @Override
                    public void sleep(Duration duration) {}
                };
        World world =
                new World(
                        clock,
                        real.disk(),
                        real.network(),
                        real.tasks(),
                        real.random(),
                        (_, line) -> assertThat(line).doesNotContain("cannot"));
        var config = new TriageConfig(Duration.ZERO, Optional.empty(), DAY, most);
        return new KnownClients(world, config, folder);
    }

    @Test
    void whatWasSavedIsKnownToTheNext() {
        KnownClients first = known(2);
        first.found(FOUR);
        first.found(SIX);
        first.save();
        first.save(); // nothing new
        KnownClients next = known(2);
        assertThat(next.good(FOUR)).isFalse();
        next.load();
        assertThat(next.good(FOUR)).isTrue();
        assertThat(next.good(SIX)).isTrue();
        now = now.plus(DAY);
        assertThat(next.good(FOUR)).isFalse();
    }

    @Test
    void whatHasExpiredIsNotWritten() throws IOException {
        KnownClients first = known(2);
        first.found(FOUR);
        now = now.plus(DAY);
        first.found(SIX);
        first.save();
        assertThat(Files.readString(folder.resolve("known-clients")))
                .isEqualTo("2001:db8::1 " + now.plus(DAY).getEpochSecond() + "\n");
    }

    @Test
    void noMoreAreReadThanAreRemembered() {
        KnownClients many = known(1000);
        for (int i = 0; i < 1000; i++) {
            many.found(InetAddress.ofLiteral("10.0." + i / 250 + "." + i % 250));
        }
        many.save();
        KnownClients few = known(10);
        few.load();
        assertThat(few.size()).isEqualTo(10);
        KnownClients none = known(0);
        none.load();
        none.found(FOUR);
        assertThat(none.size()).isZero();
    }

    @Test // nobody becomes known for longer than the operator allows, whatever stands there
    void aDamagedFileHarmsNobody() throws IOException {
        long later = now.plus(DAY.multipliedBy(1000)).getEpochSecond();
        Files.writeString(
                folder.resolve("known-clients"),
                "192.0.2.1 "
                        + later
                        + "\n192.0.2.2\n192.0.2.3 x\nnobody 1\n \n 5\n192.0.2.4 \n"
                        + "192.0.2.5 99999999999999\n"
                        + "x".repeat(500)
                        + "\n\0\0\u00ff\n192.0.2.6 -1\n192.0.2.7 1");
        KnownClients known = known(100);
        known.load();
        assertThat(known.good(FOUR)).isTrue();
        assertThat(known.size()).isEqualTo(2); // and one that has expired
        now = now.plus(DAY);
        assertThat(known.good(FOUR)).isFalse();
    }

    @Test
    void whatAProcessLeftUnfinishedIsNoObstacle() throws IOException {
        Files.writeString(folder.resolve("known-clients.new"), "half");
        KnownClients known = known(2);
        known.found(FOUR);
        known.save();
        assertThat(folder.resolve("known-clients.new")).doesNotExist();
        assertThat(Files.readString(folder.resolve("known-clients"))).startsWith("192.0.2.1 ");
    }
}
