package postern.os;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import postern.base.Bug;

/**
 * Starts a confined process. Identity, no-new-privs and Landlock are put on a thread of our own
 * that starts the child and then ends; the child inherits them before its first instruction.
 * Nothing of ours needs to be setuid, and we keep our own rights.
 */
public final class Spawner {
    private static final int SETSIGDEF = 0x04;
    private static final int SETSIGMASK = 0x08;
    private static final int SETSID = 0x80;

    /** Room for glibc's opaque structures: 336 and 80 octets in version 2.36. */
    private static final int ATTRIBUTES_OCTETS = 1024;

    private static final int ACTIONS_OCTETS = 512;
    private static final int SIGNAL_SET_OCTETS = 128;

    /** Signals 1 to 31; the child starts with the default action for each. */
    private static final int CLASSIC_SIGNALS = 0x7fffffff;

    /** A child's descriptors are numbered below. */
    private static final int DESCRIPTORS_MAX = 256;

    private static final int O_RDWR_CLOEXEC = 0x2 | 0x80000;

    private Spawner() {}

    /**
     * What to start.
     *
     * @param command the program's absolute path, then its arguments
     * @param environment the child's whole environment
     * @param identity whom it runs as; our own identity changes nothing
     * @param descriptors the child's descriptor to ours; the child has no others, and /dev/null in
     *     the gaps
     * @param directory its working directory
     */
    public record Order(
            List<String> command,
            Map<String, String> environment,
            Identity identity,
            Sandbox sandbox,
            Map<Integer, Integer> descriptors,
            Path directory) {

        public Order {
            command = List.copyOf(command);
            environment = Map.copyOf(environment);
            descriptors = Map.copyOf(descriptors);
            Bug.unless(!command.isEmpty(), "a command has a name");
            Bug.unless(
                    descriptors.keySet().stream().allMatch(fd -> fd >= 0 && fd < DESCRIPTORS_MAX),
                    "a child's descriptors are small");
        }
    }

    /**
     * A process that was started, in a session of its own (a terminal's Ctrl-C does not reach it).
     *
     * @param landlock what was put in force, for display: {@code landlock=7}
     */
    public record Started(int pid, String landlock) {}

    /**
     * Starts it.
     *
     * @throws IOException the program is not there, a path of the sandbox is not, we may not take
     *     on that identity
     */
    public static Started start(Order order) throws IOException {
        return Identity.onOwnThread("spawn", () -> startHere(order));
    }

    private static Started startHere(Order order) throws IOException {
        List<Integer> copies = new ArrayList<>();
        try (Landlock.Ruleset ruleset = Landlock.Ruleset.of(order.sandbox());
                Arena arena = Arena.ofConfined()) {
            // Everything is made ready before the doors close: once they are, this thread cannot
            // even load a class of ours.
            TreeMap<Integer, Integer> sources = moveAway(arena, order, copies);
            Call call = Call.of(arena, order, sources);
            int errno;
            try {
                order.identity().takeOn();
                Landlock.renounceNewPrivileges();
                ruleset.enforce();
                errno = call.spawn();
            } finally {
                call.destroy();
            }
            if (errno != 0) {
                throw Errno.failure("start of " + order.command().getFirst(), -errno);
            }
            return new Started(call.pid().get(ValueLayout.JAVA_INT, 0), ruleset.inForce());
        } finally {
            copies.forEach(Descriptors::close);
        }
    }

    /** Copies what the child gets to where no move overwrites another's source. */
    private static TreeMap<Integer, Integer> moveAway(
            Arena arena, Order order, List<Integer> copies) throws IOException {
        var sources = new TreeMap<Integer, Integer>();
        int last = 2;
        for (int target : order.descriptors().keySet()) {
            last = Math.max(last, target);
        }
        // right behind the child's own, so that a low limit of descriptors suffices
        int outOfTheWay = last + 1;
        for (var wanted : order.descriptors().entrySet()) {
            int copy = Descriptors.copy(wanted.getValue(), outOfTheWay);
            copies.add(copy);
            sources.put(wanted.getKey(), copy);
        }
        MemorySegment name = arena.allocateFrom("/dev/null");
        long opened =
                Syscall.call(Syscall.OPENAT, Syscall.AT_FDCWD, name.address(), O_RDWR_CLOEXEC, 0);
        int nothing = (int) Errno.check("/dev/null", opened);
        copies.add(nothing);
        int filler = Descriptors.copy(nothing, outOfTheWay);
        copies.add(filler);
        for (int descriptor = 0; descriptor <= last; descriptor++) {
            sources.putIfAbsent(descriptor, filler);
        }
        return sources;
    }

