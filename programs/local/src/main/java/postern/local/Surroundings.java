package postern.local;

import java.nio.file.Path;
import postern.base.User;
import postern.base.Users;
import postern.base.World;
import postern.mailbox.Identities;
import postern.table.Aliases;

/**
 * What local works with.
 *
 * @param defaultUser keeps root's mail, and has the rights for what the aliases file names
 * @param scratch a folder of local's own, for what lies there while a command reads it
 */
public record Surroundings(
        World world,
        Users users,
        Aliases aliases,
        Identities identities,
        User defaultUser,
        Resubmission resubmission,
        Path scratch) {

    /** Whom something is done as, where it would be that user: nothing is done as root. */
    User unprivileged(User user) {
        return user.uid() == 0 ? defaultUser : user;
    }
}
