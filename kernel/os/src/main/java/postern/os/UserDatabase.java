package postern.os;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Optional;
import postern.base.User;
import postern.base.Users;

/**
 * passwd(5) and whatever the system's name service adds to it. A service that needs the network
 * answers only where the sandbox lets it; its silence is an error, not an absence.
 */
public final class UserDatabase implements Users {
    private static final int FIRST_TRY_OCTETS = 1024;

    /** Entries longer than this are an error; glibc suggests 1 KiB as usual. */
    private static final int ENTRY_OCTETS_MAX = 1 << 20;

    /** Where struct passwd of glibc has its fields, on 64-bit machines. */
    private static final int NAME_AT = 0;

    private static final int UID_AT = 16;
    private static final int GID_AT = 20;
    private static final int HOME_AT = 32;
    private static final int STRUCT_OCTETS = 48;

    /** Asks for the entry: gives an errno, and leaves its finding in {@code result}. */
    private interface Query {
        int ask(Arena arena, MemorySegment entry, MemorySegment buffer, MemorySegment result)
                throws Throwable;
    }

    @Override
    public Optional<User> byName(String name) throws IOException {
        if (name.isEmpty() || name.indexOf(0) >= 0) {
            return Optional.empty(); // C would see a shorter name
        }
        return find(
                "user " + name,
                (arena, entry, buffer, result) ->
                        (int)
                                Libc.Names.BY_NAME.invokeExact(
                                        arena.allocateFrom(name),
                                        entry,
                                        buffer,
                                        buffer.byteSize(),
                                        result));
    }

    @Override
    public Optional<User> byUid(int uid) throws IOException {
        return find(
                "uid " + Integer.toUnsignedString(uid),
                (arena, entry, buffer, result) ->
                        (int)
                                Libc.Names.BY_UID.invokeExact(
                                        uid, entry, buffer, buffer.byteSize(), result));
    }

    /**
     * The user we run as. One that the database does not know gets its number as name and / as
     * home.
     */
    public User current() throws IOException {
        Identity we = Identity.current();
        return byUid(we.uid())
                .orElseGet(
                        () ->
                                new User(
                                        Integer.toUnsignedString(we.uid()),
                                        we.uid(),
                                        we.gid(),
                                        Path.of("/")));
    }

    private static Optional<User> find(String whom, Query query) throws IOException {
        for (int octets = FIRST_TRY_OCTETS; octets <= ENTRY_OCTETS_MAX; octets *= 4) {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment entry = arena.allocate(STRUCT_OCTETS, 8);
                MemorySegment buffer = arena.allocate(octets);
                MemorySegment result = arena.allocate(ValueLayout.ADDRESS);
                int errno = query.ask(arena, entry, buffer, result);
                if (errno == 0) {
                    boolean found = result.get(ValueLayout.JAVA_LONG, 0) != 0;
                    return found ? Optional.of(user(entry)) : Optional.empty();
                }
                if (errno != Errno.ERANGE && errno != Errno.EINTR) {
                    throw Errno.failure(whom, -errno);
                }
            } catch (IOException unanswered) {
                throw unanswered;
            } catch (Throwable thrown) {
                throw Libc.rethrow(thrown);
            }
        }
        throw new IOException(whom + ": an entry of more than 1 MiB");
    }

    private static User user(MemorySegment entry) {
        return new User(
                Libc.text(entry.get(ValueLayout.ADDRESS, NAME_AT)),
                entry.get(ValueLayout.JAVA_INT, UID_AT),
                entry.get(ValueLayout.JAVA_INT, GID_AT),
                Path.of(Libc.text(entry.get(ValueLayout.ADDRESS, HOME_AT))));
    }
}