    /** The arguments of posix_spawn(3), in memory. */
    private record Call(
            MemorySegment pid,
            MemorySegment program,
            MemorySegment actions,
            MemorySegment attributes,
            MemorySegment arguments,
            MemorySegment environment) {

        static Call of(Arena arena, Order order, TreeMap<Integer, Integer> sources)
                throws IOException {
            List<String> environment = new ArrayList<>();
            order.environment().forEach((name, value) -> environment.add(name + "=" + value));
            Call call =
                    new Call(
                            arena.allocate(ValueLayout.JAVA_INT),
                            arena.allocateFrom(order.command().getFirst()),
                            arena.allocate(ACTIONS_OCTETS, 16),
                            arena.allocate(ATTRIBUTES_OCTETS, 16),
                            strings(arena, order.command()),
                            strings(arena, environment));
            try {
                must((int) Libc.Spawn.ACTIONS_INIT.invokeExact(call.actions));
                must((int) Libc.Spawn.ATTRIBUTES_INIT.invokeExact(call.attributes));
                fillActions(arena, call.actions, order, sources);
                fillAttributes(arena, call.attributes);
            } catch (IOException failed) {
                throw failed;
            } catch (Throwable thrown) {
                throw Libc.rethrow(thrown);
            }
            return call;
        }

        /** Gives an errno. */
        int spawn() {
            try {
                return (int)
                        Libc.Spawn.SPAWN.invokeExact(
                                pid, program, actions, attributes, arguments, environment);
            } catch (Throwable thrown) {
                throw Libc.rethrow(thrown);
            }
        }

        void destroy() throws IOException {
            try {
                must((int) Libc.Spawn.ACTIONS_DESTROY.invokeExact(actions));
                must((int) Libc.Spawn.ATTRIBUTES_DESTROY.invokeExact(attributes));
            } catch (IOException failed) {
                throw failed;
            } catch (Throwable thrown) {
                throw Libc.rethrow(thrown);
            }
        }
    }

    private static void fillActions(
            Arena arena, MemorySegment actions, Order order, TreeMap<Integer, Integer> sources)
            throws Throwable {
        MemorySegment directory = arena.allocateFrom(order.directory().toString());
        must((int) Libc.Spawn.ADD_CHDIR.invokeExact(actions, directory));
        for (var move : sources.entrySet()) {
            int from = move.getValue();
            int to = move.getKey();
            must((int) Libc.Spawn.ADD_DUP2.invokeExact(actions, from, to));
        }
        int beyond = sources.lastKey() + 1;
        must((int) Libc.Spawn.ADD_CLOSE_FROM.invokeExact(actions, beyond));
    }

    private static void fillAttributes(Arena arena, MemorySegment attributes) throws Throwable {
        MemorySegment none = arena.allocate(SIGNAL_SET_OCTETS, 8);
        MemorySegment all = arena.allocate(SIGNAL_SET_OCTETS, 8);
        all.set(ValueLayout.JAVA_INT, 0, CLASSIC_SIGNALS);
        must((int) Libc.Spawn.SET_SIGMASK.invokeExact(attributes, none));
        must((int) Libc.Spawn.SET_SIGDEFAULT.invokeExact(attributes, all));
        short flags = SETSIGDEF | SETSIGMASK | SETSID;
        must((int) Libc.Spawn.SET_FLAGS.invokeExact(attributes, flags));
    }

    /** A null-terminated array of C strings. */
    private static MemorySegment strings(Arena arena, List<String> texts) {
        MemorySegment array = arena.allocate(ValueLayout.ADDRESS, texts.size() + 1L);
        for (int i = 0; i < texts.size(); i++) {
            array.setAtIndex(ValueLayout.ADDRESS, i, arena.allocateFrom(texts.get(i)));
        }
        return array;
    }

    private static void must(int errno) throws IOException {
        if (errno != 0) {
            throw Errno.failure("prepare a child", -errno);
        }
    }
}
