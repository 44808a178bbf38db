package postern.os;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import postern.base.User;

/** The group database. */
public final class Groups {
    /** The kernel's own bound, NGROUPS_MAX. */
    private static final int GROUPS_MAX = 65_536;

    private static final int FIRST_TRY = 64;

    private Groups() {}

    /** Where struct group of glibc has its number, on 64-bit machines. */
    private static final int GID_AT = 16;

    private static final int STRUCT_OCTETS = 32;
    private static final int ENTRY_OCTETS_FIRST = 4096;

    /** An entry holds the names of all its members. */
    private static final int ENTRY_OCTETS_MAX = 4 << 20;

    /**
     * The number of the group of that exact name; empty when there is none.
     *
     * @throws IOException the database cannot be asked now
     */
    public static Optional<Integer> byName(String name) throws IOException {
        for (int octets = ENTRY_OCTETS_FIRST; octets <= ENTRY_OCTETS_MAX; octets *= 4) {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment entry = arena.allocate(STRUCT_OCTETS, 8);
                MemorySegment result = arena.allocate(ValueLayout.ADDRESS);
                int errno =
                        (int)
                                Libc.Names.GROUP_BY_NAME.invokeExact(
                                        arena.allocateFrom(name),
                                        entry,
                                        arena.allocate(octets),
                                        (long) octets,
                                        result);
                if (errno == 0) {
                    boolean found = result.get(ValueLayout.JAVA_LONG, 0) != 0;
                    return found
                            ? Optional.of(entry.get(ValueLayout.JAVA_INT, GID_AT))
                            : Optional.empty();
                }
                if (errno != Errno.ERANGE && errno != Errno.EINTR) {
                    throw Errno.failure("group " + name, -errno);
                }
            } catch (IOException unanswered) {
                throw unanswered;
            } catch (Throwable thrown) {
                throw Libc.rethrow(thrown);
            }
        }
        throw new IOException("group " + name + ": an entry of more than 4 MiB");
    }

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
