package postern.os;

import java.lang.foreign.AddressLayout;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import postern.base.Bug;

/** The C library's functions that are more than one system call, each made at its first use. */
final class Libc {
    private static final AddressLayout POINTER = ValueLayout.ADDRESS;
    private static final MemoryLayout INT = ValueLayout.JAVA_INT;
    private static final MemoryLayout SHORT = ValueLayout.JAVA_SHORT;

    private Libc() {}

    /** posix_spawn(3) and what prepares it. The handles take pointers and give an errno. */
    static final class Spawn {
        static final MethodHandle SPAWN =
                handle("posix_spawn", POINTER, POINTER, POINTER, POINTER, POINTER, POINTER);
        static final MethodHandle ACTIONS_INIT = handle("posix_spawn_file_actions_init", POINTER);
        static final MethodHandle ACTIONS_DESTROY =
                handle("posix_spawn_file_actions_destroy", POINTER);
        static final MethodHandle ADD_DUP2 =
                handle("posix_spawn_file_actions_adddup2", POINTER, INT, INT);
        static final MethodHandle ADD_CLOSE_FROM =
                handle("posix_spawn_file_actions_addclosefrom_np", POINTER, INT);
        static final MethodHandle ADD_CHDIR =
                handle("posix_spawn_file_actions_addchdir_np", POINTER, POINTER);
        static final MethodHandle ATTRIBUTES_INIT = handle("posix_spawnattr_init", POINTER);
        static final MethodHandle ATTRIBUTES_DESTROY = handle("posix_spawnattr_destroy", POINTER);
        static final MethodHandle SET_FLAGS = handle("posix_spawnattr_setflags", POINTER, SHORT);
        static final MethodHandle SET_SIGMASK =
                handle("posix_spawnattr_setsigmask", POINTER, POINTER);
        static final MethodHandle SET_SIGDEFAULT =
                handle("posix_spawnattr_setsigdefault", POINTER, POINTER);

        private Spawn() {}
    }

    /** The user database; the handles give an errno, or a count. */
    static final class Names {
        static final MethodHandle BY_NAME =
                handle("getpwnam_r", POINTER, POINTER, POINTER, ValueLayout.JAVA_LONG, POINTER);
        static final MethodHandle BY_UID =
                handle("getpwuid_r", INT, POINTER, POINTER, ValueLayout.JAVA_LONG, POINTER);
        static final MethodHandle GROUP_BY_NAME =
                handle("getgrnam_r", POINTER, POINTER, POINTER, ValueLayout.JAVA_LONG, POINTER);
        static final MethodHandle GROUPS = handle("getgrouplist", POINTER, INT, POINTER, POINTER);

        private Names() {}
    }

    /** statvfs(3), by a class of its own: who never asks has no handle made. */
    static final class FileSystem {
        static final MethodHandle STATVFS = handle("statvfs", POINTER, POINTER);

        private FileSystem() {}
    }

    /** What a handle throws is ours or the JVM's. */
    static RuntimeException rethrow(Throwable thrown) {
        return switch (thrown) {
            case RuntimeException ours -> ours;
            case Error fatal -> throw fatal;
            default -> new Bug("C functions throw nothing", thrown);
        };
    }

    /** The zero-terminated text that a C structure points to. */
    @SuppressWarnings("restricted")
    static String text(MemorySegment pointer) {
        return pointer.reinterpret(Long.MAX_VALUE).getString(0, StandardCharsets.UTF_8);
    }

    @SuppressWarnings("restricted")
    private static MethodHandle handle(String name, MemoryLayout... arguments) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(
                linker.defaultLookup().findOrThrow(name), FunctionDescriptor.of(INT, arguments));
    }
}
