package postern.os;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import postern.base.User;

/** The group database. */
public final class Groups {
    /** The kernel's own bound, NGROUPS_MAX. */
    private static final int GROUPS_MAX = 65_536;

    private static final int FIRST_TRY = 64;

    private Groups() {}

    /** All groups of the user, their own one first. */
    public static List<Integer> of(User user) throws IOException {
        for (int room = FIRST_TRY; room <= GROUPS_MAX; room *= 4) {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment ids = arena.allocate(ValueLayout.JAVA_INT, room);
                MemorySegment count = arena.allocateFrom(ValueLayout.JAVA_INT, room);
                MemorySegment name = arena.allocateFrom(user.name());
                int found = (int) Libc.Names.GROUPS.invokeExact(name, user.gid(), ids, count);
                if (found >= 0) {
                    List<Integer> groups = new ArrayList<>(found);
                    for (int i = 0; i < found; i++) {
                        groups.add(ids.getAtIndex(ValueLayout.JAVA_INT, i));
                    }
                    return groups;
                }
            } catch (Throwable thrown) {
                throw Libc.rethrow(thrown);
            }
        }
        throw new IOException("user " + user.name() + " is in too many groups");
    }
}
