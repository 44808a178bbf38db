package postern.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeputiesTest {
    private static final Identity SOMEBODY = new Identity(12_345, 12_346, List.of(12_347));

    @TempDir Path folder;

    private final Deputies deputies = new Deputies();

    private static void needsRoot() {
        assumeTrue(Identity.current().uid() == 0, "needs root");
    }

    @Test
    void whatIsDoneAsSomebodyIsTheirs() throws IOException {
        needsRoot();
        Path shared = Files.createDirectory(folder.resolve("shared"));
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.setPosixFilePermissions(shared, PosixFilePermissions.fromString("rwxrwxrwx"));
        for (String name : List.of("made", "made by the same deputy")) {
            Path made =
                    deputies.call(
                            SOMEBODY,
                            () -> {
                                assertThat(Identity.current()).isEqualTo(SOMEBODY);
                                assertThatThrownBy(() -> Files.readString(Path.of("/etc/shadow")))
                                        .isInstanceOf(IOException.class);
                                return Files.writeString(shared.resolve(name), "x");
                            });
            assertThat(Files.getAttribute(made, "unix:uid")).isEqualTo(12_345);
            assertThat(Files.getAttribute(made, "unix:gid")).isEqualTo(12_346);
        }
        assertThat(Identity.current().uid()).isZero();
        assertThat(Files.isReadable(Path.of("/etc/shadow"))).isTrue();
    }

    @Test
    void nothingIsDoneForOthersAsRoot() {
        assertThatThrownBy(() -> deputies.call(new Identity(0, 0, List.of()), () -> "done"))
                .isInstanceOf(IOException.class);
    }

    @Test
    void aDeedsFailureIsPassedOn() throws IOException {
        needsRoot();
        Path none = folder.resolve("none");
        assertThatThrownBy(() -> deputies.call(SOMEBODY, () -> Files.readString(none)))
                .isInstanceOf(IOException.class);
        assertThatThrownBy(() -> deputies.call(SOMEBODY, DeputiesTest::faulty))
                .isInstanceOf(IllegalStateException.class);
        assertThat(deputies.call(SOMEBODY, () -> Identity.current().uid())).isEqualTo(12_345);
    }

    private static String faulty() {
        throw new IllegalStateException("ours");
    }

    @Test
    void aDeputyServesOneIdentityOnly() throws IOException {
        needsRoot();
        var sameUid = new Identity(12_345, 12_346, List.of(12_348));
        Thread first = deputies.call(SOMEBODY, Thread::currentThread);
        Thread again = deputies.call(SOMEBODY, Thread::currentThread);
        Thread other = deputies.call(sameUid, Thread::currentThread);
        assertThat(again).as("makes no thread where one rests").isSameAs(first);
        assertThat(other).as("other groups, another thread").isNotSameAs(first);
        assertThat(deputies.call(sameUid, Identity::current)).isEqualTo(sameUid);
    }

    @Test
    void aDeputyThatNobodyNeedsEnds() throws Exception {
        needsRoot();
        Thread deputy = deputies.call(SOMEBODY, Thread::currentThread);
        deputy.join();
        assertThat(deputies.call(SOMEBODY, Identity::current)).isEqualTo(SOMEBODY);
    }

    @Test
    void manyAtOnceAreEachTheirOwnAndNoOtherThreadBecomesThem()
            throws IOException, ExecutionException, InterruptedException {
        needsRoot();
        List<Future<Identity>> answers = new ArrayList<>();
        try (var tasks = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 300; i++) {
                var identity = new Identity(20_000 + i % 7, 12_346, List.of());
                answers.add(
                        tasks.submit(
                                () -> {
                                    Identity was = deputies.call(identity, Identity::current);
                                    assertThat(was).isEqualTo(identity);
                                    return Identity.current();
                                }));
            }
        }
        for (Future<Identity> answer : answers) {
            assertThat(answer.get().uid()).isZero();
        }
        try (Stream<Path> threads = Files.list(Path.of("/proc/self/task"))) {
            assertThat(threads.filter(thread -> !name(thread).startsWith("as-")))
                    .allMatch(thread -> name(thread).isEmpty() || owner(thread) == 0);
        }
    }

    private static String name(Path thread) {
        try {
            return Files.readString(thread.resolve("comm"));
        } catch (IOException ended) {
            return "";
        }
    }

    private static int owner(Path thread) {
        try (Stream<String> lines = Files.lines(thread.resolve("status"))) {
            return lines.filter(line -> line.startsWith("Uid:"))
                    .map(line -> Integer.parseInt(line.split("\\s+", 3)[1]))
                    .findFirst()
                    .orElse(0);
        } catch (IOException ended) {
            return 0;
        }
    }
}
