package postern.os;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import postern.base.Bug;

/**
 * Raw system calls: one method handle for all of them, since making a handle is what costs time in
 * a young JVM. The identity calls are raw on purpose: glibc's would change every thread, the
 * kernel's change the calling one.
 */
final class Syscall {
    private static final boolean ARM = arm();

    static final int READ = number(0, 63);
    static final int WRITE = number(1, 64);
    static final int CLOSE = number(3, 57);
    static final int PREAD = number(17, 67);
    static final int PIPE2 = number(293, 59);
    static final int DUP3 = number(292, 24);
    static final int FCNTL = number(72, 25);
    static final int PPOLL = number(271, 73);
    static final int SOCKET = number(41, 198);
    static final int BIND = number(49, 200);
    static final int LISTEN = number(50, 201);
    static final int CONNECT = number(42, 203);
    static final int GETSOCKNAME = number(51, 204);
    static final int SETSOCKOPT = number(54, 208);
    static final int GETSOCKOPT = number(55, 209);
    static final int FCHMOD = number(91, 52);
    static final int FCHMODAT = number(268, 53);
    static final int FCHOWNAT = number(260, 54);
    static final int UNLINKAT = number(263, 35);
    static final int OPENAT = number(257, 56);
    static final int STATX = number(332, 291);
    static final int GETEUID = number(107, 175);
    static final int GETEGID = number(108, 177);
    static final int GETGROUPS = number(115, 158);
    static final int SETGROUPS = number(116, 159);
    static final int SETRESGID = number(119, 149);
    static final int SETRESUID = number(117, 147);
    static final int PRCTL = number(157, 167);
    static final int SECCOMP = number(317, 277);
    static final int KILL = number(62, 129);
    static final int WAIT4 = number(61, 260);
    static final int UMASK = number(95, 166);
    static final int PTRACE = number(101, 117);
    static final int UNSHARE = number(272, 97);
    static final int EXECVE = number(59, 221);
    static final int MEMFD_CREATE = number(319, 279);
    static final int CLONE = number(56, 220);
    static final int TGKILL = number(234, 131);
    static final int CLONE3 = 435;
    static final int OPENAT2 = 437;
    static final int LANDLOCK_CREATE_RULESET = 444;
    static final int LANDLOCK_ADD_RULE = 445;
    static final int LANDLOCK_RESTRICT_SELF = 446;

    /** The directory descriptor that stands for the working directory. */
    static final int AT_FDCWD = -100;

    private static final MethodHandle HANDLE = handle();

    private Syscall() {}

    static boolean arm() {
        return switch (System.getProperty("os.arch", "")) {
            case "amd64", "x86_64" -> false;
            case "aarch64" -> true;
            case String other ->
                    throw new Bug(
                            "Postern knows the system calls of x86_64 and aarch64 only: " + other);
        };
    }

    /** The number of a call by architecture; -1 says it does not exist there. */
    static int number(int onX86, int onArm) {
        return ARM ? onArm : onX86;
    }

    static long call(int number) {
        return call(number, 0, 0, 0, 0, 0, 0);
    }

    static long call(int number, long a) {
        return call(number, a, 0, 0, 0, 0, 0);
    }

    static long call(int number, long a, long b) {
        return call(number, a, b, 0, 0, 0, 0);
    }

    static long call(int number, long a, long b, long c) {
        return call(number, a, b, c, 0, 0, 0);
    }

    static long call(int number, long a, long b, long c, long d) {
        return call(number, a, b, c, d, 0, 0);
    }

    static long call(int number, long a, long b, long c, long d, long e) {
        return call(number, a, b, c, d, e, 0);
    }

    /** The call's result, or the negated errno; a call cut short by a signal is made again. */
    static long call(int number, long a, long b, long c, long d, long e, long f) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment errno = arena.allocate(8, 8);
            while (true) {
                long result = (long) HANDLE.invokeExact(errno, (long) number, a, b, c, d, e, f);
                if (result != -1) {
                    return result;
                }
                int why = errno.get(ValueLayout.JAVA_INT, 0);
                if (why != Errno.EINTR) {
                    return -why;
                }
            }
        } catch (RuntimeException | Error passed) {
            throw passed;
        } catch (Throwable impossible) {
            throw new Bug("a system call throws nothing", impossible);
        }
    }

    @SuppressWarnings("restricted")
    private static MethodHandle handle() {
        Linker linker = Linker.nativeLinker();
        MemoryLayout word = ValueLayout.JAVA_LONG;
        return linker.downcallHandle(
                linker.defaultLookup().findOrThrow("syscall"),
                FunctionDescriptor.of(word, word, word, word, word, word, word, word),
                Linker.Option.firstVariadicArg(1),
                Linker.Option.captureCallState("errno"));
    }
}
