package postern.os;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Puts a sandbox on one thread and on whatever it starts. See landlock(7); the numbers are those of
 * linux/landlock.h.
 */
final class Landlock {
    private static final long EXECUTE = 1;
    private static final long WRITE_FILE = 1 << 1;
    private static final long READ_FILE = 1 << 2;
    private static final long READ_DIR = 1 << 3;
    private static final long MAKE_CHAR = 1 << 6;
    private static final long MAKE_BLOCK = 1 << 11;
    private static final long REFER = 1 << 13; // ABI 2
    private static final long TRUNCATE = 1 << 14; // ABI 3
    private static final long IOCTL_DEV = 1 << 15; // ABI 5
    private static final long FILES_ABI_1 = (1 << 13) - 1;

    /** Rights that mean something for a single file. */
    private static final long ON_A_FILE = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV;

    private static final long BIND_TCP = 1; // ABI 4
    private static final long CONNECT_TCP = 1 << 1; // ABI 4
    private static final long SCOPE_ABSTRACT_SOCKETS_AND_SIGNALS = 3; // ABI 6

    private static final int RULE_PATH_BENEATH = 1;
    private static final int RULE_NET_PORT = 2;
    private static final int VERSION_FLAG = 1;
    private static final int PR_SET_NO_NEW_PRIVS = 38;
    private static final int O_PATH_CLOEXEC = 0x200000 | 0x80000;

    private Landlock() {}

    /** The kernel's version of Landlock; 0 when it has none or it is switched off. */
    static int abi() {
        return (int) Math.max(0, Syscall.call(Syscall.LANDLOCK_CREATE_RULESET, 0, 0, VERSION_FLAG));
    }

    /** No program started from here on gains rights by being setuid. For this thread. */
    static void renounceNewPrivileges() throws IOException {
        Errno.check("no-new-privs", Syscall.call(Syscall.PRCTL, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
    }

    /**
     * A sandbox made ready for the kernel, to be enforced once. Made before privileges are dropped,
     * so that every path can be named.
     *
     * @param descriptor the ruleset; -1 when there is nothing to enforce
     * @param inForce what will be in force: {@code landlock=7}, {@code landlock=none}
     */
    record Ruleset(int descriptor, String inForce) implements AutoCloseable {

        static Ruleset of(Sandbox sandbox) throws IOException {
            int abi = abi();
            Rights rights = Rights.of(sandbox, abi);
            // ABI 1 refuses every move between directories, which spool and Maildir live by
            if (abi < 2 || rights.nothing()) {
                return new Ruleset(-1, "landlock=none");
            }
            int descriptor = create(rights, abi);
            try (Arena arena = Arena.ofConfined()) {
                addRules(arena, descriptor, sandbox, rights);
            } catch (IOException | RuntimeException failed) {
                Descriptors.close(descriptor);
                throw failed;
            }
            return new Ruleset(descriptor, "landlock=" + abi);
        }

        /** Restricts the calling thread, which must have renounced new privileges. */
        void enforce() throws IOException {
            if (descriptor >= 0) {
                Errno.check(
                        "landlock", Syscall.call(Syscall.LANDLOCK_RESTRICT_SELF, descriptor, 0));
            }
        }

        @Override
        public void close() {
            if (descriptor >= 0) {
                Descriptors.close(descriptor);
            }
        }
    }

    /** What the ruleset decides about; what it does not mention stays allowed. */
    private record Rights(long files, long tcp) {
        static Rights of(Sandbox sandbox, int abi) {
            long files = 0;
            if (!sandbox.allFiles()) {
                files = FILES_ABI_1 | REFER;
                files |= abi >= 3 ? TRUNCATE : 0;
                files |= abi >= 5 ? IOCTL_DEV : 0;
            }
            long tcp = 0;
            if (abi >= 4) {
                tcp |= sandbox.bind() instanceof Sandbox.Ports.Only ? BIND_TCP : 0;
                tcp |= sandbox.connect() instanceof Sandbox.Ports.Only ? CONNECT_TCP : 0;
            }
            return new Rights(files, tcp);
        }

        boolean nothing() {
            return files == 0 && tcp == 0;
        }
    }

    private static int create(Rights rights, int abi) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attributes = arena.allocate(24, 8);
            attributes.set(ValueLayout.JAVA_LONG, 0, rights.files());
            attributes.set(ValueLayout.JAVA_LONG, 8, rights.tcp());
            attributes.set(ValueLayout.JAVA_LONG, 16, SCOPE_ABSTRACT_SOCKETS_AND_SIGNALS);
            long size = abi >= 6 ? 24 : abi >= 4 ? 16 : 8;
            long made =
                    Syscall.call(Syscall.LANDLOCK_CREATE_RULESET, attributes.address(), size, 0);
            return (int) Errno.check("landlock", made);
        }
    }

    private static void addRules(Arena arena, int ruleset, Sandbox sandbox, Rights rights)
            throws IOException {
        if (rights.files() != 0) {
            long read = READ_FILE | READ_DIR;
            long write = rights.files() & ~(EXECUTE | MAKE_CHAR | MAKE_BLOCK);
            for (Path path : sandbox.readable()) {
                addPath(arena, ruleset, path, read, false);
            }
            for (Path path : sandbox.executable()) {
                addPath(arena, ruleset, path, read | EXECUTE, false);
            }
            for (Path path : sandbox.writable()) {
                addPath(arena, ruleset, path, write, true);
            }
        }
        if ((rights.tcp() & BIND_TCP) != 0 && sandbox.bind() instanceof Sandbox.Ports.Only only) {
            addPorts(arena, ruleset, only, BIND_TCP);
        }
        if ((rights.tcp() & CONNECT_TCP) != 0
                && sandbox.connect() instanceof Sandbox.Ports.Only only) {
            addPorts(arena, ruleset, only, CONNECT_TCP);
        }
    }

    private static void addPath(Arena arena, int ruleset, Path path, long access, boolean must)
            throws IOException {
        MemorySegment name = arena.allocateFrom(path.toString());
        long opened =
                Syscall.call(Syscall.OPENAT, Syscall.AT_FDCWD, name.address(), O_PATH_CLOEXEC, 0);
        if (opened < 0) {
            if (must || opened != -Errno.ENOENT) {
                throw Errno.failure("sandbox: " + path, opened);
            }
            return;
        }
        try {
            MemorySegment rule = arena.allocate(16, 8);
            rule.set(
                    ValueLayout.JAVA_LONG,
                    0,
                    Files.isDirectory(path) ? access : access & ON_A_FILE);
            rule.set(ValueLayout.JAVA_INT, 8, (int) opened);
            Errno.check(
                    "sandbox: " + path,
                    Syscall.call(
                            Syscall.LANDLOCK_ADD_RULE,
                            ruleset,
                            RULE_PATH_BENEATH,
                            rule.address(),
                            0));
        } finally {
            Descriptors.close((int) opened);
        }
    }

    private static void addPorts(Arena arena, int ruleset, Sandbox.Ports.Only only, long access)
            throws IOException {
        for (int port : only.ports()) {
            MemorySegment rule = arena.allocate(16, 8);
            rule.set(ValueLayout.JAVA_LONG, 0, access);
            rule.set(ValueLayout.JAVA_LONG, 8, port);
            Errno.check(
                    "sandbox: port " + port,
                    Syscall.call(
                            Syscall.LANDLOCK_ADD_RULE, ruleset, RULE_NET_PORT, rule.address(), 0));
        }
    }
}
