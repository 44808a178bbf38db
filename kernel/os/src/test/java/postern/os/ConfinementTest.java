package postern.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real children, which try what they must not. */
class ConfinementTest {
    private static final int NOBODY = 65_534;

    @TempDir Path folder;
    Children children;
    Path granted;
    Path other;
    Path secret;

    @BeforeEach
    void prepare() throws IOException {
        children = new Children(folder);
        granted = Files.createDirectory(folder.resolve("granted"));
        other = Files.createDirectory(folder.resolve("other"));
        for (Path open : List.of(granted, other)) {
            Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
        }
        secret = Files.writeString(other.resolve("secret"), "x");
        Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-rw-rw-"));
    }

    @Test
    void underTheSameUidEverythingForbiddenIsRefused() throws IOException {
        assertConfined(probe(Identity.current(), children.sandbox().writable(granted).build()));
    }

    /** The sibling has the same uid: only the sandbox stands between them. */
    @Test
    void underAnotherUidEverythingForbiddenIsRefused() throws IOException {
        assumeTrue(Identity.current().uid() == 0, "needs root");
        Identity nobody = new Identity(NOBODY, NOBODY, List.of());
        Spawner.Order sleep =
                new Spawner.Order(
                        List.of("/bin/sleep", "60"),
                        Map.of(),
                        nobody,
                        Sandbox.open(),
                        Map.of(),
                        Path.of("/"));
        int sibling = Spawner.start(sleep).pid();
        Children.Outcome outcome;
        try {
            outcome = probe(nobody, children.sandbox().writable(granted).build(), sibling);
        } finally {
            Processes.signal(sibling, Processes.SIGKILL);
        }
        assertThat(Processes.await(sibling)).isEqualTo(new Processes.Exit.Signal(9));
        assertConfined(outcome);
        assertThat(outcome.line("identity")).isEqualTo("identity " + NOBODY);
        assertThat(outcome.line("sibling")).contains("refused");
        assertThat(Identity.current().uid()).isZero();
    }

    /** Shows that the probes can fail: without Landlock the same deeds are done. */
    @Test
    void withoutASandboxTheProbesFindDoorsOpen() throws IOException {
        Children.Outcome outcome = probe(Identity.current(), Sandbox.open());
        assertThat(outcome.landlock()).isEqualTo("landlock=none");
        assertThat(outcome.line("open " + secret)).endsWith("ALLOWED");
        assertThat(outcome.line("create a file in " + other)).endsWith("ALLOWED");
        assertThat(outcome.line("connect to")).contains("ALLOWED");
        assertThat(outcome.line("bind")).contains("ALLOWED");
    }

    @Test
    void aPathThatMustBeWritableButIsMissingIsReported() {
        Sandbox sandbox = children.sandbox().writable(folder.resolve("absent")).build();
        assumeTrue(Landlock.abi() >= 2);
        assertThatThrownBy(() -> probe(Identity.current(), sandbox))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("absent: no such file");
    }

    @Test
    void aMissingProgramIsReported() {
        assertThatThrownBy(
                        () ->
                                children.run(
                                        Identity.current(),
                                        Sandbox.open(),
                                        Map.of(),
                                        List.of("/no/such/program")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("/no/such/program: no such file");
    }

    @Test
    void grantedPortsStayOpen() throws IOException {
        assumeTrue(Landlock.abi() >= 4);
        Children.Outcome outcome =
                probe(
                        Identity.current(),
                        children.sandbox()
                                .writable(granted)
                                .connect(new Sandbox.Ports.Only(Set.of(9)))
                                .bind(new Sandbox.Ports.All())
                                .build());
        assertThat(outcome.line("connect to")).contains("ALLOWED");
        assertThat(outcome.line("bind")).contains("ALLOWED");
    }

    private Children.Outcome probe(Identity identity, Sandbox sandbox) throws IOException {
        return probe(identity, sandbox, (int) ProcessHandle.current().pid());
    }

    private Children.Outcome probe(Identity identity, Sandbox sandbox, int sibling)
            throws IOException {
        return children.run(
                identity,
                sandbox,
                Map.of(),
                children.command(
                        ProbeChild.class,
                        secret.toString(),
                        granted.toString(),
                        other.toString(),
                        Integer.toString(sibling)));
    }

    private static void assertConfined(Children.Outcome outcome) {
        assertThat(outcome.exit()).as("%s", outcome).isEqualTo(new Processes.Exit.Status(0));
        assertThat(outcome.line("in force")).startsWith("in force seccomp=7");
        assertThat(outcome.line("granted")).endsWith("ALLOWED");
        assertThat(outcome.line("threads")).isEqualTo("threads work");
        for (String deed :
                List.of("execve", "start", "ptrace", "signal", "become root", "make a namespace")) {
            assertThat(outcome.line(deed)).contains("refused");
        }
        assumeTrue(Landlock.abi() >= 2, "this kernel has no Landlock");
        for (String deed : List.of("open /etc/shadow", "open ", "create a file in")) {
            assertThat(outcome.lines())
                    .filteredOn(line -> line.startsWith(deed))
                    .allMatch(line -> line.contains("refused"));
        }
        assumeTrue(Landlock.abi() >= 4, "this kernel's Landlock knows no TCP");
        assertThat(outcome.line("connect to")).contains("refused");
        assertThat(outcome.line("bind")).contains("refused");
    }
}
