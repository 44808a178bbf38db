package postern.os;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import postern.base.User;

class IdentityTest {
    @Test
    void theDatabaseKnowsRootAndNotTheUnknown() throws IOException {
        UserDatabase users = new UserDatabase();
        assertThat(users.byName("root")).hasValueSatisfying(IdentityTest::assertRoot);
        assertThat(users.byUid(0)).hasValueSatisfying(IdentityTest::assertRoot);
        assertThat(users.byName("no-such-user-here")).isEmpty();
        assertThat(users.byName("root\0x")).isEmpty();
        assertThat(users.byName("")).isEmpty();
        assertThat(users.byName("x".repeat(100_000))).isEmpty();
        assertThat(users.byUid(1_999_999_999)).isEmpty();
        assertThat(users.current().uid()).isEqualTo(Identity.current().uid());
    }

    private static void assertRoot(User user) {
        assertThat(user.name()).isEqualTo("root");
        assertThat(user.uid()).isZero();
        assertThat(user.home()).isAbsolute();
    }

    @Test
    void groupsContainTheUsersOwn() throws IOException {
        User root = new UserDatabase().byName("root").orElseThrow();
        assertThat(Groups.of(root)).contains(root.gid());
        assertThat(Groups.byName("root")).contains(0);
        assertThat(Groups.byName("no such group")).isEmpty();
    }

    @Test
    void memoryAndUidOfAProcessAreKnown() {
        int we = (int) ProcessHandle.current().pid();
        assertThat(Processes.memory(we).orElseThrow()).isGreaterThan(1 << 20);
        assertThat(Processes.uid(we)).hasValue(Identity.current().uid());
        assertThat(Processes.uid(Integer.MAX_VALUE)).isEmpty();
    }
}
