package postern.base;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class NumberTableTest {
    private record Numbered(long number, String what) {}

    @Test
    void itDoesWhatAMapDoes() {
        for (long seed = 0; seed < 20; seed++) {
            var random = new SplittableRandom(seed);
            var table = new NumberTable<>(Numbered::number);
            Map<Long, Numbered> map = new HashMap<>();
            for (int step = 0; step < 5_000; step++) {
                long number = random.nextLong(1 + seed * 40) << (seed % 3 * 20);
                if (random.nextInt(3) > 0) {
                    var value = new Numbered(number, "v" + step);
                    assertThat(table.put(value)).isEqualTo(map.put(number, value));
                } else {
                    assertThat(table.remove(number)).isEqualTo(map.remove(number));
                }
                assertThat(table.get(number)).isEqualTo(map.get(number));
                assertThat(table.size()).isEqualTo(map.size());
            }
            map.forEach((number, value) -> assertThat(table.get(number)).isEqualTo(value));
            Map<Long, Numbered> seen = new HashMap<>();
            table.forEach(value -> assertThat(seen.put(value.number(), value)).isNull());
            assertThat(seen).isEqualTo(map);
        }
    }
}
