package postern.local;

import java.io.IOException;
import java.nio.file.Path;
import postern.base.User;

/** Whose rights a delivery has. */
public interface Identities {

    /**
     * Runs the delivery with the rights of the user, or of the invoking user where we are not root.
     */
    <T> T as(User user, Delivering<T> delivery) throws IOException;

    /** Sees to it that the user's mail folder exists and is the user's own. */
    void provide(Path directory, User user) throws IOException;

    /** A piece of a delivery. */
    interface Delivering<T> {
        T run() throws IOException;
    }
}
