package postern.master;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import postern.base.User;
import postern.os.Identity;
import postern.os.UserDatabase;

/** Whom the domains run as. */
public final class ServiceIdentities {
    /**
     * Where no such user exists, as on a fresh checkout, root gives each domain a number of its own
     * from here on. The range 60706 to 61183 is given to nobody by Debian or systemd.
     */
    public static final int FALLBACK_BASE = 61_100;

    private final UserDatabase users;

    public ServiceIdentities(UserDatabase users) {
        this.users = users;
    }

    /**
     * The identity for a domain: our own unless we are root; else that user's, if there is one;
     * else the number {@link #FALLBACK_BASE} + {@code ordinal}, without groups.
     */
    public Identity of(String userName, int ordinal) throws IOException {
        Identity we = Identity.current();
        if (we.uid() != 0) {
            return we;
        }
        Optional<User> user = users.byName(userName);
        if (user.isPresent()) {
            return Identity.of(user.get());
        }
        int number = FALLBACK_BASE + ordinal;
        return new Identity(number, number, List.of());
    }
}
