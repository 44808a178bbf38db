package postern.os;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import postern.base.Endpoint;

/**
 * Listeners as plain descriptors, to be handed to another process. Closed by {@link
 * Descriptors#close}.
 */
public final class Sockets {
    /** Connections that wait while a program restarts; the kernel bounds it by somaxconn. */
    private static final int BACKLOG = 1024;

    /** The longest name of a Unix socket, in octets: unix(7). */
    public static final int PATH_OCTETS_MAX = 107;

    static final int AF_UNIX = 1;
    static final int AF_INET = 2;
    static final int AF_INET6 = 10;
    static final int STREAM_CLOEXEC = 1 | 0x80000;
    static final int SOL_SOCKET = 1;
    private static final int SO_REUSEADDR = 2;
    private static final int IPPROTO_IPV6 = 41;
    private static final int IPV6_V6ONLY = 26;
    private static final int ADDRESS_OCTETS = 128;
    private static final int FILE_TYPE = 0170000;
    private static final int TYPE_SOCKET = 0140000;

    private static final ValueLayout.OfShort BIG_ENDIAN =
            ValueLayout.JAVA_SHORT.withOrder(ByteOrder.BIG_ENDIAN);

    private static final short POLLIN = 1;

    private Sockets() {}

    /**
     * Waits until somebody connects to one of the listeners. Takes nothing; blocks its thread,
     * which must be one of the platform.
     *
     * @return false when they cannot be waited for
     */
    public static boolean awaitConnection(List<Integer> listeners) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment poll = arena.allocate(8L * listeners.size(), 4); // struct pollfd
            for (int i = 0; i < listeners.size(); i++) {
                poll.set(ValueLayout.JAVA_INT, 8L * i, listeners.get(i));
                poll.set(ValueLayout.JAVA_SHORT, 8L * i + 4, POLLIN);
            }
            long ready = Syscall.call(Syscall.PPOLL, poll.address(), listeners.size(), 0, 0, 0);
            for (int i = 0; i < listeners.size(); i++) {
                if (ready > 0 && (poll.get(ValueLayout.JAVA_SHORT, 8L * i + 6) & POLLIN) != 0) {
                    return true;
                }
            }
            return false;
        }
    }

    /** A socket address as the kernel reads it. */
    record Address(MemorySegment memory, int octets) {}

    /**
     * Listens on TCP. The address {@code ::} takes IPv4 as well, and where the kernel has no IPv6
     * it is read as 0.0.0.0.
     *
     * @throws IOException with a text such as {@code 127.0.0.1:25: address in use}
     */
    public static int listenTcp(InetSocketAddress at) throws IOException {
        boolean any6 = at.getAddress() instanceof Inet6Address six && six.isAnyLocalAddress();
        int family = at.getAddress() instanceof Inet6Address ? AF_INET6 : AF_INET;
        String shown = Endpoint.text(at);
        long made = Syscall.call(Syscall.SOCKET, family, STREAM_CLOEXEC, 0);
        if (made == -Errno.EAFNOSUPPORT && any6) {
            return listenTcp(
                    new InetSocketAddress(InetAddress.getByAddress(new byte[4]), at.getPort()));
        }
        int socket = (int) Errno.check(shown, made);
        try (Arena arena = Arena.ofConfined()) {
            option(arena, socket, SOL_SOCKET, SO_REUSEADDR, 1);
            if (family == AF_INET6) {
                option(arena, socket, IPPROTO_IPV6, IPV6_V6ONLY, any6 ? 0 : 1);
            }
            bindAndListen(shown, socket, address(arena, at));
            return socket;
        } catch (IOException | RuntimeException failed) {
            Descriptors.close(socket);
            throw failed;
        }
    }

    /**
     * Listens on a Unix socket. A file that a dead process left there is replaced.
     *
     * @param mode who may connect: the file's permission bits
     * @param owner the file's owner; our own uid leaves it
     * @throws IOException with a text such as {@code /run/x: address in use} when somebody listens
     */
    public static int listenUnix(Path path, int mode, int owner) throws IOException {
        long made = Syscall.call(Syscall.SOCKET, AF_UNIX, STREAM_CLOEXEC, 0);
        int socket = (int) Errno.check(path.toString(), made);
        try (Arena arena = Arena.ofConfined()) {
            Address address = address(arena, path);
            removeStale(arena, path, address);
            // the file is born with the socket's mode: nobody connects before its owner is set
            Errno.check(path.toString(), Syscall.call(Syscall.FCHMOD, socket, 0600));
            long bound =
                    Syscall.call(
                            Syscall.BIND, socket, address.memory().address(), address.octets());
            Errno.check(path.toString(), bound);
            MemorySegment name = arena.allocateFrom(path.toString());
            if (owner != (int) Syscall.call(Syscall.GETEUID)) {
                long owned =
                        Syscall.call(
                                Syscall.FCHOWNAT, Syscall.AT_FDCWD, name.address(), owner, -1, 0);
                Errno.check(path.toString(), owned);
            }
            long permitted = Syscall.call(Syscall.FCHMODAT, Syscall.AT_FDCWD, name.address(), mode);
            Errno.check(path.toString(), permitted);
            Errno.check(path.toString(), Syscall.call(Syscall.LISTEN, socket, BACKLOG));
            return socket;
        } catch (IOException | RuntimeException failed) {
            Descriptors.close(socket);
            throw failed;
        }
    }

    /** The port that a TCP socket is bound to; -1 if it is none. */
    public static int port(int socket) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = arena.allocate(ADDRESS_OCTETS, 8);
            int octets = name(arena, socket, address);
            int family = octets < 2 ? -1 : address.get(ValueLayout.JAVA_SHORT, 0);
            return family == AF_INET || family == AF_INET6
                    ? Short.toUnsignedInt(address.get(BIG_ENDIAN, 2))
                    : -1;
        }
    }

    /** The name of a Unix socket; empty if it is none or has none. */
    static String path(int socket) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = arena.allocate(ADDRESS_OCTETS, 8);
            int octets = name(arena, socket, address);
            boolean named =
                    octets > 3
                            && address.get(ValueLayout.JAVA_SHORT, 0) == AF_UNIX
                            && address.get(ValueLayout.JAVA_BYTE, 2) != 0;
            return named ? address.getString(2, StandardCharsets.UTF_8) : "";
        }
    }

    /** The family of a socket; -1 if the descriptor is none. */
    static int family(int socket) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = arena.allocate(ADDRESS_OCTETS, 8);
            int octets = name(arena, socket, address);
            return octets < 2 ? -1 : address.get(ValueLayout.JAVA_SHORT, 0);
        }
    }

    static Address address(Arena arena, InetSocketAddress at) {
        MemorySegment memory = arena.allocate(ADDRESS_OCTETS, 8);
        byte[] octets = at.getAddress().getAddress();
        memory.set(BIG_ENDIAN, 2, (short) at.getPort());
        if (at.getAddress() instanceof Inet6Address six) {
            memory.set(ValueLayout.JAVA_SHORT, 0, (short) AF_INET6);
            MemorySegment.copy(octets, 0, memory, ValueLayout.JAVA_BYTE, 8, octets.length);
            memory.set(ValueLayout.JAVA_INT, 24, six.getScopeId());
            return new Address(memory, 28);
        }
        memory.set(ValueLayout.JAVA_SHORT, 0, (short) AF_INET);
        MemorySegment.copy(octets, 0, memory, ValueLayout.JAVA_BYTE, 4, octets.length);
        return new Address(memory, 16);
    }

    private static Address address(Arena arena, Path path) throws IOException {
        byte[] octets = path.toString().getBytes(StandardCharsets.UTF_8);
        if (octets.length > PATH_OCTETS_MAX) {
            throw new IOException(
                    path
                            + ": too long for a socket's name, at most "
                            + PATH_OCTETS_MAX
                            + " octets");
        }
        MemorySegment memory = arena.allocate(ADDRESS_OCTETS, 8);
        memory.set(ValueLayout.JAVA_SHORT, 0, (short) AF_UNIX);
        MemorySegment.copy(octets, 0, memory, ValueLayout.JAVA_BYTE, 2, octets.length);
        return new Address(memory, 2 + octets.length + 1);
    }

    private static void removeStale(Arena arena, Path path, Address address) throws IOException {
        int caller =
                (int)
                        Errno.check(
                                path.toString(),
                                Syscall.call(Syscall.SOCKET, AF_UNIX, STREAM_CLOEXEC, 0));
        try {
            long answer =
                    Syscall.call(
                            Syscall.CONNECT, caller, address.memory().address(), address.octets());
            if (answer >= 0 || answer == -Errno.EAGAIN) { // a full backlog is somebody's too
                throw Errno.failure(path.toString(), -Errno.EADDRINUSE);
            }
            // a file that is no socket refuses connections just the same
            if (answer == -Errno.ECONNREFUSED && isSocket(path)) {
                MemorySegment name = arena.allocateFrom(path.toString());
                long removed = Syscall.call(Syscall.UNLINKAT, Syscall.AT_FDCWD, name.address(), 0);
                Errno.check(path.toString(), removed);
            }
        } finally {
            Descriptors.close(caller);
        }
    }

    private static boolean isSocket(Path path) throws IOException {
        Object mode = Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
        return mode instanceof Integer bits && (bits & FILE_TYPE) == TYPE_SOCKET;
    }

    private static void bindAndListen(String shown, int socket, Address address)
            throws IOException {
        long bound =
                Syscall.call(Syscall.BIND, socket, address.memory().address(), address.octets());
        Errno.check(shown, bound);
        Errno.check(shown, Syscall.call(Syscall.LISTEN, socket, BACKLOG));
    }

    private static void option(Arena arena, int socket, int level, int option, int value)
            throws IOException {
        MemorySegment memory = arena.allocateFrom(ValueLayout.JAVA_INT, value);
        long set = Syscall.call(Syscall.SETSOCKOPT, socket, level, option, memory.address(), 4);
        Errno.check("socket option " + option, set);
    }

    private static int name(Arena arena, int socket, MemorySegment address) {
        MemorySegment length = arena.allocateFrom(ValueLayout.JAVA_INT, ADDRESS_OCTETS);
        long told = Syscall.call(Syscall.GETSOCKNAME, socket, address.address(), length.address());
        return told < 0 ? -1 : length.get(ValueLayout.JAVA_INT, 0);
    }
}
