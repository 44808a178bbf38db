package postern.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import postern.base.User;

class IdentityTest {
    @TempDir Path folder;

    @Test
    void whatIsDoneAsSomebodyIsTheirs() throws IOException {
        assumeTrue(Identity.current().uid() == 0, "needs root");
        Path shared = Files.createDirectory(folder.resolve("shared"));
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.setPosixFilePermissions(shared, PosixFilePermissions.fromString("rwxrwxrwx"));
        Identity somebody = new Identity(12_345, 12_346, List.of(12_347));
        Path made =
                somebody.call(
                        () -> {
                            assertThat(Identity.current()).isEqualTo(somebody);
                            assertThatThrownBy(() -> Files.readString(Path.of("/etc/shadow")))
                                    .isInstanceOf(IOException.class);
                            return Files.writeString(shared.resolve("made"), "x");
                        });
        assertThat(Files.getAttribute(made, "unix:uid")).isEqualTo(12_345);
        assertThat(Files.getAttribute(made, "unix:gid")).isEqualTo(12_346);
        assertThat(Identity.current().uid()).isZero();
        assertThat(Files.isReadable(Path.of("/etc/shadow"))).isTrue();
    }

    @Test
    void nothingIsDoneForOthersAsRoot() {
        assertThatThrownBy(() -> new Identity(0, 0, List.of()).call(() -> "done"))
                .isInstanceOf(IOException.class);
    }

    @Test
    void aDeedsFailureIsPassedOn() {
        assumeTrue(Identity.current().uid() == 0, "needs root");
        Identity somebody = new Identity(12_345, 12_346, List.of());
        assertThatThrownBy(() -> somebody.call(() -> Files.readString(folder.resolve("none"))))
                .isInstanceOf(IOException.class);
    }

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
