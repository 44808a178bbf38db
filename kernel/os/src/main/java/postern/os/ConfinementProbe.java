package postern.os;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.regex.Pattern;

/**
 * Tries what a confined process must not do, from inside it, and tells what the kernel answered.
 * What succeeds is undone. For tests, and for an administrator who wants to see it.
 */
public final class ConfinementProbe {
    private static final int O_WRONLY_CREAT_EXCL = 1 | 0x40 | 0x80;
    private static final int O_CLOEXEC = 0x80000;
    private static final int SOCK_NONBLOCK = 0x800;
    private static final int PTRACE_SEIZE = 0x4206;
    private static final int PTRACE_DETACH = 17;
    private static final int CLONE_NEWUSER = 0x10000000;

    /** How the JDK tells EPERM and EACCES when a program cannot be started. */
    private static final Pattern FORBIDDEN_IN_WORDS = Pattern.compile("error[=:] ?(1|13)\\b");

    private ConfinementProbe() {}

    /**
     * One deed and the kernel's answer.
     *
     * @param errno its name; empty when the deed was done
     */
    public record Finding(String deed, String errno) {

        /** Refused for being forbidden, not for failing in some other way. */
        public boolean refused() {
            return errno.equals("EPERM") || errno.equals("EACCES");
        }

        @Override
        public String toString() {
            String answer = refused() ? "refused: " + errno : "ALLOWED";
            return deed + ": " + answer + (refused() || errno.isEmpty() ? "" : " (" + errno + ")");
        }
    }

    /** Opens a file for reading. It must exist to prove anything. */
    public static Finding read(Path file) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = arena.allocateFrom(file.toString());
            long opened =
                    Syscall.call(Syscall.OPENAT, Syscall.AT_FDCWD, name.address(), O_CLOEXEC, 0);
            return closed("open " + file, opened);
        }
    }

    /** Makes a file in a folder. */
    public static Finding write(Path folder) {
        try (Arena arena = Arena.ofConfined()) {
            String file = folder.resolve(".probe-" + ProcessHandle.current().pid()).toString();
            MemorySegment name = arena.allocateFrom(file);
            long opened =
                    Syscall.call(
                            Syscall.OPENAT,
                            Syscall.AT_FDCWD,
                            name.address(),
                            O_WRONLY_CREAT_EXCL | O_CLOEXEC,
                            0600);
            if (opened >= 0) {
                Syscall.call(Syscall.UNLINKAT, Syscall.AT_FDCWD, name.address(), 0);
            }
            return closed("create a file in " + folder, opened);
        }
    }

    /** Asks the kernel to run a program; by a name that does not exist, so that we live on. */
    public static Finding exec() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = arena.allocateFrom("/nonexistent");
            MemorySegment none = arena.allocate(8, 8);
            long run = Syscall.call(Syscall.EXECVE, name.address(), none.address(), none.address());
            return new Finding("execve", Errno.name((int) -run));
        }
    }

    /** Starts a program as a new process. */
    public static Finding start(Path program) {
        String deed = "start " + program;
        try {
            Process process = new ProcessBuilder(program.toString()).start();
            process.destroyForcibly();
            return new Finding(deed, "");
        } catch (IOException refused) {
            String text = String.valueOf(refused.getMessage());
            boolean forbidden = FORBIDDEN_IN_WORDS.matcher(text).find();
            return new Finding(deed, forbidden ? "EPERM" : text);
        }
    }

    /** Begins to connect by TCP. */
    public static Finding connect(InetSocketAddress target) {
        String deed = "connect to " + target;
        return socket(deed, target, Syscall.CONNECT);
    }

    /** Binds a TCP port of the machine. */
    public static Finding bind(InetSocketAddress at) {
        return socket("bind " + at, at, Syscall.BIND);
    }

    /** Attaches to another process as a debugger does. */
    public static Finding trace(int pid) {
        long seized = Syscall.call(Syscall.PTRACE, PTRACE_SEIZE, pid, 0, 0);
        if (seized >= 0) {
            Syscall.call(Syscall.PTRACE, PTRACE_DETACH, pid, 0, 0);
        }
        return finding("ptrace " + pid, seized);
    }

    /** Signals another process; signal 0, which does nothing. */
    public static Finding signal(int pid) {
        return finding("signal " + pid, Syscall.call(Syscall.KILL, pid, 0));
    }

    /** Becomes root, on a thread that ends thereafter. */
    public static Finding becomeRoot() throws IOException {
        return Identity.onOwnThread(
                "probe", () -> finding("become root", Syscall.call(Syscall.SETRESUID, 0, 0, 0)));
    }

    /** Makes a user namespace, where it would have all capabilities; on a thread of its own. */
    public static Finding namespace() throws IOException {
        return Identity.onOwnThread(
                "probe",
                () -> finding("make a namespace", Syscall.call(Syscall.UNSHARE, CLONE_NEWUSER)));
    }

    private static Finding socket(String deed, InetSocketAddress address, int call) {
        int family =
                address.getAddress().getAddress().length == 4 ? Sockets.AF_INET : Sockets.AF_INET6;
        long socket =
                Syscall.call(Syscall.SOCKET, family, Sockets.STREAM_CLOEXEC | SOCK_NONBLOCK, 0);
        if (socket < 0) {
            return finding(deed, socket);
        }
        try (Arena arena = Arena.ofConfined()) {
            Sockets.Address raw = Sockets.address(arena, address);
            long done = Syscall.call(call, socket, raw.memory().address(), raw.octets());
            return finding(deed, done);
        } finally {
            Descriptors.close((int) socket);
        }
    }

    private static Finding closed(String deed, long opened) {
        if (opened >= 0) {
            Descriptors.close((int) opened);
        }
        return finding(deed, opened);
    }

    private static Finding finding(String deed, long result) {
        return new Finding(deed, result >= 0 ? "" : Errno.name((int) -result));
    }
}
