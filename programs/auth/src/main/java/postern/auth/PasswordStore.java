package postern.auth;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import postern.base.Disk;
import postern.base.LogLine;
import postern.base.World;
import postern.sasl.password.PasswordFile;

/** The password file as it was when it was last right. Any thread. */
public final class PasswordStore {
    /** A million users with a hash each. */
    public static final int FILE_OCTETS_MAX = 256 << 20;

    private final RenewedFile<PasswordFile> file;

    public PasswordStore(World world, Path path) {
        this.file =
                new RenewedFile<>(
                        world,
                        path,
                        "passwords",
                        PasswordStore::right,
                        read ->
                                world.log()
                                        .info(
                                                LogLine.about("auth")
                                                        .with("passwords", path)
                                                        .with("users", read.size())));
    }

    /** Empty where it was never right. */
    Optional<PasswordFile> file() {
        return file.get();
    }

    private static PasswordFile right(Disk disk, Path path) throws IOException {
        PasswordFile read = read(disk, path);
        if (!read.problems().isEmpty()) {
            PasswordFile.Problem first = read.problems().getFirst();
            throw new RenewedFile.Wrong("line " + first.line() + ": " + first.what());
        }
        return read;
    }

    /** What an operator is told. */
    public static String why(IOException unreadable) {
        return RenewedFile.why(unreadable);
    }

    public static PasswordFile read(Disk disk, Path path) throws IOException {
        return PasswordFile.parse(RenewedFile.text(disk, path, FILE_OCTETS_MAX));
    }
}
