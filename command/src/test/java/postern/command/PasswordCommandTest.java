package postern.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class PasswordCommandTest {
    @TempDir Path folder;

    private String out = "";
    private String err = "";

    private Path file() {
        return folder.resolve("auth/passwords");
    }

    private ExitStatus run(String in, String... words) {
        Console console = new Console(in, Map.of());
        var place = new Installation.PasswordPlace(Optional.of(file()), -1);
        var parsed =
                new CommandLine(Grammar.postern("9"))
                        .parseArgs(
                                List.of(List.of("passwd"), List.of(words)).stream()
                                        .flatMap(List::stream)
                                        .toArray(String[]::new));
        ExitStatus status = new PasswordCommand(console.terminal(), place).run(parsed.subcommand());
        out = console.out();
        err = console.err();
        return status;
    }

    @Test
    void withoutAWordArgon2idIsUsed() throws IOException {
        assertThat(run("secret\n", "ann")).isEqualTo(ExitStatus.OK);
        assertThat(Files.readString(file())).contains("$argon2id$");
        assertThat(run("secret\n", "ann", "--check")).isEqualTo(ExitStatus.OK);
    }

    @Test
    void usersComeChangeAndGo() throws IOException {
        assertThat(run("secret\n", "ann", "--scheme", "bcrypt")).isEqualTo(ExitStatus.OK);
        assertThat(out).isEqualTo("ann: added\n");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
                .isEqualTo("rw-------");
        Files.writeString(file(), "# mine\n" + Files.readString(file()));
        Files.setPosixFilePermissions(file(), PosixFilePermissions.fromString("rw-r-----"));

        assertThat(run("other", "bob", "--scheme", "scram-sha-256,sha512-crypt"))
                .isEqualTo(ExitStatus.OK);
        assertThat(run("", "--list")).isEqualTo(ExitStatus.OK);
        assertThat(out).isEqualTo("ann  bcrypt\nbob  scram-sha-256,sha512-crypt\n");
        assertThat(run("secret\n", "--check", "ann")).isEqualTo(ExitStatus.OK);
        assertThat(run("Secret\n", "--check", "ann")).isEqualTo(ExitStatus.NO_USER);
        assertThat(run("other\n", "--check", "bob")).isEqualTo(ExitStatus.OK);

        assertThat(run("newer\n", "ANN", "--scheme", "bcrypt")).isEqualTo(ExitStatus.OK);
        assertThat(out).isEqualTo("ANN: changed\n");
        assertThat(run("newer\n", "--check", "ann")).isEqualTo(ExitStatus.OK);
        assertThat(run("", "--delete", "bob")).isEqualTo(ExitStatus.OK);
        assertThat(Files.readString(file())).startsWith("# mine\nann:$2y$").doesNotContain("bob");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
                .isEqualTo("rw-r-----");
        assertThat(Files.readString(file())).doesNotContain("newer");
        try (var all = Files.list(folder.resolve("auth"))) {
            assertThat(all.map(each -> each.getFileName().toString()))
                    .containsExactlyInAnyOrder("passwords", ".passwords.lock");
        }
    }

    @Test
    void whatCannotBeIsRefused() {
        assertThat(run("x\n")).isEqualTo(ExitStatus.USAGE);
        assertThat(run("x\n", "a:b")).isEqualTo(ExitStatus.USAGE);
        assertThat(run("x\n", "ann", "--scheme", "md5")).isEqualTo(ExitStatus.USAGE);
        assertThat(run("", "ann")).isEqualTo(ExitStatus.USAGE);
        assertThat(run("", "--list")).isEqualTo(ExitStatus.IO_ERROR);
        assertThat(Files.exists(file())).isFalse();
    }

    @Test
    void aBrokenLineIsTold() throws IOException {
        Files.createDirectories(folder.resolve("auth"));
        Files.writeString(file(), "ann:secret\n");

        assertThat(run("", "--list")).isEqualTo(ExitStatus.DATA_ERROR);
        assertThat(err).contains("passwords:1:").doesNotContain("secret");
        assertThat(run("", "--delete", "eve")).isEqualTo(ExitStatus.NO_USER);
    }
}
