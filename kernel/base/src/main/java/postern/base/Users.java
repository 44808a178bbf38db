package postern.base;

import java.io.IOException;
import java.util.Optional;

/** The user database of this machine. */
public interface Users {

    /**
     * The user of that exact name, or empty when there is none.
     *
     * @throws IOException the database cannot be asked now; the question stays open (defer, never
     *     bounce)
     */
    Optional<User> byName(String name) throws IOException;

    /** The user of that number, or empty when there is none or the database knows no numbers. */
    default Optional<User> byUid(int uid) throws IOException {
        return Optional.empty();
    }
}
