package postern.mailbox;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import postern.base.User;
import postern.os.InputFile;
import postern.os.OwnedFile;
import postern.os.ProgramRun;

/** Whose rights a delivery has. */
public interface Identities {

    /**
     * Runs the delivery with the rights of the user, or of the invoking user where we are not root.
     */
    <T> T as(User user, Delivering<T> delivery) throws IOException;

    /** Sees to it that the user's mail folder exists and is the user's own. */
    void provide(Path directory, User user) throws IOException;

    /**
     * Sees to it that the user's mbox exists and is the user's own, where its folder lets only root
     * make it.
     */
    void provideFile(Path mbox, User user) throws IOException;

    /**
     * Whether something may be run, and files of the user's own be followed, with their rights:
     * root can for everybody but root, anybody else for themselves.
     */
    boolean speaksFor(User user);

    /**
     * Runs a program as the user.
     *
     * @throws IOException it could not be started, or {@link #speaksFor} is false
     */
    ProgramRun.Result run(User user, Command command, InputFile input) throws IOException;

    /** Reads a file with the user's rights; empty when there is none. */
    default Optional<OwnedFile> read(User user, Path path, int octetsMax) throws IOException {
        return as(user, () -> OwnedFile.read(path, octetsMax));
    }

    /** A piece of a delivery. */
    interface Delivering<T> {
        T run() throws IOException;
    }
}
