package postern.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class RecentUsersTest {
    private static final User ANN = new User("ann", 1000, 1000, Path.of("/home/ann"));

    private final Map<String, User> database = new HashMap<>(Map.of("ann", ANN));
    private final List<String> asked = new ArrayList<>();
    private final Hand clock = new Hand();
    private boolean down;
    private final Users users = new RecentUsers(this::ask, clock);

    @Test
    void aUserIsAskedForOnceAMinute() throws IOException {
        for (int second = 0; second < 120; second++) {
            assertThat(users.byName("ann")).contains(ANN);
            clock.sleep(Duration.ofSeconds(1));
        }
        assertThat(asked).containsExactly("ann", "ann");
    }

    @Test
    void aNewUserIsKnownAfterFiveSeconds() throws IOException {
        assertThat(users.byName("bob")).isEmpty();
        database.put("bob", new User("bob", 1001, 1001, Path.of("/home/bob")));
        clock.sleep(Duration.ofMillis(4_999));
        assertThat(users.byName("bob")).isEmpty();
        clock.sleep(Duration.ofMillis(1));
        assertThat(users.byName("bob")).isPresent();
        database.remove("bob");
        clock.sleep(Duration.ofSeconds(60));
        assertThat(users.byName("bob")).isEmpty();
    }

    @Test
    void thatNobodyAnswersIsNotKept() throws IOException {
        down = true;
        assertThatThrownBy(() -> users.byName("ann")).isInstanceOf(IOException.class);
        down = false;
        assertThat(users.byName("ann")).contains(ANN);
    }

    @Test
    void namesThatAStrangerTriesAreBoundedAndDriveNobodyOut() throws IOException {
        assertThat(users.byName("ann")).contains(ANN);
        for (int n = 0; n < 3 * RecentUsers.NAMES_MAX; n++) {
            assertThat(users.byName("guess" + n)).isEmpty();
        }
        asked.clear();
        assertThat(users.byName("ann")).contains(ANN);
        assertThat(users.byName("guess" + (3 * RecentUsers.NAMES_MAX - 1))).isEmpty();
        assertThat(asked).isEmpty();
        assertThat(users.byName("guess0")).isEmpty();
        assertThat(asked).containsExactly("guess0");
    }

    @Test
    void aWallClockThatJumpsChangesNothing() throws IOException {
        assertThat(users.byName("ann")).contains(ANN);
        clock.wall = Instant.EPOCH;
        assertThat(users.byName("ann")).contains(ANN);
        assertThat(asked).containsExactly("ann");
    }

    private Optional<User> ask(String name) throws IOException {
        if (down) {
            throw new IOException("no answer");
        }
        asked.add(name);
        return Optional.ofNullable(database.get(name));
    }

    /** A clock moved by hand. */
    private static final class Hand implements Clock {
        private Instant wall = Instant.ofEpochSecond(1_800_000_000);
        private long nanos = Long.MAX_VALUE - 1_000; // about to overflow, as it may

        @Override
        public Instant now() {
            return wall;
        }

        @Override
        public long nanoTime() {
            return nanos;
        }

        @Override
        public void sleep(Duration duration) {
            nanos += duration.toNanos();
        }
    }
}
