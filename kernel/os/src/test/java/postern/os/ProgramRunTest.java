package postern.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import postern.base.Clock;
import postern.base.system.SystemWorld;
import postern.os.ProgramRun.End;

class ProgramRunTest {
    private static final Duration LONG = Duration.ofMinutes(2);
    private static final boolean ROOT = Identity.current().uid() == 0;
    private static final Identity SOMEBODY =
            ROOT ? new Identity(12_345, 12_346, List.of(12_347)) : Identity.current();

    @TempDir Path folder;

    private final Clock clock = SystemWorld.create("test").clock();

    private ProgramRun.Result sh(String script, String input, Duration limit) throws IOException {
        try (InputFile file = InputFile.create(folder)) {
            byte[] octets = input.getBytes(StandardCharsets.UTF_8);
            file.write(octets, 0, octets.length);
            return ProgramRun.run(
                    new ProgramRun.Order(
                            List.of("/bin/sh", "-c", script, "sh", "$(id) ; 'x'"),
                            Map.of("GREETING", "hello"),
                            SOMEBODY,
                            Path.of("/"),
                            file,
                            limit,
                            100,
                            10_000),
                    clock);
        }
    }

    @Test
    void itsInputEnvironmentArgumentsAndStatusAreItsOwn() throws IOException {
        var result =
                sh("cat; echo \"$GREETING $1 ${HOME-none} $(pwd)\" >&2; exit 75", "in\n", LONG);
        assertThat(result.end()).isEqualTo(new End.Exited(75));
        assertThat(result.output()).isEqualTo("in\nhello $(id) ; 'x' none /");
    }

    @Test
    void itRunsAsThatUserAndNothingElse() throws IOException {
        assumeTrue(ROOT, "needs root");
        var result = sh("id -u; id -g; id -G; cat /etc/shadow; ls /proc/self/fd | wc -l", "", LONG);
        assertThat(result.output())
                .startsWith("12345\n12346\n12346 12347\n")
                .contains("ermission denied")
                .endsWith("\n4"); // the three, and ls's own
    }

    @Test
    void rootIsNobodyToRunAs() throws IOException {
        try (InputFile none = InputFile.create(folder)) {
            var order =
                    new ProgramRun.Order(
                            List.of("/bin/true"),
                            Map.of(),
                            new Identity(0, 0, List.of()),
                            Path.of("/"),
                            none,
                            LONG,
                            1,
                            1);
            assertThatThrownBy(() -> ProgramRun.run(order, clock)).hasMessageContaining("as root");
        }
    }

    @Test
    void oneThatHangsIsKilledWithAllItsChildren() throws IOException {
        Path pids = Files.createFile(folder.resolve("pids"));
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.setPosixFilePermissions(pids, PosixFilePermissions.fromString("rw-rw-rw-"));
        String script = "(sleep 600 & echo $! >> " + pids + "; sleep 601) & sleep 602";
        assertThat(sh(script, "", Duration.ofSeconds(2)).end()).isEqualTo(new End.TooLong());
        for (String pid : Files.readAllLines(pids)) {
            assertThat(alive(pid)).as("pid " + pid).isFalse();
        }
        assertThat(Files.readAllLines(pids)).hasSize(1);
    }

    /** One that was killed may stay a zombie until somebody takes note. */
    private static boolean alive(String pid) {
        try {
            return !Files.readString(Path.of("/proc", pid, "stat")).contains(") Z ");
        } catch (IOException gone) {
            return false;
        }
    }

    @Test
    void oneThatFloodsIsKilledAndOnlyTheStartIsKept() throws IOException {
        var result = sh("while :; do echo 0123456789; done", "", LONG);
        assertThat(result.end()).isEqualTo(new End.TooMuch());
        assertThat(result.output()).hasSizeLessThanOrEqualTo(100).startsWith("0123456789\n");
    }

    @Test
    void whomItLeavesBehindIsNotWaitedFor() throws IOException {
        long before = System.nanoTime();
        assertThat(sh("sleep 60 & exit 3", "", LONG).end()).isEqualTo(new End.Exited(3));
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(50));
    }

    @Test
    void itsSignalIsTold() throws IOException {
        assertThat(sh("kill -9 $$", "", LONG).end()).isEqualTo(new End.Killed(9));
    }

    @Test
    void aProgramThatIsNotThereIsAnError() throws IOException {
        try (InputFile none = InputFile.create(folder)) {
            var order =
                    new ProgramRun.Order(
                            List.of("/nonexistent/program"),
                            Map.of(),
                            SOMEBODY,
                            Path.of("/"),
                            none,
                            LONG,
                            1,
                            1);
            assertThatThrownBy(() -> ProgramRun.run(order, clock))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("no such file");
        }
    }

    @Test
    void aFileTellsWhoseItIs() throws IOException {
        Path file = Files.writeString(folder.resolve("list"), "ann\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--rw-"));
        OwnedFile read = OwnedFile.read(file, 100).orElseThrow();
        assertThat(read.text()).isEqualTo("ann\n");
        assertThat(read.regular() && read.worldWritable()).isTrue();
        assertThat(read.uid()).isEqualTo(Identity.current().uid());
        assertThat(OwnedFile.read(folder.resolve("none"), 100)).isEmpty();
        assertThat(OwnedFile.read(file.resolve("below"), 100)).isEmpty();
        assertThat(OwnedFile.read(folder, 100))
                .hasValueSatisfying(f -> assertThat(f.regular()).isFalse());
        assertThatThrownBy(() -> OwnedFile.read(file, 2)).hasMessageContaining("more than");
    }
}
