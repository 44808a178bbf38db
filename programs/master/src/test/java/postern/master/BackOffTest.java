package postern.master;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class BackOffTest {
    @Test
    void pausesDoubleUpToTheirBoundAndALongLifeForgives() {
        BackOff backOff = new BackOff();
        Duration shortLife = Duration.ofSeconds(1);
        assertThat(backOff.after(shortLife)).isEqualTo(Duration.ofMillis(100));
        assertThat(backOff.after(shortLife)).isEqualTo(Duration.ofMillis(200));
        for (int i = 0; i < 20; i++) {
            assertThat(backOff.after(shortLife)).isPositive();
        }
        assertThat(backOff.after(shortLife)).isEqualTo(Duration.ofSeconds(60));
        assertThat(backOff.after(Duration.ofSeconds(10))).isZero();
        assertThat(backOff.after(shortLife)).isEqualTo(Duration.ofMillis(100));
    }
}
