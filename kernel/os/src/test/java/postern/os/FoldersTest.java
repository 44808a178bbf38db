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

class FoldersTest {
    private static final int SOMEBODY = 61_107;

    @TempDir Path folder;

    @Test
    void aNewFolderHasThePermissionsAskedFor() throws IOException {
        Path made = folder.resolve("made");
        int we = Identity.current().uid();
        Folders.make(made, 0711, we);
        assertThat(Files.getPosixFilePermissions(made))
                .isEqualTo(PosixFilePermissions.fromString("rwx--x--x"));
        Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("rwxr-x---"));
        Folders.make(made, 0711, we);
        assertThat(Files.getPosixFilePermissions(made))
                .isEqualTo(PosixFilePermissions.fromString("rwxr-x---"));
    }

    @Test
    void aFolderOfSomebodyElseIsRefusedWithARemedy() throws IOException {
        Path made = Files.createDirectory(folder.resolve("made"));
        assertThatThrownBy(() -> Folders.make(made, 0700, SOMEBODY))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("chown -R " + SOMEBODY);
    }

    @Test
    void aFileIsNoFolder() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "");
        assertThatThrownBy(() -> Folders.make(file, 0700, Identity.current().uid()))
                .hasMessageContaining("is not a folder");
    }

    @Test
    void whatKeepsAnIdentityOutIsNamed() throws IOException {
        assumeTrue(Identity.current().uid() == 0, "needs root");
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path closed = Files.createDirectory(folder.resolve("closed"));
        Path file = Files.writeString(closed.resolve("file"), "");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("rwx------"));
        Identity somebody = new Identity(SOMEBODY, SOMEBODY, List.of());
        assertThat(Folders.closedTo(somebody, file)).hasValue(closed.toRealPath());
        Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("rwx--x--x"));
        assertThat(Folders.closedTo(somebody, file)).isEmpty();
        assertThat(Folders.closedTo(somebody, closed)).hasValue(closed.toRealPath());
        assertThat(Folders.closedTo(somebody, folder.resolve("absent"))).isEmpty();
    }
}
